/**
 * All links of this hub: one a peer (gossip/SPEC.md G5). Opens a gossip stream on a connection that this side dialled, accepts
 * those that others open, and says when a neighbour is up or down. It scores peers by invalid bytes only, and refuses those that keep
 * sending them for a while.
 *
 * Invariants
 * 1. At most one link a peer. Of two, the direct one stays; of two alike, the one opened by the lower peer id; by the same side, the newer.
 * 2. `onUp` and `onDown` alternate for a peer, but that a replacement is told as another `onUp`: frames of the old stream may be lost.
 * 3. When a direct link is up, relayed connections to that peer are closed: libp2p would otherwise go on choosing them.
 */
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { gossipProtocol } from '../gossip/frames.ts'
import type { NetworkId } from '../message/types.ts'
import { closeConnection } from './close-connection.ts'
import { noFaults, type Faults } from './faults.ts'
import { openLink, pathOf, type Link, type LinkEnd, type LinkFrame, type LinkOptions } from './link.ts'
import { createScores, type Scores } from './scores.ts'

export interface LinkHandlers {
  onUp: (link: Link) => void
  onDown: (peer: PeerId, end: LinkEnd) => void
  /** The next frame of this link is read when the promise resolves: that is the back-pressure. */
  onFrame: (frame: LinkFrame, link: Link) => Promise<void>
  /** A neighbour that did not keep up has caught up. */
  onDrained?: (peer: PeerId) => void
  /** A hub that this one asked for a link is full, or it gave up its link to make room (after `onDown`): these may have a place. */
  onFull?: (peer: PeerId, others: readonly PeerId[]) => void
  /** A neighbour answered a ping after so many milliseconds. */
  onRoundTrip?: (peer: PeerId, rttMs: number) => void
}

export interface Links {
  get: (peer: PeerId) => Link | undefined
  all: () => Link[]
  readonly scores: Scores
  /** The link to a peer as soon as there is one; undefined when none comes within the time. */
  arrival: (peer: PeerId, withinMs: number) => Promise<Link | undefined>
  /** Why the last link to a peer ended. */
  lastEnd: (peer: PeerId) => LinkEnd | undefined
  /** Opens the gossip stream on a connection this side dialled: whoever dials, opens. Undefined when no link came of it; `lastEnd` or the log says why. */
  open: (connection: Connection) => Promise<Link | undefined>
  stop: () => Promise<void>
}

export interface LinksOptions {
  readonly libp2p: Libp2p
  readonly network: NetworkId
  readonly agent: string
  readonly now: () => number
  readonly report: (report: Report) => void
  /** Hubs that they part from this one get no link. @default none */
  readonly faults?: Pick<Faults, 'delayMs' | 'isParted' | 'loses'>
  readonly handlers: LinkHandlers
  /** Whom to let in (gossip/SPEC.md V3). @default everybody, up to what this hub can hold */
  readonly membership?: { readonly links: () => number, readonly admits: LinkOptions['admit'] }
}

/** Links at most. A tab's membership stays far below; a server's hub takes about what its relay does, each link some tens of KB. */
const linksMax = 1_024
/** Streams that have not greeted yet, so that silent ones cannot pile up. */
const greetingsMax = 64
/** Ends remembered for `peers()` and the log. */
const endsMax = 256
/** Gossip streams one peer may have open towards this hub: one, and one that replaces it, with room for a race. */
const streamsPerPeerMax = 4
const openTimeoutMs = 10_000
const pathNames = { direct: 'directly', relayed: 'through a relay', server: 'to a server' } as const

export async function createLinks ({ libp2p, network, agent, now, report, faults = noFaults, handlers, membership }: LinksOptions): Promise<Links> {
  const self = libp2p.peerId.toString() as PeerId
  const links = new Map<PeerId, { readonly link: Link, readonly openedBy: PeerId }>()
  const ends = new Map<PeerId, LinkEnd>()
  const scores = createScores(now)
  /** Who waits for a link. Bounded by the calls of `connect` under way. */
  const waiting = new Map<PeerId, Set<() => void>>()
  let greetings = 0
  let stopped = false
  const isStopped = (): boolean => stopped

  async function take (stream: Stream, connection: Connection, openedBy: PeerId): Promise<Link | undefined> {
    const peer = connection.remotePeer.toString() as PeerId
    if (isStopped() || greetings >= greetingsMax || scores.isRefused(peer) || faults.isParted(peer)) {
      stream.abort(new Error('refused'))
      return undefined
    }
    greetings += 1
    const opened = await openLink({
      stream, connection, network, agent, now, faults, isOpener: openedBy === self, links: () => membership?.links() ?? 0, admit,
      onFrame: handlers.onFrame, onDrained: () => { handlers.onDrained?.(peer) },
      onRoundTrip: (rttMs) => { handlers.onRoundTrip?.(peer, rttMs) }
    }).finally(() => { greetings -= 1 })
    if ('end' in opened) {
      noteEnd(peer, opened.end)
      if (opened.end.code === 'full' && openedBy !== self && pathOf(connection) !== 'server') closeConnection(connection)
      if (opened.end.others != null) handlers.onFull?.(peer, opened.end.others)
      return undefined
    }
    const { link, run } = opened
    const current = links.get(peer)
    if (current != null && !replaces({ link, openedBy }, current)) {
      await link.close()
      retire(link)
      return current.link
    }
    if (isStopped() || (current == null && links.size >= linksMax)) {
      await link.close()
      retire(link)
      return undefined
    }
    links.set(peer, { link, openedBy })
    void link.ended.then((end) => { onEnded(link, end) })
    if (current != null) void current.link.close()
    report({ type: 'link-up', peer, sentence: `Linked ${pathNames[link.path]} by ${link.transport}${link.introducer == null ? '' : `, introduced by ${link.introducer}`}.` })
    handlers.onUp(link)
    run()
    for (const arrived of waiting.get(peer) ?? []) arrived()
    if (link.path === 'direct') closeRelayed(connection)
    return link
  }

  function admit (peer: PeerId, theirs: number): ReturnType<LinkOptions['admit']> {
    if (links.has(peer)) return { ok: true }
    if (links.size >= linksMax) return { ok: false, others: [] }
    return membership?.admits(peer, theirs) ?? { ok: true }
  }

  function onEnded (link: Link, end: LinkEnd): void {
    noteEnd(link.peer, end)
    const isCurrent = links.get(link.peer)?.link === link
    if (isCurrent) links.delete(link.peer)
    retire(link)
    if (!isCurrent) return // replaced: the newer one is up
    report({ type: 'link-down', peer: link.peer, sentence: end.sentence })
    handlers.onDown(link.peer, end)
    if (end.others != null) handlers.onFull?.(link.peer, end.others)
  }

  /** A connection between two hubs is there for its link and ends with it. One to a server also carries reservations, and stays. */
  function retire (link: Link): void {
    if (link.path !== 'server' && links.get(link.peer)?.link.connection !== link.connection) closeConnection(link.connection)
  }

  function noteEnd (peer: PeerId, end: LinkEnd): void {
    ends.delete(peer)
    ends.set(peer, end)
    for (const oldest of ends.keys()) {
      if (ends.size <= endsMax) break
      ends.delete(oldest)
    }
    if (end.code == null) return
    if (end.code === 'full') {
      report({ type: 'link-full', peer, code: 'full', sentence: end.sentence })
      return
    }
    report({ type: 'rejected', peer, code: end.code, sentence: end.sentence })
    scores.offence(peer, end.code)
  }

  function closeRelayed (direct: Connection): void {
    for (const connection of libp2p.getConnections(direct.remotePeer)) {
      if (connection.limits != null) closeConnection(connection)
    }
  }

  async function open (connection: Connection): Promise<Link | undefined> {
    let stream: Stream
    try {
      stream = await connection.newStream(gossipProtocol, { runOnLimitedConnection: true, signal: AbortSignal.timeout(openTimeoutMs) })
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      // A relay that is no hub, or a hub of a later protocol: there is nobody to gossip with, and nothing is wrong with the connection.
      const peer = connection.remotePeer.toString() as PeerId
      if (error.name === 'UnsupportedProtocolError') {
        if (pathOf(connection) !== 'server') noteEnd(peer, { code: 'unsupported-version', sentence: `The hub does not speak ${gossipProtocol}.` })
      } else if (connection.status === 'open') report({ type: 'link-failed', peer, sentence: `No gossip stream could be opened: ${error.message}` })
      return undefined
    }
    return take(stream, connection, self)
  }

  function replaces (next: { readonly link: Link, readonly openedBy: PeerId }, current: { readonly link: Link, readonly openedBy: PeerId }): boolean {
    const nextRelayed = next.link.path === 'relayed'
    if (nextRelayed !== (current.link.path === 'relayed')) return !nextRelayed
    if (next.openedBy !== current.openedBy) return next.openedBy < current.openedBy
    return true
  }

  await libp2p.handle(gossipProtocol, async (stream, connection) => {
    await take(stream, connection, connection.remotePeer.toString() as PeerId)
  }, { runOnLimitedConnection: true, maxInboundStreams: streamsPerPeerMax, maxOutboundStreams: streamsPerPeerMax })

  return {
    get: peer => links.get(peer)?.link,
    all: () => [...links.values()].map(({ link }) => link),
    scores,
    arrival: async (peer, withinMs) => new Promise((resolve) => {
      const waiters = waiting.get(peer) ?? new Set()
      const settle = (): void => {
        clearTimeout(timer)
        waiters.delete(settle)
        if (waiters.size === 0) waiting.delete(peer)
        resolve(links.get(peer)?.link)
      }
      const timer = setTimeout(settle, withinMs)
      waiting.set(peer, waiters.add(settle))
      if (links.has(peer)) settle()
    }),
    lastEnd: peer => ends.get(peer),
    open,
    stop: async () => {
      stopped = true
      await libp2p.unhandle(gossipProtocol)
      await Promise.all([...links.values()].map(async ({ link }) => link.close()))
    }
  }
}
