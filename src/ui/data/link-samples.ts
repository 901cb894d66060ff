/**
 * What was seen of each link while the page was visible: round trips and counters over the last ten minutes, from which rates and
 * sparklines are made. Pure. A gap, while the page was hidden or the link was down, stays a gap.
 */
import type { PeerView } from '../../worker/api.ts'

export interface LinkSample {
  readonly at: number
  readonly rttMs: number | null
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface LinksSeen {
  readonly peers: readonly PeerView[]
  /** By peer id, oldest first, of this connection only. */
  readonly samples: ReadonlyMap<string, readonly LinkSample[]>
}

/** How far back samples are kept, in ms. */
export const samplesKeptMs = 600_000
/** Over how long a rate is taken, in ms: short enough to be now, long enough not to flicker. */
const rateOverMs = 5_000
/** Samples further apart than this have a gap between them, in ms. */
export const gapMs = 5_000

export function followLinks (before: LinksSeen | null, peers: readonly PeerView[], now: number): LinksSeen {
  const samples = new Map(peers.map((peer) => {
    const { rttMs, bytesIn, bytesOut, since } = peer
    const kept = (before?.samples.get(peer.peerId) ?? []).filter(({ at }) => now - at < samplesKeptMs && at >= since)
    return [peer.peerId, [...kept, { at: now, rttMs, bytesIn, bytesOut }]] as const
  }))
  return { peers, samples }
}

/** Bytes a second over the last seconds; null: not seen for long enough to say. */
export function rateOf (samples: readonly LinkSample[], counter: 'bytesIn' | 'bytesOut'): number | null {
  const last = samples.at(-1)
  if (last == null) return null
  const first = samples.find(({ at }) => last.at - at <= rateOverMs && at < last.at)
  if (first == null || last[counter] < first[counter]) return null
  return (last[counter] - first[counter]) * 1000 / (last.at - first.at)
}

/** Rates between neighbouring samples, for a sparkline; null where there is a gap. */
export function ratesOf (samples: readonly LinkSample[], counter: 'bytesIn' | 'bytesOut'): Array<number | null> {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index]
    if (before == null || sample.at - before.at > gapMs || sample.at === before.at || sample[counter] < before[counter]) return null
    return (sample[counter] - before[counter]) * 1000 / (sample.at - before.at)
  })
}
