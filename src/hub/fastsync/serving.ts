/**
 * What this hub serves to those that join (fastsync/SPEC.md, F1 to F4, F7, F17 and F18): a checkpoint of its own members, made when it is first asked for and
 * again when it has grown old, and chunks of whatever it holds. It asks nothing of others.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { toHex } from '../../base/bytes.ts'
import { encodeCertificate, heightAt } from '../../fastsync/checkpoint.ts'
import { packPieces } from '../../fastsync/chunk.ts'
import { answerFrames, cut, decodeAsk, type Ask } from '../../fastsync/exchange.ts'
import { idleMs, servedMax } from '../../fastsync/limits.ts'
import { createManifestMaker, membersOf, type Holdings } from '../../fastsync/making.ts'
import { encodeManifest, manifestHash, messagesIn } from '../../fastsync/manifest.ts'
import type { NetworkId } from '../../message/types.ts'
import type { Timer } from '../../base/timer.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import { deflate } from './compression.ts'

export interface ServingOptions {
  readonly network: NetworkId
  /** Resolves with the members once they can be asked for. */
  readonly holdings: () => Promise<Holdings & { readonly size: number }>
  /** The bytes of these members as they travel, in this order; fewer where some are not here any more. Codes: those of the store. */
  readonly read: (members: readonly number[]) => Promise<readonly Uint8Array[]>
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
  readonly now: () => number
  readonly timer: Timer
  readonly report: (report: Report) => void
  /** A peer sent what is no ask. */
  readonly reject: (peer: PeerId, code: 'frame-malformed') => void
}

export interface Serving {
  /** Answers a peer until it is done. Never rejects. */
  serve (peer: PeerId, stream: SyncStream): Promise<void>
  /** How many are served. */
  readonly serving: number
  stop (): void
}

interface Snapshot {
  readonly certificate: Uint8Array
  readonly manifest: Uint8Array
  /** Hex. */
  readonly hash: string
  readonly height: number
  /** Members of this hub when it was made. */
  readonly size: number
  readonly atMs: number
}

/** A snapshot is made anew when members have come, but not more often than this, in ms: of a million it takes a second of work. */
const madeEveryMs = 30_000
/** Snapshots whose manifests are answered still: of who joined before the newest one, some ten minutes of a hub that grows all the time. */
const snapshotsMax = 16

export function createServing ({ network, holdings, read, rest, now, timer, report, reject }: ServingOptions): Serving {
  /** The newest last. */
  let snapshots: Snapshot[] = []
  let making: Promise<Snapshot> | undefined
  const served = new Map<PeerId, SyncStream>()

  async function make (): Promise<Snapshot> {
    const members = await holdings()
    const { size } = members
    const maker = createManifestMaker(members, network, heightAt(now()))
    while (!maker.step()) await rest()
    const manifest = encodeManifest(maker.manifest)
    const hash = manifestHash(manifest)
    const checkpoint = { network, height: maker.manifest.height, messages: messagesIn(maker.manifest), manifest: hash }
    const made = { certificate: encodeCertificate({ checkpoint, attestations: [] }), manifest, hash: toHex(hash), height: checkpoint.height, size, atMs: now() }
    snapshots = [...snapshots.filter(known => known.hash !== made.hash), made].slice(-snapshotsMax)
    return made
  }

  async function newest (): Promise<Snapshot> {
    const last = snapshots.at(-1)
    if (last !== undefined) {
      const hasChanged = last.height < heightAt(now()) || last.size !== (await holdings()).size
      if (!hasChanged || now() - last.atMs < madeEveryMs) return last
    }
    making ??= make().finally(() => { making = undefined })
    return making
  }

  /** Uncompressed pieces; undefined: this hub does not have it. */
  async function piecesOf (ask: Ask): Promise<readonly Uint8Array[] | undefined> {
    switch (ask.type) {
      case 'certificate': return cut((await newest()).certificate)
      case 'manifest': {
        const known = snapshots.find(({ hash }) => hash === toHex(ask.hash))
        return known && cut(known.manifest)
      }
      case 'chunk': {
        const members = membersOf(await holdings(), ask.entry, ask.height)
        const messages = members && await read(members)
        return messages?.length === ask.entry.count ? packPieces(messages) : undefined
      }
    }
  }

  /** What the peer takes too long for ends its stream, and with it the wait. */
  async function inTime<T> (stream: SyncStream, waiting: Promise<T>): Promise<T> {
    const callOff = timer(idleMs, () => { stream.abort() })
    try {
      return await waiting
    } finally {
      callOff()
    }
  }

  async function answerAll (peer: PeerId, stream: SyncStream): Promise<void> {
    for (;;) {
      const next = await inTime(stream, stream.read())
      if (next.type === 'end') return
      const ask = decodeAsk(next.bytes)
      if (ask === undefined) {
        reject(peer, 'frame-malformed')
        return
      }
      const pieces = await piecesOf(ask)
      const compressed = pieces && await Promise.all(pieces.map(deflate))
      for (const frame of answerFrames(compressed)) stream.send(frame)
      await inTime(stream, stream.room())
    }
  }

  return {
    get serving () { return served.size },
    async serve (peer, stream) {
      // A newer stream takes the place of the one before: the peer has started again.
      served.get(peer)?.abort()
      if (served.size >= servedMax && !served.has(peer)) {
        stream.abort()
        return
      }
      served.set(peer, stream)
      try {
        await answerAll(peer, stream)
        stream.close()
      } catch (thrown) {
        report({ type: 'serving-failed', peer, code: 'internal', sentence: `A hub that joins could not be answered: ${reasonOf(thrown)}` })
        stream.abort()
      } finally {
        if (served.get(peer) === stream) served.delete(peer)
      }
    },
    stop () { for (const stream of served.values()) stream.abort() }
  }
}
