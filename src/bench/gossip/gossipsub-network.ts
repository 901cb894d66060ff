/**
 * Real gossipsub routers in this process, linked as a list of pairs says: each frame crosses a stream of libp2p's own mock connections, late by its link's
 * latency. Connections, peer store and the rest of libp2p are stand-ins that do the least gossipsub asks of them.
 */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub, type GossipSub, type GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, PeerId, Startable, Stream, StreamHandler, Topology } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { streamPair } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { createComponentLogger } from '../../network/component-logger.ts'
import type { Pair } from '../../sim/overlay.ts'

type MetricsRegister = NonNullable<NonNullable<Parameters<typeof gossipsub>[0]>['metricsRegister']>

export interface GossipsubNode {
  readonly index: number
  readonly peerId: PeerId
  readonly pubsub: GossipSub
}

export interface GossipsubNetwork {
  readonly nodes: readonly GossipsubNode[]
  /** The sum over all nodes of a counter of gossipsub's own. */
  counted: (name: string) => number
  stop: () => Promise<void>
}

interface Member extends GossipsubNode {
  readonly router: GossipSub & Startable
  readonly handlers: Map<string, StreamHandler>
  topology: Topology | undefined
}

/** Frames that may be under way on one stream before its writer is told to wait: all there are. */
const capacity = 10_000

export async function createGossipsubNetwork (hubs: number, links: readonly Pair[], latencyOf: (link: Pair) => number): Promise<GossipsubNetwork> {
  const counts = new Map<string, number>()
  const members: Member[] = []
  for (let index = 0; index < hubs; index += 1) members.push(await createMember(index, createRegister(counts)))
  for (const { router } of members) await router.start()
  for (const link of links) {
    const [one, other] = link.map(index => members[index]) as [Member, Member]
    const delay = latencyOf(link)
    await one.topology?.onConnect?.(other.peerId, connect(one, other, delay, 'outbound'))
    await other.topology?.onConnect?.(one.peerId, connect(other, one, delay, 'inbound'))
  }
  return {
    nodes: members,
    counted: name => counts.get(name) ?? 0,
    stop: async () => { await Promise.all(members.map(async ({ router }) => router.stop())) }
  }
}

async function createMember (index: number, metricsRegister: MetricsRegister): Promise<Member> {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, index + 1)
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed)
  const peerId = peerIdFromPrivateKey(privateKey)
  const handlers = new Map<string, StreamHandler>()
  let topology: Topology | undefined
  const components = {
    privateKey,
    peerId,
    peerStore: { merge: async () => undefined },
    connectionManager: {},
    registrar: {
      handle: async (protocol: string, handler: StreamHandler) => { handlers.set(protocol, handler) },
      unhandle: async () => undefined,
      register: async (_protocol: string, given: Topology) => {
        topology = given
        return ''
      },
      unregister: () => undefined
    },
    logger: createComponentLogger(() => undefined)
  } as unknown as GossipSubComponents
  const router = gossipsub({
    // Messages of hubs are signed by themselves, so gossipsub need not do it again.
    globalSignaturePolicy: 'StrictNoSign',
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    scoreParams: { IPColocationFactorWeight: 0 },
    metricsRegister,
    metricsTopicStrToLabel: new Map()
  })(components) as GossipSub & Startable
  return { index, peerId, pubsub: router, router, handlers, get topology () { return topology } }
}

function connect (from: Member, to: Member, delay: number, direction: Connection['direction']): Connection {
  const remoteAddr = multiaddr('/ip4/127.0.0.1/tcp/1/ws')
  return {
    remotePeer: to.peerId, remoteAddr, direction, status: 'open',
    newStream: async (protocols: string | string[]): Promise<Stream> => {
      const protocol = [protocols].flat()[0] ?? ''
      const [outbound, inbound] = await streamPair({ delay, capacity })
      // Whoever negotiates a protocol says so on the stream; gossipsub looks.
      for (const end of [outbound, inbound]) end.protocol = protocol
      await to.handlers.get(protocol)?.(inbound, { remotePeer: from.peerId, remoteAddr, direction: 'inbound', status: 'open' } as unknown as Connection)
      return outbound
    }
  } as unknown as Connection
}

/** gossipsub counts for itself; all nodes' counts are one. */
function createRegister (counts: Map<string, number>): MetricsRegister {
  const ignored = (): undefined => undefined
  return {
    gauge: ({ name }: { readonly name: string }) => ({
      inc (...given: readonly unknown[]) {
        const value = given.findLast(part => typeof part === 'number') ?? 1
        counts.set(name, (counts.get(name) ?? 0) + (value))
      },
      set: ignored,
      addCollect: ignored
    }),
    histogram: () => ({ startTimer: () => ignored, observe: ignored, reset: ignored }),
    avgMinMax: () => ({ set: ignored })
  }
}
