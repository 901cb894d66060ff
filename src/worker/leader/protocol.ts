/**
 * What the pages of one hub say to each other (SPEC.md): data types, names and limits, no machinery. A BroadcastChannel of the hub carries who leads, and one
 * for each page and term its calls: it is the one way between pages of an origin that every browser has, and it reaches the engine in its worker directly, so a
 * blocked page does not stand between.
 */
import type { MessageEvent as StoredMessageEvent, Query } from '../api.ts'
import type { CarriedError } from '../carried-error.ts'

/** Raised with every change that a page of another build would misread. */
export const protocolVersion = 2

/** Pages attached to one engine. A person has a handful of tabs; apps come on top. */
export const pagesMax = 64
/** Calls of one page that wait for their answers. A page that draws asks some ten at once, a script that waits for none of its posts some thousands. */
export const callsMax = 16_384
/** Subscriptions of one page. */
export const subscriptionsMax = 64
/** Events sent to a page ahead of what it says it has taken: some milliseconds of its time. */
export const eventsAheadMax = 32

/** Whoever holds it runs the engine. */
export const leaderLock = (hub: string): string => `hubbub/${hub}`
/** Held by a page while it lives: the engine asks for it, and gets it when the page is gone. */
export const pageLock = (hub: string, page: string): string => `hubbub/${hub}/page/${page}`
export const hubChannel = (hub: string): string => `hubbub/${hub}`
/** Of a page: who leads says there that it is attached. */
export const pageChannel = (hub: string, page: string): string => `hubbub/${hub}/page/${page}`
/** Of a page and the engine of one term: what another engine does that still runs, or runs again, is not heard there, and it hears no call. */
export const callChannel = (hub: string, page: string, { leader, since }: Term): string => `${pageChannel(hub, page)}/${leader}/${since}`

/** One engine's time as the leader. Of two, the later one counts. */
export interface Term {
  readonly leader: string
  /** ms since 1970. */
  readonly since: number
}

/** On the hub's channel. */
export type Announcement =
  /** A page without an engine asks to be attached. */
  | { readonly type: 'looking', readonly page: string, readonly version: number }
  /** A page is making the engine that it will run; `sentence`: how far it is. */
  | { readonly type: 'opening', readonly version: number, readonly sentence: string }
  /** An engine takes calls from now on. */
  | { readonly type: 'leading', readonly version: number, readonly term: Term }
  /** The hub was erased: every page starts anew. */
  | { readonly type: 'wiped' }

/** From a page to the engine. */
export type ToEngine =
  | { readonly type: 'call', readonly call: number, readonly path: string, readonly given: readonly unknown[] }
  | { readonly type: 'subscribe', readonly call: number, readonly subscription: number, readonly filter: Query, readonly fromEvent: number | undefined }
  | { readonly type: 'unsubscribe', readonly subscription: number }
  /** The page has taken one event. */
  | { readonly type: 'taken', readonly subscription: number }
  | { readonly type: 'ping' }

/** Between pages, on the channel of the one that leads. */
export type PageToPage =
  /** Whether its process runs: the engine may be busy. */
  | { readonly type: 'knock' }
  | { readonly type: 'here' }

/** From the engine to a page. */
export type ToPage =
  | { readonly type: 'attached', readonly version: number, readonly term: Term }
  | { readonly type: 'returned', readonly call: number, readonly value: unknown }
  | { readonly type: 'threw', readonly call: number, readonly error: CarriedError }
  | { readonly type: 'event', readonly subscription: number, readonly event: StoredMessageEvent }
  | { readonly type: 'pong' }

export type Said = Announcement | ToEngine | PageToPage | ToPage

/** What travels. Comlink's own messages and other versions' are told apart by it. */
export interface Envelope { readonly hubbub: 'tabs', readonly message: Said }

export function sealed (message: Said): Envelope {
  return { hubbub: 'tabs', message }
}

/** The message of an envelope; undefined: this is none. Pages of one origin trust each other with the form of what is inside. */
export function opened (data: unknown): Said | undefined {
  if (typeof data !== 'object' || data === null || !('hubbub' in data) || data.hubbub !== 'tabs' || !('message' in data)) return undefined
  const { message } = data
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string' ? message as Said : undefined
}
