import { expect, test } from 'vitest'
import fc from 'fast-check'
import { isSame } from './same.ts'

const value = fc.object({ maxDepth: 3 })
const answer = fc.record({ value, byName: fc.array(fc.tuple(fc.string(), value)).map(entries => new Map(entries)) })

test('answers that say the same are the same, copied or not', () => {
  fc.assert(fc.property(answer, (one) => { expect(isSame(one, structuredClone(one))).toBe(true) }))
})

test('a value that changed, is missing or is more makes another answer', () => {
  const one = { peers: [{ peerId: 'a', rttMs: 3 as number | null }], names: new Map([['a', { name: 'Ines' }]]) }
  expect(isSame(one, { ...one, peers: [{ peerId: 'a', rttMs: 4 }] })).toBe(false)
  expect(isSame(one, { ...one, peers: [{ peerId: 'a', rttMs: null }] })).toBe(false)
  expect(isSame(one, { ...one, peers: [] })).toBe(false)
  expect(isSame(one, { ...one, names: new Map([['a', { name: 'Ada' }]]) })).toBe(false)
  expect(isSame(one, { ...one, names: new Map([['b', { name: 'Ines' }]]) })).toBe(false)
  expect(isSame(one, { peers: one.peers })).toBe(false)
  expect(isSame({ peers: one.peers }, one)).toBe(false)
  expect(isSame([1], { 0: 1, length: 1 })).toBe(false)
  expect(isSame({ a: undefined }, { b: undefined })).toBe(false)
  expect(isSame(new Uint8Array(1), new Uint8Array(1)), 'bytes are not compared').toBe(false)
})
