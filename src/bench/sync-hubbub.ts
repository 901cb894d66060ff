/** `bench sync`: our session, both sides in this process. */
import { decodeSyncFrame } from '../sync/frames.ts'
import { createRandom } from '../base/seeded-random.ts'
import { syncPair } from '../sync/fixtures/pair.ts'
import { createUniverseHub } from '../sync/fixtures/universe.ts'
import { tenths, timed } from './sync-scene.ts'
import type { UniverseHub } from '../sync/fixtures/universe.ts'
import type { Row, Scene } from './sync-scene.ts'

export interface HubbubRow extends Row {
  readonly strategies: readonly string[]
  /** The longest time without a rest on either side. */
  readonly sliceMsMax: number
  /** Bytes of a second session, between sets that are equal now. */
  readonly equalBytes: number
  /** Bytes of the tree, for each member. */
  readonly treeBytesPerMember: number
}

/** The trees are up to date before the time is taken, as they are in a hub that runs; what it costs to bring in what was fetched is counted. */
export function runHubbub (scene: Scene): HubbubRow {
  const hubs = [0, 1].map(side => hubOf(scene, side)) as [UniverseHub, UniverseHub]
  const [first, second] = [runOnce(scene, hubs), runOnce(scene, hubs)]
  if (hubs[0].size !== scene.universe.size || hubs[1].size !== scene.universe.size) throw new Error('The two hubs did not become equal.')
  const differing = Array.from({ length: scene.universe.size }, (_, number) => number).filter(number => scene.holderOf(number) !== 2).length
  return {
    by: 'hubbub',
    bytes: first.bytes,
    rounds: first.rounds,
    cpuMsPerSide: tenths(Math.max(...first.spent)),
    symbolsPerDifference: differing === 0 || first.symbols === 0 ? null : Math.round(first.symbols / differing * 1_000) / 1_000,
    strategies: first.strategies,
    sliceMsMax: tenths(first.sliceMsMax),
    equalBytes: second.bytes,
    treeBytesPerMember: tenths(hubs[0].set.tree.memoryBytes / hubs[0].size)
  }
}

function hubOf ({ universe, nowMs, holderOf }: Scene, side: number): UniverseHub {
  const hub = createUniverseHub(universe)
  for (let number = 0; number < universe.size; number++) if (holderOf(number) === 2 || holderOf(number) === side) hub.add(number)
  hub.set.settle(nowMs)
  hub.set.tree.settle(Infinity)
  return hub
}

interface Run {
  readonly bytes: number
  readonly rounds: number
  readonly spent: readonly number[]
  readonly sliceMsMax: number
  readonly symbols: number
  readonly strategies: readonly string[]
}

function runOnce ({ universe, nowMs }: Scene, [initiator, responder]: [UniverseHub, UniverseHub]): Run {
  const spent: [number, number] = [0, 0]
  let sliceMsMax = 0
  let prefixBytes = 0
  // How many frames had to come one after another, there and back, before each frame could be sent.
  const depths: [number[], number[]] = [[], []]
  const known: [number, number] = [0, 0]
  let depthOfMessages = 0
  const { records: [record] } = syncPair({
    universe, nowMs, initiator: { hub: initiator }, responder: { hub: responder }, random: createRandom(1).next,
    around (side, input, call) {
      if (input.type === 'frame') known[side] = Math.max(known[side], depths[side].shift() ?? 0)
      const before = spent[side]
      const effects = timed(spent, side, call)
      sliceMsMax = Math.max(sliceMsMax, spent[side] - before)
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
    rounds: Math.max(1, Math.ceil(depthOfMessages / 2)), spent, sliceMsMax, symbols: record.symbols, strategies: record.strategies
  }
}
