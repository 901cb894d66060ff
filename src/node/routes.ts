/**
 * The plain HTTP routes of the one origin (CONTRACT "HTTP"): /healthz, /metrics, /network.json, what is below /api (http/), and the page for all
 * else. It knows what to answer, not how the parts behind it were started.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { genesisToJson } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { endpointOf, multiaddrOf } from './addresses.ts'
import type { IceServerEntry } from './arguments.ts'
import { strangersHost, type AcceptedHost, type HostRules } from './host-rules.ts'
import { apiPath, createHttpApi, type HttpApiConfig } from './http/http-api.ts'
import type { Metrics } from './metrics.ts'
import type { Page } from './page.ts'
import type { Relay } from './relay.ts'

export interface RoutesConfig extends NetworkGenesis {
  readonly rules: HostRules
  readonly metrics: Metrics
  /** undefined while things are starting: 503. */
  readonly ready: () => { readonly page: Page, readonly relay: Pick<Relay, 'peerId' | 'directAddresses'> } | undefined
  readonly url: URL | undefined
  readonly trustProxy: boolean
  readonly iceServers: readonly IceServerEntry[]
  readonly otherRelays: readonly string[]
  readonly api: Pick<HttpApiConfig, 'access' | 'hub'>
  readonly log: Logger
}

/** Answers every request, also when answering fails. */
export function createRoutes (config: RoutesConfig): (request: IncomingMessage, response: ServerResponse) => void {
  const { rules, metrics, ready, log } = config
  const api = createHttpApi({ ...config.api, rules, log })

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Referrer-Policy', 'no-referrer')
    const path = request.url?.split('?', 1)[0] ?? '/'
    const parts = ready()
    const asked = rules.accept(request.headers.host)

    if (path === '/healthz') {
      // Whoever watches over a container asks by any name, and this says nothing about anybody.
      sendJson(response, parts == null ? 503 : 200, { ok: parts != null })
    } else if (path.startsWith(apiPath)) {
      await api(request, response, asked)
    } else if (asked == null) {
      sendText(response, 403, strangersHost)
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      sendText(response, 405, 'Only GET and HEAD are answered here.')
    } else if (parts == null) {
      response.setHeader('Refresh', '1')
      sendText(response, 503, 'Hubbub is starting.')
    } else if (path === '/metrics') {
      response.setHeader('Content-Type', metrics.contentType)
      response.end(await metrics.text())
    } else if (path === '/network.json') {
      allowListedOrigin(request, response, rules)
      sendJson(response, 200, networkJson(request, asked, parts.relay, config))
    } else {
      parts.page.handle(request, response, () => sendText(response, 404, 'There is nothing here.'))
    }
  }

  return (request, response) => {
    answer(request, response).catch((reason: unknown) => {
      log.error({ err: reason, path: request.url }, 'a request failed')
      if (response.headersSent) response.destroy()
      else sendText(response, 500, 'This went wrong here; the log says more.')
    })
  }
}

/** What a page must know to join: the relay is named as the page itself was asked for, so that it is reachable from there. */
function networkJson (request: IncomingMessage, asked: AcceptedHost, { peerId, directAddresses }: Pick<Relay, 'peerId' | 'directAddresses'>, config: RoutesConfig): object {
  const { genesis, network, url, trustProxy, iceServers, otherRelays } = config
  const secure = trustProxy && firstOf(request.headers['x-forwarded-proto']) === 'https'
  const known = url == null ? undefined : endpointOf(url)
  const endpoint = known?.name === asked.name ? known : { name: asked.name, port: asked.port ?? (secure ? 443 : 80), secure }
  return {
    genesis: genesisToJson(genesis),
    network,
    relays: [`${multiaddrOf(endpoint)}/p2p/${peerId}`, ...directAddresses(), ...otherRelays],
    iceServers
  }
}

function allowListedOrigin (request: IncomingMessage, response: ServerResponse, rules: HostRules): void {
  const { origin } = request.headers
  response.setHeader('Vary', 'Origin')
  if (origin != null && rules.originListed(origin)) response.setHeader('Access-Control-Allow-Origin', origin)
}

function sendText (response: ServerResponse, status: number, sentence: string): void {
  send(response, status, 'text/plain; charset=utf-8', sentence)
}

function sendJson (response: ServerResponse, status: number, value: object): void {
  send(response, status, 'application/json', JSON.stringify(value))
}

function send (response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) + 1, 'Cache-Control': 'no-store' })
  response.end(`${text}\n`)
}

function firstOf (header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim().toLowerCase()
}
