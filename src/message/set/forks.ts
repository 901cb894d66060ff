/**
 * The members of one (author, signer, seq): the four lowest ids, then those that are exempt (set/SPEC.md, R4 and R5). The seq index names the first,
 * a map the next of each where there is one: few seqs are forked. The first four are sorted by id; what comes after them is a member only while it is exempt.
 *
 * Invariant: the first of a seq, once there is one, never leaves; only a lower id takes its place. For whoever leaves has four lower ones beside it.
 */
import { forkEvidenceMax, forksMax } from './limits.ts'
import { none } from './member-table.ts'
import { createSeqIndex } from './seq-index.ts'
import type { MemberTable } from './member-table.ts'
import type { Feed } from './feeds.ts'
import type { IdWords } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

export interface Forks {
  memoryBytes (): number
  /** The member of this seq with the lowest id, or `none`. */
  first (feed: Feed, seq: number): number
  /** The next member of the same seq, or `none`. */
  next (index: number): number
  /** Whether this id would be among the four lowest of its seq. */
  ranks (feed: Feed, seq: number, id: IdWords): boolean
  /** Lists a member; the one that it pushed out of the four lowest, or `none`. `first`: the first of its seq so far. */
  enter (index: number, feed: Feed, id: IdWords, first: number): number
  /** Unlists a member that is not among the four lowest. */
  leave (index: number, feed: Feed): void
  /** Whether a member is among the four lowest of its seq. */
  ranked (index: number, feed: Feed): boolean
  /** Up to `forkEvidenceMax` ids of one seq, the lowest first. */
  evidence (feed: Feed, seq: number): MessageId[]
  /** Up to `limit` members that have a next one, the newest forks. */
  some (limit: number): number[]
  /** Visits every member of a feed. */
  forEach (feed: Feed, visit: (index: number) => void): void
}

export function createForks (table: MemberTable): Forks {
  const seqs = createSeqIndex()
  const nextFork = new Map<number, number>()

  const first = (feed: Feed, seq: number): number => seqs.firstAt(feed.seqs, seq)
  const next = (index: number): number => nextFork.get(index) ?? none

  return {
    first, next,
    memoryBytes: () => seqs.memoryBytes(),
    ranks (feed, seq, id) {
      let index = first(feed, seq)
      for (let rank = 0; rank < forksMax; rank++) {
        if (index === none || table.isAbove(index, id)) return true
        index = next(index)
      }
      return false
    },
    enter (entering, feed, id, lowest) {
      let before = none
      let after = lowest
      let rank = 0
      for (; after !== none && rank < forksMax && !table.isAbove(after, id); after = next(after)) {
        before = after
        rank++
      }
      if (before === none) seqs.setFirstAt(feed.seqs, table.seqOf(entering), entering)
      else nextFork.set(before, entering)
      if (after === none) return none
      nextFork.set(entering, after)
      if (rank === forksMax) return none
      // The new one has place `rank`, `after` the next: the one that four others are before now is the one it pushed out.
      let fifth = after
      for (rank++; rank < forksMax && fifth !== none; rank++) fifth = next(fifth)
      return fifth
    },
    leave (leaving, feed) {
      for (let index = first(feed, table.seqOf(leaving)); index !== none; index = next(index)) {
        if (next(index) !== leaving) continue
        const after = next(leaving)
        if (after === none) nextFork.delete(index)
        else nextFork.set(index, after)
        nextFork.delete(leaving)
        return
      }
    },
    ranked (index, feed) {
      let ranked = first(feed, table.seqOf(index))
      for (let rank = 0; rank < forksMax && ranked !== none; rank++) {
        if (ranked === index) return true
        ranked = next(ranked)
      }
      return false
    },
    evidence (feed, seq) {
      const ids: MessageId[] = []
      for (let index = first(feed, seq); index !== none && ids.length < forkEvidenceMax; index = next(index)) ids.push(table.idOf(index))
      return ids
    },
    some: limit => [...nextFork.keys()].slice(-limit),
    forEach (feed, visit) {
      seqs.forEachFirst(feed.seqs, (index) => {
        for (let fork = index; fork !== none; fork = next(fork)) visit(fork)
      })
    }
  }
}
