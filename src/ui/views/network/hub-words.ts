/** What the network view says of a hub, in words. Pure. */
import { count, counted, peerTail, span } from '../../design/format.ts'
import { candidateSentence } from '../../words/sentences.ts'
import type { HubFact, LinkFact } from './model.ts'

/** How it is linked, in a word or two, as its line is drawn. */
export function linkWords ({ peer, standing }: HubFact): string {
  if (peer != null) return [peer.link === 'none' ? 'no gossip' : peer.link, peer.oneWay ? 'one-way' : null].filter(part => part != null).join(', ')
  return { you: 'you', linked: '', lost: 'ended', failed: 'failed', known: 'none' }[standing]
}

/** The verdict over a linked hub: what the link does, and what that means. */
export function linkVerdict ({ peer }: HubFact): string {
  if (peer == null) return ''
  const path = { direct: 'direct', relayed: 'relayed', server: 'direct' }[peer.path]
  const does = {
    eager: 'messages are pushed over it as they come',
    lazy: 'only notes go over it: a message is asked for when no other link brings it',
    none: 'it introduces hubs to one another, and carries no messages'
  }[peer.link]
  const oneWay = peer.oneWay ? ' Nothing answers the other way at the moment.' : ''
  const relayed = peer.path === 'relayed' ? ' No direct path was found yet, so the relay carries it: no comparing over it.' : ''
  return `${peer.link === 'none' ? 'A' : peer.link === 'eager' ? 'An eager,' : 'A lazy,'} ${path} link${peer.path === 'server' ? ' to a server' : ''}: ${does}.${oneWay}${relayed}`
}

/** One sentence, for a card or the palette. */
export function hubSentence (hub: HubFact, nowMs: number): string {
  if (hub.peer != null) return linkVerdict(hub)
  if (hub.candidate != null) return candidateSentence(hub.candidate, nowMs)
  if (hub.standing === 'lost') return 'The link ended just now.'
  return hub.via == null ? 'Heard of, not linked.' : `Not linked with this hub. ${peerTail(hub.via)} says that it is.`
}

/** The ways that messages go now from you to a hub that is not linked, over reported links; null: none is known. */
export function wayTo (peerId: string, self: string, links: readonly LinkFact[]): string[] | null {
  const cameFrom = new Map<string, string>([[self, self]])
  const edge = [self]
  const neighbours = new Map<string, string[]>()
  for (const { from, to, link, by } of links) {
    if (link === 'none' || by === 'dying') continue
    neighbours.set(from, [...neighbours.get(from) ?? [], to])
    neighbours.set(to, [...neighbours.get(to) ?? [], from])
  }
  for (const at of edge) {
    if (at === peerId) break
    for (const next of neighbours.get(at) ?? []) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, at)
      edge.push(next)
    }
  }
  if (!cameFrom.has(peerId)) return null
  const way = [peerId]
  for (let at = peerId; at !== self;) {
    at = cameFrom.get(at) ?? self
    way.unshift(at)
  }
  return way
}

/** How often it was tried and what comes next. */
export function attemptWords ({ candidate }: HubFact, nowMs: number): string | null {
  if (candidate == null) return null
  const tries = candidate.attempts === 0 ? 'not tried yet' : counted(candidate.attempts, 'try', 'tries')
  const next = candidate.retryAt == null ? null : candidate.retryAt <= nowMs ? 'trying now' : `next in ${span(candidate.retryAt - nowMs)}`
  return [tries, next].filter(part => part != null).join(', ')
}

/** `26 hubs, 41 links: 7 ours, 34 reported` */
export function countWords (hubs: number, links: readonly LinkFact[]): string {
  const ours = links.filter(({ by }) => by === 'measured').length
  const reported = links.filter(({ by }) => by === 'reported').length
  return `${counted(hubs, 'hub')}, ${counted(ours + reported, 'link')}: ${count(ours)} ours, ${count(reported)} reported`
}
