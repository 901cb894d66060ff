/**
 * Ordinary members by what a store noted of them, without reading and decoding each (set/SPEC.md, R17). It takes only what can change nothing
 * but itself: everything else it leaves to be offered in full.
 */
import { deviceSeqMax } from '../limits.ts'
import { memberFlags, none } from './member-table.ts'
import { createIdWords, readBytes } from './packed-ids.ts'
import { neverRemoved } from './removal.ts'
import { coversWithoutBody } from './scope.ts'
import type { Chains } from './chains.ts'
import type { Feed, Feeds } from './feeds.ts'
import type { Forks } from './forks.ts'
import type { MemberTable } from './member-table.ts'
import type { IdWords } from './packed-ids.ts'
import type { WatchedIds } from './watched-ids.ts'
import type { Kind, PublicKeyHex } from '../types.ts'

/** A feed to restore members of. Good as long as the set. */
export interface RestorableFeed {
  readonly number: number
}

/** What was noted of a member. One object may serve for all, for nothing of it is kept. */
export interface RestoredRow {
  /** Its id is the 32 bytes from `offset` on. */
  readonly ids: Uint8Array
  readonly offset: number
  readonly seq: number
  readonly kind: Kind
  readonly hasBody: boolean
  /** The message that its header names as the one before it: its member number, or the 32 bytes of its id where that is no member yet; undefined: none. */
  readonly previous: number | Uint8Array | undefined
}

export interface Restoring {
  /** Makes room for this many members at once: restoring a million takes a third less time. More or fewer may come. */
  reserve (members: number): void
  /** The feed, if its members may be restored: undefined as long as no signer-add of this signer is a member, and once it is revoked. */
  restoreFeed (author: PublicKeyHex, signer: PublicKeyHex): RestorableFeed | undefined
  /** Makes a live member of a row and gives its number; −1: it is no ordinary case, or a member already, and nothing was done. */
  restore (feed: RestorableFeed, row: RestoredRow): number
  /** Whether a member could be restored by its row alone, as things are now: so that whoever keeps no more of it loses nothing. */
  isOrdinary (member: number): boolean
}

export interface RestoringParts {
  readonly table: MemberTable
  readonly feeds: Feeds
  readonly forks: Forks
  readonly chains: Chains
  readonly watched: WatchedIds
  /** Lists a new member in its feed, whose seq had this first member so far, and links those that name it. */
  readonly list: (index: number, feed: Feed, id: IdWords, first: number) => void
}

export function createRestoring ({ table, feeds, forks, chains, watched, list }: RestoringParts): Restoring {
  const id = createIdWords()
  const named = createIdWords()

  const isOrdinary = (feed: Feed, seq: number, kind: Kind): boolean =>
    feed.revocation === undefined && coversWithoutBody(feed.coverage, kind) && !neverRemoved.has(kind) &&
    seq > 0 && seq <= deviceSeqMax && forks.first(feed, seq) === none

  return {
    isOrdinary (member) {
      const feed = feeds.byNumber(table.feedOf(member))
      const seq = table.seqOf(member)
      return feed.revocation === undefined && coversWithoutBody(feed.coverage, table.kindOf(member)) && !neverRemoved.has(table.kindOf(member)) &&
        seq > 0 && forks.next(forks.first(feed, seq)) === none && !watched.mayWatch(table.readId(member, id))
    },
    reserve: (members) => { table.reserve(members) },
    restoreFeed (author, signer) {
      const feed = feeds.find(author, signer)
      return feed?.coverage.known === true && feed.revocation === undefined ? { number: feed.number } : undefined
    },
    restore ({ number }, { ids, offset, seq, kind, hasBody, previous }) {
      const feed = feeds.byNumber(number)
      if (!isOrdinary(feed, seq, kind)) return none
      readBytes(ids, offset, id)
      // A watched one may be a remove's target or what a closure waits for.
      if (watched.mayWatch(id)) return none
      const index = table.insert(id, number, seq, kind)
      if (index === none) return none
      list(index, feed, id, none)
      if (typeof previous === 'number') chains.follow(index, feed, previous)
      else if (previous !== undefined) chains.seek(index, feed, readBytes(previous, 0, named))
      if (!hasBody) table.setFlag(index, memberFlags.bodyless, true)
      return index
    }
  }
}
