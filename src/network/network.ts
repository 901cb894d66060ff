/**
 * The network as a hub in a browser sees it: one libp2p node, its relays, announcements, dials and links put together. Frames go in
 * and out; what they mean is the hub's. The Node hub uses `links.ts` alone, on the relay's libp2p node.
 */
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { HubError, reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { gossipProtocol } from '../gossip/frames.ts'
import { createMembership, type Candidate } from '../gossip/membership.ts'
import type { Diagnosis, IcePair, RelayStatus, RelayTest } from '../hub/api.ts'
import type { HeardHub } from '../hub/authorship.ts'
import type { NetworkId } from '../message/types.ts'
import { parseAddress } from './address.ts'
import { announcedLinks, createAnnouncements } from './announcements.ts'
import { createBrowserNode } from './browser-node.ts'
import { closeConnection } from './close-connection.ts'
import { createContacts } from './contacts.ts'
import { createDialer, waysFor } from './dialer.ts'
import { createTrails, stages } from './diagnosis.ts'
import { pathOf, type LinkPath } from './link.ts'
import { createFaults, type Faults } from './faults.ts'
import { createLinks, type LinkHandlers, type Links } from './links.ts'
import type { PeerStatus } from './status.ts'
import { createStatusExchange, type StatusExchange } from './status-exchange.ts'
import { createRelayKeeper, type RelayKeeper } from './relay-keeper.ts'
import { createReservations, stopIntroducing } from './reservations.ts'
import type { IceRecord } from './rtc/ice-record.ts'
import { fastSyncProtocol } from '../hub/fastsync/fast-network.ts'
import { syncProtocol } from '../hub/sync/sync-stream.ts'
import { createSyncStreams, type SyncStreams, type SyncStreamsOptions } from './sync-streams.ts'
import { createTraceReports, type TraceReports, type TraceReportsOptions } from './trace-reports.ts'

export interface NetworkOptions {
  /** 32 bytes. */
  readonly peerKeySeed: Uint8Array
  readonly network: NetworkId
  /** Asked at each dial: servers may become known later. */
  readonly iceServers: () => RTCIceServer[]
  readonly agent: string
  readonly now: () => number
  readonly report: (report: Report) => void
  readonly handlers: LinkHandlers
  readonly onSyncStream: SyncStreamsOptions['onStream']
  /** Another hub would join by a snapshot. */
  readonly onFastStream: SyncStreamsOptions['onStream']
  /** A neighbour told what it is and holds. */
  readonly onTold: () => void
  readonly onTrace: TraceReportsOptions['onReport']
  /** The search for a path of the connection that made an offer last (rtc/install.ts). */
  readonly newestOffer: () => IceRecord | undefined
  /** How messages go to a neighbour. */
  readonly linkOf: (peer: PeerId) => 'eager' | 'lazy' | 'none'
  /** What this hub tells a neighbour of itself. */
  readonly status: () => PeerStatus
  /** What this hub tells all others of its messages. */
  readonly heights: () => PeerStatus
  /** Who writes on this hub (SPEC.md N6); null: not signed yet. */
  readonly authorship: (self: PeerId) => Uint8Array<ArrayBuffer> | null
}

export interface Network {
  readonly peerId: PeerId
  readonly links: Links
  readonly syncStreams: SyncStreams
  readonly fastStreams: SyncStreams
  readonly statuses: StatusExchange
  readonly faults: Faults
  readonly traceReports: TraceReports
  relays: () => RelayStatus[]
  /** The relays to keep from now on; those known already stay as they are. */
  useRelays: (addresses: readonly Multiaddr[]) => void
  candidates: () => Candidate[]
  /** Every hub heard of. */
  hubs: () => HeardHub[]
  /** Why a peer, or without one this hub as a whole, is not connected. */
  diagnose: (peer: PeerId | undefined) => Promise<Diagnosis>
  /** Dials an address by hand. Codes: `address-invalid`, `dial-failed`, `dial-budget-spent`. */
  connect: (address: string) => Promise<{ readonly peerId: PeerId, readonly path: LinkPath }>
  /** The addresses that a direct link uses; null: it is none, or the browser does not tell. */
  icePair: (peer: PeerId) => Promise<IcePair | null>
  /** Codes: `address-invalid`, `dial-failed`. */
  testRelay: (address: string) => Promise<RelayTest>
  /** A relay that is not to be kept any more, even if it answers. */
  letGoRelay: (address: string) => void
  /** Ends every connection to a peer. Codes: `not-connected`. */
  disconnect: (peer: PeerId) => Promise<void>
  /** What this hub tells all others of its messages has changed. */
  heightsChanged: () => void
  /** The network came back: dials now what would wait. */
  hurry: () => void
  stop: () => Promise<void>
}

const connectTimeoutMs = 15_000
/** How long after a failed dial the other hub's own may still come about. */
const meetingMs = 2_000

export async function createNetwork (options: NetworkOptions): Promise<Network> {
  const { network, agent, now, report, handlers } = options
  const { libp2p, circuits } = await createBrowserNode({ ...options, introduces: peer => links.get(peer)?.path === 'direct' })
  const trails = createTrails(now)
  const faults = createFaults({ report })
  const contacts = createContacts(now, peer => membership.knows(peer))
  const self = libp2p.peerId.toString() as PeerId
  const membership = createMembership({
    self,
    ways: peer => waysFor({ links, contact: contacts.get, relays: relayKeeper.connected })(peer),
    said: (peer) => {
      const contact = contacts.get(peer)
      return contact == null ? undefined : { neighbours: contact.neighbours, at: contact.heardAt }
    },
    worth: peer => ({ eager: options.linkOf(peer) === 'eager', rttMs: links.get(peer)?.rttMs ?? null }),
    random: Math.random
  })
  const links: Links = await createLinks({
    libp2p,
    network,
    agent,
    now,
    report,
    faults,
    membership: { links: () => membership.linked().length, admits: (peer, theirs) => membership.admits(peer, theirs, now()) },
    handlers: {
      onFrame: handlers.onFrame,
      onDrained: (peer) => { handlers.onDrained?.(peer) },
      onRoundTrip: (peer, rttMs) => { handlers.onRoundTrip?.(peer, rttMs) },
      onUp: (link) => {
        if (link.path !== 'server') dialer.tell({ type: 'linked', peer: link.peer, path: link.path })
        if (link.path === 'direct') reservations.keep(link.peer)
        if (link.path === 'relayed') trails.relayed(link.peer)
        else trails.note(link.peer, 'gossiping', true, 'Greeted on its own channel.')
        announcements.soon()
        statuses.tick()
        handlers.onUp(link)
      },
      onDown: (peer, end) => {
        reservations.drop(peer)
        statuses.linkDown(peer)
        stopIntroducing(libp2p, peer)
        dialer.tell({ type: 'unlinked', peer })
        announcements.forget(peer)
        announcements.soon()
        trails.note(peer, 'gossiping', false, `The link ended: ${end.sentence}`)
        handlers.onDown(peer, end)
      },
      onFull: (peer, others) => { dialer.tell({ type: 'full', peer, others }) }
    }
  })
  const statuses: StatusExchange = await createStatusExchange({ libp2p, links, own: options.status, now, onTold: options.onTold })
  const syncStreams = await createSyncStreams({ libp2p, links, faults, protocol: syncProtocol, onStream: options.onSyncStream })
  const fastStreams = await createSyncStreams({ libp2p, links, faults, protocol: fastSyncProtocol, onStream: options.onFastStream })
  const traceReports = createTraceReports({ libp2p, network, now, report, onReport: options.onTrace })
  const reservations = createReservations({
    transport: circuits,
    report,
    onChange: () => {
      relayKeeper.look()
      announcements.soon()
    }
  })
  const relayKeeper: RelayKeeper = createRelayKeeper({
    libp2p,
    now,
    report,
    reservations,
    onBeat: (connection) => {
      dialer.tell({ type: 'deadline' }) // others can be reached
      libp2p.peerStore.get(connection.remotePeer).then(
        async ({ protocols }) => openServerLink(connection, protocols),
        () => { /* not identified yet: the identify event follows */ }
      )
    }
  })
  const dialer = createDialer({
    libp2p, links, membership, contact: contacts.get, relays: relayKeeper.connected, trails, newestOffer: options.newestOffer, now, report
  })
  const announcements = createAnnouncements({
    libp2p,
    network,
    report,
    announced: () => ({
      addresses: relayKeeper.connected().flatMap(reservations.addressesAt),
      agent,
      introducers: links.all().filter(({ peer, path }) => path === 'direct' && reservations.holds(peer)).map(({ peer }) => peer),
      links: announcedLinks(links, options.linkOf),
      ...options.heights(),
      authorship: options.authorship(self)
    }),
    onHeard: (peer, announced) => {
      const { introducers, served } = contacts.note(peer, announced)
      if (introducers.length + served.length === 0) return // a server, or one that nobody can dial yet
      trails.heardOf(peer, `It announced itself. Hubs that introduce it: ${introducers.length}, relays: ${served.length}.`)
      dialer.tell({ type: 'announced', peer })
    }
  })
  libp2p.addEventListener('connection:open', ({ detail: { limits, direction, remotePeer } }) => {
    if (limits != null && direction === 'inbound') dialer.tell({ type: 'calling', peer: remotePeer.toString() as PeerId })
  })

  /** A relay's process may be a hub too: identify says so. A hub of another network makes its relay useless. */
  async function openServerLink (connection: Connection, protocols: readonly string[]): Promise<void> {
    const peer = connection.remotePeer.toString() as PeerId
    if (!protocols.includes(gossipProtocol) || !relayKeeper.isRelay(peer) || links.get(peer) != null) return
    const link = await links.open(connection)
    const end = links.lastEnd(peer)
    if (link == null && end?.code === 'wrong-network') relayKeeper.refuse(peer, end.sentence)
  }
  libp2p.addEventListener('peer:identify', ({ detail: { connection, protocols } }) => { void openServerLink(connection, protocols) })

  /** Begun at once: what it tells of is often that nothing can be loaded any more. */
  const hubDiagnosis = import('./hub-diagnosis.ts')
  hubDiagnosis.catch(() => { /* whoever asks is told */ })

  return {
    peerId: self,
    links,
    syncStreams,
    fastStreams,
    statuses,
    faults,
    traceReports,
    relays: () => relayKeeper.views(),
    useRelays: (addresses) => { relayKeeper.use(addresses) },
    candidates: membership.candidates,
    hubs: () => contacts.views(peer => links.get(peer) != null),
    diagnose: async peer => peer == null ? (await hubDiagnosis).diagnoseHub(relayKeeper.views(), links.all().length, stages) : trails.of(peer),
    async connect (address) {
      const target = parseAddress(address)
      let connection: Connection
      try {
        connection = await libp2p.dial(target, { signal: AbortSignal.timeout(connectTimeoutMs) })
      } catch (thrown) {
        if (thrown instanceof HubError) throw thrown
        // The other hub may have dialled at the same moment: its link ends the relayed connection that carried our signalling.
        const met = await links.arrival(target.getComponents().findLast(({ name }) => name === 'p2p')?.value as PeerId, meetingMs)
        if (met?.path === 'direct') return { peerId: met.peer, path: met.path }
        throw new HubError('dial-failed', `No connection to ${address} came about: ${reasonOf(thrown)}`, { cause: thrown })
      }
      const peerId = connection.remotePeer.toString() as PeerId
      if (links.get(peerId) == null) await links.open(connection)
      return { peerId, path: links.get(peerId)?.path ?? pathOf(connection) }
    },
    async icePair (peer) {
      const link = links.get(peer)
      if (link?.path !== 'direct') return null
      return (await import('./probes.ts')).icePairOf(link.connection)
    },
    async testRelay (address) {
      const target = parseAddress(address)
      return (await import('./probes.ts')).testRelay(libp2p, target, now, closeConnection)
    },
    letGoRelay: (address) => { relayKeeper.letGo(address) },
    async disconnect (peer) {
      const connections = libp2p.getConnections().filter(({ remotePeer }) => remotePeer.toString() === peer)
      if (connections.length === 0) throw new HubError('not-connected', `There is no connection to ${peer}.`)
      for (const connection of connections) closeConnection(connection)
    },
    heightsChanged: () => { announcements.soon() },
    hurry () {
      relayKeeper.hurry()
      dialer.tell({ type: 'hurry' })
    },
    async stop () {
      announcements.stop()
      traceReports.stop()
      dialer.stop()
      reservations.stop()
      relayKeeper.stop()
      await syncStreams.stop()
      await fastStreams.stop()
      await statuses.stop()
      await links.stop()
      await libp2p.stop()
    }
  }
}
