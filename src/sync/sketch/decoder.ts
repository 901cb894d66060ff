/**
 * Finds the difference of two sets from their symbols (SPEC.md, S6; arXiv 2402.02668, section 4): symbols of one item give that item, which is taken
 * out of all its other symbols, and so on. Works in slices, goes on when more symbols come, and ends within bounds whatever the symbols are.
 *
 * Invariants: 1. Each symbol before `known` = theirs − ours − the items decoded so far. 2. Each symbol gives one item at most, so there are no more of
 * those than symbols. Honest symbols need no second time; one of several items that looks like one (once in 2¹⁶, and only if that one maps to it)
 * gives an item that is left over everywhere else with the other sign, is found there, and would otherwise be taken out and put back for ever.
 */
import { addItems, cellNumbers, checkedHigh, createPositions, createSymbols, growSymbols, symbolAfter } from './symbols.ts'
import { createShortIds } from './short-ids.ts'
import type { ShortIds } from './short-ids.ts'
import type { Symbols } from './symbols.ts'

export interface Decoder {
  /** Takes over theirs − ours for symbols [known, end); `ours` and `theirs` have all symbols before `end`. */
  extend (theirs: Symbols, ours: Symbols, end: number): void
  /** Takes out up to `items` items; whether there is nothing left to take out for now. */
  work (items: number): boolean
  /** What is left of the symbols taken over: theirs − ours − what was decoded. For reading. */
  readonly symbols: Symbols
  /** Symbols taken over. */
  readonly known: number
  /** Every symbol is empty: what was decoded is the whole difference. */
  readonly isDecoded: boolean
  readonly decoded: number
  /** Of those, how many more are theirs than ours. */
  readonly surplus: number
  /** Items that only they have, and that only we have. */
  result (): { readonly theirs: ShortIds, readonly ours: ShortIds }
}

export function createDecoder (): Decoder {
  const symbols = createSymbols(64)
  let items = createItems(64)
  let decoded = 0
  let surplus = 0
  let known = 0
  /** Symbols that have given their item. */
  let given = new Uint8Array(64)
  const queue: number[] = []

  function isPure (symbol: number): boolean {
    const { cells } = symbols
    const cell = symbol * cellNumbers
    const count = (cells[cell + 2] as number) & 0xff
    if (given[symbol] !== 0 || (count !== 1 && count !== 0xff)) return false
    const [low, high] = [cells[cell] as number, (cells[cell + 1] as number) >>> 16]
    return checkedHigh(low, high) === cells[cell + 1] && mapsTo(symbol, low, high)
  }

  function takeOut (symbol: number): void {
    const { cells } = symbols
    const cell = symbol * cellNumbers
    const [low, high, sign] = [cells[cell] as number, (cells[cell + 1] as number) >>> 16, ((cells[cell + 2] as number) & 0xff) === 1 ? 1 : -1]
    given[symbol] = 1
    if (decoded === items.low.length) items = longer(items)
    const item = decoded++
    items.low[item] = low
    items.high[item] = high
    items.sign[item] = sign
    surplus += sign
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
      given = grownTo(given, end)
      for (let number = known * cellNumbers; number < end * cellNumbers; number++) {
        const [their, our] = [theirs.cells[number] as number, ours.cells[number] as number]
        symbols.cells[number] = number % cellNumbers === 2 ? their - our : their ^ our
      }
      for (let item = 0; item < decoded; item++) addItems(symbols, items, items, item, item + 1, end, -(items.sign[item] as number))
      for (let symbol = known; symbol < end; symbol++) if (isPure(symbol)) queue.push(symbol)
      known = end
    },
    work (allowance) {
      for (let left = allowance; left > 0; left--) {
        const symbol = queue.pop()
        if (symbol === undefined) return true
        if (isPure(symbol)) takeOut(symbol)
      }
      return queue.length === 0
    },
    symbols,
    get known () { return known },
    get isDecoded () {
      // Every item maps to symbol 0, so nothing is left anywhere when nothing is left there.
      return known > 0 && symbols.cells[0] === 0 && symbols.cells[1] === 0 && ((symbols.cells[2] as number) & 0xff) === 0
    },
    get decoded () { return decoded },
    get surplus () { return surplus },
    result () {
      const side = (sign: number): ShortIds => {
        const chosen = Array.from({ length: decoded }, (_, item) => item).filter(item => items.sign[item] === sign)
        const ids = createShortIds(chosen.length)
        chosen.forEach((item, place) => {
          ids.low[place] = items.low[item] as number
          ids.high[place] = items.high[item] as number
        })
        return ids
      }
      return { theirs: side(1), ours: side(-1) }
    }
  }
}

/** Whether this item is one of those that symbol number `symbol` is made of. */
function mapsTo (symbol: number, low: number, high: number): boolean {
  let at = 0
  for (let step = 1; at < symbol; step++) at = symbolAfter(at, step, low, high)
  return at === symbol
}

function grownTo (marks: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (marks.length >= length) return marks
  const longer = new Uint8Array(length)
  longer.set(marks)
  return longer
}

interface Items extends ShortIds {
  readonly sign: Int8Array
  readonly next: Uint32Array
  readonly steps: Uint8Array
}

function createItems (capacity: number): Items {
  return { ...createShortIds(capacity), sign: new Int8Array(capacity), ...createPositions(capacity) }
}

function longer (items: Items): Items {
  const grown = createItems(items.low.length * 2)
  for (const name of ['low', 'high', 'sign', 'next', 'steps'] as const) grown[name].set(items[name])
  return grown
}
