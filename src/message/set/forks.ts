/**
 * The members of one (author, signer, seq): the four lowest ids, then those that are exempt (set/SPEC.md, R4 and R5). A list through the
 * member table's `nextFork`, whose first four are sorted by id; what comes after them is a member only while it is exempt.
 */
import { forkEvidenceMax, forksMax } from './limits.ts'
import { none } from './member-table.ts'
import { firstAt, forEachFirst, setFirstAt } from './seq-index.ts'
import type { MemberTable } from './member-table.ts'
import type { Feed } from './feeds.ts'
import type { MessageId } from '../types.ts'

export interface Forks {
  /** Whether this id would be among the four lowest of its seq. */
  ranks (feed: Feed, seq: number, id: MessageId): boolean
  /** Lists a member; the one that it pushed out of the four lowest, or `none`. */
  enter (index: number, id: MessageId): number
  /** Unlists a member that is not among the four lowest. */
  leave (index: number): void
  /** Whether a member is among the four lowest of its seq. */
  ranked (index: number): boolean
  /** Whether a seq has more than one member. */
  isForked (feed: Feed, seq: number): boolean
  /** Up to `forkEvidenceMax` ids of one seq, the lowest first. */
  evidence (feed: Feed, seq: number): MessageId[]
  /** Every member of one seq. */
  at (feed: Feed, seq: number): Generator<number>
  /** Visits every member of a feed. */
  forEach (feed: Feed, visit: (index: number) => void): void
}

export function createForks (table: MemberTable, feedOf: (index: number) => Feed): Forks {
  const { nextFork, seq: seqs } = table

  /** How many of the four lowest are below `id`, and the last of them. */
  const place = (feed: Feed, seq: number, id: MessageId): { below: number, last: number } => {
    let below = 0
    let last = none
    for (let index = firstAt(feed.seqs, seq); index !== none && below < forksMax; index = nextFork.get(index)) {
      if (table.idOf(index) > id) break
      last = index
      below++
    }
    return { below, last }
  }

  return {
    ranks: (feed, seq, id) => place(feed, seq, id).below < forksMax,
    enter (entering, id) {
      const feed = feedOf(entering)
      const seq = seqs.get(entering)
      const { below, last } = place(feed, seq, id)
      if (last === none) {
        nextFork.set(entering, firstAt(feed.seqs, seq))
        setFirstAt(feed.seqs, seq, entering)
      } else {
        nextFork.set(entering, nextFork.get(last))
        nextFork.set(last, entering)
      }
      if (below === forksMax) return none
      let index = firstAt(feed.seqs, seq)
      for (let rank = 0; rank < forksMax && index !== none; rank++) index = nextFork.get(index)
      return index
    },
    leave (leaving) {
      const feed = feedOf(leaving)
      for (let index = firstAt(feed.seqs, seqs.get(leaving)); index !== none; index = nextFork.get(index)) {
        if (nextFork.get(index) === leaving) {
          nextFork.set(index, nextFork.get(leaving))
          return
        }
      }
    },
    ranked (index) {
      let ranked = firstAt(feedOf(index).seqs, seqs.get(index))
      for (let rank = 0; rank < forksMax && ranked !== none; rank++) {
        if (ranked === index) return true
        ranked = nextFork.get(ranked)
      }
      return false
    },
    isForked (feed, seq) {
      const first = firstAt(feed.seqs, seq)
      return first !== none && nextFork.get(first) !== none
    },
    evidence (feed, seq) {
      const ids: MessageId[] = []
      for (let index = firstAt(feed.seqs, seq); index !== none && ids.length < forkEvidenceMax; index = nextFork.get(index)) ids.push(table.idOf(index))
      return ids
    },
    * at (feed, seq) {
      for (let index = firstAt(feed.seqs, seq); index !== none; index = nextFork.get(index)) yield index
    },
    forEach (feed, visit) {
      forEachFirst(feed.seqs, (first) => {
        for (let index = first; index !== none; index = nextFork.get(index)) visit(index)
      })
    }
  }
}
