/** Messages as a hub shows them: views, how they are asked for, and what stands around them. Types only. */

/**
 * here: stored at this hub. sent: handed to at least one linked hub. held: some other hub is known to hold it. everywhere: all hubs that report (the
 * linked ones, and those that announce themselves) are known to hold it.
 */
export type MessageState = 'here' | 'sent' | 'held' | 'everywhere'

export interface MessageView {
  readonly id: string
  readonly author: string
  readonly signer: string
  readonly seq: number
  readonly timestamp: number
  readonly kind: string
  /** The decoded body; null once removed. */
  readonly body: Readonly<Record<string, unknown>> | null
  readonly state: MessageState
  /** Of the hubs that report now, how many are known to hold it: `held` of `of`. */
  readonly reach: { readonly held: number, readonly of: number }
  /** When this hub stored it, by its own clock, and which hub it came from; null: written here. */
  readonly storedAt: number
  readonly from: string | null
  /** Durable, growing: where `subscribe({fromEvent})` resumes. */
  readonly event: number
}

export interface MessageDetail extends MessageView {
  readonly standing: 'live' | 'barred' | 'removed'
  /** Other hubs that are known to hold it; null: it came before what this hub remembers of such things. */
  readonly held: number | null
  /** Each of them, and by what it is known: it sent it, noted it, asked for it (and was answered), was found equal after it, or reported it. */
  readonly heldBy: ReadonlyArray<{ readonly peerId: string, readonly how: 'sent' | 'noted' | 'asked' | 'synced' | 'reported' }>
  /** The way it came here; null: longer ago than this hub remembers. */
  readonly trace: {
    /** Links from the author, 0 where it was written; null where it came by a comparison. Other hubs say so, and may lie. */
    readonly hops: number | null
    readonly arrival: number
    /** How often it came again. */
    readonly duplicates: number
    /** Why it is shown as it is: its standing. */
    readonly verdict: string
    readonly from: string | null
    readonly by: 'here' | 'gossip' | 'comparison'
    /** Whether its publisher asked for reports. */
    readonly traced: boolean
    /** What hubs that took it in reported, once each; `at` by their own clocks. */
    readonly reports: ReadonlyArray<{ readonly peerId: string, readonly from: string, readonly hops: number, readonly at: number }>
  } | null
  /** The bytes as they travel, hex. */
  readonly raw: { readonly header: string, readonly body: string | null, readonly signature: string }
}

export interface Query {
  readonly author?: string
  readonly kind?: string
  readonly collection?: string
  /** Posts that answer this one; null: posts that answer none. */
  readonly parent?: string | null
  readonly since?: number
  readonly until?: number
  readonly limit?: number
  /** By timestamp. @default 'descending' */
  readonly order?: 'ascending' | 'descending'
  /** The id of the last message of the page before: this one goes on after it. */
  readonly after?: string
  /** So many are passed over, after `after`. @default 0 */
  readonly offset?: number
  /** @default live and removed ones */
  readonly standing?: 'live' | 'barred' | 'removed'
}

/** How many set a reaction of this type, and whether this hub's author is one of them. */
export interface ReactionView {
  readonly type: string
  readonly count: number
  readonly own: boolean
}

/** A link that is set: `author` links to the author `target`. */
export interface LinkView {
  /** The message that set it. */
  readonly id: string
  readonly author: string
  readonly target: string
  readonly type: string
  readonly timestamp: number
}

export interface ProfileView {
  readonly author: string
  /** The value of each field, as last written. */
  readonly fields: Readonly<Record<string, string>>
}

/** A record as last written. */
export interface RecordView {
  /** The message that wrote it. */
  readonly id: string
  readonly author: string
  readonly collection: string
  readonly key: string
  readonly value: Uint8Array
  readonly timestamp: number
}

/** Direct answers to a post. */
export interface ReplyCount {
  readonly id: string
  readonly replies: number
}

export interface ThreadView {
  /** What the post answers, from the first post of the thread on; empty where it answers none, and cut where one is not here. */
  readonly ancestors: readonly MessageView[]
  readonly message: MessageView
  /** Direct answers, the oldest first: a page of `query({parent})`. */
  readonly answers: readonly MessageView[]
  /** How many answers each of `message` and `answers` has. */
  readonly replies: readonly ReplyCount[]
  /** Of `message`. */
  readonly reactions: readonly ReactionView[]
}

/** What stands below a post: answers, and answers to those. */
export interface AnswersView {
  readonly id: string
  readonly count: number
  /** When the newest was written, by its own word; null: there is none. */
  readonly newestAt: number | null
}

/** The whole thread that a post belongs to. */
export interface ConversationView {
  /** The first post of it that is here. */
  readonly first: MessageView
  /** What stands below it, the oldest first: the newest `limit`. Each names its parent in its body. */
  readonly answers: readonly MessageView[]
  /** How many answers there are, those left out included. */
  readonly count: number
  /** Those that are set on `first` and on `answers`, of each that has any. */
  readonly reactions: ReadonlyArray<{ readonly id: string, readonly reactions: readonly ReactionView[] }>
}

/** One number of one device, and the messages that it was given to: at least two, at most eight, the lowest ids first. */
export interface ForkView extends Pick<MessageView, 'author' | 'signer' | 'seq'> {
  readonly messages: readonly MessageView[]
}

/** A message that is held until its signer is known, or a wider scope of it: no member yet, and not checked any further. */
export interface WaitingView extends Pick<MessageView, 'id' | 'author' | 'signer' | 'seq' | 'timestamp' | 'kind' | 'body'> {
  /** signer: no introduction of this signer is here. scope: its introductions do not cover this. */
  readonly why: 'signer' | 'scope'
  /** Who brought it. */
  readonly from: string | null
}
