/**
 * Contact info on the gossipsub control plane: each hub announces where it can be dialled, at once when that changes or a
 * newcomer is heard, then now and then. gossipsub signs and checks the sender; loss is allowed. Knows nothing of dialling.
 */
import type { GossipSub, Message } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { NetworkId } from '../message/types.ts'
import { decodeAnnouncement, encodeAnnouncement, type Announced, type AnnouncedLink } from './announcement.ts'
import type { Links } from './links.ts'

export interface Announcements {
  /** Something that is announced has changed. */
  soon: () => void
  /** The peer is gone: when it announces itself again it is a newcomer, and is answered at once. */
  forget: (peer: PeerId) => void
  stop: () => void
}

export interface AnnouncementsOptions {
  readonly libp2p: Libp2p<{ pubsub: GossipSub }>
  readonly network: NetworkId
  /** What to say now. */
  readonly announced: () => Announced
  readonly report: (report: Report) => void
  readonly onHeard: (peer: PeerId, announced: Announced) => void
}

/** How often a hub announces itself when nothing changes. Twelve missed ones make it forgotten (gossip/membership-config.ts). */
const intervalMs = 10_000
/**
 * Shortest time between two announcements of one hub, so that a crowd of newcomers costs one answer. It doubles while changes come within it:
 * links that come and go, or hubs that somebody invents, would otherwise have every hub handle one announcement a second of every other.
 */
const gapFirstMs = 1_000
/** Below `intervalMs`, so that a change is never later than it would be anyhow. */
const gapMaxMs = 8_000
/** A change waits so long for those that come with it. Guess. */
const settleMs = 50
/** Peers remembered as heard of, to tell newcomers. */
const heardMax = 1_024

/** This hub's links, as it announces them. */
export function announcedLinks (links: Links, linkOf: (peer: PeerId) => AnnouncedLink['link']): AnnouncedLink[] {
  return links.all().map(({ peer, path, rttMs }) => ({ peer, link: linkOf(peer), isServer: path === 'server', rttMs }))
}

export function announcementTopic (network: NetworkId): string {
  return `hubbub/${network}/peers`
}

export function createAnnouncements ({ libp2p, network, announced, report, onHeard }: AnnouncementsOptions): Announcements {
  const pubsub = libp2p.services.pubsub
  const topic = announcementTopic(network)
  const heard = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastMs = -Infinity
  let gapMs = gapFirstMs
  /** Something changed within the gap. */
  let isCrowded = false
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
    const waitMs = Math.max(settleMs, lastMs + gapMs - performance.now())
    if (waitMs > settleMs) isCrowded = true
    if (performance.now() + waitMs < dueMs) plan(waitMs)
  }

  function announce (): void {
    plan(intervalMs * (0.75 + Math.random() / 2))
    const own = announced()
    if (own.addresses.length === 0 && own.links.length === 0) return // nobody could use it; a change calls again
    lastMs = performance.now()
    gapMs = isCrowded ? Math.min(gapMaxMs, 2 * gapMs) : gapFirstMs
    isCrowded = false
    pubsub.publish(topic, encodeAnnouncement(own)).catch((error: unknown) => {
      report({ type: 'announce-failed', code: 'announce-failed', sentence: `This hub could not announce itself: ${reasonOf(error)}` })
    })
  }

  const onMessage = (event: CustomEvent<Message>): void => {
    const message = event.detail
    if (message.topic !== topic || message.type !== 'signed') return
    const peer = message.from.toString()
    if (peer === libp2p.peerId.toString()) return
    const heardOf = decodeAnnouncement(message.data)
    if (heardOf == null) {
      report({ type: 'rejected', peer, code: 'announcement-malformed', sentence: 'An announcement could not be read.' })
      return
    }
    if (!heard.has(peer)) {
      if (heard.size >= heardMax) heard.clear() // then everybody is answered once more, which is harmless
      heard.add(peer)
      soon()
    }
    onHeard(peer as PeerId, heardOf)
  }

  pubsub.addEventListener('message', onMessage)
  pubsub.addEventListener('subscription-change', soon)
  pubsub.subscribe(topic)
  soon()

  return {
    soon,
    forget: (peer) => { heard.delete(peer) },
    stop () {
      stopped = true
      clearTimeout(timer)
      pubsub.removeEventListener('message', onMessage)
      pubsub.removeEventListener('subscription-change', soon)
      pubsub.unsubscribe(topic)
    }
  }
}
