/** A small fixed share of the seeds: each scenario once. */
import { expect, test } from 'vitest'
import { seeds, troubledScenarios } from './seeds.ts'
import { soak } from './soak.ts'

const named = troubledScenarios.map(({ name }, index) => ({ name, number: index + 1 }))

test.each(named)('[G25 S15] a network in trouble ends with equal hubs: $name', async ({ number }) => {
  const told: string[] = []
  const { failed } = await soak(seeds, { runs: 1, seed: 1, first: number }, (line) => { told.push(line) })
  expect(failed, told.join('\n')).toBe(0)
}, 60_000)

test('all kinds of trouble are among them', () => {
  const kinds = new Set(troubledScenarios.flatMap(({ faults, hostile }) => [...faults.map(({ type }) => type), ...hostile]))
  expect(kinds.size).toBeGreaterThan(25)
})

test('every kind of difference that comparing has to mend is among them', () => {
  const kinds = ['scattered', 'one-each', 'revocations', 'removals', 'erasure', 'stripper', 'light-hubs', 'out-of-order', 'besieged']
  expect(troubledScenarios.map(({ name }) => name)).toEqual(expect.arrayContaining(kinds))
})
