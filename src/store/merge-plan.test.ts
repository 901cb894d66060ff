import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMergePlan } from './merge-plan.ts'

/** The runs that come of blocks of these sizes; their keys are 0, 1, 2 … */
function runsOf (sizes: readonly number[], blockBytes: number): (readonly number[])[] {
  const plan = createMergePlan(blockBytes)
  const runs: (readonly number[])[] = []
  sizes.forEach((bytes, key) => {
    plan.add(key, bytes)
    for (let run = plan.takeDue(); run != null; run = plan.takeDue()) runs.push(run)
  })
  return runs
}

test('small neighbours are due when they add up to a block, or when a large one ends the run', () => {
  expect(runsOf([40, 30, 20], 100)).toEqual([])
  expect(runsOf([40, 30, 30, 10], 100)).toEqual([[0, 1, 2]])
  expect(runsOf([10, 20, 80, 10], 100)).toEqual([[0, 1]])
  expect(runsOf([10, 80, 10, 80], 100)).toEqual([])
})

test('[S7] runs are neighbours, none is due twice, large blocks never are, and what waits is less than a block', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }), (sizes) => {
    const runs = runsOf(sizes, 100)
    const merged = runs.flat()
    expect(merged).toEqual([...new Set(merged)].sort((left, right) => left - right))
    for (const run of runs) {
      const first = run[0] ?? NaN
      expect(run).toEqual(Array.from(run, (_, index) => first + index))
      expect(run.length).toBeGreaterThan(1)
      expect(run.every(key => (sizes[key] ?? NaN) < 50)).toBe(true)
      expect(run.reduce((sum, key) => sum + (sizes[key] ?? NaN), 0)).toBeLessThan(150)
    }
    const waiting = sizes.slice(Math.max(sizes.findLastIndex(bytes => bytes >= 50), merged.at(-1) ?? -1) + 1)
    expect(waiting.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(100)
  }))
})
