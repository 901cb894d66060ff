import { describe, expect, test } from 'vitest'
import { pinnedSeeds } from './pinned-seeds.ts'
import { run } from './run.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { vary } from './vary.ts'

/** No comparison within any run. */
const neverMs = 10 ** 9

function named (name: string): Scenario {
  const scenario = scenarios.find(known => known.name === name)
  if (scenario == null) throw new Error(name)
  return scenario
}

describe('a run', () => {
  test('is the same again with the same seed, and another with another', () => {
    const scenario = vary(named('churn'), { hubs: 12, messages: 60 })
    const report = run(scenario, 7)
    expect(run(scenario, 7)).toEqual(report)
    expect(run(scenario, 8).happened).not.toEqual(report.happened)
  })

  test('fails when messages are missed, and says so', () => {
    const { missed, failures } = run({ ...vary(named('silent-partition'), { hubs: 12 }), compareEveryMs: neverMs }, 1)
    expect(missed).toBeGreaterThan(0)
    expect(failures).toContain(`The number of missed messages is ${missed}, above 0.`)
  })

  test('fails when it costs more than its limits, and when nothing happened that proves anything', () => {
    const { failures } = run({ ...vary(named('flood'), { hubs: 12, messages: 30 }), limits: { rmr: 0.5, happens: ['payloads', 'crashes'] } }, 1)
    expect(failures).toEqual([expect.stringMatching(/^The redundancy is /), 'Nothing was proved: there were no crashes.'])
  })
})

describe('the tree', () => {
  test.each([1, 2, 3, 4, 5])('[G25] of one sender is one tree in which everybody gets a message once, seed %i', (seed) => {
    const { tree, rmr, missed, happened } = run({ ...vary(named('one-sender'), { hubs: 40 }), compareEveryMs: neverMs }, seed)
    expect({ tree, rmr, missed }).toEqual({ tree: { eagerLinks: 39, disputed: 0, pieces: 1, cycles: 0 }, rmr: 0, missed: 0 })
    expect(happened.prunes).toBeGreaterThan(39)
  })

  test.each([1, 2, 3, 4, 5])('[G25] of many senders, one after the other, is one tree too, seed %i', (seed) => {
    const { tree, rmr } = run({ ...vary(named('many-senders'), { hubs: 40, messages: 60 }), perSecond: 0.8, compareEveryMs: neverMs }, seed)
    expect({ tree, rmr }).toEqual({ tree: { eagerLinks: 39, disputed: 0, pieces: 1, cycles: 0 }, rmr: 0 })
  })

  test.each([1, 2, 3, 4, 5])('of many senders at once loses nothing where links lose nothing, with no comparison to help, seed %i', (seed) => {
    const { missed, tree } = run({ ...vary(named('many-far'), { hubs: 40 }), compareEveryMs: neverMs }, seed)
    expect({ missed, pieces: tree.pieces, disputed: tree.disputed }).toEqual({ missed: 0, pieces: 1, disputed: 0 })
  })

  test('beats flood: the same hubs, links, senders and seed', () => {
    const scenario = vary(named('many-senders'), { hubs: 50 })
    const [tree, flood] = [run(scenario, 1), run(vary(scenario, { strategy: 'flood' }), 1)]
    expect(flood.rmr).toBeGreaterThan(3)
    expect(tree.rmr).toBeLessThan(0.2)
    expect(tree.missed + flood.missed).toBe(0)
  })
})

describe('scenarios', () => {
  test.each(scenarios.map(({ name }) => name))('%s holds', (name) => {
    expect(run(named(name), 3).failures).toEqual([])
  })
})

describe('seeds that failed once', () => {
  test.each(pinnedSeeds)('$scenario, seed $seed: $sentence', ({ scenario, seed, variation }) => {
    expect(run(vary(named(scenario), variation), seed).failures).toEqual([])
  })
})
