/** Which address a request came from, and what counts as one address when limits are counted by it. */
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** The peer's address; behind a trusted proxy the last one in X-Forwarded-For, which is the one that the proxy itself saw. */
export function remoteAddressOf (request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined
  const seen = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim()
  return (seen ?? request.socket.remoteAddress ?? '0.0.0.0').replace(/^::ffff:/, '')
}

/** What is counted as one address: in IPv6 a /64, since that is what one household gets. */
export function addressKey (address: string): string {
  if (!isIPv6(address) || isLoopbackAddress(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const tailGroups = tail == null || tail === '' ? [] : tail.split(':')
  if (tail != null) while (groups.length + tailGroups.length < 8) groups.push('0')
  return [...groups, ...tailGroups].slice(0, 4).join(':')
}

export function isLoopbackAddress (address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
