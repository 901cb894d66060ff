/**
 * Who may ask (DESIGN 8): which Host names this server answers to, and pages of which origins may open a WebSocket.
 *
 * The Host check is against DNS rebinding: a stranger's page whose name suddenly resolves to this computer still sends its own name.
 * The Origin check is against any page on the web using the relay through a visitor's browser. Programs send no Origin and are let
 * through: they can claim anything, and what they may do is limited by the relay.
 */
import { isIP } from 'node:net'

export interface HostRules {
  /** The name and port of a Host header that this server answers to; undefined when it does not. Names are lower case, IPv6 without brackets. */
  accept (hostHeader: string | undefined): AcceptedHost | undefined
  /** Whether a page of this origin may open a WebSocket here; `host` is what its request was for. */
  originAllowed (originHeader: string | undefined, host: AcceptedHost): boolean
  /** Whether this other origin was named as allowed: its pages may read /network.json. */
  originListed (originHeader: string): boolean
}

/** What is answered to a request for another name. */
export const strangersHost = 'This server does not answer to that name. If it should, start it with --url and that address.'

export interface AcceptedHost {
  readonly name: string
  /** undefined: the header had none, so the scheme's own. */
  readonly port: number | undefined
}

export interface HostRulesConfig {
  /** What the server is bound to. */
  readonly host: string
  readonly url: URL | undefined
  readonly allowedOrigins: readonly string[] | '*'
  /** This computer's other names and addresses: they count when the server is bound to all of them. */
  readonly ownNames: readonly string[]
}

export function createHostRules ({ host, url, allowedOrigins, ownNames }: HostRulesConfig): HostRules {
  const unspecified = isUnspecified(host)
  const names = new Set<string>(url == null ? [] : [withoutBrackets(url.hostname)])
  if (isLoopback(host) || unspecified) for (const name of loopbackNames) names.add(name)
  if (!unspecified) names.add(host)
  else for (const name of ownNames) names.add(name.toLowerCase())

  // Bound to everything, it may be reached by addresses it cannot know (port forwarding, containers), and rebinding needs a name.
  const nameAccepted = (name: string): boolean => names.has(name) || (unspecified && isIP(name) !== 0)
  const originListed = (originHeader: string): boolean => allowedOrigins === '*' || allowedOrigins.includes(originHeader)

  return {
    accept (hostHeader) {
      const parsed = parseHostHeader(hostHeader)
      return parsed != null && nameAccepted(parsed.name) ? parsed : undefined
    },
    originListed,
    originAllowed (originHeader, asked) {
      if (originHeader == null || originListed(originHeader)) return true
      if (!URL.canParse(originHeader)) return false
      const origin = new URL(originHeader)
      if (url != null && origin.origin === url.origin) return true
      const name = withoutBrackets(origin.hostname)
      const schemePort = schemePorts[origin.protocol]
      // A page at http://localhost:8080 dials the announced 127.0.0.1:8080: one server, two of its names.
      return schemePort != null && Number(origin.port || schemePort) === (asked.port ?? schemePort) && (name === asked.name || names.has(name))
    }
  }
}

const loopbackNames = ['localhost', '127.0.0.1', '::1']
const schemePorts: Readonly<Record<string, number | undefined>> = { 'http:': 80, 'https:': 443 }

/** Whether only this computer reaches a server that is bound to `host`. */
export function isLoopback (host: string): boolean {
  return loopbackNames.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Whether `host` stands for all addresses of this computer. */
export function isUnspecified (host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function parseHostHeader (header: string | undefined): AcceptedHost | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+?)\.?)(?::(\d{1,5}))?$/.exec(header?.toLowerCase() ?? '')
  const name = match?.[1] ?? match?.[2]
  return name == null ? undefined : { name, port: match?.[3] == null ? undefined : Number(match[3]) }
}

export function withoutBrackets (hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
