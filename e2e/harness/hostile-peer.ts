/**
 * A peer that breaks the rules: a bare libp2p node of this process, with a fresh identity, that dials a hub and puts whatever bytes it
 * likes on its streams. It uses the project's frames to be almost right.
 */
import '../../src/node/compat.ts'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { Connection, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import * as varint from 'uint8-varint'
import { concat } from 'uint8arrays/concat'
import { encodeFrame, type Frame, gossipProtocol } from '../../src/gossip/frames.ts'
import { waitUntil, within } from './deadline.ts'

export interface HostilePeer {
  readonly peerId: string
  /** The protocols that the hub offers to everybody, gossip among them, once it has told them. */
  protocols (): Promise<readonly string[]>
  /** A stream of its own to the hub, of the gossip protocol unless told otherwise. */
  stream (protocol?: string): Promise<HostileStream>
  /** Drops its connection and dials the hub again, as the same peer. */
  redial (): Promise<void>
  stop (): Promise<void>
}

export interface HostileStream {
  /** Raw bytes. What can no longer be sent because the hub has ended the stream is dropped. */
  send (bytes: Uint8Array): Promise<void>
  sendFrame (frame: Frame): Promise<void>
  /** Resolves once the hub has sent something. */
  heard (): Promise<void>
  /** Resolves once the hub, not this side, has ended the stream. */
  ended (timeoutMs?: number): Promise<void>
}

const dialTimeoutMs = 10_000
/** Bytes given to the stream at once: small enough that the hub can end it in between. */
const chunkBytes = 64 * 1024

/** Dials the hub at this multiaddr, directly or through a relay. */
export async function openHostilePeer (address: string): Promise<HostilePeer> {
  const node = await createLibp2p({
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() }
  })
  const dial = (): Promise<Connection> => node.dial(multiaddr(address), { signal: AbortSignal.timeout(dialTimeoutMs), force: true })
  let connection: Connection
  try {
    connection = await dial()
  } catch (thrown) {
    await node.stop()
    throw thrown
  }
  return {
    peerId: node.peerId.toString(),
    protocols: () => waitUntil({ what: 'the hub to name its protocols' }, async () => {
      const { protocols } = await node.peerStore.get(connection.remotePeer)
      return protocols.includes(gossipProtocol) && protocols
    }),
    async stream (protocol = gossipProtocol) {
      const stream = await connection.newStream(protocol, { runOnLimitedConnection: true, signal: AbortSignal.timeout(dialTimeoutMs) })
      return asHostileStream(stream)
    },
    async redial () {
      connection.abort(new Error('dialling again'))
      connection = await dial()
    },
    stop: async () => { await node.stop() }
  }
}

/** A frame as it stands on the stream. */
export function withLength (bytes: Uint8Array): Uint8Array {
  return concat([varint.encode(bytes.byteLength), bytes])
}

function asHostileStream (stream: Stream): HostileStream {
  const heard = Promise.withResolvers<undefined>()
  const ended = Promise.withResolvers<undefined>()
  // The listener stays: bytes that nobody listens for are buffered, and too many of them end the stream on this side.
  stream.addEventListener('message', () => heard.resolve(undefined))
  stream.addEventListener('close', () => ended.resolve(undefined))
  if (stream.status !== 'open') ended.resolve(undefined)
  const send = async (bytes: Uint8Array): Promise<void> => {
    for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
      if (stream.status !== 'open' || stream.writeStatus === 'closed') return
      if (!stream.send(bytes.subarray(start, start + chunkBytes))) await Promise.race([stream.onDrain(), ended.promise])
    }
  }
  return {
    send,
    sendFrame: frame => send(withLength(encodeFrame(frame))),
    heard: () => within(dialTimeoutMs, heard.promise),
    ended: (timeoutMs = dialTimeoutMs) => within(timeoutMs, ended.promise)
  }
}
