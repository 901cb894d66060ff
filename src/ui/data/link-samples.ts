/**
 * What was seen of each link while the page was visible: round trips and counters over the last ten minutes, from which rates and
 * sparklines are made, and the links that ended just now. Pure. A gap, while the page was hidden or the link was down, stays a gap.
 */
import { isSame } from './same.ts'
import type { PeerView } from '../../worker/api.ts'

export interface LinkSample {
  readonly at: number
  readonly rttMs: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  /** Messages since the link came up. */
  readonly messagesIn: number
  readonly messagesOut: number
}

export interface LostLink {
  readonly peer: PeerView
  readonly at: number
}

export interface LinksSeen {
  readonly peers: readonly PeerView[]
  /** By peer id, oldest first, of this connection only. */
  readonly samples: ReadonlyMap<string, readonly LinkSample[]>
  /** Links that ended in the last seconds, for an eye to see it. */
  readonly lost: readonly LostLink[]
}

export type LinkCounter = 'bytesIn' | 'bytesOut' | 'messagesIn' | 'messagesOut'

/** How far back samples are kept, in ms. */
export const samplesKeptMs = 600_000
/** How long a link that ended is shown dying, in ms. Guess: long enough to look up and see it. */
export const lostShownMs = 8_000
/** Links shown dying at once: all that a hub has. */
const lostMax = 64
/** Over how long a rate is taken, in ms: short enough to be now, long enough not to flicker. */
const rateOverMs = 5_000
/** Samples further apart than this have a gap between them, in ms. */
export const gapMs = 5_000

export function followLinks (before: LinksSeen | null, peers: readonly PeerView[], now: number): LinksSeen {
  const samples = new Map(peers.map((peer) => {
    const { rttMs, bytesIn, bytesOut, messagesIn, messagesOut, since } = peer
    const kept = (before?.samples.get(peer.peerId) ?? []).filter(({ at }) => now - at < samplesKeptMs && at >= since)
    return [peer.peerId, [...kept, { at: now, rttMs, bytesIn, bytesOut, messagesIn, messagesOut }]] as const
  }))
  const ended = (before?.peers ?? []).filter(({ peerId, link }) => link !== 'none' && !samples.has(peerId)).map(peer => ({ peer, at: now }))
  const lost = [...before?.lost ?? [], ...ended].filter(({ peer, at }) => now - at < lostShownMs && !samples.has(peer.peerId)).slice(-lostMax)
  return { peers, samples, lost }
}

/** Whether nothing happened on the links from one answer to the next: samples go on with time alone. */
export function areSameLinks (before: LinksSeen, after: LinksSeen): boolean {
  return isSame(before.peers, after.peers) && before.lost.length === after.lost.length
}

/** A second, over the last seconds; null: not seen for long enough to say. */
export function rateOf (samples: readonly LinkSample[], counter: LinkCounter): number | null {
  const last = samples.at(-1)
  const first = last == null ? undefined : samples.find(({ at }) => last.at - at <= rateOverMs && at < last.at)
  return last == null || first == null ? null : rateBetween(first, last, counter)
}

/** Between neighbouring samples, for a sparkline; null where there is a gap. */
export function ratesOf (samples: readonly LinkSample[], counter: LinkCounter): Array<number | null> {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index]
    return before == null || sample.at - before.at > gapMs ? null : rateBetween(before, sample, counter)
  })
}

function rateBetween (first: LinkSample, last: LinkSample, counter: LinkCounter): number | null {
  const [from, to] = [first[counter], last[counter]]
  return to < from || last.at <= first.at ? null : (to - from) * 1000 / (last.at - first.at)
}
