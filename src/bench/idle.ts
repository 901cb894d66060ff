/**
 * What two equal hubs cost while nothing happens: the bytes of each comparison, and processor time in the ticks between two of them. Both hubs are whole
 * ones in this process, over memory stores, on a clock that is put forward from tick to tick. JSON: `{messages, ticks, tickMs, comparisons,
 * bytesPerComparison, cpuMsPerComparison, cpuMsPerIdleTick, idleCpuShare}`; cpu is that of one hub; idleCpuShare: of a core, between comparisons.
 */
import { createRandom } from '../base/seeded-random.ts'
import { tickMs } from '../hub/core/hub-core.ts'
import { post, startMs } from '../hub/fixtures/author.ts'
import { createMesh, type MeshHub } from '../hub/fixtures/mesh.ts'
import { createPen } from '../hub/messages/fixtures/shelf.ts'
import type { Benchmark } from './benchmark.ts'
import { median } from './ingest/rounds.ts'

const options = {
  messages: { default: 20_000, sentence: 'Messages that both hubs have.' },
  ticks: { default: 240, sentence: `Ticks of ${tickMs / 1_000} s that pass.` }
}

/** Devices that wrote them. */
const pens = 16

export const idle: Benchmark<typeof options> = {
  name: 'idle',
  sentence: 'Two equal hubs to which nothing happens: bytes a comparison, processor time between comparisons.',
  options,
  async run ({ messages, ticks }) {
    let clockMs = startMs + 24 * 3_600_000
    const mesh = createMesh()
    const add = async (name: string, seed: number): Promise<MeshHub> =>
      mesh.add(name, { now: () => clockMs, verify: async () => true, random: createRandom(seed).bytes })
    const hubs = [await add('ann', 1), await add('ben', 2)] as const
    const writers = Array.from({ length: pens }, (_, number) => createPen(`pen ${number}`))
    for (let number = 0; number < messages; number += 1) {
      const pen = writers[number % pens]
      const message = number < pens ? pen?.introduce() : pen?.write(post(`${number}`))
      if (message !== undefined) for (const { runtime } of hubs) await runtime.publish(message)
    }
    mesh.join(...hubs)
    await hubs[0].runtime.sync.sessions.sync(hubs[1].peer)

    const [comparing, resting]: [number[], number[]] = [[], []]
    const reportsBefore = hubs[0].runtime.sync.sessions.reports.at(-1)?.id ?? 0
    let compared = reportsBefore
    let bytes = 0
    for (let tick = 0; tick < ticks; tick += 1) {
      clockMs += tickMs
      const before = process.cpuUsage()
      for (const { runtime } of hubs) runtime.tick()
      await mesh.settled()
      const { user, system } = process.cpuUsage(before)
      const made = hubs[0].runtime.sync.sessions.reports.filter(({ id }) => id > compared)
      for (const { id, outcome, bytesSent, bytesReceived } of made) {
        if (outcome !== 'equal') throw new Error(`Two equal hubs were found ${outcome}.`)
        compared = Math.max(compared, id)
        // And a byte each for the length of the two frames.
        bytes = Math.max(bytes, bytesSent + bytesReceived + 2)
      }
      (made.length > 0 ? comparing : resting).push((user + system) / 1_000 / hubs.length)
    }
    const cpuMsPerIdleTick = median(resting)
    return {
      messages, ticks, tickMs, comparisons: compared - reportsBefore, bytesPerComparison: bytes,
      cpuMsPerComparison: hundredths(median(comparing)), cpuMsPerIdleTick: hundredths(cpuMsPerIdleTick),
      idleCpuShare: Math.round(cpuMsPerIdleTick / tickMs * 1e6) / 1e6
    }
  }
}

function hundredths (number: number): number {
  return Math.round(number * 100) / 100
}
