/**
 * A hub in a Node process: same runtime and links as in a tab, on a libp2p node that it is given, with LevelDB for IndexedDB. Inside the relay's process
 * it keeps the data when all tabs are closed (CONTRACT, `--no-hub` leaves it out), waits to be linked to and dials nobody; `npm run hub`
 * (hub-command.ts) gives it one that dials.
 */
import { join } from 'node:path'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import type { Logger } from 'pino'
import { HubError } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import { createEventLog, type EventLog } from '../base/event-log.ts'
import { randomBytes } from '../base/random.ts'
import { tickMs } from '../hub/core/hub-core.ts'
import { heightsOf, statusOf } from '../hub/heights.ts'
import { createHubApi } from '../hub/hub-api.ts'
import { fastSyncProtocol } from '../hub/fastsync/fast-network.ts'
import { openIdentity } from '../hub/identity.ts'
import { startKeepDays } from '../hub/keep-days.ts'
import { createOwnAuthorship } from '../hub/own-authorship.ts'
import { openPublications } from '../hub/publications.ts'
import { createPublisher } from '../hub/publisher.ts'
import { createRuntime, type Runtime } from '../hub/runtime.ts'
import { syncProtocol } from '../hub/sync/sync-stream.ts'
import { genesisFromJson, genesisToJson, networkOf } from '../message/genesis.ts'
import { rootSigner } from '../message/signing.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { announcedLinks, createAnnouncements, type Announcements } from '../network/announcements.ts'
import { createContacts } from '../network/contacts.ts'
import { createFaults, type Faults, type FaultSettings } from '../network/faults.ts'
import { globalView } from '../network/global-state.ts'
import { createLinks, type Links } from '../network/links.ts'
import { peerViews } from '../network/peer-views.ts'
import type { PeerStatus } from '../network/status.ts'
import { createStatusExchange, type StatusExchange } from '../network/status-exchange.ts'
import { createSyncStreams, type SyncStreams } from '../network/sync-streams.ts'
import { createTraceReports } from '../network/trace-reports.ts'
import { openLevelDbStore } from '../store/leveldb.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { HttpHub } from './http/calls.ts'
import type { AttachedHub, AttachHub } from './origin.ts'
import { loadRelayKey, seedOf } from './relay-key.ts'
import { createNodeVerifier } from './verifier.ts'

const now = (): number => Date.now()

export const attachHub: AttachHub = async (libp2p, { dataFolder, genesis, network, log }) => {
  const events = createHubLog(log)
  const store = await openHubStore(dataFolder, events)
  try {
    await belongTo({ network, genesis }, store, dataFolder)
    const peerKeySeed = seedOf(await loadRelayKey(dataFolder)) // the one that libp2p has
    return await startHub({ libp2p, peerKeySeed, store, rules: { network, genesis }, agent: 'hubbub/0.1.0 server', events, controlPlane: libp2p })
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}

/** What happens to a hub: kept for whoever asks, and told to the process's log. */
export function createHubLog (log: Logger): EventLog {
  return createEventLog(now, ({ type, peer, code, sentence }) => { log.info({ type, peer, code }, sentence) })
}

/** The messages in a data folder. Codes: those of the store. */
export async function openHubStore (dataFolder: string, events: EventLog): Promise<MessageStore> {
  return openLevelDbStore(join(dataFolder, 'messages'), {
    onDamage: ({ code, sentence }) => { events.report({ type: 'storage-damaged', code, sentence }) },
    onLost: (code, sentence) => { events.report({ type: 'storage-lost', code, sentence }) }
  })
}

/** What a person chose about serving (hub/lifecycle/SPEC.md L7). */
const servingKey = 'serving'
/** Where the network lies in the store, as in a browser. */
const genesisKey = 'genesis'

/** The network whose messages a store holds; undefined for a new one. Codes: `genesis-invalid`, those of the store. */
export async function rememberedNetwork (store: MessageStore): Promise<NetworkGenesis | undefined> {
  const kept = await store.getValue(genesisKey)
  return kept == null ? undefined : networkOf(genesisFromJson(kept))
}

/** A store is for ever of the network in which it was made. Codes: `wrong-network`, `genesis-invalid`, those of the store. */
export async function belongTo (rules: NetworkGenesis, store: MessageStore, dataFolder: string): Promise<void> {
  const remembered = await rememberedNetwork(store)
  if (remembered == null) await store.putValue(genesisKey, genesisToJson(rules.genesis))
  else if (remembered.network !== rules.network) {
    throw new HubError('wrong-network', `The data folder ${dataFolder} belongs to the network ${remembered.network.slice(0, 8)}…, and this one is ${rules.network.slice(0, 8)}…: name another folder with --data.`)
  }
}

export interface HubParts {
  readonly libp2p: Libp2p
  /** Of its peer id's Ed25519 key, 32 bytes. */
  readonly peerKeySeed: Uint8Array
  /** Closed with the hub. */
  readonly store: MessageStore
  readonly rules: NetworkGenesis
  /** What other hubs show people. */
  readonly agent: string
  readonly events: EventLog
  /** Messages of others that are older are given up, for good. @default all are kept */
  readonly keepDays?: number | null
  /** Where traces are reported, and hubs announce themselves: a node with gossipsub. @default nowhere */
  readonly controlPlane?: Libp2p<{ pubsub: GossipSub }>
}

export interface NodeHub extends AttachedHub {
  readonly links: Links
  readonly faults: Faults
  readonly http: HttpHub
}

/** Codes: those of the store, `key-unavailable`. */
export async function startHub ({ libp2p, peerKeySeed, store, rules, agent, events, keepDays = null, controlPlane }: HubParts): Promise<NodeHub> {
  const identity = await openIdentity({ store, deviceName: 'server', keysAsObjects: false })
  const verifier = createNodeVerifier()
  const runtime: Runtime = await createRuntime({
    rules,
    random: randomBytes,
    store,
    verify: verifier.verify,
    isOwn: author => author === identity.author,
    transport: {
      send: (peer, frame) => links.get(peer)?.send(frame) === 'queued',
      reject: (peer, code, sentence) => { links.get(peer)?.reject(code, sentence) }
    },
    syncNetwork: {
      peerId: libp2p.peerId.toString() as PeerId,
      neighbours: () => syncStreams.neighbours(),
      open: async peer => syncStreams.open(peer)
    },
    fastNetwork: {
      neighbours: () => fastStreams.neighbours(),
      open: async peer => fastStreams.open(peer),
      statusOf: peer => statuses.of(peer),
      signer: async () => rootSigner(peerKeySeed)
    },
    reportTrace: (told) => { traceReports?.tell(told) },
    serving: await store.getValue(servingKey) !== false,
    log: events,
    now
  })
  const publisher = await createPublisher({ runtime, identity, rules, now })
  const publications = await openPublications({ store, publisher, messages: runtime.messages })
  const keeping = startKeepDays({ retention: runtime.retention, keepDays: () => keepDays, now, report: events.report })
  const traceReports = controlPlane && createTraceReports({
    libp2p: controlPlane, network: rules.network, now,
    report: events.report,
    onReport: (told, by) => { runtime.traces.reported(told, by) }
  })
  const faults = createFaults({ report: events.report })
  const links: Links = await createLinks({
    libp2p,
    network: rules.network,
    agent,
    now,
    report: events.report,
    faults,
    handlers: {
      onUp: (link) => {
        runtime.linkUp(link.peer)
        statuses.tick()
        announcements?.soon()
      },
      onDown: (peer) => {
        runtime.linkDown(peer)
        statuses.linkDown(peer)
        announcements?.soon()
      },
      onFrame: async (frame, link) => runtime.frame(link.peer, frame),
      onDrained: (peer) => { runtime.drained(peer) },
      onRoundTrip: (peer, rttMs) => { runtime.roundTrip(peer, rttMs) }
    }
  })
  const syncStreams: SyncStreams = await createSyncStreams({
    libp2p, links, faults, protocol: syncProtocol,
    onStream: (peer, stream) => { runtime.sync.sessions.accept(peer, stream) }
  })
  const fastStreams: SyncStreams = await createSyncStreams({
    libp2p, links, faults, protocol: fastSyncProtocol,
    onStream: (peer, stream) => { runtime.fastSync.accept(peer, stream) }
  })
  const statuses: StatusExchange = await createStatusExchange({ libp2p, links, own: () => statusOf(runtime), now, onTold: () => { runtime.fastSync.look() } })
  const statusOfPeer = (peer: PeerId): PeerStatus | undefined => statuses.of(peer)
  const ticking = setInterval(() => {
    runtime.tick()
    statuses.tick()
  }, tickMs)
  const contacts = createContacts(now)
  // It is dialled at its own address and by nobody's introduction: it announces its heights and its links.
  const authorship = createOwnAuthorship(identity, rules.network, () => { announcements?.soon() })
  const announcements: Announcements | undefined = controlPlane && createAnnouncements({
    libp2p: controlPlane,
    network: rules.network,
    report: events.report,
    announced: () => ({
      addresses: [], introducers: [], agent, links: announcedLinks(links, runtime.linkOf), ...heightsOf(runtime),
      authorship: authorship(libp2p.peerId.toString())
    }),
    onHeard: (peer, announced) => { contacts.note(peer, announced) }
  })

  const api = createHubApi({
    store, runtime, publisher, publications, identity, now,
    log: events,
    network: {
      peerId: libp2p.peerId.toString(),
      peers: async () => peerViews(links, runtime, statusOfPeer),
      global: async () => globalView({
        neighbours: links.all().map(({ peer }) => peer), statusOf: statusOfPeer, announced: contacts.views(peer => links.get(peer) != null), nowMs: now()
      }),
      candidates: async () => [],
      reporting: () => links.all().map(({ peer }) => peer),
      hubs: () => contacts.views(peer => links.get(peer) != null),
      relays: () => [],
      diagnose: async peerId => ({ peerId: peerId ?? null, sentence: 'This hub dials nobody by itself: its log says what became of its links.', stages: [] }),
      connect: () => notHere('Dialling'),
      disconnect: () => notHere('Ending links'),
      icePair: async () => null,
      testRelay: () => notHere('Trying a relay'),
      faults: () => faults.settings,
      setFaults: (given) => { faults.set(given as FaultSettings | null) }
    },
    surroundings: {
      engine: 'node', agent,
      network: rules.network,
      networkName: rules.genesis.name,
      networkTrust: 'pinned',
      tabs: () => 0,
      channels: () => ({ transferred: 0, proxied: 0 }),
      connections: () => ({ constructed: 0, budget: 0 }),
      storage: async () => ({ usage: null, quota: null, persisted: true, trouble: runtime.storageTrouble }),
      sayGoodbye: async () => links.stop(),
      keepServing: async on => store.putValue(servingKey, on),
      clock: () => null,
      offered: () => null,
      settings: () => ({ relays: [], iceServers: [], keepDays, catchUp: 'optimistic' }),
      configure: () => notHere('Changing settings'),
      wipe: () => notHere('Erasing the hub')
    }
  })

  return {
    links,
    faults,
    http: { api, submit: runtime.submit },
    status: () => ({ messages: runtime.messages.size }),
    stop: async () => {
      await runtime.life.leave(async () => links.stop())
      clearInterval(ticking)
      keeping.stop()
      traceReports?.stop()
      announcements?.stop()
      await syncStreams.stop()
      await fastStreams.stop()
      await statuses.stop()
      runtime.stop()
      await runtime.settled()
      await store.close()
    }
  }
}

async function notHere (what: string): Promise<never> {
  throw new HubError('not-here', `${what} is done with this hub's process, not by a call.`)
}
