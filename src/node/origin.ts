/**
 * The one origin (DESIGN 9): starts and stops the HTTP server and what is behind it, the relay, the page and perhaps a hub. It binds
 * first and starts the relay then, since the relay announces the port that was bound. Plain HTTP: TLS is a proxy's work.
 */
import { createServer, type Server } from 'node:http'
import { hostname, networkInterfaces } from 'node:os'
import type { Logger } from 'pino'
import { HubError, reasonOf } from '../base/errors.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { announcedAddresses, publicUrl } from './addresses.ts'
import type { Address, IceServerEntry } from './arguments.ts'
import { createHostRules } from './host-rules.ts'
import { createAccess, loadApiToken } from './http/access.ts'
import type { HttpHub } from './http/calls.ts'
import { createMetrics, type UpgradeOutcome } from './metrics.ts'
import type { Page } from './page.ts'
import { connectionsMax, pendingConnectionsMax, startRelay, type Relay } from './relay.ts'
import { loadRelayKey } from './relay-key.ts'
import { createRoutes } from './routes.ts'
import { createUpgrades } from './upgrades.ts'
import type { DirectDoor } from './webrtc-direct.ts'

export interface OriginConfig extends NetworkGenesis {
  /** 0 picks a free one. */
  readonly port: number
  readonly host: string
  readonly dataFolder: string
  /** The public address, when a proxy stands in front. */
  readonly url?: URL | undefined
  /** @default [] */
  readonly allowedOrigins?: readonly string[] | '*'
  /** @default false */
  readonly trustProxy?: boolean
  /** @default the relay's own limit */
  readonly relayPlaces?: number | undefined
  /** Where hubs reach the relay by WebRTC-direct. @default nowhere */
  readonly webrtcDirect?: Address | undefined
  /** Multiaddrs of more relays to name. @default [] */
  readonly otherRelays?: readonly string[]
  /** @default [] */
  readonly iceServers?: readonly IceServerEntry[]
  readonly log: Logger
}

/** A hub that lives in this process, on the relay's libp2p node. */
export interface AttachedHub {
  readonly stop: () => Promise<void>
  /** Asked for /metrics. */
  readonly status: () => { readonly messages: number } | Promise<{ readonly messages: number }>
  /** What the HTTP twin speaks to. */
  readonly http?: HttpHub | undefined
}

export type AttachHub = (libp2p: Relay['libp2p'], config: OriginConfig) => Promise<AttachedHub>

export interface OriginParts {
  readonly openPage: (server: Server) => Promise<Page>
  readonly attachHub?: AttachHub | undefined
}

export interface Origin {
  /** What to tell people: `http://localhost:8080`. */
  readonly url: string
  readonly port: number
  readonly peerId: string
  readonly libp2p: Relay['libp2p']
  /** Ends everything that was started, the hub first; may be called more than once. */
  readonly stop: () => Promise<void>
}

/** Time for a request's headers and for the whole of it: all requests here are small. */
const headersMs = 10_000
const requestMs = 30_000
/** Bytes that wait in front of a socket before its writer does: with them 1,000 readers who take nothing cost 16 MiB. Newer Nodes have four times as many. */
const socketBytesMax = 16 * 1024
/** TCP connections at the same time: the relay's sockets, and some for the page's files. */
const tcpConnectionsMax = connectionsMax + 512

/**
 * Starts everything; when it returns, the address answers.
 * @throws HubError `port-in-use`, `address-invalid`, `data-folder-unusable`, and what `parts` throw; nothing is left running then
 */
export async function startOrigin (config: OriginConfig, parts: OriginParts): Promise<Origin> {
  const { log, trustProxy = false, allowedOrigins = [], iceServers = [], otherRelays = [], webrtcDirect, url } = config
  const cleanups: Array<() => unknown> = []
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => stopping ??= runInReverse(cleanups, log)

  try {
    const privateKey = await loadRelayKey(config.dataFolder)
    const interfaceAddresses = ownAddresses()
    const rules = createHostRules({ host: config.host, url, allowedOrigins, ownNames: [hostname(), ...interfaceAddresses] })

    /** Filled as they start; the server answers 503 until relay and page are there. */
    const started: { relay?: Relay, hub?: AttachedHub, page?: Page } = {}
    const metrics = createMetrics({ relay: () => started.relay?.counts(), hub: async () => started.hub?.status() })
    cleanups.push(metrics.stop)

    const warned = new Set<UpgradeOutcome>()
    const upgrades = createUpgrades({
      rules, trustProxy, socketsMax: connectionsMax,
      accept: () => started.page == null ? undefined : started.relay?.accept,
      report (outcome, asked) {
        metrics.upgrade(outcome)
        if (outcome === 'accepted') return
        // The first of a kind is a hint, the rest could be a flood: those are counted in /metrics.
        if (warned.has(outcome)) log.debug({ outcome, ...asked }, 'WebSocket refused')
        else log.warn({ outcome, ...asked }, 'WebSocket refused')
        warned.add(outcome)
      }
    })

    const access = createAccess({ token: await loadApiToken(config.dataFolder), host: config.host, url, trustProxy, now: () => Date.now() })
    const routes = createRoutes({
      rules, metrics, url, trustProxy, iceServers, otherRelays, log,
      api: { access, hub: () => started.hub?.http },
      genesis: config.genesis,
      network: config.network,
      ready: () => started.page == null || started.relay == null ? undefined : { page: started.page, relay: started.relay }
    })
    const server = createServer({ headersTimeout: headersMs, requestTimeout: requestMs, highWaterMark: socketBytesMax }, routes)
    server.maxConnections = tcpConnectionsMax
    server.on('upgrade', (request, socket, head) => {
      if (started.page?.ownsUpgrade(request) !== true) upgrades.handle(request, socket, head)
    })
    const port = await listen(server, config)
    server.on('error', reason => log.error({ err: reason }, 'the HTTP server failed'))
    cleanups.push(async () => closeServer(server), () => upgrades.stop())

    const bound = { host: config.host, port, url }
    const announce = announcedAddresses(bound, interfaceAddresses)
    const direct = webrtcDirect == null ? undefined : await openDirect(webrtcDirect, config, interfaceAddresses)
    const relay = started.relay = await startRelay({ privateKey, network: config.network, announce, places: config.relayPlaces, direct, log })
    cleanups.push(relay.stop)
    if (parts.attachHub != null) {
      const hub = started.hub = await parts.attachHub(relay.libp2p, config)
      cleanups.push(async () => hub.stop())
    }
    const page = started.page = await parts.openPage(server)
    cleanups.push(page.stop)
    return { url: publicUrl(bound), port, peerId: relay.peerId, libp2p: relay.libp2p, stop }
  } catch (reason) {
    await stop()
    throw reason
  }
}

/** This computer's addresses but for loopback. */
function ownAddresses (): string[] {
  return Object.values(networkInterfaces()).flatMap(found => found ?? []).filter(({ internal }) => !internal).map(({ address }) => address)
}

/** Its native module is loaded only here. */
async function openDirect (address: Address, { dataFolder, log }: OriginConfig, interfaceAddresses: readonly string[]): Promise<DirectDoor> {
  const { openDirectDoor } = await import('./webrtc-direct.ts')
  return openDirectDoor({ address, dataFolder, log, ownAddresses: ['127.0.0.1', '::1', ...interfaceAddresses], pendingMax: pendingConnectionsMax })
}

async function listen (server: Server, { host, port }: OriginConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      reject(cause.code === 'EADDRINUSE'
        ? new HubError('port-in-use', `Port ${port} is used by another program; stop it, or choose another port with --port.`, { cause })
        : new HubError('address-invalid', `The address ${host} with port ${port} cannot be listened on (${reasonOf(cause)}); choose others with --host and --port.`, { cause }))
    }
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      const address = server.address()
      resolve(typeof address === 'object' && address != null ? address.port : port)
    })
  })
}

async function closeServer (server: Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}

/** One part that fails to stop does not keep the others running. */
async function runInReverse (cleanups: ReadonlyArray<() => unknown>, log: Logger): Promise<void> {
  for (const cleanup of cleanups.toReversed()) {
    try {
      await cleanup()
    } catch (reason) {
      log.error({ err: reason }, 'a part did not stop cleanly')
    }
  }
}
