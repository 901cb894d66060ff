/**
 * Turns WebSockets that our HTTP server accepted into libp2p connections, as a libp2p service.
 *
 * libp2p's own WebSocket listener wants a port to itself and answers plain HTTP with 400, so it can not share an origin with the page.
 * Handing accepted sockets to the upgrader costs one socket a peer instead of three, keeps peers' true addresses (the limits per host
 * need them), bounds a frame, and pauses a sender that is too fast. Dialling stays with @libp2p/websockets.
 */
import { setMaxListeners } from 'node:events'
import type { ComponentLogger, Logger, Upgrader } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { RawData, WebSocket } from 'ws'

/** Bytes of one WebSocket frame. Noise frames are at most 64 KiB; some room for senders that join a few. Larger ones end the connection (close code 1009). */
export const frameBytesMax = 1 << 20
/** Bytes a slow reader may leave unsent in its socket before we stop writing. Guess: some seconds of a poor line. */
const unsentBytesMax = 1 << 20
/** Bytes that may then still queue up above the socket before the connection is given up. libp2p's own bound for reading. */
const writeBufferBytesMax = 4 << 20

export interface WebSocketDoor {
  /** Takes an open server-side WebSocket over; it is closed when the peer does not complete libp2p's handshake in time. */
  accept (socket: WebSocket, remoteAddress: Multiaddr): void
}

export interface WebSocketDoorComponents {
  readonly upgrader: Upgrader
  readonly logger: ComponentLogger
}

export function webSocketDoor (): (components: WebSocketDoorComponents) => WebSocketDoor {
  return ({ upgrader, logger }) => {
    const log = logger.forComponent('hubbub:websocket-door')
    const shutdown = new AbortController()
    // One listener for each handshake under way, which the relay bounds.
    setMaxListeners(0, shutdown.signal)
    const door = {
      accept (socket: WebSocket, remoteAddress: Multiaddr) {
        const connection = new AcceptedWebSocket(socket, remoteAddress, log)
        upgrader.upgradeInbound(connection, { signal: shutdown.signal }).catch((reason: unknown) => {
          // Strangers that speak something else, or more of them than the limits allow: theirs to fix, ours to hang up.
          log('refused %a - %e', remoteAddress, reason)
          connection.abort(reason instanceof Error ? reason : new Error(String(reason)))
        })
      },
      start () { /* nothing before the first socket */ },
      stop () { shutdown.abort() }
    }
    return door
  }
}

class AcceptedWebSocket extends AbstractMultiaddrConnection {
  readonly #socket: WebSocket

  constructor (socket: WebSocket, remoteAddr: Multiaddr, log: Logger) {
    super({ remoteAddr, direction: 'inbound', log, maxWriteBufferLength: writeBufferBytesMax })
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.onData(bytesOf(data))
      else this.abort(new Error('libp2p frames are binary'))
    })
    socket.on('error', reason => this.abort(reason))
    socket.on('close', (code) => {
      if (code === closedAbnormally) this.onRemoteReset()
      else this.onTransportClosed()
    })
  }

  override sendData (data: Uint8ArrayList): { sentBytes: number, canSendMore: boolean } {
    const sentBytes = data.byteLength
    for (const bytes of data) this.#socket.send(bytes, this.#sent)
    return { sentBytes, canSendMore: this.#socket.bufferedAmount < unsentBytesMax }
  }

  override sendReset (): void {
    this.#socket.terminate()
  }

  override async sendClose (): Promise<void> {
    this.#socket.close()
    return Promise.resolve()
  }

  override sendPause (): void {
    this.#socket.pause()
  }

  override sendResume (): void {
    this.#socket.resume()
  }

  /** A failed write needs nothing here: the socket reports 'error' or 'close' as well. */
  readonly #sent = (): void => {
    if (this.writableNeedsDrain && this.#socket.bufferedAmount === 0) this.safeDispatchEvent('drain')
  }
}

/** WebSocket's close code of a connection that ended without a closing frame. */
const closedAbnormally = 1006

function bytesOf (data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return Array.isArray(data) ? Buffer.concat(data) : data
}
