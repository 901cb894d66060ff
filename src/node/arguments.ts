/**
 * The start command's line, read into typed options (CONTRACT "Commands"). It knows words, not files: whether the genesis file or the
 * data folder are usable is found out by who opens them.
 */
import { isIP } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { WebRTCDirect, WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import { HubError } from '../base/errors.ts'
import { parseAddress } from '../network/address.ts'
import { isUnspecified, withoutBrackets } from './host-rules.ts'
import { notEmpty, parseHttpUrl, parseLogLevel, readOptions } from './options.ts'

export interface StartOptions {
  /** 0 picks a free one. @default 8080 */
  readonly port: number
  /** What to bind: an address or a name. @default '127.0.0.1' */
  readonly host: string
  /** @default '.hubbub' */
  readonly dataFolder: string
  /** undefined: the built-in network. */
  readonly genesisFile: string | undefined
  /** Whether this process is a hub too, which keeps the messages. @default true */
  readonly hub: boolean
  /** Vite's dev middleware instead of the built page. @default false */
  readonly dev: boolean
  /** The address that people open when a proxy stands in front; undefined: whatever they asked for. */
  readonly url: URL | undefined
  /** Origins besides our own whose pages may use the relay, or '*' for any. @default [] */
  readonly allowedOrigins: readonly string[] | '*'
  /** Believe X-Forwarded-For and X-Forwarded-Proto. @default false */
  readonly trustProxy: boolean
  /** Hubs that the relay introduces at once; undefined: its own limit. */
  readonly relayPlaces: number | undefined
  /** Where hubs reach the relay by WebRTC-direct: this computer's address as others see it, and a UDP port; undefined: they do not. */
  readonly webrtcDirect: Address | undefined
  /** Multiaddrs of more relays that /network.json names. @default [] */
  readonly otherRelays: readonly string[]
  /** STUN and TURN servers handed to pages. @default [] */
  readonly iceServers: readonly IceServerEntry[]
  /** How much is logged, in pino's words. @default 'info' */
  readonly logLevel: string
}

/** An address, IPv6 without brackets, and a port of it. */
export interface Address { readonly host: string, readonly port: number }

/** As browsers take it; a TURN server has both a name and a password, without which no browser accepts it. */
export interface IceServerEntry { readonly urls: string, readonly username?: string, readonly credential?: string }

export type Command = { readonly type: 'help' } | { readonly type: 'start', readonly options: StartOptions }

export const helpText = `Usage: npm start -- [options]

Serves the page, the relay that introduces hubs to each other, and /network.json from one address.

  --port N            the port to listen on; 0 picks a free one (default: PORT, or 8080)
  --host HOST         the address to listen on (default: 127.0.0.1, this computer only; 0.0.0.0 for all)
  --data FOLDER       where the relay's key and the hub's messages are kept (default: .hubbub)
  --genesis FILE      join the network of this genesis document instead of the built-in one
  --no-hub            only introduce hubs to each other, keep no messages
  --url URL           the address people open, when a proxy stands in front of this server
  --trust-proxy       believe the proxy's X-Forwarded-For and X-Forwarded-Proto headers
  --allow-origin URL  let pages of this other origin use the relay; may be repeated, * allows all
  --ice-server URL    a server for pages to find direct paths by: stun:HOST:PORT or turn:NAME:PASSWORD@HOST:PORT;
                      may be repeated
  --relay-places N    hubs that can be introduced through this relay at once (default: 1024)
  --webrtc-direct IP:PORT
                      let hubs reach the relay without a name and without TLS too, at this public address and UDP port
  --relay MULTIADDR   name this relay too in /network.json; may be repeated
  --log-level LEVEL   trace, debug, info, warn, error or silent (default: info)
  --dev               serve the page with Vite's dev server (npm run dev)
  --help              show this
`

/**
 * Reads the arguments after the script's name.
 * @throws HubError `invalid-argument`, its message naming the option
 */
export function parseArguments (args: readonly string[], environment: { readonly PORT?: string | undefined } = {}): Command {
  const { values } = readOptions(optionTable, args)
  if (values.help) return { type: 'help' }
  return {
    type: 'start',
    options: {
      port: values.port != null ? parsePort(values.port, '--port') : parsePort(environment.PORT === '' ? defaultPort : environment.PORT ?? defaultPort, 'PORT'),
      host: parseHost(values.host),
      dataFolder: notEmpty(values.data, '--data'),
      genesisFile: values.genesis == null ? undefined : notEmpty(values.genesis, '--genesis'),
      hub: !values['no-hub'],
      dev: values.dev,
      url: values.url == null ? undefined : parsePublicUrl(values.url),
      allowedOrigins: parseOrigins(values['allow-origin']),
      trustProxy: values['trust-proxy'],
      iceServers: values['ice-server'].map(parseIceServer),
      webrtcDirect: values['webrtc-direct'] == null ? undefined : parseDirectAddress(values['webrtc-direct']),
      otherRelays: parseRelays(values.relay),
      relayPlaces: values['relay-places'] == null ? undefined : parsePlaces(values['relay-places']),
      logLevel: parseLogLevel(values['log-level'])
    }
  }
}

const defaultPort = '8080'
const portMax = 65_535
/** As the relay's own limit (relay.ts), which its other limits follow. */
const placesMax = 1_024
/** A hub keeps eight (network/relay-keeper.ts), and this one has two addresses at most. */
const otherRelaysMax = 7

const optionTable = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: '.hubbub' },
  genesis: { type: 'string' },
  'no-hub': { type: 'boolean', default: false },
  url: { type: 'string' },
  'trust-proxy': { type: 'boolean', default: false },
  'allow-origin': { type: 'string', multiple: true, default: [] as string[] },
  'ice-server': { type: 'string', multiple: true, default: [] as string[] },
  'relay-places': { type: 'string' },
  'webrtc-direct': { type: 'string' },
  relay: { type: 'string', multiple: true, default: [] as string[] },
  'log-level': { type: 'string', default: 'info' },
  dev: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false }
} as const

function parsePort (text: string, name: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  if (!(port <= portMax)) throw new HubError('invalid-argument', `${name} must be a number from 0 to ${portMax}, but is '${text}'.`)
  return port
}

function parsePlaces (text: string): number {
  const places = /^\d{1,4}$/.test(text) ? Number(text) : NaN
  if (!(places >= 1 && places <= placesMax)) throw new HubError('invalid-argument', `--relay-places must be a number from 1 to ${placesMax}, but is '${text}'.`)
  return places
}

function parseDirectAddress (text: string): Address {
  const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  // A zone (fe80::1%eth0) is a name on this computer only.
  const isAddress = inBrackets == null ? isIP(plain ?? '') === 4 : isIP(inBrackets) === 6 && !inBrackets.includes('%')
  const host = isAddress && inBrackets != null ? withoutBrackets(new URL(`http://[${inBrackets}]`).hostname) : plain ?? ''
  if (!isAddress || isUnspecified(host) || !(Number(port) >= 1 && Number(port) <= portMax)) {
    throw new HubError('invalid-argument', `--webrtc-direct must be an address and a UDP port like 203.0.113.5:4001 or [2001:db8::5]:4001, but is '${text}'.`)
  }
  return { host, port: Number(port) }
}

function parseRelays (texts: readonly string[]): readonly string[] {
  if (texts.length > otherRelaysMax) throw new HubError('invalid-argument', `--relay can be given ${otherRelaysMax} times at most.`)
  const wrong = texts.find(text => !isRelay(text))
  if (wrong != null) {
    throw new HubError('invalid-argument', `--relay must be a multiaddr of a relay as its /network.json gives it, /dns4/relay.example.org/tcp/443/tls/ws/p2p/…, but is '${wrong}'.`)
  }
  return texts
}

/** Whether a page could dial it, and knows whom it has to find there. */
function isRelay (text: string): boolean {
  try {
    const address = multiaddr(parseAddress(text).bytes) // what its parts say is looked at when they become bytes
    const has = (name: string): boolean => address.getComponents().some(component => component.name === name)
    return has('p2p') && (WebSockets.exactMatch(address) || WebSocketsSecure.exactMatch(address) || (WebRTCDirect.exactMatch(address) && has('certhash')))
  } catch {
    return false // it is no multiaddr
  }
}

function parseHost (text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) === 0 && !/^[\w.-]+$/.test(host)) throw new HubError('invalid-argument', `--host must be a name or an address without a port, but is '${text}'.`)
  return host.toLowerCase()
}

const parsePublicUrl = (text: string): URL => parseHttpUrl(text, '--url')

function parseOrigins (texts: readonly string[]): readonly string[] | '*' {
  return texts.includes('*') ? '*' : texts.map(text => parseHttpUrl(text, '--allow-origin').origin)
}

function parseIceServer (text: string): IceServerEntry {
  if (/^stuns?:[^\s,@]+$/.test(text)) return { urls: text }
  const [, scheme, username, credential, server] = /^(turns?):([^\s:@]+):([^\s@]+)@([^\s,@]+)$/.exec(text) ?? []
  if (scheme == null || username == null || credential == null || server == null) {
    throw new HubError('invalid-argument', `--ice-server must be like stun:stun.example.org:3478 or turn:NAME:PASSWORD@turn.example.org:3478, but is '${text}'.`)
  }
  return { urls: `${scheme}:${server}`, username, credential }
}
