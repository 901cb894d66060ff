import { describe, expect, test } from 'vitest'
import { wantBytes } from '../../sync/frames.ts'
import { alternativesTo } from './alternatives.ts'

const yearMs = 365 * 24 * 3_600_000
const million = 1_000_000

function bytesOf (places: Parameters<typeof alternativesTo>[0]['places'], fetched: number): Record<string, number> {
  return Object.fromEntries(alternativesTo({ size: million, spanMs: yearMs, places, fetched }).map(({ by, bytes }) => [by, bytes]))
}

describe('what other ways would have cost', () => {
  // Run for real, or walked over a real scene: bench sync --n 1000000.
  test.for([
    [100, 162_000, 238_000], [1_000, 1_350_000, 1_790_000], [10_000, 10_400_000, undefined]
  ] as const)('of %i scattered among a million: as measured, within a quarter', ([differing, negentropy, walk]) => {
    const bytes = bytesOf([{ rank: 0, count: million, differing }], differing / 2)
    expect(bytes['negentropy']! / negentropy).toBeGreaterThan(0.8)
    expect(bytes['negentropy']! / negentropy).toBeLessThan(1.25)
    if (walk === undefined) return
    expect(bytes['merkle-walk']! / walk).toBeGreaterThan(0.75)
    expect(bytes['merkle-walk']! / walk).toBeLessThan(1.25)
  })

  test('of the thousand newest: a cut by time finds them together', () => {
    const bytes = bytesOf(Array.from({ length: 10 }, (_, place) => ({ rank: million - 1_000 + place * 100, count: 100, differing: 100 })), 500)
    expect(bytes['negentropy']! / 34_000).toBeGreaterThan(0.8)
    expect(bytes['negentropy']! / 34_000).toBeLessThan(1.25)
  })

  test('of nothing there is none, and of all in a small set no more than all of it costs', () => {
    expect(alternativesTo({ size: 1_000, spanMs: yearMs, places: [], fetched: 0 })).toEqual([])
    const all = alternativesTo({ size: 10, spanMs: 1_000, places: [{ rank: 0, count: 10, differing: 10 }], fetched: 10 })
    expect(all).toContainEqual({ by: 'list', bytes: 10 * wantBytes, computed: true })
    expect(all).toContainEqual({ by: 'negentropy', bytes: 320, computed: true })
  })
})
