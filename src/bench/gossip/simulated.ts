/** The rows of the simulator: real hubs in virtual time, by the broadcast tree or by flooding, on the same graph from the same seed. */
import { HubError } from '../../base/errors.ts'
import type { Arrival } from '../../sim/measures.ts'
import type { Pair } from '../../sim/overlay.ts'
import { run } from '../../sim/run.ts'
import type { Scenario } from '../../sim/scenario.ts'
import { scenarios } from '../../sim/scenarios.ts'
import { stretchOf } from './graph.ts'
import { bytesPerDelivered, rounded, type Row } from './row.ts'

export interface SimulatedRun {
  readonly hubs: number
  readonly senders: number
  /** Measured, after the warm-up. */
  readonly messages: number
  readonly seed: number
}

export interface Simulated {
  readonly row: Row
  readonly links: readonly Pair[]
  /** Hubs that published, each once. */
  readonly senders: readonly number[]
}

/** Two messages a second for half a minute: before the deaths, until they are noticed (13 s), and after. */
const deaths = { share: 0.3, atMs: 8_000, perSecond: 2, messages: 60, settleMs: 60_000 }

export async function runSimulated (by: 'ebt' | 'flood', { hubs, senders, messages, seed }: SimulatedRun): Promise<Simulated> {
  const quiet = scenarioOf(by, hubs, senders)
  const arrivals: Arrival[] = []
  let links: readonly Pair[] = []
  const report = await run({ ...quiet, messages: quiet.warmUp + messages }, seed, undefined, {
    linked: (pairs) => { links = pairs },
    arrived: (arrival) => { arrivals.push(arrival) }
  })
  const authors = new Map(arrivals.filter(({ own }) => own).map(({ number, hub }) => [number, hub]))
  const measured = arrivals.filter(({ number, hops }) => number >= quiet.warmUp && hops > 0)
  const { happened: { notes, noteFrames, grafts, prunes } } = report
  const deliveries = (quiet.warmUp + messages) * (hubs - 1)
  const row: Row = {
    by,
    rmr: report.rmr,
    notesPerDelivery: report.notesPerDelivery,
    lastDeliveryHops: report.lastHops,
    stretch: rounded(stretchOf(measured.map(({ number, hub, hops }) => ({ author: authors.get(number) ?? hub, hub, hops })), hubs, links)),
    bytesPerDelivered: bytesPerDelivered({
      payloads: 1 + report.rmr, notes: report.notesPerDelivery, notesPerFrame: notes / Math.max(1, noteFrames),
      grafts: grafts / deliveries, prunes: prunes / deliveries
    }),
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    healMs: await heal(quiet, seed),
    clock: 'virtual'
  }
  return { row, links, senders: [...new Set(authors.values())] }
}

/** Milliseconds from the deaths until nothing is late any more. */
async function heal (quiet: Scenario, seed: number): Promise<number> {
  const { share, atMs, perSecond, messages, settleMs } = deaths
  let slowestMs = 0
  let lastLateMs = atMs
  const report = await run({
    ...quiet, perSecond, messages, settleMs,
    faults: [{ type: 'crash', atMs, forMs: 'ever', share, keepsData: false }]
  }, seed, undefined, {
    arrived: ({ number, publishedMs, atMs: arrivedMs }) => {
      const delayMs = arrivedMs - publishedMs
      if (arrivedMs > atMs && delayMs > lateFactor * slowestMs) lastLateMs = arrivedMs
      else if (arrivedMs <= atMs && number >= treeMade) slowestMs = Math.max(slowestMs, delayMs)
    }
  })
  if (report.missed > 0) throw new HubError('internal', `${report.missed} messages were missing ${settleMs / 1_000} s after a third of the hubs died: run the scenario third-dies of the simulator.`)
  return Math.round(lastLateMs - atMs)
}

/** A message is late that takes so many times as long as the slowest did before: paths among those that are left are a little longer for good. */
const lateFactor = 2
/** Messages until the tree is made; those after it are the measure of late ones. */
const treeMade = 5

function scenarioOf (by: 'ebt' | 'flood', hubs: number, senders: number): Scenario {
  const base = scenarios.find(({ name }) => name === 'one-sender')
  if (base == null) throw new HubError('internal', 'The simulator has no scenario one-sender.')
  return { ...base, hubs, senders, strategy: by === 'ebt' ? 'tree' : 'flood', limits: { happens: [] } }
}
