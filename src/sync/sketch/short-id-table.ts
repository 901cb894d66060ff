/** Short ids as a set that answers quickly, also a million times (open addressing). Without the high parts it finds ids by their first four bytes. */

/** Bits of the high part that count: all of them, or those that `wants` carry (frames.ts, wantBytes). */
export const wholeHigh = 0xffff
export const wantedHigh = 0

export interface ShortIdTable {
  readonly size: number
  /** Adds an id; one that is there already is passed over. The low part is signed. */
  add (low: number, high: number): void
  /** The number of this id, in the order in which they were added; −1 when it is not there. */
  find (low: number, high: number): number
  lowOf (entry: number): number
  highOf (entry: number): number
}

/** Slots for each id: a quarter full at most, so that a search that finds nothing, as most do, ends at the first slot. */
const slotsPerId = 4
const sizeAtStart = 64

/** `seed`: any 32 bits that the peer does not know; without it, it could choose ids that all meet in one slot. */
export function createShortIdTable (highBits: number, seed: number): ShortIdTable {
  const factor = seed | 1
  let low = new Int32Array(sizeAtStart)
  let high = new Int32Array(sizeAtStart)
  let slots = new Int32Array(sizeAtStart * slotsPerId)
  /** Whether any id begins so: most of a million questions end here. */
  const beginnings = new Uint8Array(65_536)
  let size = 0

  /** Slots hold the entry + 1. */
  const slotOf = (wantedLow: number, wantedHigh: number): number => {
    const mask = slots.length - 1
    const mixed = Math.imul(wantedLow ^ seed ^ Math.imul(wantedHigh, 0x9e3779b1), factor)
    const stirred = Math.imul(mixed ^ mixed >>> 15, 0x85ebca6b)
    let slot = (stirred ^ stirred >>> 16) & mask
    for (;;) {
      const entry = slots[slot] as number
      if (entry === 0 || (low[entry - 1] === wantedLow && high[entry - 1] === wantedHigh)) return slot
      slot = (slot + 1) & mask
    }
  }

  const grow = (): void => {
    const [lows, highs] = [low, high]
    low = new Int32Array(size * 2)
    high = new Int32Array(size * 2)
    low.set(lows)
    high.set(highs)
    slots = new Int32Array(size * 2 * slotsPerId)
    for (let entry = 0; entry < size; entry++) slots[slotOf(low[entry] as number, high[entry] as number)] = entry + 1
  }

  return {
    get size () { return size },
    add (lowHalf, highHalf) {
      if (size === low.length) grow()
      const kept = highHalf & highBits
      const slot = slotOf(lowHalf, kept)
      if (slots[slot] !== 0) return
      beginnings[lowHalf >>> 16] = 1
      low[size] = lowHalf
      high[size] = kept
      slots[slot] = ++size
    },
    find: (lowHalf, highHalf) => beginnings[lowHalf >>> 16] === 0 ? -1 : (slots[slotOf(lowHalf, highHalf & highBits)] as number) - 1,
    lowOf: entry => low[entry] as number,
    highOf: entry => high[entry] as number
  }
}
