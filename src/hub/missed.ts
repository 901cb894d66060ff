/**
 * What neighbours missed because they did not keep up: remembered a neighbour, and offered to it by id once it has caught up (gossip/SPEC.md G15). It
 * knows ids, and how frames are sent.
 */
import { RecentSet } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import type { MessageId } from '../message/types.ts'

export interface Missed {
  remember (peer: PeerId, id: MessageId): void
  /** It has caught up: one ihave for each `idsMax` of what it missed. */
  offer (peer: PeerId): void
  /** It is gone. */
  forget (peer: PeerId): void
}

/** Messages that one neighbour missed and is offered later: the newest; what is older is left to the comparison of sets (gossip/SPEC.md G15). */
const missedMax = 1_024

export function createMissed (send: (peer: PeerId, frame: Frame) => boolean): Missed {
  /** Bounded by the links. */
  const missed = new Map<PeerId, RecentSet<MessageId>>()
  return {
    remember (peer, id) {
      const ids = missed.get(peer) ?? new RecentSet(missedMax)
      missed.set(peer, ids)
      ids.add(id)
    },
    offer (peer) {
      const ids = [...missed.get(peer) ?? []]
      missed.delete(peer)
      for (let start = 0; start < ids.length; start += idsMax) send(peer, { type: 'ihave', ids: ids.slice(start, start + idsMax) })
    },
    forget (peer) { missed.delete(peer) }
  }
}
