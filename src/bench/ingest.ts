/**
 * How many messages a second a hub takes in, from the bytes of a frame to the disk, and how near that is to what the machine can do: the same
 * messages through the runtime (ingest/hub-way.ts) and through a pipeline that has nothing of a hub (ingest/ceiling-way.ts), in turns. In a dedicated
 * worker of a real Chromium over IndexedDB, then in Node over LevelDB.
 */
import type { Benchmark } from './benchmark.ts'
import { openBenchPage } from './browser/bench-page.ts'
import { ingestInNode } from './ingest/node-side.ts'
import { median, type IngestRounds } from './ingest/rounds.ts'

const options = {
  messages: { default: 60_000, sentence: 'Messages of one round, about 300 bytes each.' },
  rounds: { default: 5, sentence: 'Rounds of each way, in turns; what is reported are medians.' }
}

/**
 * JSON: `{where: 'chromium-worker', workers, messages, perSecond, ceilingPerSecond, ratio, rounds, node: {workers, perSecond, ceilingPerSecond, ratio,
 * rounds}}`. workers: threads that verify, as many on both sides. rounds: `[{hub, ceiling}]`, messages a second each.
 */
export const ingest: Benchmark<typeof options> = {
  name: 'ingest',
  sentence: 'One hub: messages a second from a neighbour\'s frames to the disk, beside the bare pipeline.',
  options,
  async run (task) {
    const page = await openBenchPage()
    let inChromium: IngestRounds
    try {
      const tab = await page.open()
      inChromium = await tab.call('ingest', task)
      await tab.close()
    } finally {
      await page.close()
    }
    const { workers, ...speeds } = summary(inChromium)
    return { where: 'chromium-worker', workers, messages: task.messages, ...speeds, node: summary(await ingestInNode(task)) }
  }
}

function summary ({ workers, rounds }: IngestRounds): Readonly<Record<'workers' | 'perSecond' | 'ceilingPerSecond' | 'ratio', number>> & Pick<IngestRounds, 'rounds'> {
  const perSecond = Math.round(median(rounds.map(({ hub }) => hub)))
  const ceilingPerSecond = Math.round(median(rounds.map(({ ceiling }) => ceiling)))
  return {
    workers,
    perSecond,
    ceilingPerSecond,
    ratio: Math.round(perSecond / ceilingPerSecond * 100) / 100,
    rounds: rounds.map(({ hub, ceiling }) => ({ hub: Math.round(hub), ceiling: Math.round(ceiling) }))
  }
}
