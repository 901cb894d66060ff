import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairPool } from './fair-pool.ts'
import { hexOf, keyOf } from './fixtures/build.ts'
import type { MessageId } from '../types.ts'

const idOf = (name: string): MessageId => hexOf(name) as MessageId

function createPool (weightMax: number) {
  const evicted: string[] = []
  const pool = createFairPool<string>(weightMax, ({ item }) => evicted.push(item))
  const add = (sender: string, author: string, item: string, weight = 1): boolean =>
    pool.add({ id: idOf(item), sender, author: keyOf(author), weight, item })
  return { pool, evicted, add }
}

describe('the fair pool', () => {
  test('[R13] a sender that floods with invented authors evicts only its own', () => {
    const { pool, add } = createPool(100)
    for (let number = 0; number < 20; number++) add('honest', `friend ${number % 3}`, `honest ${number}`)
    for (let number = 0; number < 5_000; number++) add('flood', `invented ${number}`, `flood ${number}`)
    for (let number = 0; number < 20; number++) expect(pool.get(idOf(`honest ${number}`))).toBe(`honest ${number}`)
    expect(pool.size()).toBe(100)
  })

  test('[R13] who comes to a pool that one sender filled gets room, up to an equal share', () => {
    const { pool, add } = createPool(100)
    for (let number = 0; number < 100; number++) add('flood', `invented ${number}`, `flood ${number}`)
    for (let number = 0; number < 50; number++) expect(add('honest', 'friend', `honest ${number}`)).toBe(true)
    for (let number = 0; number < 50; number++) expect(pool.get(idOf(`honest ${number}`))).toBeDefined()
    expect(add('honest', 'friend', 'one too many')).toBe(false)
  })

  test('[R13] within one sender an author that floods is refused, and another is not', () => {
    const { pool, add } = createPool(10)
    for (let number = 0; number < 10; number++) expect(add('peer', 'loud', `loud ${number}`)).toBe(true)
    expect(add('peer', 'loud', 'louder')).toBe(false)
    expect(add('peer', 'quiet', 'quiet')).toBe(true)
    expect(pool.get(idOf('loud 0'))).toBeUndefined()
    expect(pool.get(idOf('quiet'))).toBe('quiet')
  })

  test('[R13] offering somebody\'s messages first does not make them a flooder\'s', () => {
    const { pool, add } = createPool(20)
    for (let number = 0; number < 5; number++) add('flood', 'friend', `shared ${number}`)
    for (let number = 0; number < 5; number++) add('honest', 'friend', `shared ${number}`)
    for (let number = 0; number < 500; number++) add('flood', `invented ${number}`, `flood ${number}`)
    for (let number = 0; number < 3; number++) expect(pool.get(idOf(`shared ${number}`))).toBeDefined()
  })

  test('[R13] never holds more than its limit, and forgets nothing without saying so', () => {
    const operation = fc.record({ sender: fc.nat(3), author: fc.nat(3), item: fc.nat(40), weight: fc.integer({ min: 1, max: 12 }), take: fc.boolean() })
    fc.assert(fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
      const { pool, evicted, add } = createPool(30)
      const model = new Map<string, number>()
      for (const { sender, author, item: number, weight, take } of operations) {
        const item = `item ${number}`
        if (take) {
          expect(pool.take(idOf(item))).toBe(model.has(item) ? item : undefined)
          model.delete(item)
          continue
        }
        const added = add(`sender ${sender}`, `author ${author}`, item, weight)
        for (const gone of evicted.splice(0)) model.delete(gone)
        if (added && !model.has(item)) model.set(item, weight)
        expect(pool.size()).toBe(model.size)
        expect([...model.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(30)
      }
    }))
  })
})
