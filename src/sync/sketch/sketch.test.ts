import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { createUniverse } from '../fixtures/universe.ts'
import { createDecoder } from './decoder.ts'
import { countersFor, countersIn, createEstimator, estimateDifference, estimateFromSymbols, estimateItems, writeCounters } from './estimator.ts'
import { createShortIdHash, createShortIds } from './short-ids.ts'
import { createShortIdTable, wantedHigh, wholeHigh } from './short-id-table.ts'
import { readSymbols, symbolBytes, writeSymbols } from './symbol-bytes.ts'
import { addItems, checkedHigh, createPositions, createSymbols, growSymbols, symbolAfter } from './symbols.ts'
import type { ShortIds } from './short-ids.ts'
import type { Symbols } from './symbols.ts'

const universe = createUniverse(12_000, createRandom(1).next, () => 0)

function shortIds (numbers: readonly number[], salt = 7): ShortIds {
  const ids = createShortIds(numbers.length)
  createShortIdHash(new Uint8Array(8).fill(salt)).fill(universe.members, Uint32Array.from(numbers), 0, numbers.length, ids)
  return ids
}

function symbolsOf (ids: ShortIds, end: number): Symbols {
  const symbols = createSymbols(end)
  addItems(symbols, ids, createPositions(ids.low.length), 0, ids.low.length, end, 1)
  return symbols
}

const range = (from: number, end: number): number[] => Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index)
const textOf = ({ low, high }: ShortIds): string[] => Array.from(low, (half, item) => `${half} ${high[item] ?? 0}`).sort()

/** Symbols until the difference of two sets is decoded. */
function needed (onlyTheirs: readonly number[], onlyOurs: readonly number[], salt: number, step: number): number {
  const end = 4 * (onlyTheirs.length + onlyOurs.length) + 40
  const [theirs, ours] = [symbolsOf(shortIds(onlyTheirs, salt), end), symbolsOf(shortIds(onlyOurs, salt), end)]
  const decoder = createDecoder()
  while (!decoder.isDecoded) {
    expect(decoder.known + step).toBeLessThanOrEqual(end)
    decoder.extend(theirs, ours, decoder.known + step)
    decoder.work(Infinity)
  }
  return decoder.known
}

describe('short ids', () => {
  test('[S5] depend on the salt, and all their bits are used evenly', () => {
    const { low, high } = shortIds(range(0, 12_000))
    expect(new Set(textOf({ low, high })).size).toBe(12_000)
    expect(textOf(shortIds([1, 2, 3], 8))).not.toEqual(textOf(shortIds([1, 2, 3], 9)))
    for (const [part, bits] of [[[...low], 32], [[...high], 16]] as const) {
      for (let bit = 0; bit < bits; bit++) {
        const ones = part.reduce((sum, word) => sum + (word >>> bit & 1), 0)
        expect(Math.abs(ones - 6_000)).toBeLessThan(400) // seven standard deviations
      }
    }
  })

  test('[S5] one bit of the id changes about half of the bits of the short id', () => {
    const members = {
      ...universe.members,
      readId (member: number, words: Uint32Array) {
        words.fill(0)
        if (member > 0) words[member - 1 >>> 5] = 1 << (member - 1 & 31)
      }
    }
    const ids = createShortIds(257)
    createShortIdHash(new Uint8Array(8)).fill(members, Uint32Array.from(range(0, 257)), 0, 257, ids)
    const ones = (word: number): number => range(0, 32).filter(bit => (word >>> bit & 1) === 1).length
    const changed = range(1, 257).map(member => ones(ids.low[member]! ^ ids.low[0]!) + ones(ids.high[member]! ^ ids.high[0]!))
    expect(Math.min(...changed)).toBeGreaterThan(5)
    expect(changed.reduce((sum, bits) => sum + bits) / 256).toBeGreaterThan(21)
  })

  test('a table finds what was added and nothing else, whole or by four bytes', () => {
    const ids = shortIds(range(0, 5_000))
    for (const bits of [wholeHigh, wantedHigh]) {
      const table = createShortIdTable(bits, 0xdeadbeef)
      for (let item = 0; item < 5_000; item += 2) table.add(ids.low[item]!, ids.high[item]!)
      for (let item = 0; item < 5_000; item++) expect(table.find(ids.low[item]!, ids.high[item]!)).toBe(item % 2 === 0 ? item / 2 : -1)
      table.add(ids.low[0]!, ids.high[0]!)
      expect(table.size).toBe(2_500)
    }
  })
})

describe('the sketch', () => {
  test('[S6] any difference decodes, whatever is common, in whatever portions symbols come', () => {
    const side = fc.nat(150)
    fc.assert(fc.property(side, side, fc.nat(300), fc.integer({ min: 1, max: 40 }), fc.nat(200), (mine, yours, common, step, salt) => {
      const [shared, ourNumbers, theirNumbers] = [range(0, common), range(1_000, 1_000 + mine), range(2_000, 2_000 + yours)]
      const end = 5 * (mine + yours) + 200
      const theirs = symbolsOf(shortIds([...shared, ...theirNumbers], salt), end)
      const ours = symbolsOf(shortIds([...ourNumbers, ...shared], salt), end)
      const decoder = createDecoder()
      while (!decoder.isDecoded) {
        expect(decoder.known + step).toBeLessThanOrEqual(end)
        decoder.extend(theirs, ours, decoder.known + step)
        for (let slices = 0; !decoder.work(3); slices++) expect(slices).toBeLessThan(end)
      }
      expect(textOf(decoder.result().theirs)).toEqual(textOf(shortIds(theirNumbers, salt)))
      expect(textOf(decoder.result().ours)).toEqual(textOf(shortIds(ourNumbers, salt)))
    }), { numRuns: 60 })
  })

  test('[S6] it needs as few symbols as the published curve: at most 1.45 an item from 1,000 on', () => {
    const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number) / numbers.length
    expect(mean(range(0, 10).map(salt => needed(range(0, 500), range(500, 1_000), salt, 5) / 1_000))).toBeLessThan(1.45)
    expect(mean(range(0, 3).map(salt => needed(range(0, 10_000), [], salt, 50) / 10_000))).toBeLessThan(1.4)
    expect(mean(range(0, 40).map(salt => needed(range(0, 50), range(50, 100), salt, 1) / 100))).toBeLessThan(1.6)
  })

  test('[S6] an item maps to symbol i with probability 1 / (1 + i / 2)', () => {
    const { low, high } = shortIds(range(0, 12_000))
    const hits = new Uint32Array(2_000)
    for (let item = 0; item < 12_000; item++) {
      for (let symbol = 0, step = 1; symbol < hits.length; symbol = symbolAfter(symbol, step++, low[item]!, high[item]!)) hits[symbol]! += 1
    }
    for (const [from, end] of [[0, 1], [1, 2], [2, 3], [5, 10], [100, 200], [1_000, 2_000]] as const) {
      const expected = range(from, end).reduce((sum, symbol) => sum + 12_000 / (1 + symbol / 2), 0)
      const found = range(from, end).reduce((sum, symbol) => sum + hits[symbol]!, 0)
      // The jump is the paper's approximation: it meets symbol 1 with 0.64 instead of 0.67.
      expect(Math.abs(found / expected - 1)).toBeLessThan(0.06)
    }
  })

  test('[S6] symbols that a liar made up end within bounds', () => {
    const cell = fc.tuple(fc.integer(), fc.nat(65_535), fc.boolean(), fc.constantFrom(1, -1, 2, 0))
    fc.assert(fc.property(fc.array(cell, { minLength: 1, maxLength: 300 }), (cells) => {
      const theirs = createSymbols(cells.length)
      cells.forEach(([low, high, pure, count], symbol) => { theirs.cells.set([low, pure ? checkedHigh(low, high) : high, count], symbol * 3) })
      const decoder = createDecoder()
      decoder.extend(theirs, createSymbols(cells.length), cells.length)
      let slices = 0
      while (!decoder.work(1)) slices++
      expect(slices).toBeLessThan(cells.length * 60)
      expect(decoder.decoded).toBeLessThanOrEqual(cells.length)
    }), { numRuns: 300 })
  })

  test('[S6] an item that is in only one of its symbols would be taken out and put back for ever: a symbol gives only one item', () => {
    const { low, high } = shortIds([5])
    const at = symbolAfter(0, 1, low[0]!, high[0]!)
    const theirs = createSymbols(at + 50)
    theirs.cells.set([low[0]!, checkedHigh(low[0]!, high[0]!), 1], at * 3)
    const decoder = createDecoder()
    decoder.extend(theirs, createSymbols(at + 50), at + 50)
    expect(decoder.work(10_000)).toBe(true)
    expect(decoder.decoded).toBeLessThan(20)
  })

  test('[Grammar] symbols come back from their bytes, frame by frame', () => {
    fc.assert(fc.property(fc.nat(2_000), fc.integer({ min: 20, max: 500 }), fc.integer({ min: 1, max: 90 }), (count, end, step) => {
      const symbols = symbolsOf(shortIds(range(0, count)), end)
      const read = createSymbols(end)
      for (let from = 0; from < end; from += step) {
        const bytes = writeSymbols(symbols, from, Math.min(end, from + step))
        expect(bytes.length).toBe(Math.min(step, end - from) * symbolBytes)
        readSymbols(bytes, read, from)
      }
      // Of a count, the last eight bits.
      for (let number = 0; number < end * 3; number++) {
        const whole = symbols.cells[number]!
        expect(read.cells[number]).toBe(number % 3 === 2 ? whole & 0xff : whole)
      }
    }))
  })

  test('[S6] a symbol of several items that looks like one does no harm', () => {
    // About one set of a thousand this size has such a symbol, with a check of 16 bits; two thousand of them are decoded elsewhere (bench). Here it is made.
    const { low, high } = shortIds(range(0, 60))
    const end = 200
    const theirs = symbolsOf({ low, high }, end)
    const [false1, false2] = [12_345, 678]
    const bogus = symbolsOf({ low: Int32Array.of(false1), high: Uint16Array.of(false2) }, end)
    // Left over everywhere, with the other sign, but in the symbol that looked like it.
    const symbol = symbolAfter(0, 1, false1, false2)
    const decoder = createDecoder()
    for (let number = 0; number < theirs.cells.length; number++) {
      if (Math.floor(number / 3) === symbol) continue
      theirs.cells[number] = number % 3 === 2 ? theirs.cells[number]! - bogus.cells[number]! : theirs.cells[number]! ^ bogus.cells[number]!
    }
    decoder.extend(theirs, createSymbols(end), end)
    decoder.work(Infinity)
    expect(decoder.decoded).toBeLessThan(end)
    expect(new Set(textOf(decoder.result().theirs)).size).toBeGreaterThanOrEqual(50)
  })
})

test('[S10] the estimate is near the difference, whatever is common', () => {
  for (const difference of [10, 100, 1_000]) {
    const estimates = range(0, 30).map((salt) => {
      const [ours, theirs] = [createEstimator(countersFor(difference)), createEstimator(countersFor(difference))]
      estimateItems(ours, shortIds(range(0, 5_000), salt), 0, 5_000)
      estimateItems(theirs, shortIds(range(difference, 5_000), salt), 0, 5_000 - difference)
      const bytes = writeCounters(theirs)
      expect(countersIn(bytes.length)).toBe(ours.length)
      return estimateDifference(ours, bytes).differences
    })
    const mean = estimates.reduce((sum, estimate) => sum + estimate) / estimates.length
    expect(Math.abs(mean / difference - 1)).toBeLessThan(0.1)
    expect(Math.max(...estimates) / difference).toBeLessThan(1.5)
  }
})

test('[S10] the opening symbols tell roughly how much differs, also where most of it is on one side', () => {
  for (const [mine, yours] of [[100, 100], [1_000, 1_000], [0, 500]] as const) {
    const estimates = range(0, 40).map((salt) => {
      const decoder = createDecoder()
      decoder.extend(symbolsOf(shortIds(range(0, yours), salt), 24), symbolsOf(shortIds(range(5_000, 5_000 + mine), salt), 24), 24)
      return estimateFromSymbols(decoder.symbols, 24, yours - mine).differences
    })
    const mean = estimates.reduce((sum, estimate) => sum + estimate) / estimates.length
    expect(Math.abs(mean / (mine + yours) - 1)).toBeLessThan(0.35)
  }
})

test('[S10] counters that say nothing, and those of equal sets, are answered with numbers', () => {
  const counters = createEstimator(64)
  expect(estimateDifference(counters, writeCounters(counters))).toEqual({ differences: 0, error: 1 })
  fc.assert(fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (bytes) => {
    const { differences, error } = estimateDifference(counters, bytes)
    expect(differences).toBeGreaterThanOrEqual(0)
    expect(differences).toBeLessThan(1_000)
    expect(error).toBeGreaterThanOrEqual(0)
  }))
})

test('room for more symbols keeps those that were made', () => {
  const symbols = symbolsOf(shortIds([1, 2]), 10)
  const before = [...symbols.cells]
  growSymbols(symbols, 20)
  expect([...symbols.cells].slice(0, 30)).toEqual(before)
})
