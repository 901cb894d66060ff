/**
 * The members of the set, packed: an id, a feed, and one word for seq, kind and flags each, and an index of the ids (set/SPEC.md, "Memory").
 * A member is a small number from `insert` to `remove`; numbers are used again. It knows no rule of the set.
 *
 * Here and in all that each message passes, functions and no getters: V8 keeps an object literal with a getter as a hash table, so every call of it is a
 * search that is never inlined.
 */
import { createColumn } from '../../base/column.ts'
import { kinds } from '../types.ts'
import type { Kind, MessageId } from '../types.ts'
import { createIdIndex, none } from './id-index.ts'
import { createIdWords, createPackedIds, readHex } from './packed-ids.ts'
import type { IdWords } from './packed-ids.ts'

export { none } from './id-index.ts'

/** One bit each. */
export const memberFlags = {
  /** It is a member by its header (R10). */
  bodyless: 1 << 20,
  barred: 1 << 21,
  removed: 1 << 22,
  /** The one before it is the first member of the seq below (chains.ts). */
  followsFirst: 1 << 23
} as const
export type MemberFlag = typeof memberFlags[keyof typeof memberFlags]

/** A seq is at most 100,000 (../limits.ts). */
const seqBits = 17
const seqMask = (1 << seqBits) - 1
const kindMask = 7

export interface MemberTable {
  size (): number
  /** One more than the highest number ever given. */
  end (): number
  memoryBytes (): number
  /** An id as words, good until this is called for another id. */
  wordsOf (id: MessageId): IdWords
  /** The member with this id, or `none`. */
  indexOf (id: MessageId): number
  find (id: IdWords): number
  idOf (index: number): MessageId
  /** Copies its id into `id`, and returns that. */
  readId (index: number, id: IdWords): IdWords
  /** Writes the 32 bytes of its id. */
  copyId (index: number, target: Uint8Array, offset: number): void
  isAbove (index: number, id: IdWords): boolean
  /** Its feed's number (feeds.ts). */
  feedOf (index: number): number
  /** From 1; 0 for a number that is not in use. */
  seqOf (index: number): number
  kindOf (index: number): Kind
  has (index: number, flag: MemberFlag): boolean
  setFlag (index: number, flag: MemberFlag, on: boolean): void
  /** Makes room for this many members at once. */
  reserve (count: number): void
  /** Adds a member without flags; `none`: the id is one already. */
  insert (id: IdWords, feed: number, seq: number, kind: Kind): number
  /** Its number is not given again, and `idOf` and `copyId` of it go on answering, before `release`. */
  remove (index: number): void
  /** Numbers of removed members may be given to others from now on. */
  release (): void
}

/** `seed`: see id-index.ts. */
export function createMemberTable (seed: number): MemberTable {
  const ids = createPackedIds()
  const feeds = createColumn(length => new Uint32Array(length))
  /** seq, kind and flags, from the lowest bit on. */
  const states = createColumn(length => new Uint32Array(length))
  const freed: number[] = []
  let leaving: number[] = []
  const index = createIdIndex(ids, number => states.get(number) !== 0, seed)
  const words = createIdWords()
  /** What `words` holds: an offer asks for the same id several times. */
  let wordsHold: MessageId | undefined
  const removing = createIdWords()
  let end = 0
  let size = 0

  const wordsOf = (id: MessageId): IdWords => {
    if (id === wordsHold) return words
    wordsHold = id
    return readHex(id, words)
  }

  return {
    size: () => size,
    end: () => end,
    memoryBytes: () => ids.memoryBytes() + index.memoryBytes() + feeds.memoryBytes() + states.memoryBytes(),
    wordsOf,
    indexOf: id => index.find(wordsOf(id)),
    find: id => index.find(id),
    idOf: number => ids.hexOf(number),
    readId: (number, id) => ids.read(number, id),
    copyId: (number, target, offset) => { ids.copy(number, target, offset) },
    isAbove: (number, id) => ids.isAbove(number, id),
    feedOf: number => feeds.get(number),
    seqOf: number => states.get(number) & seqMask,
    kindOf: number => kinds[(states.get(number) >>> seqBits) & kindMask] ?? 'post',
    has: (number, flag) => (states.get(number) & flag) !== 0,
    setFlag (number, flag, on) {
      const state = states.get(number)
      states.set(number, on ? state | flag : state & ~flag)
    },
    reserve: (count) => { index.reserve(count) },
    insert (id, feed, seq, kind) {
      const number = freed.at(-1) ?? end
      if (!index.add(id, number)) return none
      if (number === end) end++
      else freed.pop()
      ids.set(number, id)
      feeds.set(number, feed)
      states.set(number, seq | kinds.indexOf(kind) << seqBits)
      size++
      return number
    },
    remove (number) {
      index.remove(ids.read(number, removing))
      states.set(number, 0)
      leaving.push(number)
      size--
    },
    release () {
      if (leaving.length === 0) return
      for (const number of leaving) freed.push(number)
      leaving = []
    }
  }
}
