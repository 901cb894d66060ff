/**
 * Members by their numbers, for whoever keeps columns of its own beside the set's (set/SPEC.md, R18). A number stands for one member from its
 * `admitted` change, or from being restored, to its `displaced` change; afterwards it may stand for another. Numbers are small and dense, and others
 * after a restart. Nothing here allocates but the strings of ids.
 */
import { feedKeyBytes } from './feeds.ts'
import type { Membership } from './membership.ts'
import type { Standing } from './outcome.ts'
import type { Kind, MessageId, PublicKeyHex } from '../types.ts'

/** What is asked of a number that is not in use has no meaning, but for `seqOf`. */
export interface Members {
  /** The number of this member, −1 where there is none. */
  memberOf (id: MessageId): number
  idOf (member: number): MessageId
  /** Writes the 32 bytes of its id. */
  copyId (member: number, target: Uint8Array, offset: number): void
  /** Writes the id as eight words, the most significant byte first in each. */
  readId (member: number, words: Uint32Array): void
  kindOf (member: number): Kind
  authorOf (member: number): PublicKeyHex
  signerOf (member: number): PublicKeyHex
  /** From 1; 0 for a number that is not in use. */
  seqOf (member: number): number
  /** A small number for author and signer together; it keeps it as long as this set lives. */
  feedOf (member: number): number
  /** Feeds that there are; their numbers are below. */
  feedCount (): number
  /** Writes the 64 bytes of a feed's author and signer. */
  copyFeed (feed: number, target: Uint8Array, offset: number): void
  /** Up to `limit` members that share their seq with another one; those of the forks found last come last. */
  forked (limit: number): readonly number[]
  /** False for all but one of the members of a fork. */
  isFirstOfSeq (member: number): boolean
  standingOf (member: number): Standing
  hasBody (member: number): boolean
  /** The member that it names as the one before it, −1 where there is none, where that is no member, or where the name leads nowhere (R7). */
  previousOf (member: number): number
  /** The member with the lowest id among those with the highest seq of a feed: the head of the feed. */
  highestSeq (author: PublicKeyHex, signer: PublicKeyHex): MessageId | undefined
}

export function createMembers (membership: Membership): Members {
  const { table, standings } = membership
  return {
    memberOf: id => table.indexOf(id),
    idOf: member => table.idOf(member),
    copyId: (member, target, offset) => { table.copyId(member, target, offset) },
    readId: (member, words) => { table.readId(member, words) },
    kindOf: member => table.kindOf(member),
    authorOf: member => membership.feedOf(member).author.key,
    signerOf: member => membership.feedOf(member).signer,
    seqOf: member => table.seqOf(member),
    feedOf: member => table.feedOf(member),
    feedCount: () => membership.feedCount(),
    copyFeed (feed, target, offset) { target.set(feedKeyBytes(membership.feedByNumber(feed)), offset) },
    forked: limit => membership.forked(limit),
    isFirstOfSeq: member => membership.firstAt(membership.feedOf(member), table.seqOf(member)) === member,
    standingOf: member => standings.of(member),
    hasBody: member => !standings.isBodyless(member),
    previousOf: member => membership.previousOf(member),
    highestSeq (author, signer) {
      const feed = membership.find(author, signer)
      return feed === undefined || feed.seqEnd === 0 ? undefined : table.idOf(membership.highest(feed))
    }
  }
}
