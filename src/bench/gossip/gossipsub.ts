/**
 * The row of gossipsub: the control plane's router, carrying the messages themselves, in this process and in real time. It counts for itself; bytes are those
 * it really sent. Deaths and healing are not measured.
 */
import { createRandom } from '../../base/seeded-random.ts'
import type { Pair } from '../../sim/overlay.ts'
import { createGossipsubNetwork, type GossipsubNetwork } from './gossipsub-network.ts'
import { stretchOf, type Delivery } from './graph.ts'
import { messageBytesOf } from './messages.ts'
import { textSizes, rounded, share, type Row } from './row.ts'

export interface GossipsubRun {
  readonly hubs: number
  readonly links: readonly Pair[]
  /** Hubs that publish, in turn at random. */
  readonly senders: readonly number[]
  /** Measured, after the warm-up, of each size of a text. */
  readonly messages: number
  readonly seed: number
  /** @default usualPace */
  readonly pace?: Pace
}

/** As the simulator's: milliseconds one way, drawn once a link. */
const latencyMs = [10, 50] as const
/** How a run goes. Times are real milliseconds. */
export interface Pace {
  /** Messages before measuring starts. */
  readonly warmUp: number
  /** From one message to the next. */
  readonly everyMs: number
  /** Before the first message. */
  readonly meshMs: number
  /** After the last one of a size. */
  readonly settleMs: number
}

/** FACTS 4: 20 messages to warm up, ten a second as in the simulator; meshes are made in the first heartbeats, one a second; many round trips at the end. */
const usualPace: Pace = { warmUp: 20, everyMs: 100, meshMs: 3_000, settleMs: 3_000 }
const topic = 'bench'

const pause = async (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })

export async function runGossipsub (options: GossipsubRun): Promise<Row> {
  const { hubs, links, seed } = options
  const random = createRandom(seed)
  const [min, max] = latencyMs
  const network = await createGossipsubNetwork(hubs, links, () => min + random.below(max - min + 1))
  try {
    return await measure(network, options)
  } finally {
    await network.stop()
  }
}

interface Published {
  readonly author: number
  readonly atMs: number
  readonly measured: boolean
  /** Links from the author, by hub; −1: it has not come there. */
  readonly hops: Int16Array
}

async function measure (network: GossipsubNetwork, { hubs, links, senders, messages, seed, pace = usualPace }: GossipsubRun): Promise<Row> {
  const { warmUp, everyMs, meshMs, settleMs } = pace
  const random = createRandom(seed, 1)
  const indexOf = new Map(network.nodes.map(({ peerId, index }) => [peerId.toString(), index]))
  const published = new Map<string, Published>()
  const delays: number[] = []
  for (const { pubsub, index } of network.nodes) {
    pubsub.addEventListener('gossipsub:message', ({ detail: { propagationSource, msg } }) => {
      const message = published.get(keyOf(msg.data))
      if (message == null) return
      message.hops[index] = (message.hops[indexOf.get(propagationSource.toString()) ?? 0] ?? 0) + 1
      if (message.measured) delays.push(performance.now() - message.atMs)
    })
    pubsub.subscribe(topic)
  }
  await pause(meshMs)

  let number = 2
  async function publish (textBytes: number, count: number, measured: boolean): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const author = random.pick(senders)
      const data = messageBytesOf(textBytes, number += 1)
      published.set(keyOf(data), { author, atMs: performance.now(), measured, hops: new Int16Array(hubs).fill(-1).fill(0, author, author + 1) })
      await network.nodes[author]?.pubsub.publish(topic, data)
      await pause(everyMs)
    }
    await pause(settleMs)
  }

  await publish(textSizes[0], warmUp, false)
  const [payloadsBefore, notesBefore] = ['gossipsub_rpc_recv_message_total', 'gossipsub_ihave_rcv_msgids_total'].map(network.counted) as [number, number]
  const bytes: Array<[number, number]> = []
  for (const size of textSizes) {
    const before = network.counted('gossipsub_rpc_sent_bytes_total')
    await publish(size, messages, true)
    const delivered = messages * (hubs - 1) * messageBytesOf(size, 2).byteLength
    bytes.push([size, rounded((network.counted('gossipsub_rpc_sent_bytes_total') - before) / delivered)])
  }
  const deliveries = messages * textSizes.length * (hubs - 1)
  const all = [...published.values()].filter(({ measured }) => measured)
  const ways = all.flatMap(({ author, hops }): Delivery[] => Array.from(hops, (over, hub) => ({ author, hub, hops: over })))
  const last = all.map(({ hops }) => Math.max(...hops)).sort((a, b) => a - b)
  const ms = Float64Array.from(delays).sort()
  return {
    by: 'gossipsub',
    rmr: rounded((network.counted('gossipsub_rpc_recv_message_total') - payloadsBefore) / deliveries - 1),
    notesPerDelivery: rounded((network.counted('gossipsub_ihave_rcv_msgids_total') - notesBefore) / deliveries),
    lastDeliveryHops: share(last, 0.5),
    stretch: rounded(stretchOf(ways, hubs, links)),
    bytesPerDelivered: Object.fromEntries(bytes) as Row['bytesPerDelivered'],
    p50Ms: Math.round(share(ms, 0.5)),
    p99Ms: Math.round(share(ms, 0.99)),
    healMs: null,
    clock: 'real'
  }
}

/** The header differs from message to message, and begins the bytes. */
function keyOf (data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, Math.min(data.byteLength, 300)).toString('latin1')
}
