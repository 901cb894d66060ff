/** What goes in and out of a session, and what is recorded of it. Data only. */
import type { Meeting } from '../frontier/meetings.ts'
import type { Estimate } from '../planner.ts'
import type { SyncFrameRejection } from '../frames.ts'

export type SessionInput =
  | { readonly type: 'start' } // the side that opened the stream, once
  | { readonly type: 'frame', readonly bytes: Uint8Array } // only while `ready`
  | { readonly type: 'work' } // after a `work` effect, when nothing more urgent waits
  | { readonly type: 'read', readonly messages: ReadonlyArray<Uint8Array | undefined> } // answers a `read` effect, once the stream has room for more
  | { readonly type: 'taken', readonly fetched: number } // answers a `take` effect: all of it was dealt with, so many were new and admitted
  | { readonly type: 'arrived', readonly member: number } // a member came from elsewhere: the peer need not send it
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

/** How the difference of a pass was found. */
export type Way = 'list' | 'sketch' | 'feeds' | 'sketch-then-list' | 'sketch-then-feeds'

/** How a session ended. Only rejections are offences; `unequal` never is. */
export type SessionOutcome = 'equal' | 'unequal' | 'closed' | 'stalled' | 'timed-out' | 'too-different' | 'unsupported-version' | SessionRejection

export interface SessionRecord {
  readonly outcome: SessionOutcome
  /** Ways of the passes so far. Empty when all was equal at once. */
  readonly strategies: readonly Way[]
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
  /** Messages that the peer had got from elsewhere by the time their turn came. */
  readonly spared: number
  /** It did not end equal, but moved something: another one soon moves more. False where a peer promises and does not deliver. */
  readonly again: boolean
  /** What to remember of this peer; undefined: the two did not end equal, or nothing can be remembered. */
  readonly meeting: Meeting | undefined
}

/** What is recorded before it has ended. */
export type SessionSoFar = Omit<SessionRecord, 'outcome' | 'again' | 'meeting'>

/** `idle`: before it begins and, for the side that answers, between two passes. */
export type SessionPhase = 'idle' | 'comparing' | 'finding' | 'transferring' | 'ended'
