/**
 * Contact info on the gossipsub control plane: each hub announces where it can be dialled, at once when that changes or a
 * newcomer is heard, then now and then. gossipsub signs and checks the sender; loss is allowed. Knows nothing of dialling.
 */
import type { GossipSub, Message } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { agentOf } from '../gossip/frames.ts'
import type { NetworkId } from '../message/types.ts'
import { Announcement } from './announcement.pb.ts'

export interface Heard {
  readonly peer: PeerId
  readonly addresses: readonly Multiaddr[]
  readonly agent: string
}

export interface Announcements {
  /** The peer is gone: when it announces itself again it is a newcomer, and is answered at once. */
  forget: (peer: PeerId) => void
  stop: () => void
}

export interface AnnouncementsOptions {
  readonly libp2p: Libp2p<{ pubsub: GossipSub }>
  readonly network: NetworkId
  readonly agent: string
  readonly report: (report: Report) => void
  readonly onHeard: (heard: Heard) => void
}

/** Addresses in one announcement that are kept. */
const addressesMax = 8
/** An announcement's bytes: 8 addresses of about 200 B and a name. */
const announcementBytesMax = 4_096
/** How often a hub announces itself when nothing changes. Twelve missed ones make it forgotten (dial-plan.ts). */
const intervalMs = 10_000
/** Shortest time between two announcements of one hub, so that a crowd of newcomers costs one answer. */
const gapMs = 1_000
/** Peers remembered as heard of, to tell newcomers. */
const heardMax = 1_024

export function announcementTopic (network: NetworkId): string {
  return `hubbub/${network}/peers`
}

export function createAnnouncements ({ libp2p, network, agent, report, onHeard }: AnnouncementsOptions): Announcements {
  const pubsub = libp2p.services.pubsub
  const topic = announcementTopic(network)
  const heard = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastMs = -Infinity
  let dueMs = Infinity
  let stopped = false

  function plan (waitMs: number): void {
    if (stopped) return
    clearTimeout(timer)
    dueMs = performance.now() + waitMs
    timer = setTimeout(announce, waitMs)
  }

  /** As soon as the gap allows. Called for every change, so several changes at once make one announcement, and none of them puts it off. */
  function soon (): void {
    const waitMs = Math.max(50, lastMs + gapMs - performance.now())
    if (performance.now() + waitMs < dueMs) plan(waitMs)
  }

  function announce (): void {
    plan(intervalMs * (0.75 + Math.random() / 2))
    const addresses = libp2p.getMultiaddrs().slice(0, addressesMax)
    if (addresses.length === 0) return // nobody could use it; a change of addresses calls again
    lastMs = performance.now()
    pubsub.publish(topic, Announcement.encode({ addresses: addresses.map(({ bytes }) => new Uint8Array(bytes)), agent })).catch((error: unknown) => {
      report({ type: 'announce-failed', code: 'announce-failed', sentence: `This hub could not announce itself: ${reasonOf(error)}` })
    })
  }

  const onMessage = (event: CustomEvent<Message>): void => {
    const message = event.detail
    if (message.topic !== topic || message.type !== 'signed') return
    const peer = message.from.toString()
    if (peer === libp2p.peerId.toString()) return
    const announcement = decodeAnnouncement(message.data)
    if (announcement == null) {
      report({ type: 'rejected', peer, code: 'announcement-malformed', sentence: 'An announcement could not be read.' })
      return
    }
    if (!heard.has(peer)) {
      if (heard.size >= heardMax) heard.clear() // then everybody is answered once more, which is harmless
      heard.add(peer)
      soon()
    }
    onHeard({ peer: peer as PeerId, ...announcement })
  }

  pubsub.addEventListener('message', onMessage)
  pubsub.addEventListener('subscription-change', soon)
  libp2p.addEventListener('self:peer:update', soon)
  pubsub.subscribe(topic)
  soon()

  return {
    forget: (peer) => { heard.delete(peer) },
    stop () {
      stopped = true
      clearTimeout(timer)
      pubsub.removeEventListener('message', onMessage)
      pubsub.removeEventListener('subscription-change', soon)
      libp2p.removeEventListener('self:peer:update', soon)
      pubsub.unsubscribe(topic)
    }
  }
}

/** Total: undefined for anything that is not an announcement. */
export function decodeAnnouncement (bytes: Uint8Array): { readonly addresses: readonly Multiaddr[], readonly agent: string } | undefined {
  if (bytes.byteLength > announcementBytesMax) return undefined
  try {
    const { addresses, agent } = Announcement.decode(bytes)
    if (addresses.length > addressesMax) return undefined
    return { addresses: addresses.map(address => multiaddr(address)), agent: agentOf(agent) }
  } catch {
    return undefined // the decoders throw on anything malformed; that is the answer
  }
}
