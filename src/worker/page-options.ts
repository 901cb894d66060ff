/** The page's address and surroundings, read once: CONTRACT's `?hub=`, `?relay=`, `?network=`. Pure, so that every form of nonsense can be tested. */
import { HubError } from '../base/errors.ts'
import { fromHex } from '../base/bytes.ts'

export interface PageOptions {
  readonly hub: string
  readonly relay: string | undefined
  readonly network: string | undefined
  /** `?channels=proxied`: never transfer data channels to the worker; to test the fallback. */
  readonly forceProxy: boolean
}

export const defaultHub = 'default'
/** Characters of a hub's name: it is part of a database's and a lock's name. */
const hubNameForm = /^[\w.-]{1,64}$/
/** A multiaddr with several hops stays far below. */
const relayLengthMax = 1_024

/** Codes: `invalid-argument`. */
export function readPageOptions (search: string): PageOptions {
  const parameters = new URLSearchParams(search)
  const hub = parameters.get('hub') ?? defaultHub
  if (!hubNameForm.test(hub)) throw new HubError('invalid-argument', 'The hub\'s name in this address (?hub=) may have 1 to 64 letters, digits, dots, dashes and underscores.')
  const network = parameters.get('network') ?? undefined
  if (network != null && fromHex(network, 32) == null) throw new HubError('invalid-argument', 'The network in this address (?network=) must be 64 lower-case hex digits.')
  const relay = parameters.get('relay') ?? undefined
  if (relay != null && (relay.length > relayLengthMax || !relay.startsWith('/'))) {
    throw new HubError('address-invalid', 'The relay in this address (?relay=) must be a multiaddr such as /dns4/example.org/tcp/443/tls/ws/p2p/….')
  }
  return { hub, relay, network, forceProxy: parameters.get('channels') === 'proxied' }
}

/** What a page has of what a hub needs. */
export interface PageScope {
  readonly isSecureContext: boolean
  readonly host: string
  readonly hasWorker: boolean
  readonly hasWebRTC: boolean
  readonly hasIndexedDB: boolean
}

/** What this origin lacks for a hub, as a sentence with what to do about it; undefined when nothing is missing. */
export function missingOn (scope: PageScope): string | undefined {
  if (!scope.isSecureContext) {
    return `This page is not in a secure context, so the browser withholds keys, locks and storage from it: open it as https://${scope.host}, or as http://localhost on the machine that serves it.`
  }
  if (!scope.hasWorker) return 'This browser has no module workers, in which a hub runs: use a browser of 2024 or later.'
  if (!scope.hasWebRTC) return 'This browser has no WebRTC, or an extension or a policy switched it off: allow it for this page, hubs link by it.'
  if (!scope.hasIndexedDB) return 'This browser keeps no data for this page (IndexedDB is switched off): allow site data, or leave the private window.'
  return undefined
}
