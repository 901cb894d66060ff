/**
 * The hub's API as the page, scripts and other apps see it: CONTRACT's console API, typed. Data only, so that every value crosses
 * a worker boundary by structured clone. Ids, keys and hashes are lower-case hex; peer ids are libp2p's strings; times are
 * milliseconds since 1970. All methods reject with an Error that has a `code` (base/errors.ts).
 */

import type { LogEntry } from '../base/event-log.ts'
import type { AppsApi, Draft, Published } from './drafts-api.ts'
import type {
  AnswersView, ConversationView, ForkView, LinkView, MessageDetail, MessageView, ProfileView, Query, ReactionView, RecordView, ThreadView, WaitingView
} from './messages/api.ts'
import type { DeviceView, HubSettings, IcePair, RelayTest } from './settings-api.ts'
import type { AttestersApi, JoinView } from './fastsync/api.ts'
import type { StatesApi } from './fastsync/states-api.ts'
import type { FrontierView, SyncReport, SyncSession, TreeView } from './sync/api.ts'

export type * from './drafts-api.ts'
export type * from './messages/api.ts'
export type * from './fastsync/api.ts'
export type * from './fastsync/states-api.ts'
export type * from './settings-api.ts'
export type * from './sync/api.ts'

export type Lifecycle = 'joining' | 'catching-up' | 'babbling' | 'leaving' | 'shutdown'
export type Mode = 'unsynced' | 'sync' | 'synced' | 'pacemaker'

export interface RelayStatus {
  readonly address: string
  /** looking: dialling or waiting to dial again. connected: reachable. reserved: others can reach this hub through it. refused: it serves another network. */
  readonly state: 'looking' | 'connected' | 'reserved' | 'refused'
  readonly rttMs: number | null
  /** When the state last changed. */
  readonly since: number
  /** When the next attempt is due, while looking. */
  readonly retryAt: number | null
  /** Why the last attempt failed, or while it is connected why it keeps no place, a sentence. */
  readonly lastError: string | null
  /** It answers, and has no place left for this hub. */
  readonly full: boolean
}

export interface HubStatus {
  readonly peerId: string
  readonly author: string
  readonly network: string
  /** The genesis document's name of the network, and how this hub came to trust it. */
  readonly networkName: string
  readonly networkTrust: 'built-in' | 'pinned' | 'first-use' | 'remembered'
  readonly lifecycle: Lifecycle
  readonly mode: Mode
  readonly serving: boolean
  readonly messages: number
  /** The Merkle root over all members but those of the newest 5 s; null until the tree is built. */
  readonly root: string | null
  readonly minEpoch: number | null
  readonly maxEpoch: number | null
  readonly pending: number
  readonly deferred: number
  readonly bodiesWanted: number
  /** null: this hub has no way to know yet. */
  readonly synced: boolean | null
  /** `trouble`: why nothing can be stored at the moment, a sentence; null while it can. */
  readonly storage: { readonly usage: number | null, readonly quota: number | null, readonly persisted: boolean | null, readonly trouble: string | null }
  /** Whether the engine runs in the tab that asked. */
  readonly leader: boolean
  /** Pages attached to the engine, the one that runs it included; 0: no page does. */
  readonly tabs: number
  /** The number of the newest stored message: `subscribe({}, …, {fromEvent: lastEvent + 1})` begins after it. */
  readonly lastEvent: number
  readonly engine: 'worker' | 'node'
  readonly channels: { readonly transferred: number, readonly proxied: number }
  readonly connections: { readonly constructed: number, readonly budget: number }
  readonly sync: { readonly active: boolean, readonly done: number, readonly total: number, readonly rate: number, readonly etaMs: number | null }
  /** Joining by a snapshot: the join that runs, or the last one; null: there was none since this hub started. */
  readonly join: JoinView | null
  /** The height of the newest checkpoint that enough attesters signed (fastsync/SPEC.md F6) and that this hub holds; null: none. */
  readonly checkpoint: number | null
  readonly device: string
  readonly relays: readonly RelayStatus[]
  readonly agent: string
  /** Hubs that could say that they hold a message: linked ones, and those that announce themselves. What "everywhere" is measured by. */
  readonly reporting: number
  /** What the other hubs that tell of themselves are and hold (network/SPEC.md N4). */
  readonly global: GlobalView
  /** How far this computer's clock is ahead of the one of the page's server, below zero behind it, as last seen; null: nobody could say. */
  readonly clock: { readonly aheadMs: number, readonly by: string, readonly at: number } | null
  /** This hub's own device was revoked: nothing that it writes counts any more. */
  readonly revoked: boolean
  /** How many addresses this browser last offered for a direct link; null: none was tried yet. */
  readonly offered: number | null
  /** What `faults` injects at the moment; null: nothing. */
  readonly faults: { readonly drop: number, readonly delayMs: number, readonly partition: readonly string[] } | null
}

/** Claims of other hubs, together: one liar alone raises none of the heights. */
export interface GlobalView {
  readonly hubs: number
  readonly synced: number
  /** Those that serve snapshots. */
  readonly serving: number
  readonly messages: number | null
  readonly maxEpoch: number | null
}

export interface PeerView {
  readonly peerId: string
  readonly path: 'direct' | 'relayed' | 'server'
  readonly transport: string
  /** How messages go to it: pushed, or noted and asked for. */
  readonly link: 'eager' | 'lazy' | 'none'
  /** Frames come from it, and it has answered none of the last pings. */
  readonly oneWay: boolean
  readonly rttMs: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  /** Messages since `since`, those that came again included, and how many of them had come before; notes, one a message named. */
  readonly messagesIn: number
  readonly messagesOut: number
  readonly duplicatesIn: number
  readonly notesIn: number
  readonly notesOut: number
  readonly score: number
  /** What it told of itself lately (network/SPEC.md N1 to N3); null: nothing. */
  readonly mode: Mode | null
  readonly messages: number | null
  readonly serving: boolean | null
  readonly minEpoch: number | null
  readonly maxEpoch: number | null
  readonly since: number
  readonly lastError: string | null
}

/** A hub that was heard of and is not linked (yet): why, in a sentence. */
export interface CandidateView {
  readonly peerId: string
  readonly state: 'discovered' | 'dialling' | 'waiting' | 'given-up'
  readonly attempts: number
  readonly lastError: string | null
  readonly retryAt: number | null
}

/** A hub that this one ever heard of, as it announced itself: claims, but for `peerId`, `heardAt`, `linked`, and `author` where it is proven. */
export interface HubView {
  readonly peerId: string
  readonly agent: string
  readonly mode: Mode | null
  readonly messages: number | null
  /** Heights are cut to this hub's present epoch and one more. */
  readonly minEpoch: number | null
  readonly maxEpoch: number | null
  /** Whether it serves snapshots. */
  readonly serving: boolean
  /** Hubs that introduce it to their neighbours. */
  readonly introducers: readonly string[]
  /** At most 16. */
  readonly links: ReadonlyArray<{ readonly peerId: string, readonly link: PeerView['link'], readonly rttMs: number | null }>
  /** Who writes there; null: it does not say, or nothing holds of what it says. */
  readonly author: string | null
  /** Whether a device of that author signed it, as far as is known here; otherwise the hub says so, and nobody else (network/SPEC.md N7). */
  readonly authorProven: boolean
  /** When this hub heard it. */
  readonly heardAt: number
  /** Whether it is linked with this hub. */
  readonly linked: boolean
}

export interface Diagnosis {
  readonly peerId: string | null
  readonly sentence: string
  readonly stages: ReadonlyArray<{
    readonly stage: 'discovered' | 'reserved' | 'signalled' | 'ice' | 'encrypted' | 'gossiping'
    /** null: not reached. */
    readonly ok: boolean | null
    readonly at: number | null
    readonly sentence: string
  }>
}

/** One line of the event log (base/event-log.ts): `link-up`, `link-down`, `dial-failed`, `message-stored`, `rejected`, `relay-gone`, … */
export type LogEvent = Readonly<LogEntry>

export interface MessageEvent {
  readonly event: number
  readonly message: MessageView
}

/** May be asynchronous: the next event comes when it has resolved. */
export type MessageCallback = (event: MessageEvent) => unknown

export interface IdentityView {
  readonly author: string
  readonly device: string
  readonly deviceName: string
  /** False until the recovery phrase was saved: the root key is only in this browser. */
  readonly backedUp: boolean
}

/** The engine's surface. `subscribe` takes a callback, which Comlink carries as a proxy. */
export interface HubApi {
  status (): Promise<HubStatus>
  /**
   * `traced`: asks all hubs that take it in to report that, once (`message(id).trace.reports`). `key`: twelve hex digits of the time in ms, a dash, sixteen
   * random ones; asked again with the same key, the answer is the message that the first call made.
   * Codes: `invalid-argument`, `message-invalid`, `device-revoked`, `clock-behind`, `too-many`, `outcome-unknown` (a key too old to know), those of the store.
   */
  publish (draft: Draft, options?: { readonly traced?: boolean, readonly key?: string }): Promise<Published>
  query (query?: Query): Promise<MessageView[]>
  /** How many messages a query is about, whatever its limit and offset. Codes: `invalid-argument`. */
  count (query?: Query): Promise<number>
  /** The thread that a post belongs to; null: not here. Codes: `invalid-argument`. @default the newest 500 answers; 1,000 at most */
  conversation (id: string, page?: { readonly limit?: number }): Promise<ConversationView | null>
  /** How much stands below each of these posts, at most 200 of them. Codes: `invalid-argument`. */
  answers (ids: readonly string[]): Promise<AnswersView[]>
  /** Messages that wait for something before they count, the oldest arrivals first, at most 200. */
  waiting (): Promise<WaitingView[]>
  /** Numbers that a device gave to more than one message: evidence of a copied key, the ones found last first, at most 100. */
  forks (): Promise<ForkView[]>
  message (id: string): Promise<MessageDetail | null>
  /** A post in its thread; null: not here. `limit` and `after` page its answers. Codes: `invalid-argument`. */
  thread (id: string, page?: { readonly limit?: number, readonly after?: string }): Promise<ThreadView | null>
  /** Reactions that are set on a message, by type. Codes: `invalid-argument`. */
  reactions (target: string): Promise<ReactionView[]>
  /** Links that are set, of an author or to one, the newest first. Codes: `invalid-argument`. */
  links (ends: { readonly author?: string, readonly target?: string, readonly type?: string, readonly limit?: number }): Promise<LinkView[]>
  /** @default this hub's author. Codes: `invalid-argument`. */
  profile (author?: string): Promise<ProfileView>
  /** Records of a collection as last written, the newest first; deleted ones are left out. `after`: the id of the last one seen. Codes: `invalid-argument`. */
  records (query: { readonly collection: string, readonly author?: string, readonly limit?: number, readonly after?: string }): Promise<RecordView[]>
  subscribe (filter: Query, callback: MessageCallback, options?: { readonly fromEvent?: number }): Promise<() => void>
  /**
   * Resolves with the newest report once the last comparisons with two neighbours (or with all, where there are fewer) within a minute ended equal and no
   * body is wanted. Compares with all of them at once where that is not so yet. Codes: `timed-out`, `too-many`, `invalid-argument`.
   */
  whenSynced (options: { readonly timeoutMs: number }): Promise<SyncReport>
  peers (): Promise<PeerView[]>
  candidates (): Promise<CandidateView[]>
  /** Every hub heard of, at most 1,024; the one heard of last comes last. */
  hubs (): Promise<HubView[]>
  diagnose (peerId?: string): Promise<Diagnosis>
  /** The pair of addresses that a direct link uses; null: it is none, or the browser does not tell. Codes: `invalid-argument`. */
  icePair (peerId: string): Promise<IcePair | null>
  /** Dials a relay, and ends the connection again if there was none. Codes: `invalid-argument`, `address-invalid`, `dial-failed`, `not-here`. */
  testRelay (multiaddr: string): Promise<RelayTest>
  settings (): Promise<HubSettings>
  /** Changes what is given; resolves once it is stored and holds. Codes: `invalid-argument`, `address-invalid`, `not-here`, those of the store. */
  configure (changes: Partial<HubSettings>): Promise<HubSettings>
  connect (multiaddr: string): Promise<{ peerId: string, path: PeerView['path'] }>
  disconnect (peerId: string): Promise<void>
  /**
   * Compares now with this hub, or one by chance, in both directions; resolves when that ended, however it did: see `outcome`.
   * Codes: `not-connected` (no link, or a relayed one), `too-many`, `invalid-argument`.
   */
  sync (peerId?: string): Promise<SyncReport>
  /**
   * Whether this hub serves snapshots to those that join (hub/lifecycle/SPEC.md L7); kept for the next start.
   * Codes: `invalid-argument`, those of the store.
   */
  serve (on: boolean): Promise<void>
  /** Hands over what only this hub holds, says goodbye to every hub and shuts down, for good: start it again to go on. Resolves when that is done. */
  leave (): Promise<void>
  /** Comparisons: those that run, with their progress, then the last 100 that ended, the newest first. */
  sessions (): Promise<SyncSession[]>
  /** A subtree of what is compared (all but the newest 5 s), by up to eight hex nibbles; left out: all of it. Codes: `invalid-argument`. */
  tree (at?: { readonly prefix?: string }): Promise<TreeView>
  /** Which messages of whom this hub has, and what it and others lacked. @default the 100 largest feeds; 1,000 at most. Codes: `invalid-argument`. */
  frontier (query?: { readonly limit?: number }): Promise<FrontierView>
  readonly identity: {
    show (): Promise<IdentityView>
    /** Every device of this author that is known here, the one added last first. */
    devices (): Promise<DeviceView[]>
    /**
     * What the root key can be made from again, as text to keep safe: without a password the recovery phrase (twelve words), with one
     * `hubbub-identity-1.…`. Either counts as backed up from then on. Codes: `invalid-argument`, `key-unavailable`.
     */
    export (password?: string): Promise<string>
    /**
     * Makes this hub write as the author of a recovery phrase or an exported identity (with its password), as a new device of theirs.
     * It resolves once that device is introduced. The root key that was here before is erased: export it first. Messages stay, and
     * drafts that wait already are published as the old author. It may reject with a code of the store after the
     * change: then the device is introduced with the next message, and `show` says who one is.
     * Codes: `recovery-invalid`, `password-missing`, `password-wrong`, `invalid-argument`, `message-invalid` (the root key has no number left).
     */
    import (phrase: string, password?: string): Promise<IdentityView>
    /**
     * Lets another key (64 digits of hex) write as this author. A scope left out, or an empty list in it, means all.
     * Codes: `invalid-argument`, `message-invalid` (a limit of scopes, or the root key has no number left), `device-revoked`, `key-unavailable`.
     */
    addDevice (publicKey: string, scope?: { readonly kinds: readonly string[], readonly collections: readonly string[] }): Promise<{ id: string }>
    /**
     * For good: a revoked key can never be added again. What it wrote up to the message `keepHead` stays; without one, nothing does. This hub's own
     * device may be revoked too: `publish` then rejects with `device-revoked`, until an import makes a new device.
     * Codes: `invalid-argument`, `message-invalid` (the root key has no number left), `key-unavailable`.
     */
    revokeDevice (publicKey: string, keepHead?: string): Promise<{ id: string }>
  }
  /** Who attests snapshots, and how that changes. */
  readonly attesters: AttestersApi
  /** Apps: who asked to write, in which scope, and what the person decided. */
  readonly apps: AppsApi
  /** What apps make of all messages, kept and attested with a checkpoint, and had back. */
  readonly states: StatesApi
  events (query: { readonly since?: number, readonly limit?: number, readonly type?: string }): Promise<LogEvent[]>
  /**
   * Injects faults at this hub's edge, in both directions, until called with `{}`: a share `drop` (0 to 1) of the frames is lost, which ends a
   * comparison and costs gossip the frame; every frame is `delayMs` late (up to 5,000); the hubs of `partition` are out of reach. Relays and
   * announcements go on. Codes: `invalid-argument`.
   */
  faults (faults: { readonly drop?: number, readonly delayMs?: number, readonly partition?: readonly string[] }): Promise<void>
  wipe (confirmation: { readonly confirm: true }): Promise<void>
}
