/**
 * Our Maelstrom node under our Maelstrom: real processes for the workloads of its documents, and virtual time for many more networks than a machine could
 * run. A run is good when its report is valid: everything answered, nothing lost, nothing read twice.
 */
import { createRandom, type Random } from '../base/seeded-random.ts'
import { runMaelstrom, type MaelstromRun } from '../sim/maelstrom/command.ts'
import type { SoakCheck } from './soak.ts'

type Scene = (random: Random) => Partial<MaelstromRun>

/** In turn, so that five runs are one of each. */
const scenes: readonly Scene[] = [
  () => ({ workload: 'echo', nodes: 1, seconds: 3 }),
  () => ({ workload: 'unique-ids', nodes: 3, seconds: 3 }),
  () => ({ nodes: 1, seconds: 3 }),
  random => ({ nodes: 5, seconds: 5, latencyMs: random.pick([0, 10, 100]) }),
  random => ({ nodes: 5, seconds: 12, latencyMs: random.pick([0, 10, 100]), partitions: true })
]

export const maelstrom = check('maelstrom', 'Maelstrom\'s workloads against processes of our node: valid, nothing lost, nothing twice.', 20,
  (random, number) => ({ rate: 50, ...scenes[(number - 1) % scenes.length]?.(random) }))

export const maelstromVirtual = check('maelstrom-virtual', 'Broadcast tests of our node in virtual time: any size, latency and partition.', 50, random => ({
  virtual: true,
  nodes: 1 + random.below(25),
  seconds: 5 + random.below(20),
  rate: random.pick([10, 50, 100]),
  latencyMs: random.pick([0, 10, 100, 500]),
  latencyDistribution: random.pick(['constant', 'uniform', 'exponential']),
  profile: random.pick(['latency', 'throughput']),
  partitions: random.chance(2 / 3)
}))

function check (name: string, sentence: string, runsDefault: number, sceneOf: (random: Random, number: number) => Partial<MaelstromRun>): SoakCheck {
  return {
    name,
    sentence,
    runsDefault,
    async start () {
      let operations = 0
      let dropped = 0
      return {
        async run (seed, number) {
          const random = createRandom(seed, number)
          const report = await runMaelstrom({
            virtual: false, workload: 'broadcast', nodes: 5, seconds: 5, rate: 50, latencyMs: 100, latencyDistribution: 'constant', profile: random.pick(['latency', 'throughput']),
            partitions: false, ...sceneOf(random, number), seed: random.next()
          })
          operations += report.operations
          dropped += report.droppedMessages
          if (!report.valid) throw new Error(JSON.stringify(report))
        },
        stop: async () => [`${operations} operations were answered; partitions swallowed ${dropped} messages`]
      }
    }
  }
}
