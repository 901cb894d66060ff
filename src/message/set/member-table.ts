/**
 * The members of the set, packed: 32 bytes of id and 20 bytes of columns each, and an open-addressing index of 8 (set/SPEC.md, "Memory").
 * A member is a small number from `insert` to `remove`; numbers are used again. It knows no rule of the set.
 */
import { kinds } from '../types.ts'
import type { Kind, MessageId } from '../types.ts'

/** What `indexOf` and links say for "not there". */
export const none = -1

const idWords = 8
const capacityAtStart = 1024
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export interface Column {
  get (index: number): number
  set (index: number, value: number): void
}

export interface MemberTable {
  readonly size: number
  /** The member with this id, or `none`. */
  indexOf (id: MessageId): number
  idOf (index: number): MessageId
  kindOf (index: number): Kind
  /** Adds an id that is not there yet; its columns are 0, its links `none`. */
  insert (id: MessageId, feed: number, seq: number, kind: Kind): number
  remove (index: number): void
  readonly feed: Column
  readonly seq: Column
  /** Bits of standing.ts. */
  readonly flags: Column
  /** How many keepHead closures it is in. */
  readonly closures: Column
  /** The member that its header names as the one before it, or `none`. */
  readonly previous: Column
  /** The next member with the same author, signer and seq, or `none`. */
  readonly nextFork: Column
}

/** `seed` is mixed into the index so that nobody can grind ids that collide in it: any number a peer cannot guess. */
export function createMemberTable (seed: number): MemberTable {
  let capacity = capacityAtStart
  let ids = new Uint32Array(capacity * idWords)
  let slots = new Int32Array(capacity * 2).fill(none)
  const columns: GrowingColumn[] = []
  const freed: number[] = []
  const wanted = new Uint32Array(idWords)
  let used = 0
  let size = 0

  const column = (make: (length: number) => ColumnArray): GrowingColumn => {
    const created = createColumn(make, capacity)
    columns.push(created)
    return created
  }
  const feed = column(length => new Uint32Array(length))
  const seq = column(length => new Uint32Array(length))
  const kindNumber = column(length => new Uint8Array(length))
  const flags = column(length => new Uint8Array(length))
  const closures = column(length => new Uint16Array(length))
  const previous = column(length => new Int32Array(length))
  const nextFork = column(length => new Int32Array(length))

  const slotOfWords = (words: Uint32Array, offset: number): number => {
    let hash = seed
    for (let word = 0; word < idWords; word++) {
      hash = Math.imul(hash ^ (words[offset + word] ?? 0), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash & (slots.length - 1)
  }

  const matches = (index: number): boolean => {
    const offset = index * idWords
    for (let word = 0; word < idWords; word++) if (ids[offset + word] !== wanted[word]) return false
    return true
  }

  /** The slot that holds the id in `wanted`, or the free one where it would go. */
  const findSlot = (): number => {
    let slot = slotOfWords(wanted, 0)
    for (;;) {
      const index = slots[slot] ?? none
      if (index === none || matches(index)) return slot
      slot = (slot + 1) & (slots.length - 1)
    }
  }

  const grow = (): void => {
    capacity *= 2
    const moved = new Uint32Array(capacity * idWords)
    moved.set(ids)
    ids = moved
    for (const growing of columns) growing.grow(capacity)
    const indices = slots.filter(index => index !== none)
    slots = new Int32Array(capacity * 2).fill(none)
    for (const index of indices) {
      let slot = slotOfWords(ids, index * idWords)
      while (slots[slot] !== none) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = index
    }
  }

  /** Closes the gap that an emptied slot leaves in its run, so that no search stops early. */
  const closeGap = (emptied: number): void => {
    const mask = slots.length - 1
    let gap = emptied
    for (let slot = (gap + 1) & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot] ?? none
      if (index === none) break
      const home = slotOfWords(ids, index * idWords)
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        slots[gap] = index
        gap = slot
      }
    }
    slots[gap] = none
  }

  return {
    get size () { return size },
    indexOf (id) {
      readWords(id, wanted)
      return slots[findSlot()] ?? none
    },
    idOf: index => writeWords(ids, index * idWords),
    kindOf: index => kinds[kindNumber.get(index)] ?? 'post',
    insert (id, feedNumber, seqNumber, kind) {
      if (freed.length === 0 && used === capacity) grow()
      const index = freed.pop() ?? used++
      readWords(id, wanted)
      slots[findSlot()] = index
      ids.set(wanted, index * idWords)
      feed.set(index, feedNumber)
      seq.set(index, seqNumber)
      kindNumber.set(index, kinds.indexOf(kind))
      flags.set(index, 0)
      closures.set(index, 0)
      previous.set(index, none)
      nextFork.set(index, none)
      size++
      return index
    },
    remove (index) {
      wanted.set(ids.subarray(index * idWords, (index + 1) * idWords))
      closeGap(findSlot())
      freed.push(index)
      size--
    },
    feed, seq, flags, closures, previous, nextFork
  }
}

type ColumnArray = Uint8Array | Uint16Array | Uint32Array | Int32Array

interface GrowingColumn extends Column {
  grow (length: number): void
}

function createColumn (make: (length: number) => ColumnArray, length: number): GrowingColumn {
  let values = make(length)
  return {
    get: index => values[index] ?? 0,
    set (index, value) { values[index] = value },
    grow (longer) {
      const moved = make(longer)
      moved.set(values)
      values = moved
    }
  }
}

/** Hex to big-endian words. */
function readWords (id: MessageId, words: Uint32Array): void {
  for (let word = 0; word < idWords; word++) {
    let value = 0
    for (let digit = 0; digit < 8; digit++) {
      const code = id.charCodeAt(word * 8 + digit)
      value = (value << 4) | (code < 58 ? code - 48 : code - 87)
    }
    words[word] = value
  }
}

function writeWords (words: Uint32Array, offset: number): MessageId {
  let id = ''
  for (let word = 0; word < idWords; word++) {
    const value = words[offset + word] ?? 0
    for (let shift = 24; shift >= 0; shift -= 8) id += hexOfByte[(value >>> shift) & 0xff] ?? ''
  }
  return id as MessageId
}
