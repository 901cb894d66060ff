/**
 * Where this hub's relays come from: `/network.json` of the page's origin, asked at start and again while no relay answers, because a
 * relay may come back under another key or address. A hub that knows its network does not wait for it. Relays of another network
 * are refused; an address that cannot be read is reported and passed over.
 */
import type { Multiaddr } from '@multiformats/multiaddr'
import type { EventLog } from '../base/event-log.ts'
import { reasonOf } from '../base/errors.ts'
import type { HubSettings, IceServer, RelayStatus } from '../hub/api.ts'
import type { NetworkId } from '../message/types.ts'
import { parseAddress } from '../network/address.ts'
import type { Network } from '../network/network.ts'
import { readNetworkDocument, type NetworkDocument } from '../network/network-document.ts'
import { clockOffMs, type Clock } from './clock.ts'
import { refusalOf } from './network-choice.ts'

export interface RelaySource {
  /** The document, or undefined where it does not come in time or cannot be used. */
  first: (waitMs: number) => Promise<NetworkDocument | undefined>
  /** The network gets the relays of its own id from when `first` is known on, or did not come within `waitMs`: so that its first dials have the ICE servers. */
  begin: (network: Network, id: NetworkId, waitMs: number) => Promise<void>
  iceServers: () => RTCIceServer[]
  /** What a person set was changed. */
  changed: (before: HubSettings) => void
  statuses: () => RelayStatus[]
  stop: () => void
}

export interface RelaySourceOptions {
  readonly origin: string
  /** `?relay=`: then the origin's relays are not used. */
  readonly overridden: Multiaddr | undefined
  /** What a person set: used beside what the origin names. */
  readonly own: () => HubSettings
  readonly clock: Clock
  readonly log: EventLog
  readonly now: () => number
}

const askAgainMs = 10_000

export function createRelaySource ({ origin, overridden, own, clock, log, now }: RelaySourceOptions): RelaySource {
  const startedAt = now()
  let document: NetworkDocument | undefined
  let trouble: string | null = null
  let refused: string | undefined
  let network: Network | undefined
  let id: NetworkId | undefined
  let asking: ReturnType<typeof setInterval> | undefined
  let stopped = false
  const asked = ask()

  async function first (waitMs: number): Promise<NetworkDocument | undefined> {
    return Promise.race([asked, new Promise<undefined>((resolve) => { setTimeout(() => { resolve(undefined) }, waitMs) })])
  }

  async function ask (): Promise<NetworkDocument | undefined> {
    try {
      const askedAt = now()
      document = await readNetworkDocument(origin, (dateMs) => { clock.noted(new URL(origin).host, askedAt, dateMs) })
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
    if (network == null || id == null) return
    const before = refused
    refused = overridden == null && document != null ? refusalOf(id, document.served.network) : undefined
    const named = overridden != null ? [overridden] : refused == null ? readable(document?.relays ?? []) : []
    network.useRelays([...named, ...readable(own().relays)])
    if (refused != null && refused !== before) log.report({ type: 'relay-refused', code: 'wrong-network', sentence: refused })
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
    first,
    async begin (given, givenId, waitMs) {
      await first(waitMs)
      if (stopped) return
      network = given
      id = givenId
      use()
      asking = setInterval(() => {
        // A clock that was wrong may have been set right.
        const isClockOff = Math.abs(clock.status?.aheadMs ?? 0) >= clockOffMs
        if (isClockOff || (overridden == null && given.relays().every(({ state }) => state === 'looking'))) void ask()
      }, askAgainMs)
    },
    iceServers: () => [...document?.iceServers ?? [], ...own().iceServers.map(asBrowsersTakeIt)],
    changed (before) {
      const kept = new Set([...document?.relays ?? [], ...own().relays, overridden?.toString()])
      for (const address of before.relays) if (!kept.has(address)) network?.letGoRelay(address)
      use()
    },
    statuses () {
      const relays = network?.relays() ?? []
      if (refused != null) return [{ address: origin, state: 'refused', rttMs: null, since: startedAt, retryAt: null, lastError: refused, full: false }, ...relays]
      if (relays.length > 0) return relays
      return [{ address: `${origin}/network.json`, state: 'looking', rttMs: null, since: startedAt, retryAt: null, lastError: trouble, full: false }]
    },
    stop () {
      stopped = true
      clearInterval(asking)
    }
  }
}

function asBrowsersTakeIt ({ url, username, credential }: IceServer): RTCIceServer {
  return username == null || credential == null ? { urls: url } : { urls: url, username, credential }
}
