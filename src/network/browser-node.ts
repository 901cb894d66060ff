/**
 * The libp2p node of a hub in a browser: WebRTC between hubs, WebSockets to relays, circuit relay to be found and to introduce others,
 * gossipsub as the control plane. Every limit that differs from libp2p's default says why (decisions/0001, 0002).
 */
import { circuitRelayServer, RELAY_V2_STOP_CODEC, type CircuitRelayService } from '@libp2p/circuit-relay-v2'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub, type GossipSub } from '@libp2p/gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p, PeerId as Libp2pPeerId } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webRTC, webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { createComponentLogger } from './component-logger.ts'
import { corked } from './corked.ts'
import { reservingTransport, type ReservingTransport } from './reservations.ts'

// A type, not an interface: libp2p's service map wants an index signature, which interfaces do not have.
export type HubServices = { identify: Identify, ping: Ping, pubsub: GossipSub, introducer: CircuitRelayService }

export interface BrowserNodeOptions {
  /** 32 bytes: the peer key. */
  readonly peerKeySeed: Uint8Array
  readonly iceServers: () => RTCIceServer[]
  readonly agent: string
  readonly report: (report: Report) => void
  /** Whom this hub introduces to its neighbours, and lets be introduced (gossip/SPEC.md V12): its neighbours. Asked at each time. */
  readonly introduces: (peer: PeerId) => boolean
}

export interface BrowserNode {
  readonly libp2p: Libp2p<HubServices>
  /** By which this hub is introduced. */
  readonly circuits: () => ReservingTransport
}

/** Every dial through one relay counts as that relay's host; the default of 5 a second made 7 of 12 simultaneous dials fail. */
const inboundConnectionThreshold = 1_000
/** Dials that arrive while others are being answered. */
const maxIncomingPendingConnections = 50
const inboundUpgradeTimeoutMs = 10_000
/** Links (64), relays, and relayed connections that are being upgraded. */
const maxConnections = 200
/** V12. Signalling takes about 20 KB and a second or two; more would make a tab a relay of messages. */
const circuitsMax = 16
const circuitBytesMax = 64n << 10n
const circuitMs = 30_000
/** How long a hub may take to ask for a circuit. */
const hopTimeoutMs = 10_000
/** Neighbours are fewer; each has one reservation. */
const reservationsMax = 64
/** A reservation ends with its link (network.ts). Long, because in retimeable-signal 1 the timer of an earlier renewal still ends it. */
const reservationMs = 24 * 60 * 60_000

export async function createBrowserNode ({ peerKeySeed, iceServers, agent, report, introduces }: BrowserNodeOptions): Promise<BrowserNode> {
  const circuits = reservingTransport()
  const isNeighbour = (peer: Libp2pPeerId): boolean => introduces(peer.toString() as PeerId)
  const rtcConfiguration = (): RTCConfiguration => ({ iceServers: iceServers() })
  const circuitCount = (): number => libp2p.getConnections().reduce((sum, { streams }) => sum + streams.filter(isIntroduction).length, 0)
  const libp2p: Libp2p<HubServices> = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', peerKeySeed),
    // Nothing is listened on: dials come in through reservations (reservations.ts).
    addresses: { listen: [] },
    transports: [webSockets(), webRTC({ rtcConfiguration }), webRTCDirect({ rtcConfiguration }), circuits.create],
    connectionEncrypters: [corked(noise())],
    streamMuxers: [yamux()],
    // Networks of hubs on one machine or one LAN are ordinary ones: private addresses may be dialled.
    connectionGater: {
      denyDialMultiaddr: () => false,
      denyInboundRelayReservation: source => !isNeighbour(source),
      denyOutboundRelayedConnection: (source, destination) => !isNeighbour(source) || !isNeighbour(destination) || circuitCount() >= circuitsMax
    },
    connectionManager: { inboundConnectionThreshold, maxIncomingPendingConnections, inboundUpgradeTimeout: inboundUpgradeTimeoutMs, maxConnections },
    // Its ping opens a stream, which needs the page: a page blocked for long would cost its links. Links ping on their own stream (G20).
    connectionMonitor: { enabled: false },
    nodeInfo: { name: 'hubbub', version: '0.1.0', userAgent: agent },
    logger: createComponentLogger(report),
    services: {
      // Below, for those connections that are to last (N9).
      identify: identify({ runOnConnectionOpen: false }),
      ping: ping(),
      introducer: circuitRelayServer({
        hopTimeout: hopTimeoutMs,
        maxInboundHopStreams: circuitsMax,
        maxOutboundStopStreams: circuitsMax,
        reservations: {
          maxReservations: reservationsMax, reservationTtl: reservationMs, defaultDataLimit: circuitBytesMax, defaultDurationLimit: circuitMs
        }
      }),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        emitSelf: false,
        // Addresses through one relay all count as that relay's: from the 14th hub on, the default would silence them all.
        scoreParams: { IPColocationFactorWeight: 0 }
      })
    }
  })
  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    if (connection.limits != null) return
    libp2p.services.identify.identify(connection).catch(() => { /* it ended, or is a hub that cannot say who it is: its streams tell what it speaks */ })
  })
  return { libp2p, circuits: circuits.transport }
}

function isIntroduction (stream: { readonly protocol: string, readonly direction: string }): boolean {
  return stream.protocol === RELAY_V2_STOP_CODEC && stream.direction === 'outbound'
}
