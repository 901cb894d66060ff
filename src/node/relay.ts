/**
 * The relay: a libp2p node that introduces hubs to each other (DESIGN 2, 5). It keeps reservations, carries the first bytes of a
 * connection, and takes part in the gossip by which hubs announce themselves. It knows nothing of messages; a hub in the same process
 * uses the same node. Limits follow what a crowd of tabs needs, not libp2p's defaults, which are for a private computer.
 */
import { circuitRelayServer, RELAY_V2_STOP_CODEC, type CircuitRelayService } from '@libp2p/circuit-relay-v2'
import { gossipsub, type GossipSub } from '@libp2p/gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebRTCDirect } from '@multiformats/multiaddr-matcher'
import { createLibp2p } from 'libp2p'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { NetworkId } from '../message/types.ts'
import { announcementTopic } from '../network/announcements.ts'
import { corked } from '../network/corked.ts'
import { traceTopic } from '../network/trace-reports.ts'
import type { DirectDoor } from './webrtc-direct.ts'
import { webSocketDoor, type WebSocketDoor } from './websocket-door.ts'

/** Hubs that can be reached through this relay at the same time: a crowd of a thousand. Those above it are refused, and try other introducers. */
export const reservationsMax = 1_024
/** Connections at the same time. A few more than reservations, for hubs that are about to reserve. libp2p would start to close the least useful ones here. */
export const connectionsMax = 1_280
/**
 * A reservation ends when its hub's connection does (below), so its time limit is for hubs that stay. Long, because in
 * retimeable-signal 1 the timer of an earlier refresh still ends the reservation: with libp2p's two hours a tab that
 * stays open becomes unreachable after four.
 */
const reservationMs = 24 * 60 * 60_000
/** Bytes one circuit carries, both ways: signalling takes about 20 KB, and gossip until a direct link is up takes some more (DESIGN 8). */
const circuitBytesMax = 1n << 20n
/** How long one circuit lives (DESIGN 8): two hubs that cannot link directly stay in touch meanwhile. */
const circuitMs = 10 * 60_000
/** How long a peer may take to ask for a circuit. libp2p's default, which covers the other end's answer. */
const hopTimeoutMs = 30_000
/** Circuits one hub may be asking for at the same time: a hub that joins dials a handful at once. */
const hopStreamsMax = 64
/** Circuits to one hub at the same time: in a crowd many dial the same one. libp2p's default. */
const stopStreamsMax = 300
/** Connections a second from one address: a class room behind one router, or all tabs of one computer, back at once after a restart. */
const connectionsPerSecondMax = 1_000
/** Connections that have not completed the handshake: what a crowd needs that comes back at once when a relay restarts (four round trips each). */
export const pendingConnectionsMax = 256
/** How long a handshake may take. Generous: a phone on a poor line. */
const handshakeMs = 10_000
/** Topics that a peer may be subscribed to, by the memory that they cost (about 1 KiB each). Hubs have fewer than ten. */
const topicBytesPerPeerMax = 64 << 10
/**
 * Hubs to which the relay passes an announcement on at once; others learn of it by gossip, and now and then one does not. More than
 * gossipsub's 6 to 12, because newcomers are linked to nobody else yet: with these, a class room hears everything. Guess; each
 * costs a copy of every announcement.
 */
const meshDegree = { D: 32, Dlo: 24, Dhi: 48, Dlazy: 24 }
/** Bytes of one gossip message: announcements and attestations take below 4 KiB. */
const gossipBytesMax = 64 << 10

export type RelayServices = {
  readonly identify: Identify
  readonly ping: Ping
  readonly relay: CircuitRelayService
  readonly pubsub: GossipSub
  readonly door: WebSocketDoor
} & Record<string, unknown>

export interface Relay {
  readonly libp2p: Libp2p<RelayServices>
  readonly peerId: string
  /** Where it is reached by WebRTC-direct, in full; empty: it is not. */
  readonly directAddresses: () => string[]
  /** Takes over a WebSocket that the HTTP server accepted. */
  readonly accept: (socket: WebSocket, remoteAddress: Multiaddr) => void
  readonly counts: () => RelayCounts
  readonly stop: () => Promise<void>
}

export interface RelayCounts {
  readonly connections: number
  readonly reservations: number
  readonly circuits: number
}

export interface RelayConfig {
  readonly privateKey: PrivateKey
  readonly network: NetworkId
  /** Multiaddrs at which others reach this relay. */
  readonly announce: readonly string[]
  /** Hubs that can be reached through it at once. @default reservationsMax */
  readonly places?: number | undefined
  /** How it is reached by WebRTC-direct too. @default it is not */
  readonly direct?: DirectDoor | undefined
  readonly log: Logger
}

export async function startRelay ({ privateKey, network, announce, places = reservationsMax, direct, log }: RelayConfig): Promise<Relay> {
  const libp2p = await createLibp2p<RelayServices>({
    privateKey,
    nodeInfo: { name: 'hubbub-relay' },
    addresses: { listen: direct == null ? [] : [direct.listen], announce: direct == null ? [...announce] : [...announce, direct.announce] },
    // WebSockets to dial with, for a hub in this process: inbound sockets come through the door.
    transports: [webSockets(), ...direct == null ? [] : [direct.transport]],
    connectionEncrypters: [corked(noise())],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: connectionsMax,
      inboundConnectionThreshold: connectionsPerSecondMax,
      maxIncomingPendingConnections: pendingConnectionsMax,
      inboundUpgradeTimeout: handshakeMs
    },
    services: {
      identify: identify(),
      ping: ping(),
      relay: circuitRelayServer({
        hopTimeout: hopTimeoutMs,
        maxInboundHopStreams: hopStreamsMax,
        maxOutboundStopStreams: stopStreamsMax,
        reservations: {
          maxReservations: places,
          reservationTtl: reservationMs,
          defaultDataLimit: circuitBytesMax,
          defaultDurationLimit: circuitMs
        }
      }),
      pubsub: gossipsub({
        // One address is often many hubs (a class room, a proxy, the tabs of one computer): from the 14th on, the default would silence them all.
        scoreParams: { IPColocationFactorWeight: 0 },
        ...meshDegree,
        allowPublishToZeroTopicPeers: true,
        maxInboundDataLength: gossipBytesMax,
        maxTopicBytesPerPeer: topicBytesPerPeerMax
      }),
      door: webSocketDoor()
    }
  })
  const { relay, pubsub, door } = libp2p.services
  pubsub.subscribe(announcementTopic(network))
  pubsub.subscribe(traceTopic(network))

  // A hub that is gone frees its reservation and its address book entry at once: libp2p keeps both for hours, and a crowd that comes and
  // goes would use them up.
  const forget = (peer: PeerId): void => {
    relay.reservations.get(peer)?.signal.clear()
    relay.reservations.delete(peer)
    libp2p.peerStore.delete(peer).catch((reason: unknown) => log.warn({ peer: peer.toString(), reason }, 'a peer that left could not be forgotten'))
  }
  libp2p.addEventListener('peer:connect', ({ detail: peer }) => log.debug({ peer: peer.toString() }, 'peer connected'))
  libp2p.addEventListener('peer:disconnect', ({ detail: peer }) => {
    log.debug({ peer: peer.toString() }, 'peer disconnected')
    forget(peer)
  })

  return {
    libp2p,
    peerId: libp2p.peerId.toString(),
    directAddresses: () => libp2p.getMultiaddrs().filter(address => WebRTCDirect.exactMatch(address)).map(String),
    accept: (socket, remoteAddress) => door.accept(socket, remoteAddress),
    counts () {
      const connections = libp2p.getConnections()
      const circuits = connections.reduce((sum, { streams }) => sum + streams.filter(stream => stream.protocol === RELAY_V2_STOP_CODEC).length, 0)
      return { connections: connections.length, reservations: relay.reservations.size, circuits }
    },
    stop: async () => libp2p.stop()
  }
}
