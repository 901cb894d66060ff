/**
 * The protocols that carry many messages (`/hubbub/sync/2`, `/hubbub/fastsync/4`) on libp2p: one stream a session or a join, on the connection of a link that
 * is not relayed. It opens them and hands those of others on; what goes over them is the hub's (hub/sync, hub/fastsync).
 */
import type { Libp2p, Stream } from '@libp2p/interface'
import type { PeerId } from '../base/peer.ts'
import type { SyncNetwork, SyncStream } from '../hub/sync/sync-stream.ts'
import { createFaultyFrames } from './faulty-frames.ts'
import { noFaults, type Faults } from './faults.ts'
import { createFrameStream } from './frame-stream.ts'
import type { Links } from './links.ts'
import { createWindowedStream } from './windowed-stream.ts'

export interface SyncStreams extends SyncNetwork {
  stop: () => Promise<void>
}

export interface SyncStreamsOptions {
  readonly libp2p: Libp2p
  readonly links: Links
  readonly protocol: string
  /** @default none */
  readonly faults?: Pick<Faults, 'delayMs' | 'isParted' | 'loses'>
  /** Another hub begins a session, or would join. */
  readonly onStream: (peer: PeerId, stream: SyncStream) => void
}

/** Streams of sessions at once on one connection: one, and one that begins while the other is closed. */
const streamsPerPeerMax = 4
const openTimeoutMs = 10_000
/** The link of whoever opens a session may come up a moment later on this side. */
const linkWaitMs = 2_000

export async function createSyncStreams ({ libp2p, links, protocol, faults = noFaults, onStream }: SyncStreamsOptions): Promise<SyncStreams> {
  const carry = (stream: Stream, peer: PeerId): SyncStream => createWindowedStream(createFaultyFrames({ frames: createFrameStream(stream), peer, faults, onLoss: 'end' }))

  await libp2p.handle(protocol, async (stream, connection) => {
    const peer = connection.remotePeer.toString() as PeerId
    // Read from the first byte on: what comes meanwhile is held in the window.
    const windowed = carry(stream, peer)
    // Greeting a link is what tells hubs of one network apart from others.
    const link = await links.arrival(peer, linkWaitMs)
    if (link === undefined || link.path === 'relayed') windowed.abort()
    else onStream(peer, windowed)
  }, { runOnLimitedConnection: false, maxInboundStreams: streamsPerPeerMax, maxOutboundStreams: streamsPerPeerMax })

  return {
    peerId: libp2p.peerId.toString() as PeerId,
    neighbours: () => links.all().filter(({ path }) => path !== 'relayed').map(({ peer }) => peer),
    async open (peer) {
      const link = links.get(peer)
      if (link === undefined || link.path === 'relayed' || faults.isParted(peer)) return undefined
      try {
        const stream = await link.connection.newStream(protocol, { runOnLimitedConnection: false, signal: AbortSignal.timeout(openTimeoutMs) })
        return carry(stream, peer)
      } catch {
        return undefined // gone meanwhile, or of a version without it: the link says which
      }
    },
    stop: async () => { await libp2p.unhandle(protocol) }
  }
}
