/**
 * What other ways of finding the same difference would have cost, for people to see beside what it did cost. Models, never run here: a range-based
 * reconciliation as negentropy does it, a trie walk as Farcaster's hubs do, and this hub's own two ways. All in bytes both ways, requests for
 * messages included, messages not. `npm run bench -- sync` runs the first for real.
 *
 * Assumed: both sets are as dense as this one where they differ, and within a place the differing members lie scattered.
 */
import { estimateCosts } from '../../sync/planner.ts'
import { wantBytes } from '../../sync/frames.ts'
import type { SyncAlternative } from './api.ts'

export interface AlternativesOptions {
  /** Members that were compared, and from the oldest to the newest of them in ms. */
  readonly size: number
  readonly spanMs: number
  /** Where they differ: members before the place, in it, and those of them that only one side had. */
  readonly places: ReadonlyArray<{ readonly rank: number, readonly count: number, readonly differing: number }>
  /** Of the differing ones, those that this side lacked. */
  readonly fetched: number
}

/** negentropy: a range is cut in sixteen, or listed where it has fewer than 32 ids. A fingerprint of 16 bytes with bound and mode is some 22. */
const negentropyBranching = 16
const negentropyListMax = 32
const negentropyRangeBytes = 22
const negentropyIdBytes = 32
/** Farcaster: by ten digits of the second; a child is a hash of 20 bytes, count, tags; up to 128 messages are listed by ids (bench/sync-merkle-walk.ts). */
const trieDigits = 10
const trieIdsMax = 128
const trieChildBytes = 26
const trieIdBytes = 36
const trieCallBytes = 6

export function alternativesTo ({ size, spanMs, places, fetched }: AlternativesOptions): SyncAlternative[] {
  const differing = places.reduce((sum, place) => sum + place.differing, 0)
  if (differing === 0 || size === 0) return []
  const wants = fetched * wantBytes
  const own = estimateCosts(size - fetched, size - differing + fetched, differing)

  /** How many of `nodes` equal parts of the set, in its order, hold a difference. */
  function touched (nodes: number): number {
    const whole = new Set<number>()
    let parts = 0
    for (const { rank, count, differing: some } of places) {
      const within = count * nodes / size
      if (within > 1) parts += within * (1 - (1 - 1 / within) ** some)
      else whole.add(Math.floor(rank * nodes / size))
    }
    return Math.min(nodes, parts + whole.size)
  }

  function negentropyBytes (): number {
    let bytes = 0
    let nodes = 1
    for (; size / nodes >= negentropyListMax; nodes *= negentropyBranching) bytes += touched(nodes) * negentropyBranching * negentropyRangeBytes
    // Both sides list what they have of it: the differing ones are listed once.
    return bytes + Math.max(differing, 2 * touched(nodes) * size / nodes - differing) * negentropyIdBytes
  }

  function trieBytes (): number {
    let bytes = fetched * trieIdBytes
    for (let depth = 0; ; depth++) {
      const nodesAt = (digits: number): number => Math.min(size, Math.max(1, spanMs / 1_000 / 10 ** (trieDigits - digits)))
      const nodes = nodesAt(depth)
      if (size / nodes <= trieIdsMax || depth === trieDigits) return bytes + touched(nodes) * (trieCallBytes + depth + size / nodes * trieIdBytes)
      bytes += touched(nodes) * (trieCallBytes + depth + Math.min(10, nodesAt(depth + 1) / nodes) * (trieChildBytes + depth + 1))
    }
  }

  const costs: Array<[SyncAlternative['by'], number]> =
    [['sketch', own.sketchBytes + wants], ['list', own.listBytes + wants], ['negentropy', negentropyBytes()], ['merkle-walk', trieBytes()]]
  return costs.map(([by, bytes]) => ({ by, bytes: Math.round(bytes), computed: true }))
}
