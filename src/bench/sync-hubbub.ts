/**
 * `bench sync`: our session, both sides in this process. The row is of two hubs that meet for the first time; beside it, what it costs without looking at
 * feeds, and what two hubs pay that were equal before the differing messages came.
 */
import { decodeSyncFrame } from '../sync/frames.ts'
import { createRandom } from '../base/seeded-random.ts'
import { syncPair } from '../sync/fixtures/pair.ts'
import { createUniverseHub } from '../sync/fixtures/universe.ts'
import { tenths, timed } from './sync-scene.ts'
import type { Meeting } from '../sync/frontier/meetings.ts'
import type { UniverseHub } from '../sync/fixtures/universe.ts'
import type { Scene } from './sync-scene.ts'

/** What one session cost. */
export interface SessionCost {
  readonly bytes: number
  readonly rounds: number
  readonly cpuMsPerSide: number
  /** … of which until it knew what differs: what other ways of comparing are measured by, which bring nothing into a tree. */
  readonly findingMsPerSide: number
  readonly symbolsPerDifference: number | null
  readonly strategies: readonly string[]
  /** The longest time without a rest on either side, by the clock, in the run that was disturbed least. */
  readonly sliceMsMax: number
}

export interface HubbubRow extends SessionCost {
  readonly by: 'hubbub'
  /** Bytes of a second session, between sets that are equal now. */
  readonly equalBytes: number
  /** Bytes of the tree, for each member. */
  readonly treeBytesPerMember: number
  readonly withoutFeeds: SessionCost
  readonly metBefore: SessionCost
}

type Pair = readonly [UniverseHub, UniverseHub]
type Memories = readonly [Meeting | undefined, Meeting | undefined]
const nothingRemembered: Memories = [undefined, undefined]

/** The trees are up to date before the time is taken, as they are in a hub that runs; what it costs to bring in what was fetched is counted. */
export function runHubbub (scene: Scene): HubbubRow {
  const hubs = pairOf(scene, () => true)
  const first = costOf(scene, hubs, nothingRemembered)
  const second = run(scene, hubs, nothingRemembered)
  const treeBytesPerMember = tenths(hubs[0].set.tree.memoryBytes / hubs[0].size)
  const blind = pairOf(scene, () => true).map(hub => ({ ...hub, set: { ...hub.set, feeds: undefined } })) as unknown as Pair
  const withoutFeeds = costOf(scene, blind, nothingRemembered)
  return { by: 'hubbub', ...first, equalBytes: second.bytes, treeBytesPerMember, withoutFeeds, metBefore: metBefore(scene) }
}

function metBefore (scene: Scene): SessionCost {
  const hubs = pairOf(scene, number => scene.holderOf(number) === 2)
  const { memories } = run(scene, hubs, nothingRemembered)
  hubs.forEach((hub, side) => {
    for (let number = 0; number < scene.universe.size; number++) if (scene.holderOf(number) === side) hub.add(number)
    hub.set.tree.settle(Infinity)
  })
  return costOf(scene, hubs, memories)
}

function pairOf (scene: Scene, has: (number: number) => boolean): Pair {
  return [hubOf(scene, 0, has), hubOf(scene, 1, has)]
}

function hubOf ({ universe, nowMs, holderOf }: Scene, side: number, has: (number: number) => boolean): UniverseHub {
  const hub = createUniverseHub(universe)
  for (let number = 0; number < universe.size; number++) if (has(number) && (holderOf(number) === 2 || holderOf(number) === side)) hub.add(number)
  hub.set.settle(nowMs)
  hub.set.tree.settle(Infinity)
  return hub
}

function costOf (scene: Scene, hubs: Pair, memories: Memories): SessionCost {
  const differing = Array.from({ length: scene.universe.size }, (_, number) => number).filter(number => scene.holderOf(number) !== 2)
  const runs: Run[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    runs.push(run(scene, hubs, memories))
    if (hubs.some(hub => hub.set.tree.size !== scene.universe.size)) throw new Error('The two hubs did not become equal.')
    for (const number of differing) hubs[scene.holderOf(number) === 0 ? 1 : 0].remove(number)
    for (const hub of hubs) hub.set.tree.settle(Infinity)
  }
  for (const number of differing) hubs[scene.holderOf(number) === 0 ? 1 : 0].add(number)
  const [{ bytes, rounds, symbols, strategies }] = runs as [Run]
  return {
    bytes, rounds,
    cpuMsPerSide: medianOf(runs.map(({ spent }) => Math.max(...spent))), findingMsPerSide: medianOf(runs.map(({ finding }) => Math.max(...finding))),
    symbolsPerDifference: differing.length === 0 || symbols === 0 ? null : Math.round(symbols / differing.length * 1_000) / 1_000,
    strategies, sliceMsMax: tenths(Math.min(...runs.map(run => run.sliceMsMax)))
  }
}

/** Runs of the same session, of which the median counts. */
const repeats = 3

function medianOf (times: readonly number[]): number {
  return tenths(times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0)
}

interface Run {
  readonly bytes: number
  readonly rounds: number
  readonly spent: readonly number[]
  readonly finding: readonly number[]
  readonly sliceMsMax: number
  readonly symbols: number
  readonly strategies: readonly string[]
  readonly memories: Memories
}

function run ({ universe, nowMs }: Scene, [initiator, responder]: Pair, memories: Memories): Run {
  const spent: [number, number] = [0, 0]
  const finding: [number, number] = [0, 0]
  const hasFound: [boolean, boolean] = [false, false]
  let sliceMsMax = 0
  let prefixBytes = 0
  // How many frames had to come one after another, there and back, before each frame could be sent.
  const depths: [number[], number[]] = [[], []]
  const known: [number, number] = [0, 0]
  let depthOfMessages = 0
  const { records: [record, other] } = syncPair({
    universe, nowMs, random: createRandom(1).next,
    initiator: { hub: initiator, meeting: memories[0] }, responder: { hub: responder, meeting: memories[1] },
    around (side, input, call) {
      if (input.type === 'frame') known[side] = Math.max(known[side], depths[side].shift() ?? 0)
      const before = performance.now()
      // Whoever reads what it owes, or takes in what came, has found what differs.
      hasFound[side] ||= input.type === 'read' || input.type === 'taken'
      const effects = timed(spent, side, call)
      if (!hasFound[side]) finding[side] = spent[side]
      sliceMsMax = Math.max(sliceMsMax, performance.now() - before)
      return effects
    },
    onFrame (side, bytes) {
      prefixBytes += bytes.length < 128 ? 1 : 2
      depths[side === 0 ? 1 : 0].push(known[side] + 1)
      const decoded = decodeSyncFrame(bytes)
      if (decoded.ok && decoded.value.type === 'messages' && decoded.value.messages.length > 0) depthOfMessages = Math.max(depthOfMessages, known[side] + 1)
      return bytes
    }
  })
  if (record.outcome !== 'equal') throw new Error(`The session ended ${record.outcome}.`)
  return {
    bytes: record.bytesSent + record.bytesReceived - record.messageBytes + prefixBytes,
    rounds: Math.max(1, Math.ceil(depthOfMessages / 2)), spent, finding, sliceMsMax, symbols: record.symbols, strategies: record.strategies,
    memories: [record.meeting, other.meeting]
  }
}
