import { describe, expect, test } from 'vitest'
import { RecentSet, TokenBucket } from './bounded.ts'

describe('RecentSet', () => {
  test('forgets the oldest beyond its limit; adding again makes a member the newest', () => {
    const set = new RecentSet<number>(2)
    set.add(1)
    set.add(2)
    set.add(1)
    set.add(3)
    expect([1, 2, 3].map(member => set.has(member))).toEqual([true, false, true])
    expect(set.size).toBe(2)
  })
})

describe('TokenBucket', () => {
  test('allows a burst, then its rate, and saves up no more than the burst', () => {
    const bucket = new TokenBucket(10, 3)
    const taken = (atMs: number): number => Array.from({ length: 5 }, () => bucket.take(atMs)).filter(Boolean).length
    expect(taken(1_000)).toBe(3)
    expect(taken(1_000)).toBe(0)
    expect(taken(1_200)).toBe(2)
    expect(taken(100_000)).toBe(3)
  })

  test('a clock that is set back gives no tokens, and its time is the bucket\'s from then on', () => {
    const bucket = new TokenBucket(10, 1)
    expect(bucket.take(3_600_000)).toBe(true)
    expect(bucket.take(0)).toBe(false)
    expect(bucket.take(50)).toBe(false)
    expect(bucket.take(100)).toBe(true)
  })
})
