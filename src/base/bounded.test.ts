import { describe, expect, test } from 'vitest'
import { RecentMap, RecentSet, TokenBucket } from './bounded.ts'

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

describe('RecentMap', () => {
  test('forgets what was set longest ago, in order, whatever was deleted or set again, and says what', () => {
    const forgotten: string[] = []
    const map = new RecentMap<number, string>(3, (value) => { forgotten.push(value) })
    for (const key of [1, 2, 3]) map.set(key, String(key))
    map.set(1, 'one')
    map.set(4, '4')
    map.delete(3)
    map.set(5, '5')
    map.set(6, '6')
    map.set(7, '7')
    expect(forgotten).toEqual(['2', 'one', '4'])
    expect([1, 2, 3, 4, 5, 6, 7].filter(key => map.has(key))).toEqual([5, 6, 7])
    expect(map.get(6)).toBe('6')
  })

  test('goes on when it was emptied', () => {
    const map = new RecentMap<number, number>(1)
    for (let key = 0; key < 5; key += 1) {
      map.set(key, key)
      map.set(key + 100, key)
      map.delete(key + 100)
    }
    map.set(5, 5)
    map.set(6, 6)
    expect([map.size, map.get(6)]).toEqual([1, 6])
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
