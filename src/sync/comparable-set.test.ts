import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everything } from './buckets.ts'
import { createRandom } from '../base/seeded-random.ts'
import { createUniverse } from './fixtures/universe.ts'
import { createComparableSet } from './comparable-set.ts'
import { createTree } from './tree/tree.ts'

const minuteMs = 60_000
const startMs = 1_790_000_000_000
const universe = createUniverse(200, createRandom(2).next, number => startMs + number * minuteMs, { namespaceOf: number => number % 10 === 0 ? 0 : 1 })

test('[S4] the tree holds what was published up to the moment, wherever the moment moves', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('settle' as const), minute: fc.integer({ min: -5, max: 210 }) }),
    fc.record({ type: fc.constant('toggle' as const), member: fc.nat(199) })
  )
  let excluded = 0
  fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const set = createComparableSet(universe.members)
    const present = new Set<number>()
    for (const next of [...steps, { type: 'settle' as const, minute: 100 }]) {
      if (next.type === 'toggle') {
        if (present.delete(next.member)) set.remove(next.member)
        else { present.add(next.member); set.add(next.member) }
        continue
      }
      const untilMs = startMs + next.minute * minuteMs
      set.settle(untilMs)
      const fresh = createTree(universe.members)
      for (const member of present) if (universe.members.timestampOf(member) <= untilMs) fresh.add(member)
      if (fresh.size < present.size) excluded++
      expect(set.tree.digest(everything)).toEqual(fresh.digest(everything))
      expect(set.tree.size).toBe(fresh.size)
    }
  }))
  expect(excluded).toBeGreaterThan(20)
})
