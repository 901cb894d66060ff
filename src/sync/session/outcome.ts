/** What goes in and out of a session, and what is recorded of it. Data only. */
import type { Estimate } from '../planner.ts'
import type { SyncFrameRejection } from '../frames.ts'

export type SessionInput =
  | { readonly type: 'start' } // the side that opened the stream, once
  | { readonly type: 'frame', readonly bytes: Uint8Array } // only while `ready`
  | { readonly type: 'work' } // after a `work` effect, when nothing more urgent waits
  | { readonly type: 'read', readonly messages: ReadonlyArray<Uint8Array | undefined> } // answers a `read` effect, once the stream has room for more
  | { readonly type: 'taken', readonly fetched: number } // answers a `take` effect: all of it was dealt with, so many were new and admitted
  | { readonly type: 'tick' } // at or after `deadlineMs`
  | { readonly type: 'closed' } // the stream ended

export type SessionEffect =
  | { readonly type: 'send', readonly bytes: Uint8Array } // one frame
  | { readonly type: 'work' } // hand in `work` soon: the session has more to compute
  | { readonly type: 'read', readonly members: Uint32Array } // bytes of these members, in this order
  | { readonly type: 'take', readonly messages: readonly Uint8Array[] } // decode, verify, offer, store; then `taken`
  | { readonly type: 'ended', readonly record: SessionRecord } // the last one: close the stream

/** What a peer did against the grammar or the rules. Each lowers its score. */
export type SessionRejection = SyncFrameRejection | 'unexpected-frame' | 'sketch-undecodable' | 'unasked-messages' | 'over-budget'

/** How a session ended. Only rejections are offences; `unequal` never is. */
export type SessionOutcome = 'equal' | 'unequal' | 'closed' | 'stalled' | 'timed-out' | 'too-different' | 'unsupported-version' | SessionRejection

export interface SessionRecord {
  readonly outcome: SessionOutcome
  /** Ways of the passes so far: `sketch`, `list`, or a sketch given up for a list. Empty when all was equal at once. */
  readonly strategies: ReadonlyArray<'list' | 'sketch' | 'sketch-then-list'>
  /** What the planner expected of the first pass that had to choose; undefined where there was nothing to choose. */
  readonly estimate: Estimate | undefined
  /** Symbols that came or went. */
  readonly symbols: number
  /** Times that an answer was waited for. */
  readonly rounds: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Bytes of the frames among them that carry messages. */
  readonly messageBytes: number
  readonly fetched: number
  readonly sent: number
}
