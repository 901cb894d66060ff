/**
 * Where this hub's relays come from: `/network.json` of the page's origin, asked at start and again while no relay answers, because a
 * relay may come back under another key or address. A hub that knows its network does not wait for it. Relays of another network
 * are refused; an address that cannot be read is reported and passed over.
 */
import type { Multiaddr } from '@multiformats/multiaddr'
import type { EventLog } from '../base/event-log.ts'
import { reasonOf } from '../base/errors.ts'
import type { RelayStatus } from '../hub/api.ts'
import type { NetworkId } from '../message/types.ts'
import { parseAddress, type Network } from '../network/network.ts'
import { readNetworkDocument, type NetworkDocument } from '../network/network-document.ts'
import { refusalOf } from './network-choice.ts'

export interface RelaySource {
  /** The document, or undefined where it does not come in time or cannot be used. */
  first: (waitMs: number) => Promise<NetworkDocument | undefined>
  /** From now on the network gets the relays of its own id. */
  begin: (network: Network, id: NetworkId) => void
  iceServers: () => RTCIceServer[]
  statuses: () => RelayStatus[]
  stop: () => void
}

export interface RelaySourceOptions {
  readonly origin: string
  /** `?relay=`: then the origin's relays are not used. */
  readonly overridden: Multiaddr | undefined
  readonly log: EventLog
  readonly now: () => number
}

const askAgainMs = 10_000

export function createRelaySource ({ origin, overridden, log, now }: RelaySourceOptions): RelaySource {
  const startedAt = now()
  let document: NetworkDocument | undefined
  let trouble: string | null = null
  let refused: string | undefined
  let network: Network | undefined
  let id: NetworkId | undefined
  let asking: ReturnType<typeof setInterval> | undefined
  const asked = ask()

  async function ask (): Promise<NetworkDocument | undefined> {
    try {
      document = await readNetworkDocument(origin)
      trouble = null
    } catch (thrown) {
      trouble = reasonOf(thrown)
      log.report({ type: 'network-document', code: 'network-document', sentence: trouble })
      return undefined
    } finally {
      use()
    }
    return document
  }

  function use (): void {
    if (network == null || id == null || document == null || overridden != null) return
    const before = refused
    refused = refusalOf(id, document.served.network)
    if (refused == null) network.useRelays(readable(document.relays))
    else if (refused !== before) log.report({ type: 'relay-refused', code: 'wrong-network', sentence: refused })
  }

  function readable (addresses: readonly string[]): Multiaddr[] {
    return addresses.flatMap((address) => {
      try {
        return [parseAddress(address)]
      } catch (thrown) {
        log.report({ type: 'relay-unreadable', code: 'address-invalid', sentence: `A relay named by ${origin}/network.json is passed over: ${reasonOf(thrown)}` })
        return []
      }
    })
  }

  return {
    first: async waitMs => Promise.race([asked, new Promise<undefined>((resolve) => { setTimeout(() => { resolve(undefined) }, waitMs) })]),
    begin (given, givenId) {
      network = given
      id = givenId
      if (overridden == null) use()
      else given.useRelays([overridden])
      asking = setInterval(() => {
        if (overridden == null && given.relays().every(({ state }) => state === 'looking')) void ask()
      }, askAgainMs)
    },
    iceServers: () => [...document?.iceServers ?? []],
    statuses () {
      if (refused != null) return [{ address: origin, state: 'refused', rttMs: null, since: startedAt, retryAt: null, lastError: refused }]
      const relays = network?.relays() ?? []
      if (relays.length > 0) return relays
      return [{ address: `${origin}/network.json`, state: 'looking', rttMs: null, since: startedAt, retryAt: null, lastError: trouble }]
    },
    stop () { clearInterval(asking) }
  }
}
