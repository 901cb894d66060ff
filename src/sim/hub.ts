/**
 * A hub as the simulated world sees it: facts go in, frames come out of `ports`. Frames carry messages by reference, so a thousand hubs cost no bytes; whoever
 * drives the real core behind this keeps the real message in `SimMessage.content`.
 */
import type { PeerId } from '../base/peer.ts'
import type { Note } from '../gossip/broadcast.ts'
import type { MessageId } from '../message/types.ts'

export interface SimMessage {
  readonly id: MessageId
  /** From 0, in the order of publishing; −1 for one that nobody published. */
  readonly number: number
  readonly epoch: number
  readonly publishedMs: number
  /** Whether its signature holds. */
  readonly genuine: boolean
}

export type SimFrame =
  | { readonly type: 'gossip', readonly message: SimMessage, readonly hops: number }
  | { readonly type: 'ihave', readonly notes: readonly Note[] }
  | { readonly type: 'graft', readonly counter: number, readonly ids: readonly MessageId[] }
  | { readonly type: 'prune', readonly counter: number }

/** What a hub has stored. It outlives the hub unless the hub loses its data. */
export type SimDisk = Map<MessageId, SimMessage>

/** What the world does for a hub. None of it calls back before it returns. */
export interface SimPorts {
  readonly disk: SimDisk
  readonly send: (peer: PeerId, frame: SimFrame) => void
  /** Ends the link for what the neighbour sent. */
  readonly reject: (peer: PeerId, code: string) => void
  /** The application hears of a message; `hops` are the links it came over. */
  readonly tell: (message: SimMessage, hops: number) => void
  /** Compare with some neighbour, soon. */
  readonly compare: () => void
}

export interface SimHub {
  linkUp: (peer: PeerId, rttMs: number, nowMs: number) => void
  linkDown: (peer: PeerId, nowMs: number) => void
  congestion: (peer: PeerId, congested: boolean, nowMs: number) => void
  frame: (from: PeerId, frame: SimFrame, nowMs: number) => void
  publish: (message: SimMessage, nowMs: number) => void
  /** What a comparison with this neighbour brought. */
  compared: (from: PeerId, messages: readonly SimMessage[], nowMs: number) => void
  deadline: (nowMs: number) => void
  nextDeadlineMs: () => number | undefined
  linkOf: (peer: PeerId) => 'eager' | 'lazy' | 'none'
}
