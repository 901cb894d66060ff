/** What went over each link since it came up, in messages and notes: counts for people, from which they see rates. It decides nothing. */
import type { PeerId } from '../base/peer.ts'
import type { Frame } from '../gossip/frames.ts'
import type { PeerView } from './api.ts'

/** `messagesOut` and `notesOut` were handed to the link; `duplicatesIn` are those of `messagesIn` that this hub had. A note names one message. */
export type LinkTraffic = Pick<PeerView, 'messagesIn' | 'messagesOut' | 'duplicatesIn' | 'notesIn' | 'notesOut'>

export interface Traffic {
  linkUp: (peer: PeerId) => void
  linkDown: (peer: PeerId) => void
  received: (peer: PeerId, frame: Frame) => void
  sent: (peer: PeerId, frame: Frame) => void
  duplicate: (peer: PeerId) => void
  /** Zeros for a hub that is not linked. */
  of: (peer: PeerId) => LinkTraffic
}

const nothing: LinkTraffic = { messagesIn: 0, messagesOut: 0, duplicatesIn: 0, notesIn: 0, notesOut: 0 }

export function createTraffic (): Traffic {
  /** Bounded by the links. */
  const links = new Map<PeerId, { -readonly [Count in keyof LinkTraffic]: number }>()

  return {
    linkUp: (peer) => { links.set(peer, { ...nothing }) },
    linkDown: (peer) => { links.delete(peer) },
    received (peer, frame) {
      const link = links.get(peer)
      if (link == null) return
      if (frame.type === 'gossip') link.messagesIn += 1
      else if (frame.type === 'ihave') link.notesIn += frame.ids.length
    },
    sent (peer, frame) {
      const link = links.get(peer)
      if (link == null) return
      if (frame.type === 'gossip') link.messagesOut += 1
      else if (frame.type === 'ihave') link.notesOut += frame.ids.length
    },
    duplicate (peer) {
      const link = links.get(peer)
      if (link != null) link.duplicatesIn += 1
    },
    of: peer => ({ ...links.get(peer) ?? nothing })
  }
}
