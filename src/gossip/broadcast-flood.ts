/**
 * Flood (SPEC.md G12, G13, G18) as a broadcast strategy: every new message goes once to every neighbour that is not known to have it. The simplest
 * epidemic broadcast, and the baseline that the tree has to beat.
 */
import { RecentSet } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'
import type { Broadcast, BroadcastEffect, BroadcastHost } from './broadcast.ts'

/** G13. Ids remembered a neighbour. Guess: more than a neighbour can be behind by; 4,096 hex ids are about 0.5 MB. */
const knownPerNeighbourMax = 4_096

export function createBroadcastFlood (host: BroadcastHost): Broadcast {
  const neighbours = new Map<PeerId, RecentSet<MessageId>>()

  return {
    nextDeadlineMs: () => undefined,
    linkOf: peer => neighbours.has(peer) ? 'eager' : 'none',
    handle (input) {
      switch (input.type) {
        case 'link-up':
          if (!neighbours.has(input.peer)) neighbours.set(input.peer, new RecentSet(knownPerNeighbourMax))
          return []
        case 'link-down':
          neighbours.delete(input.peer)
          return []
        case 'duplicate':
          neighbours.get(input.from)?.add(input.id)
          return []
        case 'delivered': {
          const { id, from, hops } = input
          if (from != null) neighbours.get(from)?.add(id)
          const effects: BroadcastEffect[] = []
          for (const [peer, known] of neighbours) {
            if (known.has(id)) continue
            known.add(id)
            effects.push({ type: 'send-payload', peer, id, hops: from == null ? 0 : hops + 1 })
          }
          return effects
        }
        case 'ihave': {
          const ids = input.notes.map(({ id }) => id).filter(id => !host.has(id))
          return ids.length === 0 ? [] : [{ type: 'send-graft', peer: input.from, counter: 0, ids }]
        }
        case 'graft':
          return input.ids.filter(host.has).map(id => ({ type: 'send-payload', peer: input.from, id, hops: 0 }))
        case 'prune': case 'refused': case 'retention': case 'round-trip': case 'congested': case 'drained': case 'deadline':
          return []
      }
    }
  }
}
