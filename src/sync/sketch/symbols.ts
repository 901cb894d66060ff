/**
 * Coded symbols of a rateless IBLT (SPEC.md, S6; arXiv 2402.02668, section 4): each is the XOR of the short ids that map to it, the XOR of their
 * checks, and their count. All items map to symbol 0, and to symbol i with probability 1 / (1 + i / 2). Counts are told and held against each other by their
 * last eight bits: those of what is left when nearly all is taken out are small.
 */
import type { ShortIds } from './short-ids.ts'

/** Numbers of one symbol in `cells`: the sum's 32 low bits; its 16 high ones, above the sum of checks; the count. Side by side, for a cache line. */
export const cellNumbers = 3

/** The symbols [0, capacity) of a set, as far as they were made. */
export interface Symbols {
  cells: Int32Array
}

export function createSymbols (capacity: number): Symbols {
  return { cells: new Int32Array(capacity * cellNumbers) }
}

/** Makes room for `capacity` symbols, and for as many again where it grows: symbols may come one by one. */
export function growSymbols (symbols: Symbols, capacity: number): void {
  if (symbols.cells.length >= capacity * cellNumbers) return
  const longer = new Int32Array(Math.max(capacity * cellNumbers, symbols.cells.length * 2))
  longer.set(symbols.cells)
  symbols.cells = longer
}

/**
 * The high part of a short id and, in the lower 16 bits, a second hash of all of it: for telling a symbol of one item from one whose items merely
 * cancelled. It is not linear, so sums do not keep it. 16 bits, because a symbol is also asked whether its item maps to it (decoder.ts).
 */
export function checkedHigh (low: number, high: number): number {
  const check = Math.imul(low ^ Math.imul(high, 0xc2b2ae35), 0x9e3779b1)
  return high << 16 | Math.imul(check ^ check >>> 15, 0x85ebca6b) >>> 16
}

/** Where every item is on its way through the symbols: the next one that it maps to, and how many came before. */
export interface Positions {
  readonly next: Uint32Array
  readonly steps: Uint8Array
}

export function createPositions (count: number): Positions {
  return { next: new Uint32Array(count), steps: new Uint8Array(count) }
}

/**
 * Adds items [from, end) to the symbols before `limit`, `sign` (1 or −1) times, going on from their positions. An item has about 2·ln(limit) symbols
 * before `limit`.
 */
export function addItems (symbols: Symbols, ids: ShortIds, positions: Positions, from: number, end: number, limit: number, sign: number): void {
  const { cells } = symbols
  const { low, high } = ids
  const { next, steps } = positions
  for (let item = from; item < end; item++) {
    let symbol = next[item] as number
    if (symbol >= limit) continue
    let step = steps[item] as number
    const l = low[item] as number
    const h = high[item] as number
    const checked = checkedHigh(l, h)
    while (symbol < limit) {
      const cell = symbol * cellNumbers
      cells[cell] = cells[cell] as number ^ l
      cells[cell + 1] = cells[cell + 1] as number ^ checked
      cells[cell + 2] = cells[cell + 2] as number + sign
      step++
      symbol = symbolAfter(symbol, step, l, h)
    }
    next[item] = symbol
    steps[item] = step
  }
}

/** Stands for all symbols that are too far away to ever be asked for. */
const symbolEnd = 2 ** 30
/** A jump this far goes there; shorter ones are whole numbers of 31 bits, which is what makes them quick. */
const distanceMax = 2 ** 29
/** Entries of the table for 1 / √u − 1: its steps show only at symbols beyond the ten-thousandth, where they do not matter. */
const jumpBits = 12
const jumps = Float64Array.from({ length: 1 << jumpBits }, (_, entry) => 1 / Math.sqrt((entry + 0.5) / (1 << jumpBits)) - 1)
/** Below this entry the curve is too steep for the table. */
const steepEntries = 16

/**
 * The symbol after `symbol` that this item maps to: the paper's jump (i + 1.5)·(1 / √u − 1), with u from a hash of the item and the number of
 * the step. Not from a chain of random numbers: so steps do not wait for one another, and the table spares a root and a division each.
 */
export function symbolAfter (symbol: number, step: number, low: number, high: number): number {
  let hash = Math.imul(low + Math.imul(step, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 15 ^ high, 0xc2b2ae35)
  hash ^= hash >>> 14
  const entry = hash >>> 32 - jumpBits
  const distance = (symbol + 1.5) * (entry >= steepEntries ? jumps[entry] as number : 65_536 / Math.sqrt((hash >>> 0) + 1) - 1)
  return distance < distanceMax ? symbol + 1 + (distance | 0) : symbolEnd
}
