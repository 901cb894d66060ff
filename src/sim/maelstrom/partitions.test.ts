import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { choosePartition } from './partitions.ts'

test('a partition cuts some pairs and not all, both ways alike', () => {
  const kinds = new Set<number>()
  for (let seed = 1; seed <= 40; seed += 1) {
    for (const nodes of [2, 3, 5, 25]) {
      const ids = Array.from({ length: nodes }, (_, index) => `n${index}`)
      const { blocked } = choosePartition(ids, createRandom(seed))
      const pairs = ids.flatMap((one, at) => ids.slice(at + 1).map(other => [one, other] as const))
      const cut = pairs.filter(([one, other]) => blocked(one, other))
      for (const [one, other] of pairs) expect(blocked(one, other)).toBe(blocked(other, one))
      if (nodes > 3) expect(cut.length).toBeGreaterThan(0)
      if (nodes > 2) expect(cut.length).toBeLessThan(pairs.length)
      for (const id of ids) expect(blocked(id, id)).toBe(false)
      if (nodes === 25) kinds.add(cut.length)
    }
  }
  // One alone, a third, halves, a ring.
  expect([...kinds].sort((one, other) => one - other)).toEqual([24, 136, 150, 156])
})
