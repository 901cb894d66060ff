/**
 * Flood (SPEC.md G12 to G14): every new message goes once to every neighbour that is not known to have it. The simplest
 * epidemic broadcast, and the baseline that a tree has to beat. Pure: it decides who gets what; sending is the runtime's.
 *
 * Invariants
 * 1. A message is never sent to a neighbour that sent it to us, or to which we sent it, within its remembered set.
 * 2. Nothing is sent but what came in as `delivered`, that is verified and admitted.
 */
import { RecentSet } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import type { Message, MessageId } from '../message/types.ts'

export type GossipInput =
  | { readonly type: 'link-up', readonly peer: PeerId }
  | { readonly type: 'link-down', readonly peer: PeerId }
  /** A message that is new to this hub and in its set. `from` is undefined for one written here. */
  | { readonly type: 'delivered', readonly message: Message, readonly from: PeerId | undefined, readonly hops: number }
  /** A neighbour sent what this hub has. */
  | { readonly type: 'duplicate', readonly id: MessageId, readonly from: PeerId }

export type GossipEffect = { readonly type: 'forward', readonly peer: PeerId, readonly message: Message, readonly hops: number }

/** A broadcast strategy. Flood is one; the broadcast tree is to be another behind the same surface. */
export interface Gossip {
  handle (input: GossipInput): readonly GossipEffect[]
}

/** G13. Ids remembered a neighbour. Guess: more than a neighbour can be behind by; 4,096 hex ids are about 0.5 MB. */
const knownPerNeighbourMax = 4_096

export function createFlood (): Gossip {
  const neighbours = new Map<PeerId, RecentSet<MessageId>>()

  return {
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
          const { message, from, hops } = input
          if (from != null) neighbours.get(from)?.add(message.id)
          const effects: GossipEffect[] = []
          for (const [peer, known] of neighbours) {
            if (known.has(message.id)) continue
            known.add(message.id)
            effects.push({ type: 'forward', peer, message, hops: from == null ? 0 : hops + 1 })
          }
          return effects
        }
      }
    }
  }
}
