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
})
