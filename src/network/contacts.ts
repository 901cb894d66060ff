/**
 * What every hub last announced of itself, and when this hub heard it: contact info for dialling, and the picture of the network that `hubs()` shows.
 * Claims, all of it: heights are cut to what can be.
 */
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebRTC } from '@multiformats/multiaddr-matcher'
import type { PeerId } from '../base/peer.ts'
import type { HeardHub } from '../hub/authorship.ts'
import type { Announced } from './announcement.ts'
import { cutHeights } from './status.ts'

export interface Contact extends Announced {
  readonly peer: PeerId
  /** Milliseconds since 1970. */
  readonly heardAt: number
  /** Whom it is linked to directly, servers apart. */
  readonly neighbours: ReadonlySet<PeerId>
  /** Its addresses at servers that a browser can dial. */
  readonly served: readonly Multiaddr[]
}

export interface Contacts {
  note: (peer: PeerId, announced: Announced) => Contact
  get: (peer: PeerId) => Contact | undefined
  views: (isLinked: (peer: PeerId) => boolean) => HeardHub[]
}

/**
 * Hubs remembered, about 1 KB each; the one not heard of for longest falls out, but who is needed: else a flood of announcements by invented hubs would make
 * this one forget how to reach those it knows. A picture of more could not be drawn.
 */
const contactsMax = 1_024

/** `isNeeded`: for hubs of the views of membership, which are few. */
export function createContacts (now: () => number, isNeeded: (peer: PeerId) => boolean = () => false): Contacts {
  const contacts = new Map<PeerId, Contact>()

  return {
    note (peer, announced) {
      const contact: Contact = {
        ...announced,
        peer,
        heardAt: now(),
        ...cutHeights(announced, now()),
        neighbours: new Set(announced.links.filter(({ isServer }) => !isServer).map(link => link.peer)),
        served: onePerIntroducer(announced.addresses.filter(address => WebRTC.matches(address)))
      }
      contacts.delete(peer)
      contacts.set(peer, contact)
      for (const oldest of contacts.keys()) {
        if (contacts.size <= contactsMax) break
        if (!isNeeded(oldest)) contacts.delete(oldest)
      }
      return contact
    },
    get: peer => contacts.get(peer),
    views: isLinked => [...contacts.values()].map(({ peer, agent, mode, messages, minEpoch, maxEpoch, serving, introducers, links, heardAt, authorship }) => ({
      peerId: peer, agent, mode, messages, minEpoch, maxEpoch, serving, introducers: [...introducers],
      links: links.map(link => ({ peerId: link.peer, link: link.link, rttMs: link.rttMs })),
      heardAt, linked: isLinked(peer), authorship
    }))
  }
}

/** One address for each introducer: several ways to the same one would only build a peer connection each. */
function onePerIntroducer (addresses: readonly Multiaddr[]): Multiaddr[] {
  const byIntroducer = new Map<string, Multiaddr>()
  for (const address of addresses) {
    const introducer = address.getComponents().find(({ name }) => name === 'p2p')?.value ?? ''
    if (!byIntroducer.has(introducer)) byIntroducer.set(introducer, address)
  }
  return [...byIntroducer.values()]
}
