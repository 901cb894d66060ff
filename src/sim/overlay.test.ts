import { describe, expect, test } from 'vitest'
import { createRandom } from '../base/seeded-random.ts'
import { createOverlay } from './overlay.ts'

describe('an overlay', () => {
  test.each([3, 10, 100])('of %i hubs connects all of them, each by about its degree', (hubs) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const pairs = createOverlay(hubs, 6, createRandom(seed))
      const reached = new Set([0])
      for (let before = 0; before < reached.size;) {
        before = reached.size
        for (const [one, other] of pairs) if (reached.has(one) || reached.has(other)) reached.add(one).add(other)
      }
      expect(reached.size).toBe(hubs)
      expect(pairs.length).toBeLessThanOrEqual(3 * hubs)
      for (const [one, other] of pairs) expect(one).toBeLessThan(other)
    }
  })

  test('in which hub 0 is besieged gives it one honest neighbour, the last, and all that are hostile, who have no other', () => {
    const pairs = createOverlay(9, 'besieged', createRandom(1), 5)
    expect(pairs.filter(pair => pair.includes(0))).toEqual([[0, 5], [0, 6], [0, 7], [0, 8], [0, 1]])
    const others = pairs.filter(pair => !pair.includes(0))
    expect(new Set(others.flat())).toEqual(new Set([1, 2, 3, 4]))
  })
})
