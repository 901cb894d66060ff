/**
 * How a message travelled, as a tree: who had it from whom, and when, as far as this hub saw it and others reported it. Pure. Times are each hub's own
 * clock against the author's; what nobody said is null, never zero.
 */
import type { MessageDetail } from '../../../worker/api.ts'

export interface Hop {
  /** null: the author's hub, whose peer id nobody named. */
  readonly peerId: string | null
  readonly depth: number
  /** Its place in the list of who it had the message from; null: the root, or not known. */
  readonly parent: number | null
  /** How this is known: by this hub's own eyes, by the hub's report, by evidence of holding it, or by another hub's naming it. */
  readonly how: 'wrote' | 'here' | 'reported' | 'holds' | 'named'
  /** After the author's time, in ms. */
  readonly afterMs: number | null
  readonly hops: number | null
  /** How often it came again, known of this hub only. */
  readonly duplicates: number | null
}

interface Arrival {
  readonly from: string | null
  readonly hops: number | null
  readonly at: number
  readonly how: 'here' | 'reported'
}

/** Hubs drawn at once. Guess: two screens. */
const hopsShownMax = 60

/** In the order of reading: each hub before those that had it from it, the earlier one first. The last ones: hubs whose way is not known. */
export function hopTree ({ timestamp, trace, heldBy }: Pick<MessageDetail, 'timestamp' | 'trace' | 'heldBy'>, self: string): Hop[] {
  const arrivals = new Map<string, Arrival>((trace?.reports ?? []).map(({ peerId, from, hops, at }) => [peerId, { from, hops, at, how: 'reported' }]))
  const writtenHere = trace?.by === 'here'
  if (trace != null && !writtenHere) arrivals.set(self, { from: trace.from, hops: trace.hops, at: trace.arrival, how: 'here' })
  const author = writtenHere ? self : [...arrivals.values()].find(({ hops }) => hops === 1)?.from ?? null
  const hops: Hop[] = []
  const placed = new Set<string>()

  const place = (peerId: string | null, parent: number | null): void => {
    const index = hops.length
    const arrival = peerId == null ? undefined : arrivals.get(peerId)
    const isAuthor = peerId === author
    if (peerId != null) placed.add(peerId)
    hops.push({
      peerId, parent, depth: parent == null ? 0 : (hops[parent]?.depth ?? 0) + 1,
      how: isAuthor ? 'wrote' : arrival?.how ?? (heldBy.some(holder => holder.peerId === peerId) ? 'holds' : 'named'),
      afterMs: isAuthor ? 0 : arrival == null ? null : arrival.at - timestamp,
      hops: isAuthor ? 0 : arrival?.hops ?? null,
      duplicates: peerId === self ? trace?.duplicates ?? null : null
    })
    const next = [...arrivals].filter(([to, { from }]) => from === peerId && !placed.has(to)).sort(([, one], [, other]) => one.at - other.at)
    for (const [to] of next) if (!placed.has(to)) place(to, index)
  }

  place(author, null)
  // Whose giver was named and said nothing itself: the giver stands above them, below whoever is not known.
  for (const { from } of arrivals.values()) if (from != null && !placed.has(from) && !arrivals.has(from)) place(from, null)
  for (const peerId of arrivals.keys()) if (!placed.has(peerId)) place(peerId, null)
  for (const { peerId } of heldBy) if (!placed.has(peerId)) place(peerId, null)
  return hops.slice(0, hopsShownMax)
}

/** What a hop says in words, for the table and the picture. */
export function hopWords ({ how, afterMs, hops }: Hop): string {
  switch (how) {
    case 'wrote': return 'wrote it'
    case 'holds': return 'holds it; its way there is not known'
    case 'named': return 'passed it on; it does not report'
    case 'here':
    case 'reported': return hops == null ? 'got it by a comparison' : afterMs != null && afterMs < 0 ? 'clock differs from the author’s' : `${hops} ${hops === 1 ? 'link' : 'links'} from the author`
  }
}
