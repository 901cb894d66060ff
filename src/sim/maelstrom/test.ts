/**
 * One Maelstrom test (its doc/workloads.md): nodes are started and initialised, clients ask for what the workload says at a rate, partitions come and go; then
 * all is healed, everything gets 10 s to arrive, every node is read once more, and what was seen is judged.
 */
import { createRandom, type Random } from '../../base/seeded-random.ts'
import type { Body } from '../../node/maelstrom/line.ts'
import { createHistory, latenciesOf, type Latencies, type Read } from './history.ts'
import { createNetwork, type MaelstromNetwork } from './network.ts'
import { choosePartition } from './partitions.ts'
import type { MaelstromWorld, TestOptions } from './world.ts'

/** What a test prints as JSON. */
export interface TestReport extends TestOptions {
  readonly [field: string]: unknown
  readonly valid: boolean
  readonly failures: readonly string[]
  readonly operations: number
  readonly acknowledged: number
  readonly lost: number
  readonly duplicated: number
  readonly partitionsMade: number
  readonly droppedMessages: number
  readonly serverMessages: number
  /** Server messages by all operations of clients, about half of which are reads in a broadcast test. */
  readonly msgsPerOp: number
  /** By reads, as Maelstrom's checker has them; `visible` by looking into the nodes, where that can be done. */
  readonly stable: Latencies | null
  readonly visible: Latencies | null
  /** Of operations, request to answer. */
  readonly answers: Latencies | null
}

/** Maelstrom waits so long for recovery. */
const recoveryMs = 10_000
/** A node that is not ready by then has a broken machine under it. */
const startTries = 12
/** Partitions last a quarter of the test each on average, and so do the times between. */
const nemesisShare = 1 / 4
/** Values and places named in a failure. */
const namedMax = 5

export async function runTest (world: MaelstromWorld, options: TestOptions): Promise<TestReport> {
  const random = createRandom(options.seed)
  const ids = Array.from({ length: options.nodes }, (_, index) => `n${index}`)
  const network = createNetwork(world, ids, options, random)
  await world.done(initialise(network, ids, options))
  return world.done(perform(world, network, ids, options, random))
}

async function initialise (network: MaelstromNetwork, ids: readonly string[], { workload }: TestOptions): Promise<void> {
  await Promise.all(ids.map(async (id) => {
    for (let tries = 1; ; tries += 1) {
      const answered = await network.request(id, { type: 'init', node_id: id, node_ids: ids })
      if (answered?.type === 'init_ok') break
      if (answered !== undefined || tries === startTries) throw new Error(`${id} was not initialised: ${JSON.stringify(answered ?? 'no answer')}`)
    }
  }))
  if (workload !== 'broadcast') return
  await Promise.all(ids.map(async (id, index) => network.request(id, { type: 'topology', topology: { [id]: ids.filter((_, other) => Math.abs(other - index) === 1) } })))
}

async function perform (world: MaelstromWorld, network: MaelstromNetwork, ids: readonly string[], options: TestOptions, random: Random): Promise<TestReport> {
  const { workload, rate, seconds, partitions } = options
  const history = createHistory()
  const failures: string[] = []
  const answersMs: number[] = []
  const generated = new Set<unknown>()
  const { nowMs } = world
  const endMs = nowMs() + seconds * 1_000
  const pause = async (ms: number): Promise<void> => new Promise((resolve) => { world.timer(ms, resolve) })
  let operations = 0
  let unanswered = 0
  let acknowledged = 0
  let partitionsMade = 0
  world.onValue = (_node, value, atMs) => { history.visible(value, atMs) }

  async function ask (node: string, body: Body): Promise<Body | undefined> {
    const invokedMs = nowMs()
    const answered = await network.request(node, body)
    operations += 1
    if (answered === undefined) unanswered += 1
    else answersMs.push(nowMs() - invokedMs)
    if (answered?.type === 'error') failures.push(`${node} answered ${body.type} with error ${String(answered.code)}: ${String(answered.text)}`)
    return answered
  }

  async function read (node: string): Promise<Read | undefined> {
    const invokedMs = nowMs()
    const answered = await ask(node, { type: 'read' })
    if (answered?.type !== 'read_ok' || !Array.isArray(answered.messages)) return undefined
    return { node, invokedMs, completedMs: nowMs(), values: answered.messages }
  }

  async function operate (node: string, number: number): Promise<void> {
    if (workload === 'echo') {
      const echo = { number, text: `Please echo ${number}` }
      const answered = await ask(node, { type: 'echo', echo })
      if (answered?.type === 'echo_ok' && JSON.stringify(answered.echo) === JSON.stringify(echo)) acknowledged += 1
      else failures.push(`${node} did not echo ${number}.`)
    } else if (workload === 'unique-ids') {
      const answered = await ask(node, { type: 'generate' })
      if (answered?.type !== 'generate_ok') return
      acknowledged += 1
      if (generated.has(answered.id)) failures.push(`${node} gave the id ${JSON.stringify(answered.id)} a second time.`)
      generated.add(answered.id)
    } else if (random.chance(1 / 2)) {
      const seen = await read(node)
      if (seen !== undefined) history.read(seen)
    } else {
      history.broadcast(number, nowMs())
      const answered = await ask(node, { type: 'broadcast', message: number })
      if (answered?.type === 'broadcast_ok') history.acknowledged(number, nowMs())
      else if (answered?.type === 'error') history.refused(number)
    }
  }

  async function operateAll (): Promise<void> {
    const underWay: Array<Promise<void>> = []
    for (let number = 0, dueMs = nowMs(); ; number += 1) {
      dueMs += random.next() / 2 ** 32 * 2_000 / rate
      if (dueMs >= endMs) break
      if (dueMs > nowMs()) await pause(dueMs - nowMs())
      underWay.push(operate(random.pick(ids), number))
    }
    await Promise.all(underWay)
  }

  async function makePartitions (): Promise<void> {
    const averageMs = seconds * 1_000 * nemesisShare
    for (let isWhole = true; ; isWhole = !isWhole) {
      const untilMs = Math.min(endMs, nowMs() + averageMs * (0.2 + 1.6 * random.next() / 2 ** 32))
      await pause(untilMs - nowMs())
      if (nowMs() >= endMs) break
      if (isWhole) {
        const partition = choosePartition(ids, random)
        network.partition(partition.blocked)
        partitionsMade += 1
      } else network.heal()
    }
    network.heal()
  }

  await Promise.all([operateAll(), partitions && ids.length > 1 ? makePartitions() : undefined])
  let stable: Latencies | null = null
  let visible: Latencies | null = null
  let lost = 0
  let duplicated = 0
  if (workload === 'broadcast') {
    await pause(recoveryMs)
    const finalReads = (await Promise.all(ids.map(read))).filter(seen => seen !== undefined)
    const verdict = history.check(finalReads, ids.length)
    ;({ acknowledged, stable, visible } = verdict)
    lost = verdict.lost.length
    duplicated = verdict.duplicated.length
    if (finalReads.length < ids.length) failures.push(`${ids.length - finalReads.length} nodes did not answer the last read.`)
    for (const [what, which] of [['lost', verdict.lost], ['read twice', verdict.duplicated], ['broadcast by nobody', verdict.unexpected]] as const) {
      if (which.length > 0) failures.push(`${which.length} values were ${what}: ${JSON.stringify(which.slice(0, namedMax))}`)
    }
  }
  if (unanswered > 0) failures.push(`${unanswered} operations were not answered.`)
  if (acknowledged === 0) failures.push('Nothing was acknowledged, so nothing was tested.')
  failures.push(...network.stray, ...world.troubles())
  const { serverMessages, dropped } = network
  return {
    ...options, valid: failures.length === 0, failures, operations, acknowledged, lost, duplicated, partitionsMade, droppedMessages: dropped,
    serverMessages, msgsPerOp: Math.round(serverMessages / operations * 100) / 100, stable, visible, answers: latenciesOf(answersMs)
  }
}
