/**
 * The libp2p node of a hub in a browser: WebRTC between hubs, WebSockets to relays, circuit relay to be found, gossipsub as the
 * control plane. Every limit that differs from libp2p's default says why (decisions/0001, 0002).
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub, type GossipSub } from '@libp2p/gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webRTC } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Report } from '../base/event-log.ts'
import { createComponentLogger } from './component-logger.ts'

// A type, not an interface: libp2p's service map wants an index signature, which interfaces do not have.
export type HubServices = { identify: Identify, ping: Ping, pubsub: GossipSub }

export interface BrowserNodeOptions {
  /** 32 bytes: the peer key. */
  readonly peerKeySeed: Uint8Array
  readonly iceServers: () => RTCIceServer[]
  readonly agent: string
  readonly report: (report: Report) => void
}

/** Every dial through one relay counts as that relay's host; the default of 5 a second made 7 of 12 simultaneous dials fail. */
const inboundConnectionThreshold = 1_000
/** Dials that arrive while others are being answered. */
const maxIncomingPendingConnections = 50
const inboundUpgradeTimeoutMs = 10_000
/** Links (64), relays, and relayed connections that are being upgraded. */
const maxConnections = 200

export async function createBrowserNode ({ peerKeySeed, iceServers, agent, report }: BrowserNodeOptions): Promise<Libp2p<HubServices>> {
  return createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', peerKeySeed),
    addresses: { listen: ['/p2p-circuit', '/webrtc'] },
    transports: [webSockets(), webRTC({ rtcConfiguration: () => ({ iceServers: iceServers() }) }), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // Networks of hubs on one machine or one LAN are ordinary ones: private addresses may be dialled.
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { inboundConnectionThreshold, maxIncomingPendingConnections, inboundUpgradeTimeout: inboundUpgradeTimeoutMs, maxConnections },
    // Its ping opens a stream, which needs the page: a page blocked for long would cost its links. Links ping on their own stream (G20).
    connectionMonitor: { enabled: false },
    nodeInfo: { name: 'hubbub', version: '0.1.0', userAgent: agent },
    logger: createComponentLogger(report),
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        emitSelf: false,
        // Addresses through one relay all count as that relay's: from the 14th hub on, the default would silence them all.
        scoreParams: { IPColocationFactorWeight: 0 }
      })
    }
  })
}
