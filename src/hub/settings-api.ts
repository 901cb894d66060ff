/** What a person sets of a hub, its devices, and what can be tried. Types only. */

/** A STUN or TURN server; a TURN server has a name and a password. */
export interface IceServer {
  readonly url: string
  readonly username: string | null
  readonly credential: string | null
}

/**
 * How a hub that is far behind catches up (fastsync/SPEC.md F28): `optimistic`: chunks of several hubs at once, the next one on its way while one is verified;
 * `asynchronous`: several at once, one of each hub; `in-order`: one at a time, in their order; `comparing`: no snapshots.
 */
export type CatchUp = 'optimistic' | 'asynchronous' | 'in-order' | 'comparing'

/** What a person set of this hub, beside what its page names. */
export interface HubSettings {
  /** Multiaddrs of relays, at most 4. */
  readonly relays: readonly string[]
  /** At most 4. They are used for connections that begin from now on. */
  readonly iceServers: readonly IceServer[]
  /** Messages of others that are older are given up here, for good; null: all are kept. */
  readonly keepDays: number | null
  /** Holds for the next join. */
  readonly catchUp: CatchUp
}

/** What came of trying a relay. */
export interface RelayTest {
  readonly peerId: string
  /** From the dial to an encrypted connection. */
  readonly connectMs: number
  readonly rttMs: number
  /** Whether it introduces hubs; if not it is none. */
  readonly isRelay: boolean
}

/** The addresses that a direct link has found, each end's kind (`host`, `srflx`, `prflx`, `relay`), and `address:port` where the browser tells. */
export interface IcePair {
  readonly protocol: string | null
  readonly here: { readonly kind: string, readonly address: string | null }
  readonly there: { readonly kind: string, readonly address: string | null }
}

/** A key that may, or might, write as this hub's author. */
export interface DeviceView {
  readonly publicKey: string
  /** As whoever added it called it; empty: nobody did. */
  readonly name: string
  /** This hub's own. */
  readonly own: boolean
  readonly revoked: boolean
  readonly addedAt: number | null
  /** Empty lists mean all. */
  readonly scope: { readonly kinds: readonly string[], readonly collections: readonly string[] }
  /** Its newest message here: what `revokeDevice` can keep. */
  readonly head: string | null
  /** The number of that one. */
  readonly messages: number
}
