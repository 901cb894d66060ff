/**
 * A link as hubs have one to a server (WebSocket, Noise, Yamux, frames with a window), and nothing of a hub: what is sent over it as fast as it takes it is
 * what a join is held against.
 */
import { noise } from '@libp2p/noise'
import type { Libp2p, Stream } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { PeerId } from '../../base/peer.ts'
import type { SyncStream } from '../../hub/sync/sync-stream.ts'
import { createFaultyFrames } from '../../network/faulty-frames.ts'
import { noFaults } from '../../network/faults.ts'
import { createFrameStream } from '../../network/frame-stream.ts'
import { createWindowedStream } from '../../network/windowed-stream.ts'

export const copyProtocol = '/hubbub/bench/copy/1'

export async function createRawNode (listen: readonly string[] = []): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: [...listen] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false }
  })
}

/** The stream that chunks of a snapshot go over. */
export function framesOn (stream: Stream): SyncStream {
  return createWindowedStream(createFaultyFrames({ frames: createFrameStream(stream), peer: 'copy' as PeerId, faults: noFaults, onLoss: 'end' }))
}
