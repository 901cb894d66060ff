import { describe, expect, test } from 'vitest'
import { pinnedSeeds } from './pinned-seeds.ts'
import { run } from './run.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { vary } from './vary.ts'

function named (name: string): Scenario {
  const scenario = scenarios.find(known => known.name === name)
  if (scenario == null) throw new Error(name)
  return scenario
}

/** As many hubs and messages as a test has time for; `npm run sim -- compare` runs them in full. */
function small (scenario: Scenario): Scenario {
  return vary(scenario, { hubs: Math.min(scenario.hubs, 20), messages: Math.min(scenario.messages, Math.max(100, scenario.perSecond * 3)) })
}

describe('a run', () => {
  test('is the same again with the same seed, and another with another', async () => {
    const scenario = vary(named('churn'), { hubs: 6, messages: 20 })
    const report = await run(scenario, 7)
    expect(await run(scenario, 7)).toEqual(report)
    expect((await run(scenario, 8)).happened).not.toEqual(report.happened)
  })

  test('fails when messages are missed, and says so', async () => {
    const loss = named('loss')
    const { missed, failures } = await run({ ...vary(loss, { hubs: 12, messages: 100 }), compares: false, network: { ...loss.network, loss: 0.7 } }, 1)
    expect(missed).toBeGreaterThan(0)
    expect(failures).toContain(`The number of missed messages is ${missed}, above 0.`)
  })

  test('fails when it costs more than its limits, and when nothing happened that proves anything', async () => {
    const { failures } = await run({ ...vary(named('flood'), { hubs: 12, messages: 30 }), limits: { rmr: 0.5, happens: ['payloads', 'crashes'] } }, 1)
    expect(failures).toEqual([expect.stringMatching(/^The redundancy is /), 'Nothing was proved: there were no crashes.'])
  })
})

describe('the tree', () => {
  test.each([1, 2, 3])('[G25] of one sender is one tree in which everybody gets a message once, seed %i', async (seed) => {
    const { tree, rmr, missed, happened } = await run({ ...vary(named('one-sender'), { hubs: 40, messages: 80 }), compares: false }, seed)
    expect({ tree, rmr, missed }).toEqual({ tree: { eagerLinks: 39, disputed: 0, pieces: 1, cycles: 0 }, rmr: 0, missed: 0 })
    expect(happened.prunes).toBeGreaterThan(39)
  })

  test.each([1, 2, 3])('[G25] of many senders, one after the other, is one tree too, seed %i', async (seed) => {
    const { tree, rmr } = await run({ ...vary(named('many-senders'), { hubs: 40, messages: 60 }), perSecond: 0.8, compares: false }, seed)
    expect({ tree, rmr }).toEqual({ tree: { eagerLinks: 39, disputed: 0, pieces: 1, cycles: 0 }, rmr: 0 })
  })

  test.each([1, 2, 3])('of many senders at once loses nothing where links lose nothing, with no comparison to help, seed %i', async (seed) => {
    const { missed, tree } = await run({ ...vary(named('many-far'), { hubs: 40, messages: 100 }), compares: false }, seed)
    expect({ missed, pieces: tree.pieces, disputed: tree.disputed }).toEqual({ missed: 0, pieces: 1, disputed: 0 })
  })

  test.each(['one-sender', 'many-senders'])('of cores without their shells goes as that of whole hubs: %s', async (name) => {
    const scenario = { ...vary(named(name), { hubs: 40, messages: 60 }), compares: false }
    const [cores, wholes] = [await run({ ...scenario, drives: 'core' }, 3), await run(scenario, 3)]
    expect({ drives: cores.drives, failures: cores.failures, missed: cores.missed }).toEqual({ drives: 'core', failures: [], missed: 0 })
    expect(wholes.drives).toBe('runtime')
    expect(cores.tree).toEqual(wholes.tree)
    expect(Math.abs(cores.rmr - wholes.rmr)).toBeLessThan(0.1)
    expect(Math.abs(cores.p99Ms - wholes.p99Ms)).toBeLessThan(wholes.p99Ms / 2)
  })

  test('beats flood: the same hubs, links, senders and seed', async () => {
    const scenario = vary(named('many-senders'), { hubs: 40, messages: 80 })
    const [tree, flood] = [await run(scenario, 1), await run(vary(scenario, { strategy: 'flood' }), 1)]
    expect(flood.rmr).toBeGreaterThan(3)
    expect(tree.rmr).toBeLessThan(0.2)
    expect(tree.missed + flood.missed).toBe(0)
  })
})

/** Those in trouble are soak/seeds.test.ts's. */
const quiet = scenarios.filter(({ faults, hostile, history }) => faults.length + hostile.length === 0 && history == null)

describe('scenarios without trouble', () => {
  test.each(quiet.map(({ name }) => name))('%s holds', async (name) => {
    expect((await run(small(named(name)), 3)).failures).toEqual([])
  })
})

describe('seeds that failed once', () => {
  test.each(pinnedSeeds)('$scenario, seed $seed: $sentence', async ({ scenario, seed, variation }) => {
    expect((await run(vary(named(scenario), variation), seed)).failures).toEqual([])
  })
})
