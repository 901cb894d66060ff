/**
 * Finds the number of an id: open addressing with linear probing. A slot holds a number and eight bits of the id's hash, so that a search looks at few ids that
 * are not the one it wants. It grows by little, and is then filled anew from the ids in the order of their numbers: no second copy is there meanwhile, and
 * memory is read in its order, which takes a tenth of the time that following the slots would.
 */
import { assert } from '../../base/errors.ts'
import { createIdWords } from './packed-ids.ts'
import type { IdWords, PackedIds } from './packed-ids.ts'

/** What a search says for "not there". */
export const none = -1

/** Numbers are below this: a slot has 24 bits for one more than the number. That many members are 900 MB, more than a tab is ever given. */
export const numberEnd = 2 ** 24 - 1

export interface IdIndex {
  memoryBytes (): number
  /** The number of this id, or `none`. */
  find (id: IdWords): number
  /** Adds an id under a number, to which `inUse` says no so far; false: it is there already, under its own. */
  add (id: IdWords, number: number): boolean
  /** Makes room for this many ids at once, so that adding them does not grow it again and again. */
  reserve (count: number): void
  /** Removes an id that is there. */
  remove (id: IdWords): void
}

const tagBits = 8
const tagMask = (1 << tagBits) - 1
const slotsAtStart = 1_024
/** At 0.75 a search for what is not there passes some eight slots, which lie side by side. */
const loadMax = 0.75
/** With `loadMax`, 5.3 to 7 bytes an id. Filling anew takes some 50 ms at a million ids, and all of it together 4 times as much as once. */
const growth = 1.3
/** Half of an id: nobody can grind 128 bits. */
const hashedWords = 4

/**
 * `inUse` says whether a number stands for an id now. `seed` is mixed into the hashes so that nobody can grind ids that collide: any number
 * a peer cannot guess.
 */
export function createIdIndex (ids: PackedIds, inUse: (number: number) => boolean, seed: number): IdIndex {
  /** 0: empty. */
  let slots = new Uint32Array(slotsAtStart)
  let size = 0
  let numbersEnd = 0
  const other = createIdWords()

  const hashOf = (id: IdWords): number => {
    let hash = seed
    for (let word = 0; word < hashedWords; word++) {
      hash = Math.imul(hash ^ (id[word] ?? 0), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash
  }

  /** Where a search for a hash begins. */
  const homeOf = (hash: number): number => Math.floor((hash >>> 0) * slots.length / 2 ** 32)
  const homeAt = (slot: number): number => homeOf(hashOf(ids.read(((slots[slot] ?? 0) >>> tagBits) - 1, other)))
  const after = (slot: number): number => slot + 1 === slots.length ? 0 : slot + 1
  const valueOf = (hash: number, number: number): number => (number + 1) << tagBits | (hash & tagMask)
  /** How many steps lead from one slot to another. */
  const distance = (from: number, to: number): number => to >= from ? to - from : to - from + slots.length

  /** The slot that holds this id, or the free one where it would go. */
  const slotOf = (id: IdWords, hash: number): number => {
    const tag = hash & tagMask
    for (let slot = homeOf(hash); ; slot = after(slot)) {
      const value = slots[slot] ?? 0
      if (value === 0 || ((value & tagMask) === tag && ids.equals((value >>> tagBits) - 1, id))) return slot
    }
  }

  const grow = (length: number): void => {
    slots = new Uint32Array(length)
    for (let number = 0; number < numbersEnd; number++) {
      if (!inUse(number)) continue
      const hash = hashOf(ids.read(number, other))
      let slot = homeOf(hash)
      while (slots[slot] !== 0) slot = after(slot)
      slots[slot] = valueOf(hash, number)
    }
  }

  /** Closes the gap that an emptied slot leaves in its run, so that no search stops early. */
  const closeGap = (emptied: number): void => {
    let gap = emptied
    for (let slot = after(gap); slots[slot] !== 0; slot = after(slot)) {
      if (distance(homeAt(slot), slot) < distance(gap, slot)) continue
      slots[gap] = slots[slot] ?? 0
      gap = slot
    }
    slots[gap] = 0
  }

  return {
    memoryBytes: () => slots.byteLength,
    find: id => ((slots[slotOf(id, hashOf(id))] ?? 0) >>> tagBits) - 1,
    add (id, number) {
      assert(number < numberEnd, 'a set has fewer than 16 million members')
      if (size + 1 > slots.length * loadMax) grow(Math.ceil(slots.length * growth))
      const hash = hashOf(id)
      const slot = slotOf(id, hash)
      if (slots[slot] !== 0) return false
      slots[slot] = valueOf(hash, number)
      size++
      numbersEnd = Math.max(numbersEnd, number + 1)
      return true
    },
    reserve (count) {
      const length = Math.ceil(Math.min(count, numberEnd) / loadMax)
      if (length > slots.length) grow(length)
    },
    remove (id) {
      size--
      closeGap(slotOf(id, hashOf(id)))
    }
  }
}
