/** What a simulated run is made of: data only. Times are virtual milliseconds from the start of the run, shares are 0 to 1. */

export type Fault =
  /** The hubs fall into two groups, `share` in one. Silent: frames vanish and links stay up until they are found silent; else the links go down at once. */
  | { readonly type: 'partition', readonly atMs: number, readonly forMs: number, readonly share: number, readonly silent: boolean }
  /** A share of the hubs crashes at once and comes back after `forMs`, or never. */
  | { readonly type: 'crash', readonly atMs: number, readonly forMs: number | 'ever', readonly share: number, readonly keepsData: boolean }
  /** A share of the hubs stands still: nothing is lost, all is late. */
  | { readonly type: 'freeze', readonly atMs: number, readonly forMs: number, readonly share: number }
  /** A share of the links carries frames one way only. */
  | { readonly type: 'one-way', readonly atMs: number, readonly forMs: number, readonly share: number }
  /** A share of the links is full in one direction. */
  | { readonly type: 'congestion', readonly atMs: number, readonly forMs: number, readonly share: number }
  /** One hub after the other crashes, every `everyMs`, and comes back 5 s later. */
  | { readonly type: 'churn', readonly atMs: number, readonly forMs: number, readonly everyMs: number, readonly keepsData: boolean }

/** What was written before the run, so that hubs begin with different sets. */
export interface History {
  readonly messages: number
  /** Of 17.5 min, up to the start of the run. At most 80: then genesis was. */
  readonly epochs: number
  readonly authors: number
  /** Each hub has each message by this chance. */
  readonly share: number
  /** Signer-removes, with a head to keep or none, some of one device twice. @default 0 */
  readonly revocations?: number
  /** @default 0 */
  readonly removals?: number
  /** @default false */
  readonly forks?: boolean
  /** Hubs stored what they have in any order. @default false: signers before what they signed */
  readonly outOfOrder?: boolean
  /** The last so many hubs keep only the newer half of the epochs. @default 0 */
  readonly lightHubs?: number
}

/** In sessions of diff sync. */
export type SyncHostility = 'wrong-counts' | 'false-roots' | 'far-epochs' | 'endless-signers' | 'undecodable' | 'empty-symbols' | 'wants-all' | 'unasked' | 'holes' |
  'unsigned-synced' | 'noise' | 'mute' | 'slow' | 'greedy'

export type Hostility = SyncHostility | 'stripper' | 'junk' | 'replay' | 'note-flood' | 'deaf' | 'hop-liar' | 'graft-flood' | 'prune-loop'

export interface NetworkModel {
  /** One way, drawn once a link. */
  readonly latencyMs: readonly [min: number, max: number]
  /** Added to each frame, up to. */
  readonly jitterMs: number
  /** Of frames. The real transport loses none; silent faults and the Maelstrom network do. */
  readonly loss: number
  readonly duplicate: number
  /** Whether frames of one link may overtake each other. */
  readonly reorder: boolean
}

/** What of a run is wrong if it is not so. */
export interface Limits {
  /** Messages not everywhere at the end. @default 0 */
  readonly missed?: number
  /** Redundancy, mean. */
  readonly rmr?: number
  /** Links to the last hub, median over messages. */
  readonly lastHops?: number
  /** From publishing to arrival, of 99 arrivals in 100. Virtual milliseconds. */
  readonly p99Ms?: number
  /** Pieces that the eager links leave the hubs in at the end. */
  readonly pieces?: number
  /** Frames of any kind, for each message and hub. */
  readonly framesPerDelivery?: number
  /** Bytes of all sessions, of each hub on average. */
  readonly syncBytesPerHub?: number
  /** Counts that must not be 0: a run in which nothing happened proves nothing. */
  readonly happens: ReadonlyArray<keyof Happenings>
}

/** How often what happened. */
export interface Happenings {
  payloads: number
  duplicates: number
  noteFrames: number
  notes: number
  grafts: number
  prunes: number
  otherFrames: number
  lost: number
  rejected: number
  linksDown: number
  linksUp: number
  crashes: number
  freezes: number
  comparisons: number
  comparedMessages: number
  syncBytes: number
}

export interface Scenario {
  readonly name: string
  /** What it shows, in one sentence. */
  readonly sentence: string
  readonly hubs: number
  /** Links a hub; `line` and `ring` are for small cases; `besieged`: one hub has hostile neighbours and a single honest one, for ever (overlay.ts). */
  readonly degree: number | 'line' | 'ring' | 'full' | 'besieged'
  readonly strategy: 'tree' | 'flood'
  readonly network: NetworkModel
  /** How many hubs publish, in turn at random. */
  readonly senders: number
  readonly messages: number
  /** Published a second, all senders together. */
  readonly perSecond: number
  /** Messages before measuring starts. FACTS 4: 20. */
  readonly warmUp: number
  readonly faults: readonly Fault[]
  /** Hubs that are not honest, beside the others. */
  readonly hostile: readonly Hostility[]
  /** @default none */
  readonly history?: History
  /** @default true: hubs compare with each other, as they do. Without, gossip is all there is. */
  readonly compares?: boolean
  /**
   * What each hub is: all of it, or its core without its shell (core-hub.ts), which loses nothing to compare for only where the network loses nothing.
   * @default the core in runs too large for whole hubs, where it can be
   */
  readonly drives?: 'runtime' | 'core'
  /** How long the run goes on after the last message and fault. Two rounds of comparison and some. */
  readonly settleMs: number
  readonly limits: Limits
}
