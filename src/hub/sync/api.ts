/** What diff sync tells of itself: the part of the hub's API (hub/api.ts) that is about comparing. Data only. */

/** What finding a difference in some way would have cost in bytes, both ways, without messages. Computed from a model, never run (alternatives.ts). */
export interface SyncAlternative {
  readonly by: 'sketch' | 'list' | 'negentropy' | 'merkle-walk'
  readonly bytes: number
  readonly computed: true
}

/** Messages of one device that moved in a comparison: fetched, this hub lacked them; sent, the other one did. */
export interface FeedDifference {
  readonly author: string
  readonly signer: string
  readonly fetched: number
  readonly sent: number
}

/** One comparison with one hub, as it went. */
export interface SyncReport {
  /** Grows with each comparison since this hub started. */
  readonly id: number
  readonly peer: string
  /** Whether this hub began it. */
  readonly initiated: boolean
  /** equal: nothing differs any more. Everything else is why it ended before that (sync/session/outcome.ts, a rejection of a message, `sync-failed`). */
  readonly outcome: string
  /** How the difference was found, pass by pass: `list`, `sketch`, `feeds`, `sketch-then-list`, `sketch-then-feeds`; `none` where there was nothing to find. */
  readonly strategy: string
  /** What the ways were expected to cost in bytes, of so many differences; null: there was nothing to choose. */
  readonly estimate: { readonly differences: number, readonly listBytes: number, readonly sketchBytes: number, readonly feedsBytes: number | null } | null
  readonly symbols: number
  /** Times that an answer was waited for. */
  readonly rounds: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Of both, those of frames with messages. */
  readonly messageBytes: number
  readonly fetched: number
  readonly sent: number
  /** Messages that the other hub had got from elsewhere by the time their turn came. */
  readonly spared: number
  /** Where the sets differed, as found so far: prefixes of the tree, as `tree` takes them. At most 256: where there are more, shorter ones. */
  readonly differing: readonly string[]
  /** Whose messages moved: at most 64 feeds, those with the most first. */
  readonly feeds: readonly FeedDifference[]
  /** What other ways would have cost; none while nothing was found to differ. */
  readonly alternatives: readonly SyncAlternative[]
  readonly ms: number
  /** When it ended. */
  readonly at: number
}

/** A comparison that runs, or has ended: then `outcome` and `at` say how and when. */
export interface SyncSession extends Omit<SyncReport, 'outcome' | 'at'> {
  readonly phase: 'comparing' | 'finding' | 'moving' | 'ended'
  readonly outcome: string | null
  readonly startedAt: number
  readonly at: number | null
  /** Of the difference: messages moved, and in all as far as known. The rate is that of the last 10 s, a second; etaMs is null while there is none yet. */
  readonly done: number
  readonly total: number
  readonly rate: number
  readonly etaMs: number | null
}

export interface TreePart {
  /** Hex nibbles: the namespace, then up to seven of the epoch (`timestamp >> 20`). */
  readonly prefix: string
  readonly count: number
  /** Hubs with the same digest have the same messages here. 64 zeros where there are none. */
  readonly digest: string
}

/** A subtree of what is compared, and its parts that are not empty; of an epoch there are none. */
export interface TreeView extends TreePart {
  readonly children: readonly TreePart[]
}

/** What this hub has of one device of one author. */
export interface FeedView {
  readonly author: string
  readonly signer: string
  /** Numbers of which there is a message. A message that was dropped to make room counts. */
  readonly count: number
  readonly firstSeq: number
  readonly lastSeq: number
  /** Numbers up to the last one of which there is none. */
  readonly missing: number
}

export interface FrontierView {
  /** Feeds known here. */
  readonly count: number
  /** Those with the most messages first. */
  readonly feeds: readonly FeedView[]
  /** Each hub that this one was compared with lately, by its newest comparison: what either lacked then. `outcome` null: it runs. */
  readonly hubs: ReadonlyArray<{
    readonly peerId: string
    readonly session: number
    readonly at: number
    readonly outcome: string | null
    readonly feeds: readonly FeedDifference[]
  }>
}
