/** What page and engine tell each other. Types only, but for the words before Comlink speaks. */
import type { HubApi } from './api.ts'
import type { Term } from './leader/protocol.ts'

/** What worker/main.ts exposes. */
export interface Engine extends HubApi {
  /** `verifiers`: ports to workers that check signatures (verify-workers.ts), transferred. */
  start: (config: EngineConfig, verifiers: readonly MessagePort[]) => Promise<void>
}

/**
 * Sent by the worker once it listens. Its modules load asynchronously (WebAssembly), and a browser delivers what is posted before they
 * have to nobody.
 */
export const engineReady = 'hubbub/engine-ready'

/** Sent by the worker while it opens what is stored. */
export interface OpeningProgress {
  readonly type: 'hubbub/opening'
  readonly done: number
  readonly total: number
}

export function isOpeningProgress (data: unknown): data is OpeningProgress {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'hubbub/opening'
}

export interface EngineConfig {
  /** Names the database: `?hub=NAME` keeps a second hub apart. */
  readonly hub: string
  /** Where the page came from: its relay is found in `/network.json` there. */
  readonly origin: string
  /** `?relay=`: this multiaddr instead of the relays of `/network.json`. */
  readonly relay: string | undefined
  /** `?network=`: the only network this page will join. */
  readonly network: string | undefined
  readonly agent: string
  readonly deviceName: string
  readonly term: Term
  /**
   * Whether this tab was open while another one ran the hub: then no power was cut since, nothing that was written is lost, and no other hub need be
   * asked for one's own newest message (hub/own-head.ts).
   */
  readonly handedOver: boolean
}
