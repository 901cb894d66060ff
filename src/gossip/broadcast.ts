/**
 * What a broadcast strategy is (SPEC.md): facts in, decisions out. The broadcast tree is one, flood another, and whatever drives one drives the other:
 * the hub's core, the simulator. It deals in ids; what a message's bytes are, and whether they may be sent, is its driver's business.
 */
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'

/** "I have this": what a lazy link carries instead of a message. */
export interface Note {
  readonly id: MessageId
  /** Of the message's timestamp (message/epoch.ts): tells whoever keeps only the newest messages whether to ask. */
  readonly epoch: number
  /** What a gossip frame of it would say: 0 from its author. Not trusted (G14). */
  readonly hops: number
}

export type BroadcastInput =
  /** Both hellos were exchanged. `rttMs` where a round trip is known already; `eager` is false where both ends know the link for a spare one (G21). */
  | { readonly type: 'link-up', readonly peer: PeerId, readonly rttMs?: number, readonly eager?: boolean }
  | { readonly type: 'link-down', readonly peer: PeerId }
  /** A pong came back after `rttMs`. */
  | { readonly type: 'round-trip', readonly peer: PeerId, readonly rttMs: number }
  /** The queue to this neighbour is full: it is to get notes, not messages. */
  | { readonly type: 'congested', readonly peer: PeerId }
  /** It has room again. */
  | { readonly type: 'drained', readonly peer: PeerId }
  /**
   * A message that is new to this hub, verified, and in its set. `from` is undefined for one written here; `hops` as the frame said it, 0 for one's own.
   * What a comparison of sets brought is noted to neighbours and not pushed: most of them took part in it, or will. What a snapshot brought is not even noted.
   */
  | { readonly type: 'delivered', readonly id: MessageId, readonly epoch: number, readonly from: PeerId | undefined, readonly hops: number, readonly by: 'gossip' | 'comparison' | 'snapshot' }
  /** A neighbour sent a message that this hub has. */
  | { readonly type: 'duplicate', readonly id: MessageId, readonly from: PeerId }
  /**
   * A message came, and is not to be asked for again: it is held or deferred, or refused for what its header says, below this hub's retention among
   * that. Never for a bad signature or a body that does not fit: those say nothing about the id, and a liar could use them to keep the true message away.
   */
  | { readonly type: 'refused', readonly id: MessageId }
  /** Notes about messages of earlier epochs are passed over from now on. */
  | { readonly type: 'retention', readonly minEpoch: number }
  | { readonly type: 'ihave', readonly from: PeerId, readonly notes: readonly Note[] }
  | { readonly type: 'graft', readonly from: PeerId, readonly counter: number, readonly ids: readonly MessageId[] }
  | { readonly type: 'prune', readonly from: PeerId, readonly counter: number }
  /** What `nextDeadlineMs` named has passed. One that is too early or no longer needed does nothing. */
  | { readonly type: 'deadline' }

export type BroadcastEffect =
  /** Send the message, from memory or from the store; one that is in neither any more is passed over. */
  | { readonly type: 'send-payload', readonly peer: PeerId, readonly id: MessageId, readonly hops: number }
  | { readonly type: 'send-ihave', readonly peer: PeerId, readonly notes: readonly Note[] }
  | { readonly type: 'send-graft', readonly peer: PeerId, readonly counter: number, readonly ids: readonly MessageId[] }
  | { readonly type: 'send-prune', readonly peer: PeerId, readonly counter: number }
  /** Nobody who noted these has sent them: a comparison with a neighbour is to find them. */
  | { readonly type: 'missing', readonly ids: readonly MessageId[] }
  /** This hub was frozen: compare with a neighbour before anything is asked for by notes. */
  | { readonly type: 'compare' }
  /** This neighbour does what no honest one does: end the link. */
  | { readonly type: 'offence', readonly peer: PeerId, readonly code: BroadcastOffence }

/** `counter-jump`: a counter far above the link's. `notes-unkept`: notes of many messages in a row, none of which it sent when asked. */
export type BroadcastOffence = 'counter-jump' | 'notes-unkept'

export interface Broadcast {
  handle: (input: BroadcastInput, nowMs: number) => readonly BroadcastEffect[]
  /** When `deadline` is to be given next; undefined while nothing waits. May change with every input. Never later than needed, sometimes earlier. */
  nextDeadlineMs: () => number | undefined
  /** How messages go to this neighbour: pushed, noted, or not at all. For people, and for tests. */
  linkOf: (peer: PeerId) => 'eager' | 'lazy' | 'none'
}

/** What a strategy must know of its hub. A function of the hub's state, called only within `handle`. */
export interface BroadcastHost {
  /** Whether this hub has the message, and can send it. */
  readonly has: (id: MessageId) => boolean
}
