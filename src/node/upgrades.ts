/**
 * WebSocket upgrades on the public port: checked by Host and Origin, bounded in number, and then handed to the relay. What is said
 * inside the socket is the relay's business.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { WebSocketServer, type WebSocket } from 'ws'
import { addressKey, isLoopbackAddress, remoteAddressOf } from './client-address.ts'
import type { HostRules } from './host-rules.ts'
import type { UpgradeOutcome } from './metrics.ts'
import { frameBytesMax } from './websocket-door.ts'

/** WebSockets of one address at the same time. Guess: a class room behind one router. Loopback has no bound of its own: proxies and tests come from there. */
export const socketsPerAddressMax = 256

export interface Upgrades {
  readonly handle: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Ends all sockets. */
  readonly stop: () => void
}

/** Who asked for a WebSocket, as the log tells it. */
export interface UpgradeRequest {
  readonly address: string
  readonly host: string | undefined
  readonly origin: string | undefined
}

export interface UpgradesConfig {
  readonly rules: HostRules
  readonly trustProxy: boolean
  /** All sockets at the same time. */
  readonly socketsMax: number
  /** undefined: not ready. */
  readonly accept: () => ((socket: WebSocket, remoteAddress: Multiaddr) => void) | undefined
  readonly report: (outcome: UpgradeOutcome, asked: UpgradeRequest) => void
}

export function createUpgrades ({ rules, trustProxy, socketsMax, accept, report }: UpgradesConfig): Upgrades {
  const server = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax, perMessageDeflate: false })
  /** Open sockets by address; no longer than there are sockets. */
  const socketsByAddress = new Map<string, number>()

  const judge = (request: IncomingMessage, key: string): UpgradeOutcome => {
    const asked = rules.accept(request.headers.host)
    if (asked == null) return 'refused-host'
    if (!rules.originAllowed(request.headers.origin, asked)) return 'refused-origin'
    if (request.url?.split('?', 1)[0] !== '/') return 'refused-path'
    if (server.clients.size >= socketsMax) return 'refused-full'
    if (!isLoopbackAddress(key) && (socketsByAddress.get(key) ?? 0) >= socketsPerAddressMax) return 'refused-address-full'
    return accept() == null ? 'refused-not-ready' : 'accepted'
  }

  return {
    handle (request, socket, head) {
      // Whatever happens to it, 'close' follows; without a listener the process would end.
      socket.on('error', () => socket.destroy())
      const address = remoteAddressOf(request, trustProxy)
      const key = addressKey(address)
      const outcome = judge(request, key)
      report(outcome, { address, host: request.headers.host, origin: request.headers.origin })
      if (outcome !== 'accepted') {
        refuse(socket, outcome)
        return
      }
      socketsByAddress.set(key, (socketsByAddress.get(key) ?? 0) + 1)
      socket.once('close', () => {
        const left = (socketsByAddress.get(key) ?? 1) - 1
        if (left > 0) socketsByAddress.set(key, left)
        else socketsByAddress.delete(key)
      })
      server.handleUpgrade(request, socket, head, (websocket) => {
        const take = accept()
        if (take == null) websocket.terminate()
        else take(websocket, multiaddrOfPeer(address, request.socket.remotePort ?? 0))
      })
    },
    stop () {
      for (const websocket of server.clients) websocket.terminate()
      server.close()
    }
  }
}

const refusals: Readonly<Record<Exclude<UpgradeOutcome, 'accepted'>, { readonly status: number, readonly sentence: string }>> = {
  'refused-host': { status: 403, sentence: 'This server does not answer to that name.' },
  'refused-origin': { status: 403, sentence: 'Pages of that origin may not use this relay; it can be allowed with --allow-origin.' },
  'refused-path': { status: 404, sentence: 'The relay is at /.' },
  'refused-full': { status: 503, sentence: 'This relay is full.' },
  'refused-address-full': { status: 429, sentence: 'Too many connections from your address.' },
  'refused-not-ready': { status: 503, sentence: 'This relay is not ready.' }
}

function refuse (socket: Duplex, outcome: keyof typeof refusals): void {
  const { status, sentence } = refusals[outcome]
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`, () => socket.destroy())
}

function multiaddrOfPeer (address: string, port: number): Multiaddr {
  try {
    return multiaddr(`/${isIPv6(address) ? 'ip6' : 'ip4'}/${address}/tcp/${port}/ws`)
  } catch {
    // A proxy that sends something else than an address; libp2p only wants one to count by.
    return multiaddr(`/ip4/0.0.0.0/tcp/${port}/ws`)
  }
}
