/**
 * What Node 20 lacks and libp2p needs. The first import of every Node entry: libp2p's modules look these up when they are
 * evaluated. Node 22 has both, and then this does nothing; it goes when Node 20 is no longer supported.
 */
import { WebSocket } from 'ws'

function withResolvers (this: PromiseConstructor): object {
  let settle: object = {}
  const promise = new this((resolve, reject) => { settle = { resolve, reject } })
  return { promise, ...settle }
}

/**
 * As in a browser, an error that nobody listens for is not thrown. libp2p takes its listeners away when it gives up a dial, and leaves the
 * socket to fail after that: without this listener that would end the process.
 */
class DialledWebSocket extends WebSocket {
  constructor (address: string | URL, protocols?: string | string[]) {
    super(address, protocols)
    this.on('error', () => undefined) // whoever waits for the socket has a listener of their own
  }
}

if (!Reflect.has(Promise, 'withResolvers')) Object.defineProperty(Promise, 'withResolvers', { value: withResolvers, configurable: true, writable: true })
// Only for dialling: listening is done by our own HTTP server.
if (!Reflect.has(globalThis, 'WebSocket')) Object.defineProperty(globalThis, 'WebSocket', { value: DialledWebSocket, configurable: true, writable: true })
