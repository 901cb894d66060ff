/**
 * Who came before whom: a member's link to the one that its header names, made as soon as both are members, whatever the order (set/SPEC.md, R7). A link
 * holds only inside one feed and from one seq to the seq below; any other `prev` leads nowhere for ever, for an id fixes feed and seq.
 *
 * Nearly every member follows the only one of the seq below, so links cost one bit: a member with `followsFirst` is linked to the first of the seq
 * below. Invariants: 1. Other links are in `links`, and none to a first one. 2. A member whose prev is not a member has it in `missing`.
 */
import { createIdNotes } from './id-notes.ts'
import { memberFlags, none } from './member-table.ts'
import { createIdWords } from './packed-ids.ts'
import type { Feed } from './feeds.ts'
import type { Forks } from './forks.ts'
import type { MemberTable } from './member-table.ts'
import type { IdWords } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

export interface Chains {
  memoryBytes (): number
  /** The member before this one, or `none`. */
  previousOf (index: number, feed: Feed): number
  /** A new member, listed among its forks: links those that name it to it. `first`: the first of its seq before it came. */
  enter (index: number, feed: Feed, id: IdWords, first: number): void
  /** Links a new member to the one before it. */
  follow (index: number, feed: Feed, previous: number): void
  /** The same by id, which may be no member yet. */
  seek (index: number, feed: Feed, previous: IdWords): void
  /** Unlinks a member that leaves. It is not the first of its seq. */
  leave (index: number, feed: Feed): void
  /** The id that this member waits for to be linked; undefined when it is linked or leads nowhere. */
  missing (index: number): MessageId | undefined
}

export function createChains (table: MemberTable, forks: Forks): Chains {
  const links = new Map<number, number>()
  const missing = createIdNotes()
  const leaving = createIdWords()
  const { followsFirst } = memberFlags

  /** The first of the members one seq above. */
  const firstAbove = (index: number, feed: Feed): number => forks.first(feed, table.seqOf(index) + 1)

  const link = (index: number, feed: Feed, previous: number): void => {
    if (forks.first(feed, table.seqOf(previous)) === previous) table.setFlag(index, followsFirst, true)
    else links.set(index, previous)
  }

  const follow: Chains['follow'] = (index, feed, previous) => {
    if (table.feedOf(previous) === feed.number && table.seqOf(previous) + 1 === table.seqOf(index)) link(index, feed, previous)
  }

  return {
    memoryBytes: () => missing.memoryBytes(),
    previousOf: (index, feed) => table.has(index, followsFirst) ? forks.first(feed, table.seqOf(index) - 1) : links.get(index) ?? none,
    enter (index, feed, id, first) {
      const becameFirst = first !== none && forks.first(feed, table.seqOf(index)) === index
      for (let above = firstAbove(index, feed); above !== none; above = forks.next(above)) {
        if (becameFirst && table.has(above, followsFirst)) {
          table.setFlag(above, followsFirst, false)
          links.set(above, first)
        } else if (missing.isNoted(above, id)) {
          missing.forget(above)
          link(above, feed, index)
        }
      }
    },
    follow,
    seek (index, feed, previous) {
      const found = table.find(previous)
      if (found === none) missing.note(index, previous)
      else follow(index, feed, found)
    },
    leave (index, feed) {
      table.readId(index, leaving)
      for (let above = firstAbove(index, feed); above !== none; above = forks.next(above)) {
        if (links.get(above) !== index) continue
        links.delete(above)
        missing.note(above, leaving)
      }
      links.delete(index)
      missing.forget(index)
    },
    missing: index => missing.noted(index)
  }
}
