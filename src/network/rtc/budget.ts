/**
 * How many more peer connections this tab may construct. Chromium refuses the 501st `new RTCPeerConnection` of a renderer process
 * ("Cannot create so many PeerConnections"): closed ones, failed dials and those from before a reload count until the garbage
 * collector took them, and when it does is not ours to say. So each construction is spent here and comes back when it was collected.
 */
import { HubError } from '../../base/errors.ts'

/** Constructions that may be uncollected at once: 500 less some room for what the process holds besides (a reload, another page). */
export const constructionsMax = 480

/** Dials may spend these; the rest is kept for answering, so that a hub that dialled too much can still be found by others. */
export const dialsMax = 400

/** offer: this hub dials. answer: a peer dialled. */
export type ConnectionRole = 'offer' | 'answer'

export interface ConstructionCount {
  /** Those that count against the budget: not collected yet. */
  readonly constructed: number
  readonly budget: number
  /** All since the engine started. */
  readonly total: number
}

export interface ConstructionBudget {
  /** Counts one construction. @throws HubError `dial-budget-spent` */
  spend (role: ConnectionRole): void
  /** A construction was collected. */
  refund (): void
  read (): ConstructionCount
}

export function createConstructionBudget (): ConstructionBudget {
  let constructed = 0
  let total = 0
  return {
    spend (role) {
      if (constructed >= (role === 'offer' ? dialsMax : constructionsMax)) {
        throw new HubError('dial-budget-spent', 'This tab has used up the connections a browser allows it. Wait a minute, or open the page in a new tab.')
      }
      constructed += 1
      total += 1
    },
    refund () { constructed = Math.max(0, constructed - 1) },
    read: () => ({ constructed, budget: constructionsMax, total })
  }
}
