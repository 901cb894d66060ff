/**
 * `/network.json` of an origin (CONTRACT "Commands"): the genesis, the network id and where the relays are. Read by whoever joins a network by an
 * http address. Whether the network is the right one is decided by the caller.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import { genesisFromJson, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'

/** `/network.json`, checked. */
export interface NetworkDocument {
  readonly served: NetworkGenesis
  readonly relays: readonly string[]
  readonly iceServers: readonly RTCIceServer[]
}

/** A relay list longer than this is not a relay list. */
const relaysMax = 16
const iceServersMax = 8
/** It is small, and made by a process that does nothing slow for it. */
const fetchTimeoutMs = 5_000
/** A genesis with all attesters, relays and ICE servers take a tenth of it. */
const documentCharactersMax = 65_536

/** Fetches `/network.json` of `origin` (`http://localhost:8080`); `onDate` hears what time it is there. Codes: `not-connected` (nothing answers), `address-invalid` (something else does). */
export async function readNetworkDocument (origin: string, onDate?: (dateMs: number) => void): Promise<NetworkDocument> {
  let response: Response
  try {
    response = await fetch(`${origin}/network.json`, { signal: AbortSignal.timeout(fetchTimeoutMs), cache: 'no-store' })
  } catch (cause) {
    throw new HubError('not-connected', `Nothing answers at ${origin} (${causeOf(cause)}): check the address, and that it was started there.`, { cause })
  }
  const dateMs = Date.parse(response.headers.get('date') ?? '')
  if (!Number.isNaN(dateMs)) onDate?.(dateMs)
  try {
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    const text = await response.text()
    if (text.length > documentCharactersMax) throw new Error('it is too long')
    return parseNetworkDocument(JSON.parse(text))
  } catch (cause) {
    throw new HubError('address-invalid', `${origin}/network.json, which names the network and its relays, could not be used: ${reasonOf(cause)}`, { cause })
  }
}

/** Codes: `genesis-invalid`, `invalid-argument`. */
export function parseNetworkDocument (json: unknown): NetworkDocument {
  if (typeof json !== 'object' || json == null) throw new HubError('invalid-argument', 'it is not a JSON object')
  const { genesis, network, relays, iceServers = [] } = json as Record<string, unknown>
  const served = networkOf(genesisFromJson(genesis))
  if (network !== served.network) throw new HubError('genesis-invalid', 'its network id is not the hash of its genesis')
  if (!Array.isArray(relays) || relays.length > relaysMax || !relays.every(relay => typeof relay === 'string')) throw new HubError('invalid-argument', 'its relays are not a list of multiaddrs')
  if (!Array.isArray(iceServers) || iceServers.length > iceServersMax) throw new HubError('invalid-argument', 'its iceServers are not a list')
  return { served, relays, iceServers: iceServers.map(iceServerOf) }
}

/** With one entry that browsers do not take, no connection can be made at all: they throw in the constructor. Codes: `invalid-argument`. */
function iceServerOf (given: unknown): RTCIceServer {
  const { urls, username, credential } = Object(given) as { readonly urls?: unknown, readonly username?: unknown, readonly credential?: unknown }
  const addresses: unknown[] = Array.isArray(urls) ? urls : [urls]
  if (!addresses.every(address => typeof address === 'string' && /^(?:stun|turn)s?:./.test(address))) {
    throw new HubError('invalid-argument', 'one of its iceServers has no urls like stun:stun.example.org:3478')
  }
  if (addresses.some(address => String(address).startsWith('turn')) && (typeof username !== 'string' || typeof credential !== 'string')) {
    throw new HubError('invalid-argument', `its iceServers give no username and credential for ${String(addresses[0])}`)
  }
  return given as RTCIceServer
}

/** Node says only "fetch failed", and why in the cause of that; when several addresses were tried, in the code alone. */
function causeOf (thrown: unknown): string {
  if (!(thrown instanceof Error) || !(thrown.cause instanceof Error)) return reasonOf(thrown)
  const { message } = thrown.cause
  return message !== '' ? message : 'code' in thrown.cause ? String(thrown.cause.code) : thrown.message
}
