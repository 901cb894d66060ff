import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBlockIndex } from './block-index.ts'

const keysOf = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 })

test('any keys, taken out and put in, are found as in a plain list', () => {
  fc.assert(fc.property(keysOf, keysOf, keysOf, (before, removed, wanted) => {
    const kept = before.filter(key => !removed.includes(key))
    const added = wanted.filter(key => !kept.includes(key))
    const index = createBlockIndex(before.toSorted((one, other) => one - other))
    index.replace(removed, added)
    const keys = [...kept, ...added].sort((one, other) => one - other)
    for (let event = 0; event <= 62; event += 1) {
      expect(index.covering(event)).toBe(keys.findLast(key => key <= event))
      expect(index.after(event)).toBe(keys.find(key => key > event))
      const start = Math.max(0, keys.findLastIndex(key => key <= event))
      expect(index.from(event, 4)).toEqual(keys.slice(start, start + 4))
    }
  }))
})
