/**
 * Chance that can be repeated: the same seeds give the same numbers on every machine. A small fast counter generator (sfc32), good enough
 * to choose what is tried and far from good enough for keys.
 */

export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  next: () => number
  /** A whole number from 0 to `end` − 1; `end` is at least 1 and at most 2³². */
  below: (end: number) => number
  /** True in `share` of the cases (0 to 1). */
  chance: (share: number) => boolean
  /** One of a list that is not empty. */
  pick: <T>(list: readonly T[]) => T
  /** Any bytes, a buffer of their own. */
  bytes: (length: number) => Uint8Array<ArrayBuffer>
}

/** Numbers that follow from whole numbers alone; two lists of seeds that differ anywhere give unrelated numbers. */
export function createRandom (...seeds: readonly number[]): Random {
  const state = new Uint32Array([0x243f6a88, 0x85a308d3, 0x13198a2e, 1])
  for (const seed of seeds) {
    // Seeds go up to 2⁵³: both halves count.
    for (const half of [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]) {
      state[0] = at(0) ^ half
      for (let round = 0; round < mixingRounds; round += 1) next()
    }
  }

  function at (index: 0 | 1 | 2 | 3): number {
    return state[index] ?? 0
  }

  function next (): number {
    const sum = (at(0) + at(1) + at(3)) >>> 0
    state[3] = at(3) + 1
    state[0] = at(1) ^ (at(1) >>> 9)
    state[1] = at(2) + (at(2) << 3)
    state[2] = ((at(2) << 21) | (at(2) >>> 11)) + sum
    return sum
  }

  const below = (end: number): number => Math.floor(next() / 2 ** 32 * end)
  return {
    next,
    below,
    chance: share => next() < share * 2 ** 32,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.')
      return list[below(list.length)] as T
    },
    bytes: (length) => {
      const bytes = new Uint8Array(length)
      for (let index = 0; index < length; index += 1) bytes[index] = next() >>> 24
      return bytes
    }
  }
}

/** After this many steps every bit of a seed has reached every bit of the state. */
const mixingRounds = 12
