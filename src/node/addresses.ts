/**
 * The relay's addresses as multiaddrs: those in /network.json, made of what a browser asked for, and those it announces, which reservations hand to others.
 */
import { isIP } from 'node:net'
import { isLoopback, isUnspecified } from './host-rules.ts'

export interface Endpoint {
  /** A name or an address, IPv6 without brackets. */
  readonly name: string
  readonly port: number
  /** Whether TLS is spoken there, by a proxy: this server speaks none. */
  readonly secure: boolean
}

/** Addresses announced. Reason: each travels in every reservation and identify; a machine with more networks than this reaches people by --url. */
const announcedMax = 8

/** `/dns4/localhost/tcp/8080/ws` and the like; TLS as `/tls/ws`. */
export function multiaddrOf ({ name, port, secure }: Endpoint): string {
  const family = isIP(name)
  return `/${family === 4 ? 'ip4' : family === 6 ? 'ip6' : 'dns4'}/${name}/tcp/${port}${secure ? '/tls' : ''}/ws`
}

/** Where a URL leads. */
export function endpointOf (url: URL): Endpoint {
  const secure = url.protocol === 'https:'
  return { name: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure }
}

/** What a server is bound to, and what people call it. */
export interface Bound {
  readonly host: string
  readonly port: number
  readonly url: URL | undefined
}

/** What the relay announces: the public address first, where one is configured, then what it is bound to; that may be all of this computer's addresses. */
export function announcedAddresses ({ host, port, url }: Bound, interfaceAddresses: readonly string[]): string[] {
  const own = isUnspecified(host)
    ? [...interfaceAddresses.filter(address => host === '::' || isIP(address) === 4), '127.0.0.1']
    : [host === 'localhost' ? '127.0.0.1' : host]
  const endpoints = [...(url == null ? [] : [endpointOf(url)]), ...own.map(name => ({ name, port, secure: false }))]
  return [...new Set(endpoints.map(multiaddrOf))].slice(0, announcedMax)
}

/** The address to tell people. */
export function publicUrl ({ host, port, url }: Bound): string {
  if (url != null) return url.origin
  const name = isLoopback(host) || isUnspecified(host) ? 'localhost' : host
  return `http://${isIP(name) === 6 ? `[${name}]` : name}:${port}`
}
