/**
 * What this hub serves to those that join (fastsync/SPEC.md, F1 to F4, F7, F17 and F18): a checkpoint of its own members, made when it is first asked for and
 * again when it has grown old, and chunks of whatever it holds. It asks nothing of others.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { toHex } from '../../base/bytes.ts'
import { encodeCertificate, heightAt, thresholdOf, type Attestation, type Checkpoint } from '../../fastsync/checkpoint.ts'
import { packPieces } from '../../fastsync/chunk.ts'
import { answerFrames, cut, decodeAsk, type Ask } from '../../fastsync/exchange.ts'
import { idleMs, servedMax } from '../../fastsync/limits.ts'
import { createManifestMaker, membersOf, type Holdings } from '../../fastsync/making.ts'
import { encodeManifest, manifestHash, messagesIn } from '../../fastsync/manifest.ts'
import type { NetworkId, PublicKeyHex } from '../../message/types.ts'
import type { Timer } from '../../base/timer.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import { deflate } from './compression.ts'

export interface ServingOptions {
  readonly network: NetworkId
  /** How many attesters this network has. */
  readonly attesters: number
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
  /** A snapshot of this epoch's height: the one that there is, unless it is to be `fresh`. Codes: those of the store. */
  snapshot (fresh: boolean): Promise<Snapshot>
  /** The one with this manifest, if it is still known. */
  find (manifest: Uint8Array): Snapshot | undefined
  /** The newest one that enough attesters signed. */
  readonly certified: Snapshot | undefined
  stop (): void
}

export interface Snapshot {
  readonly checkpoint: Checkpoint
  /** Of known attesters, checked; whoever finds another adds it. */
  readonly attestations: Map<PublicKeyHex, Attestation>
  readonly manifest: Uint8Array
  /** Of the manifest, hex. */
  readonly hash: string
  /** Members of this hub when it was made. */
  readonly size: number
  readonly atMs: number
}

/** A snapshot is made anew when members have come, but not more often than this, in ms: of a million it takes a second of work. */
const madeEveryMs = 30_000
/** Snapshots whose manifests are answered still: of who joined before the newest one, some ten minutes of a hub that grows all the time. */
const snapshotsMax = 16
/** F22. Epochs for which a certified snapshot is offered before a newer one that is not: what came meanwhile, some 40 minutes, is found by comparing. */
const certifiedEpochs = 2

export function createServing ({ network, attesters, holdings, read, rest, now, timer, report, reject }: ServingOptions): Serving {
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
    const same = find(hash)
    const made = { checkpoint, attestations: same?.attestations ?? new Map<PublicKeyHex, Attestation>(), manifest, hash: toHex(hash), size, atMs: now() }
    const kept = certified()
    const others = snapshots.filter(known => known !== same)
    const left = [...others, made].slice(-snapshotsMax)
    // What is certified is answered for as long as nothing newer is.
    snapshots = kept === undefined || kept === same || left.includes(kept) ? left : [kept, ...left.slice(1)]
    return made
  }

  const find = (manifest: Uint8Array): Snapshot | undefined => {
    const hash = toHex(manifest)
    return snapshots.find(known => known.hash === hash)
  }

  function certified (): Snapshot | undefined {
    return snapshots.filter(({ attestations }) => attestations.size >= thresholdOf(attesters))
      .reduce<Snapshot | undefined>((best, one) => best !== undefined && best.checkpoint.height > one.checkpoint.height ? best : one, undefined)
  }

  /** `fresh`: what has come since it was made is in it, but for the last seconds'. */
  async function snapshot (fresh: boolean): Promise<Snapshot> {
    const last = snapshots.findLast(({ checkpoint }) => checkpoint.height >= heightAt(now()))
    if (last !== undefined && (!fresh || last.size === (await holdings()).size || now() - last.atMs < madeEveryMs)) return last
    making ??= make().finally(() => { making = undefined })
    return making
  }

  /** F22. The certified one, unless it has grown old. */
  async function offered (): Promise<Snapshot> {
    const best = certified()
    return best !== undefined && best.checkpoint.height + certifiedEpochs >= heightAt(now()) ? best : snapshot(true)
  }

  /** Uncompressed pieces; undefined: this hub does not have it. */
  async function piecesOf (ask: Ask): Promise<readonly Uint8Array[] | undefined> {
    switch (ask.type) {
      case 'certificate': {
        const { checkpoint, attestations } = await offered()
        return cut(encodeCertificate({ checkpoint, attestations: [...attestations.values()] }))
      }
      case 'manifest': {
        const known = find(ask.hash)
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
    snapshot,
    find,
    get certified () { return certified() },
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
