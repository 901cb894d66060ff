/**
 * Messages and notes on their way to neighbours: as frames, with bodies only where they are served, and remembered where a neighbour did not take them.
 * Whom they go to is the core's decision.
 */
import { RecentSet } from '../base/bounded.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { Note } from '../gossip/broadcast.ts'
import type { Frame } from '../gossip/frames.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import type { ReplicatedSet } from '../message/replicated-set.ts'
import type { Message, MessageId } from '../message/types.ts'
import type { Keeping } from './keeping.ts'
import type { Messages } from './messages/messages.ts'
import { createMissed } from './missed.ts'
import type { Traces } from './traces.ts'

export interface SendingOptions {
  /** False: the frame was not taken. */
  readonly send: (peer: PeerId, frame: Frame) => boolean
  readonly set: Pick<ReplicatedSet, 'servesBody'>
  readonly messages: Pick<Messages, 'getMany'>
  readonly keeping: Pick<Keeping, 'get'>
  readonly traces: Pick<Traces, 'isTraced'>
  /** A neighbour does not keep up. */
  readonly onCongested: (peer: PeerId) => void
  readonly report: (report: Report) => void
  readonly now: () => number
}

export interface Sending {
  message (peer: PeerId, message: Message, hops: number): void
  /** Those of them that are there. Codes: those of the store. */
  stored (peer: PeerId, ids: readonly MessageId[], hops: number): Promise<void>
  notes (peer: PeerId, notes: readonly Note[]): void
  /** It has caught up: it is offered what it missed. */
  drained (peer: PeerId): void
  linkDown (peer: PeerId): void
  /** Whether the message was handed to at least one neighbour. */
  wasSent (id: MessageId): boolean
}

/** Messages whose handing over is remembered, for their state. */
const sentMax = 10_000

export function createSending ({ send, set, messages, keeping, traces, onCongested, report, now }: SendingOptions): Sending {
  const sent = new RecentSet<MessageId>(sentMax)
  const missed = createMissed(send)

  function message (peer: PeerId, { id, bytes }: Message, hops: number): void {
    const served = set.servesBody(id, now()) ? bytes : { ...bytes, body: undefined }
    const traced = traces.isTraced(id)
    if (!send(peer, { type: 'gossip', message: encodeSignedBytes(served), hops, ...traced && { traced } })) {
      miss(peer, [id])
      return
    }
    sent.add(id)
  }

  function miss (peer: PeerId, ids: readonly MessageId[]): void {
    report({ type: 'not-sent', peer, code: 'congested', sentence: 'The neighbour does not keep up: it is offered later what it misses now.' })
    for (const id of ids) missed.remember(peer, id)
    onCongested(peer)
  }

  return {
    message,
    async stored (peer, ids, hops) {
      // What is still being written is sent from memory.
      for (const id of ids) {
        const unwritten = keeping.get(id)
        if (unwritten !== undefined) message(peer, unwritten, hops)
      }
      for (const entry of await messages.getMany(ids.filter(id => keeping.get(id) === undefined))) message(peer, entry.message, hops)
    },
    notes (peer, notes) {
      const ids = notes.map(({ id }) => id)
      if (!send(peer, { type: 'ihave', ids, epochs: notes.map(({ epoch }) => epoch), hops: notes.map(({ hops }) => hops) })) miss(peer, ids)
    },
    drained: (peer) => { missed.offer(peer) },
    linkDown: (peer) => { missed.forget(peer) },
    wasSent: id => sent.has(id)
  }
}
