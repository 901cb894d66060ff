import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { createUniverse } from '../fixtures/universe.ts'
import { createDecoder } from './decoder.ts'
import { createEstimator, estimateDifference, estimateItems } from './estimator.ts'
import { createShortIdHash } from './short-ids.ts'
import { createShortIdTable, wantedHigh, wholeHigh } from './short-id-table.ts'
import { readSymbols, writeSymbols } from './symbol-bytes.ts'
import { addItems, checkOf, createPositions, createSymbols, growSymbols, symbolAfter } from './symbols.ts'
import type { ShortIds } from './short-ids.ts'
import type { Symbols } from './symbols.ts'

const universe = createUniverse(12_000, createRandom(1).next, () => 0)

function shortIds (numbers: readonly number[], salt = 7): ShortIds {
  const ids = { low: new Int32Array(numbers.length), high: new Int32Array(numbers.length) }
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
  const decoder = createDecoder(end)
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
    for (const half of [low, high]) {
      for (let bit = 0; bit < 32; bit++) {
        const ones = half.reduce((sum, word) => sum + (word >>> bit & 1), 0)
        expect(Math.abs(ones - 6_000)).toBeLessThan(400) // seven standard deviations
      }
    }
  })

  test('[S5] one bit of the id changes about half of the bits of the short id', () => {
    const members = {
      ...universe.members,
      copyId (member: number, target: Uint8Array, offset: number) {
        target.fill(0, offset, offset + 32)
        if (member > 0) target[offset + (member - 1 >>> 3)] = 1 << (member - 1 & 7)
      }
    }
    const ids = { low: new Int32Array(257), high: new Int32Array(257) }
    createShortIdHash(new Uint8Array(8)).fill(members, Uint32Array.from(range(0, 257)), 0, 257, ids)
    const ones = (word: number): number => range(0, 32).filter(bit => (word >>> bit & 1) === 1).length
    const changed = range(1, 257).map(member => ones(ids.low[member]! ^ ids.low[0]!) + ones(ids.high[member]! ^ ids.high[0]!))
    expect(Math.min(...changed)).toBeGreaterThan(8)
    expect(changed.reduce((sum, bits) => sum + bits) / 256).toBeGreaterThan(28)
  })

  test('a table finds what was added and nothing else, whole or by five bytes', () => {
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
      const decoder = createDecoder(end)
      while (!decoder.isDecoded) {
        decoder.extend(theirs, ours, decoder.known + step)
        while (!decoder.work(3)) expect(decoder.isBroken).toBe(false)
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
      expect(Math.abs(found / expected - 1)).toBeLessThan(0.04)
    }
  })

  test('[S6] symbols that a liar made up end within bounds', () => {
    const cell = fc.tuple(fc.integer(), fc.integer(), fc.boolean(), fc.constantFrom(1, -1, 2, 0))
    fc.assert(fc.property(fc.array(cell, { minLength: 1, maxLength: 300 }), (cells) => {
      const theirs = createSymbols(cells.length)
      cells.forEach(([low, high, pure, count], symbol) => { theirs.cells.set([low, high, pure ? checkOf(low, high) : low, count], symbol * 4) })
      const decoder = createDecoder(cells.length)
      decoder.extend(theirs, createSymbols(cells.length), cells.length)
      let slices = 0
      while (!decoder.work(1)) slices++
      expect(slices).toBeLessThan(cells.length * 60)
      expect(decoder.decoded).toBeLessThanOrEqual(cells.length + 1)
    }), { numRuns: 300 })
  })

  test('[S6] an item that is in only one of its symbols would be taken out and put back for ever: that is broken', () => {
    const { low, high } = shortIds([5])
    const at = symbolAfter(0, 1, low[0]!, high[0]!)
    const theirs = createSymbols(at + 50)
    theirs.cells.set([low[0]!, high[0]!, checkOf(low[0]!, high[0]!), 1], at * 4)
    const decoder = createDecoder(at + 50)
    decoder.extend(theirs, createSymbols(at + 50), at + 50)
    expect(decoder.work(10_000)).toBe(true)
    expect([decoder.isBroken, decoder.isDecoded]).toEqual([true, false])
  })

  test('[Grammar] symbols come back from their bytes, frame by frame', () => {
    fc.assert(fc.property(fc.nat(2_000), fc.integer({ min: 20, max: 500 }), fc.integer({ min: 17, max: 900 }), (count, end, bytesMax) => {
      const symbols = symbolsOf(shortIds(range(0, count)), end)
      const read = createSymbols(end)
      for (let from = 0; from < end;) {
        const { bytes, next } = writeSymbols(symbols, count, from, end, bytesMax)
        expect(bytes.length).toBeLessThanOrEqual(bytesMax)
        expect(readSymbols(bytes, read, count, from, end)).toBe(next)
        from = next
      }
      expect(read.cells).toEqual(symbols.cells)
    }))
  })

  test('[S8] bytes that are no symbols, or too many, are refused', () => {
    const { bytes } = writeSymbols(symbolsOf(shortIds(range(0, 10)), 20), 10, 0, 20, 1_000)
    expect(readSymbols(bytes, createSymbols(20), 10, 0, 19)).toBeUndefined()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
      const next = readSymbols(junk, createSymbols(10), 10, 0, 10)
      expect(next === undefined || next <= 10).toBe(true)
    }))
    expect(readSymbols(bytes.subarray(0, -1), createSymbols(20), 10, 0, 20)).toBeUndefined()
  })
})

test('[S10] the estimate is near the difference, whatever is common', () => {
  for (const difference of [10, 100, 1_000]) {
    const estimates = range(0, 30).map((salt) => {
      const [ours, theirs] = [createEstimator(), createEstimator()]
      estimateItems(ours, shortIds(range(0, 5_000), salt), 0, 5_000)
      estimateItems(theirs, shortIds(range(difference, 5_000), salt), 0, 5_000 - difference)
      return estimateDifference(ours, theirs)
    })
    const mean = estimates.reduce((sum, estimate) => sum + estimate) / estimates.length
    expect(Math.abs(mean / difference - 1)).toBeLessThan(0.1)
    expect(Math.max(...estimates) / difference).toBeLessThan(1.5)
  }
})

test('room for more symbols keeps those that were made', () => {
  const symbols = symbolsOf(shortIds([1, 2]), 10)
  const before = [...symbols.cells]
  growSymbols(symbols, 20)
  expect([...symbols.cells].slice(0, 40)).toEqual(before)
})
