/**
 * What this hub saw of the ways of recent messages, and what others reported (gossip/SPEC.md T1 to T6): when and from whom each came, over how many links,
 * how often again, and which hubs hold it by what evidence. For people: nothing is decided by it, and nothing of it is stored.
 */
import { RecentMap } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'

/** How this hub knows that another one holds a message: it sent it, noted it, asked for it and was answered, was compared equal after it, or reported it. */
export type Evidence = 'sent' | 'noted' | 'asked' | 'synced' | 'reported'

/** A hub took a traced message in: what it says about that. */
export interface TraceReport {
  readonly id: MessageId
  readonly from: PeerId
  /** Links from the author. */
  readonly hops: number
  /** Milliseconds since 1970, by that hub's clock. */
  readonly atMs: number
}

/** A message's way to this hub. */
export interface Way {
  readonly by: 'here' | 'gossip' | 'comparison'
  readonly from: PeerId | null
  /** Links from the author, as the frame said; null where it came by a comparison. */
  readonly hops: number | null
  /** Milliseconds since 1970. */
  readonly arrivalMs: number
  readonly traced: boolean
  duplicates: number
  readonly seen: Seen
}

export interface Seen {
  /** The first evidence of each. */
  readonly holders: Map<PeerId, Exclude<Evidence, 'synced'>>
  readonly reports: Map<PeerId, Omit<TraceReport, 'id'>>
}

/** As it is remembered; `seen` is made when somebody asks. */
type Kept = Omit<Way, 'seen'> & { seen: Seen | undefined }

export interface Traces {
  /** The message is about to be offered to the set: checked, and new here. A second arrival while it waits there is none. */
  arrived: (id: MessageId, way: Pick<Way, 'by' | 'from' | 'hops' | 'traced'>) => void
  duplicate: (id: MessageId, from: PeerId) => void
  noted: (ids: readonly MessageId[], from: PeerId) => void
  /** Asked for by a hub that will be answered. */
  asked: (id: MessageId, from: PeerId) => void
  reported: (report: TraceReport, by: PeerId) => void
  isTraced: (id: MessageId) => boolean
  /** Evidence about it, whether it has come or not; undefined: none that this hub remembers. */
  seenOf: (id: MessageId) => Seen | undefined
  /** undefined: it came before what this hub remembers. */
  wayOf: (id: MessageId) => Way | undefined
}

/** T5. Messages whose way is remembered; some hundred bytes each, and as many again for each hub that holds it. */
export const waysMax = 4_096
/** Messages that were noted or reported and have not come: notes go ahead of them by less than a second. Guess. */
export const earlyMax = 1_024
/** Hubs that are remembered to hold one message: more than a hub's links, for reports. */
export const holdersMax = 1_024
/** Reports of all messages together, some 150 bytes each. Past this those of the message that was reported first go. */
export const reportsMax = 16_384

export function createTraces (now: () => number): Traces {
  const ways = new RecentMap<MessageId, Kept>(waysMax, ({ seen }) => { if (seen != null) forgetReports(seen) })
  const early = new RecentMap<MessageId, Seen>(earlyMax, forgetReports)
  /** Whatever has reports, the first reported first: also messages that have not come. */
  const reported = new Set<Seen>()
  let reports = 0

  function known (id: MessageId): Seen | undefined {
    const way = ways.get(id)
    return way == null ? early.get(id) : seenOn(way)
  }

  /** Made when it is asked for: of most messages that come nothing is seen but that they came. */
  function seenOn (way: Kept): Seen {
    if (way.seen == null) {
      way.seen = { holders: new Map(), reports: new Map() }
      if (way.from != null) holds(way.seen, way.from, 'sent')
    }
    return way.seen
  }

  /** Where evidence about a message is noted. */
  function notesOf (id: MessageId): Seen {
    const its = known(id)
    if (its != null) return its
    const seen: Seen = { holders: new Map(), reports: new Map() }
    early.set(id, seen)
    return seen
  }

  function holds ({ holders }: Seen, peer: PeerId, how: Exclude<Evidence, 'synced'>): void {
    if (!holders.has(peer) && holders.size < holdersMax) holders.set(peer, how)
  }

  /** And the hubs that are known by a report alone: else reports of invented hubs would leave as many holders behind. */
  function forgetReports (seen: Seen): void {
    reports -= seen.reports.size
    for (const peer of seen.reports.keys()) if (seen.holders.get(peer) === 'reported') seen.holders.delete(peer)
    seen.reports.clear()
    reported.delete(seen)
  }

  function makeRoomForReports (): void {
    for (const seen of reported) {
      if (reports <= reportsMax) return
      forgetReports(seen)
    }
  }

  return {
    arrived (id, { by, from, hops, traced }) {
      if (ways.has(id)) return
      const seen = early.get(id)
      if (seen != null) {
        early.delete(id)
        if (from != null) holds(seen, from, 'sent')
      }
      ways.set(id, { by, from, hops, arrivalMs: now(), traced, duplicates: 0, seen })
    },
    duplicate (id, from) {
      const way = ways.get(id)
      if (way == null) return
      way.duplicates += 1
      holds(seenOn(way), from, 'sent')
    },
    noted (ids, from) {
      for (const id of ids) holds(notesOf(id), from, 'noted')
    },
    asked (id, from) {
      const way = ways.get(id)
      if (way != null) holds(seenOn(way), from, 'asked')
    },
    reported ({ id, ...report }, by) {
      const seen = notesOf(id)
      if (seen.reports.has(by) || seen.reports.size >= holdersMax) return
      holds(seen, by, 'reported')
      seen.reports.set(by, report)
      reported.add(seen)
      reports += 1
      makeRoomForReports()
    },
    isTraced: id => ways.get(id)?.traced === true,
    seenOf: known,
    wayOf (id) {
      const way = ways.get(id)
      return way == null ? undefined : { ...way, seen: seenOn(way) }
    }
  }
}
