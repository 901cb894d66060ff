/**
 * Simulated networks in trouble, a seed each: gossip and diff sync of real hubs, through faults, with hostile hubs, from different histories (sim/). Every run
 * must end with equal hubs, and keep what sim/run.ts holds all runs to.
 */
import { createRandom } from '../base/seeded-random.ts'
import { run } from '../sim/run.ts'
import { scenarios } from '../sim/scenarios.ts'
import { commandOf, vary, type Variation } from '../sim/vary.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const seeds: SoakCheck = {
  name: 'seeds',
  sentence: 'Simulated networks in trouble, a seed each: all hubs end equal, whatever was lost, crashed or hostile.',
  runsDefault: 1_000,
  start: async () => createSeeds()
}

/** Those in which something goes wrong, or hubs begin apart. */
export const troubledScenarios = scenarios.filter(({ faults, hostile, history, network }) =>
  faults.length > 0 || hostile.length > 0 || history != null || network.loss > 0 || network.reorder)

const [hubsMin, hubsMax] = [5, 12]
const [messagesMin, messagesMax] = [20, 60]
const [historyMin, historyMax] = [50, 400]

export function createSeeds (): Soak {
  const met = new Map<string, number>()
  return {
    async run (seed, number) {
      const random = createRandom(seed, number)
      // In turn, so that few runs meet many of them.
      const scenario = troubledScenarios[(number - 1) % troubledScenarios.length] ?? random.pick(troubledScenarios)
      const between = (least: number, most: number): number => least + random.below(most - least + 1)
      const variation: Variation = {
        hubs: between(hubsMin, hubsMax), messages: between(messagesMin, messagesMax), lenient: true,
        ...scenario.history != null && { history: between(historyMin, historyMax) }
      }
      const simSeed = 1 + random.below(1_000_000)
      met.set(scenario.name, (met.get(scenario.name) ?? 0) + 1)
      const { failures } = await run(vary(scenario, variation), simSeed)
      if (failures.length > 0) throw new Error(`${failures.join(' ')}\n  ${commandOf(scenario, simSeed, variation)} makes it small.`)
    },
    stop: async () => [`${met.size} scenarios: ${[...met].map(([name, runs]) => `${name} ${runs}`).join(', ')}`]
  }
}
