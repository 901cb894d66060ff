/**
 * Finds the difference of two sets from their symbols (SPEC.md, S6; arXiv 2402.02668, section 4): symbols of one item give that item, which is taken
 * out of all its other symbols, and so on. Works in slices, goes on when more symbols come, and ends within bounds whatever the symbols are.
 *
 * Invariants: 1. Each symbol before `known` = theirs − ours − the items decoded so far. 2. There are at most `symbolsMax` decoded items.
 */
import { addItems, cellNumbers, checkOf, createPositions, createSymbols, growSymbols, symbolAfter } from './symbols.ts'
import type { ShortIds } from './short-ids.ts'
import type { Symbols } from './symbols.ts'

export interface Decoder {
  /** Takes over theirs − ours for symbols [known, end); `ours` and `theirs` have all symbols before `end`. */
  extend (theirs: Symbols, ours: Symbols, end: number): void
  /** Takes out up to `items` items; whether there is nothing left to take out for now. */
  work (items: number): boolean
  /** Symbols taken over. */
  readonly known: number
  /** Every symbol is empty: what was decoded is the whole difference. */
  readonly isDecoded: boolean
  /** The symbols contradict themselves: nothing honest looks like that, and more of them will not help. */
  readonly isBroken: boolean
  readonly decoded: number
  /** Items that only they have, and that only we have. */
  result (): { readonly theirs: ShortIds, readonly ours: ShortIds }
}

/** `symbolsMax` bounds symbols and items. */
export function createDecoder (symbolsMax: number): Decoder {
  const symbols = createSymbols(64)
  let items = createItems(64)
  let decoded = 0
  let known = 0
  let isBroken = false
  const queue: number[] = []

  function isPure (symbol: number): boolean {
    const { cells } = symbols
    const cell = symbol * cellNumbers
    const count = cells[cell + 3]
    return (count === 1 || count === -1) && checkOf(cells[cell] as number, cells[cell + 1] as number) === cells[cell + 2]
  }

  function takeOut (symbol: number): void {
    const { cells } = symbols
    const cell = symbol * cellNumbers
    const [low, high, sign] = [cells[cell] as number, cells[cell + 1] as number, cells[cell + 3] as number]
    if (decoded === symbolsMax || decoded > known) {
      isBroken = true
      return
    }
    if (decoded === items.low.length) items = longer(items)
    const item = decoded++
    items.low[item] = low
    items.high[item] = high
    items.sign[item] = sign
    addItems(symbols, items, items, item, item + 1, known, -sign)
    for (let at = 0, step = 0; at < known;) {
      if (isPure(at)) queue.push(at)
      step++
      at = symbolAfter(at, step, low, high)
    }
  }

  return {
    extend (theirs, ours, end) {
      growSymbols(symbols, end)
      for (let number = known * cellNumbers; number < end * cellNumbers; number++) {
        const [their, our] = [theirs.cells[number] as number, ours.cells[number] as number]
        symbols.cells[number] = number % cellNumbers === 3 ? their - our : their ^ our
      }
      for (let item = 0; item < decoded; item++) addItems(symbols, items, items, item, item + 1, end, -(items.sign[item] as number))
      for (let symbol = known; symbol < end; symbol++) if (isPure(symbol)) queue.push(symbol)
      known = end
    },
    work (allowance) {
      for (let left = allowance; left > 0; left--) {
        const symbol = isBroken ? undefined : queue.pop()
        if (symbol === undefined) return true
        if (isPure(symbol)) takeOut(symbol)
      }
      return queue.length === 0 || isBroken
    },
    get known () { return known },
    get isDecoded () {
      // Every item maps to symbol 0, so nothing is left anywhere when nothing is left there.
      return known > 0 && !isBroken && symbols.cells.subarray(0, cellNumbers).every(number => number === 0)
    },
    get isBroken () { return isBroken },
    get decoded () { return decoded },
    result () {
      const side = (sign: number): ShortIds => {
        const chosen = Array.from({ length: decoded }, (_, item) => item).filter(item => items.sign[item] === sign)
        return { low: Int32Array.from(chosen, item => items.low[item] as number), high: Int32Array.from(chosen, item => items.high[item] as number) }
      }
      return { theirs: side(1), ours: side(-1) }
    }
  }
}

interface Items {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly sign: Int8Array
  readonly next: Uint32Array
  readonly steps: Uint8Array
}

function createItems (capacity: number): Items {
  return { low: new Int32Array(capacity), high: new Int32Array(capacity), sign: new Int8Array(capacity), ...createPositions(capacity) }
}

function longer (items: Items): Items {
  const grown = createItems(items.low.length * 2)
  for (const name of ['low', 'high', 'sign', 'next', 'steps'] as const) grown[name].set(items[name])
  return grown
}
