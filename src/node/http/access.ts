/**
 * Who may do what over HTTP (DESIGN 8): requests are limited by address; whoever writes as this hub shows the token that lies in the data folder, and off
 * loopback whoever reads does too. Host and Origin are checked before it (host-rules.ts).
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { TokenBucket } from '../../base/bounded.ts'
import { toHex } from '../../base/bytes.ts'
import { HubError } from '../../base/errors.ts'
import { randomBytes } from '../../base/random.ts'
import { addressKey, remoteAddressOf } from '../client-address.ts'
import { isLoopback } from '../host-rules.ts'
import { keptFile } from '../kept-file.ts'

export interface Access {
  /** Whether the address may ask once more now. */
  readonly admits: (request: IncomingMessage) => boolean
  readonly mayRead: (request: IncomingMessage) => boolean
  readonly mayWrite: (request: IncomingMessage) => boolean
}

export interface AccessConfig {
  readonly token: string
  /** What the server is bound to, and the public address where a proxy stands in front. */
  readonly host: string
  readonly url: URL | undefined
  readonly trustProxy: boolean
  readonly now: () => number
}

const tokenFileName = 'api-token'
const tokenBytes = 32
/** Requests a second and at once, of one address. Guess: a busy script; a page of messages answers hundreds of questions. */
const requestsPerSecond = 100
const requestsBurst = 400
/** Addresses whose requests are counted; beyond it the one that was counted first starts anew. */
const addressesMax = 10_000

export function createAccess ({ token, host, url, trustProxy, now }: AccessConfig): Access {
  const buckets = new Map<string, TokenBucket>()
  const expected = Buffer.from(`Bearer ${token}`)
  const isPrivate = isLoopback(host) && (url == null || isLoopback(url.hostname))

  const mayWrite = ({ headers: { authorization } }: IncomingMessage): boolean => {
    const given = Buffer.from(authorization ?? '')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  return {
    mayWrite,
    mayRead: request => isPrivate || mayWrite(request),
    admits (request) {
      const key = addressKey(remoteAddressOf(request, trustProxy))
      const bucket = buckets.get(key) ?? new TokenBucket(requestsPerSecond, requestsBurst)
      if (!buckets.has(key) && buckets.size >= addressesMax) for (const first of buckets.keys()) { buckets.delete(first); break }
      buckets.set(key, bucket)
      return bucket.take(now())
    }
  }
}

/**
 * The token kept in `dataFolder`, readable by its owner only; made where it is missing.
 * @throws HubError `data-folder-unusable`
 */
export async function loadApiToken (dataFolder: string): Promise<string> {
  const bytes = await keptFile(dataFolder, tokenFileName, async () => Promise.resolve(new TextEncoder().encode(`${toHex(randomBytes(tokenBytes))}\n`)))
  const token = new TextDecoder().decode(bytes).trim()
  if (token === '') throw new HubError('data-folder-unusable', `The token file ${join(dataFolder, tokenFileName)} is empty; delete it, and the server makes another.`)
  return token
}
