/** What page and engine tell each other before Comlink speaks. Data only. */

/**
 * Sent by the worker once it listens. Its modules load asynchronously (WebAssembly), and a browser delivers what is posted before they
 * have to nobody.
 */
export const engineReady = 'hubbub/engine-ready'

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
}
