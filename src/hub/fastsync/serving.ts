/**
 * What this hub serves to those that join (fastsync/SPEC.md, F7, F17, F18 and F22): a checkpoint, certified or of its own members, and chunks of whatever it
 * holds; and to those that gather signatures, or states of apps (F32, F33), what they ask for. It asks nothing of others.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { encodeCertificate, heightAt } from '../../fastsync/checkpoint.ts'
import { answerFrames, cut, decodeAsk, type Ask } from '../../fastsync/exchange.ts'
import { certifiedEpochs, compressedFromBytes, idleMs, servedMax } from '../../fastsync/limits.ts'
import { idsOf, type Holdings } from '../../fastsync/making.ts'
import { packPieces, type Packable } from '../../fastsync/piece.ts'
import type { Timer } from '../../base/timer.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import type { AppStates } from './app-states.ts'
import { packed } from './compression.ts'
import type { KnownSnapshots, Snapshot } from './known-snapshots.ts'

export interface ServingOptions {
  readonly known: KnownSnapshots
  /** F27. Changes of attesters from this one on; undefined: there are none. */
  readonly changesSince: (number: number) => Uint8Array | undefined
  /** F32 and F33. */
  readonly states: Pick<AppStates, 'told' | 'bytes'>
  /** Resolves with the members once they can be asked for. */
  readonly holdings: () => Promise<Holdings>
  /** These members, without bodies that are not served; fewer where some are not here any more. Codes: those of the store. */
  readonly read: (members: readonly number[]) => Promise<readonly Packable[]>
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

export function createServing ({ known, changesSince, states, holdings, read, now, timer, report, reject }: ServingOptions): Serving {
  const served = new Map<PeerId, SyncStream>()

  /** F22. The certified one, unless it has grown old. */
  async function offered (): Promise<Snapshot> {
    const best = known.certified
    return best !== undefined && best.checkpoint.height + certifiedEpochs >= heightAt(now()) ? best : known.current(true)
  }

  /** Pieces as they are; undefined: this hub does not have it. */
  async function piecesOf (ask: Ask): Promise<readonly Uint8Array[] | undefined> {
    switch (ask.type) {
      case 'certificate': return certificateOf(await offered())
      case 'candidate': return certificateOf(known.candidate(ask.height))
      case 'changes': {
        const changes = changesSince(ask.number)
        return changes && cut(changes)
      }
      case 'manifest': {
        const snapshot = known.find(ask.hash)
        return snapshot && cut(snapshot.manifest)
      }
      case 'chunk': {
        const members = await known.members(ask.entry, ask.height)
        const messages = members && await read(members)
        return messages?.length === ask.entry.count ? packPieces(messages) : undefined
      }
      case 'ids': {
        const members = await known.members(ask.entry, ask.height)
        return members && [idsOf(await holdings(), members)]
      }
      case 'states': {
        const told = states.told(ask.reducer)
        return told && cut(told)
      }
      case 'state': {
        const bytes = await states.bytes(ask.hash)
        return bytes && cut(bytes)
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

  /** While an answer waits for its messages, or to be sent, the next one is prepared. */
  async function answerAll (peer: PeerId, stream: SyncStream): Promise<void> {
    let sent: Promise<void> = Promise.resolve()
    for (;;) {
      const next = await inTime(stream, stream.read())
      if (next.type === 'end') break
      const ask = decodeAsk(next.bytes)
      if (ask === undefined) {
        reject(peer, 'frame-malformed')
        break
      }
      const before = sent
      sent = answer(ask, stream, before)
      sent.catch(() => { stream.abort() }) // told below
      await before
    }
    await sent
  }

  async function answer (ask: Ask, stream: SyncStream, before: Promise<void>): Promise<void> {
    const pieces = await piecesOf(ask)
    const travelling = pieces && await Promise.all(pieces.map(async piece => packed(piece, isCompressed(ask, pieces))))
    await before
    for (const frame of answerFrames(travelling)) stream.send(frame)
    await inTime(stream, stream.room())
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

/** F8. */
function isCompressed (ask: Ask, pieces: readonly Uint8Array[]): boolean {
  return ask.type !== 'chunk' || pieces.reduce((sum, { byteLength }) => sum + byteLength, 0) > ask.entry.count * compressedFromBytes
}

function certificateOf (snapshot: Snapshot | undefined): readonly Uint8Array[] | undefined {
  return snapshot && cut(encodeCertificate({ checkpoint: snapshot.checkpoint, attestations: [...snapshot.attestations.values()] }))
}
