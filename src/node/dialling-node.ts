/** A libp2p node that only dials, by WebSocket: for a hub or a command that has no address of its own. It knows nothing of what it carries. */
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export type DiallingNode = Libp2p<{ identify: Identify, ping: Ping }>

/** `privateKey`: the same peer id each time. @default a new one */
export async function createDiallingNode (privateKey?: PrivateKey): Promise<DiallingNode> {
  return createLibp2p({
    ...(privateKey == null ? {} : { privateKey }),
    addresses: { listen: [] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping() }
  })
}
