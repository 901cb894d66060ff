import { expect, test } from 'vitest'
import { createBlockCache } from './block-cache.ts'

test('it keeps as many bytes as it may, those used last', () => {
  const cache = createBlockCache(3_000)
  for (const key of [1, 2, 3]) cache.add(key, new Uint8Array(1_000).fill(key))
  cache.get(1)
  cache.add(4, new Uint8Array(900))
  expect([1, 2, 3, 4].filter(key => cache.get(key) != null)).toEqual([1, 3, 4])
  cache.add(5, new Uint8Array(2_500))
  expect([1, 2, 3, 4, 5].filter(key => cache.get(key) != null)).toEqual([5])
  cache.add(6, new Uint8Array(4_000))
  expect([5, 6].filter(key => cache.get(key) != null)).toEqual([])
})

test('what is replaced or removed is given no more, and takes no room', () => {
  const cache = createBlockCache(2_000)
  cache.add(1, new Uint8Array(1_000).fill(1))
  cache.add(1, new Uint8Array(1_000).fill(2))
  expect(cache.get(1)).toEqual(new Uint8Array(1_000).fill(2))
  cache.remove(1)
  cache.remove(1)
  expect(cache.get(1)).toBeUndefined()
  cache.add(2, new Uint8Array(1_000))
  cache.add(3, new Uint8Array(1_000))
  expect([2, 3].filter(key => cache.get(key) != null)).toEqual([2, 3])
})

test('many tiny blocks are bounded too', () => {
  const cache = createBlockCache(25_600)
  for (let key = 1; key <= 1_000; key += 1) cache.add(key, new Uint8Array(1))
  expect(Array.from({ length: 1_000 }, (_, index) => cache.get(index + 1)).filter(block => block != null)).toHaveLength(100)
})
