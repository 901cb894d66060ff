/** What an ihave says to the core: gossip/SPEC.md has two uses for that frame. */
import type { PeerId } from '../base/peer.ts'
import type { Frame } from '../gossip/frames.ts'
import type { HubInput } from './core/hub-core.ts'

/** Notes say the epochs and hops of what they name; an offer of the newest messages does not. */
export function offerOrNotes (from: PeerId, { ids, epochs, hops }: Extract<Frame, { readonly type: 'ihave' }>): HubInput {
  if (epochs === undefined) return { type: 'offer', from, ids }
  return { type: 'ihave', from, notes: ids.map((id, index) => ({ id, epoch: epochs[index] ?? 0, hops: hops?.[index] ?? 0 })) }
}
