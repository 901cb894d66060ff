/**
 * A hub in a browser worker, put together: storage, network choice, identity, runtime, libp2p, API. The order is the start-up of a
 * hub; each step says what it waits for by the code of its failure.
 */
import { createEventLog, type EventLog } from '../base/event-log.ts'
import { reasonOf } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import { randomBytes } from '../base/random.ts'
import type { HubApi, HubStatus } from '../hub/api.ts'
import { heightsOf, statusOf } from '../hub/heights.ts'
import { createHubApi } from '../hub/hub-api.ts'
import { openIdentity } from '../hub/identity.ts'
import { createOwnAuthorship } from '../hub/own-authorship.ts'
import { openPublications } from '../hub/publications.ts'
import { createPublisher } from '../hub/publisher.ts'
import { untilCompared } from '../hub/own-head.ts'
import { createRuntime, type Runtime } from '../hub/runtime.ts'
import { tickMs } from '../hub/core/hub-core.ts'
import { genesisFromJson, genesisToJson, networkOf } from '../message/genesis.ts'
import { rootSigner } from '../message/signing.ts'
import type { NetworkGenesis } from '../message/types.ts'
import type { FaultSettings } from '../network/faults.ts'
import { parseAddress } from '../network/address.ts'
import { createNetwork, type Network } from '../network/network.ts'
import { channelCounts, constructions, newestGathered, newestOffer } from '../network/rtc/install.ts'
import { openIndexedDbStore } from '../store/indexeddb.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { EngineConfig } from './engine-config.ts'
import { createClock } from './clock.ts'
import { chooseNetwork } from './network-choice.ts'
import { openOwnSettings } from './own-settings.ts'
import { createRelaySource } from './relay-source.ts'
import { createVerifierPool } from './verifier-pool.ts'
import { verifyWorkerAt } from './verify-workers.ts'

const pause = async (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })

/** How long a new hub waits for `/network.json`, which names its network. */
const firstVisitWaitMs = 6_000
/** How long the relays of one wait that knows its network: long enough that a quick answer brings its ICE servers, too short to be noticed. */
const returnWaitMs = 300

export interface StartedEngine {
  readonly hub: HubApi
  readonly report: EventLog['report']
}

export interface EngineSurroundings {
  /** To workers that check signatures. */
  readonly verifiers: readonly MessagePort[]
  /** Hears how many stored messages of all are open. */
  readonly onProgress: (done: number, total: number) => void
  /** Pages that use this engine. */
  readonly tabs: () => number
}

/** Starts the hub of `config`. Codes: those of the store, `wrong-network`, `address-invalid`, `key-unavailable`. */
export async function startEngine (config: EngineConfig, { verifiers, onProgress, tabs }: EngineSurroundings): Promise<StartedEngine> {
  const now = (): number => Date.now()
  const log = createEventLog(now)
  const overriddenRelay = config.relay == null ? undefined : parseAddress(config.relay)
  let storageLost: string | null = null
  const store = await openIndexedDbStore(`hubbub/${config.hub}`, {
    onDamage: ({ code, sentence }) => { log.report({ type: 'storage-damaged', code, sentence }) },
    onLost: (code, sentence) => {
      storageLost = sentence
      log.report({ type: 'storage-lost', code, sentence })
    }
  })

  const [settings, remembered, isServing] = await Promise.all([openOwnSettings(store, log, now), rememberedNetwork(store, log), store.getValue('serving')])
  const clock = createClock(now, log)
  const relaySource = createRelaySource({ origin: config.origin, overridden: overriddenRelay, own: () => settings.current, clock, log, now })
  const document = remembered == null ? await relaySource.first(firstVisitWaitMs) : undefined
  const { chosen, trust } = chooseNetwork({ remembered, pinned: config.network, served: document?.served })
  const remember = async (): Promise<void> => store.putValue('genesis', genesisToJson(chosen.genesis))
  // Where nobody said which network it is, a hub is not bound to the built-in one before something was written in it.
  if (remembered == null && (document != null || config.network != null)) await remember()

  const identity = await openIdentity({ store, deviceName: config.deviceName, keysAsObjects: true })
  const verifier = createVerifierPool(verifiers.map(verifyWorkerAt), {
    onTrouble: (sentence) => { log.report({ type: 'verifier-lost', code: 'internal', sentence }) }
  })
  const runtime: Runtime = await createRuntime({
    rules: chosen,
    random: randomBytes,
    store,
    verify: verifier.verify,
    verifyAll: verifier.verifyAll,
    isOwn: author => author === identity.author,
    onProgress,
    transport: {
      send: (peer, frame) => network.links.get(peer)?.send(frame) === 'queued',
      reject: (peer, code, sentence) => { network.links.get(peer)?.reject(code, sentence) }
    },
    syncNetwork: {
      get peerId () { return network.peerId },
      neighbours: () => network.syncStreams.neighbours(),
      open: async peer => network.syncStreams.open(peer)
    },
    fastNetwork: {
      neighbours: () => network.fastStreams.neighbours(),
      open: async peer => network.fastStreams.open(peer),
      statusOf: peer => network.statuses.of(peer),
      signer: async () => rootSigner(identity.peerKeySeed)
    },
    reportTrace: (told) => { network.traceReports.tell(told) },
    serving: isServing !== false,
    catchUp: () => settings.current.catchUp,
    log,
    now
  })
  const wasHere = store.lastEvent > 0
  const publisher = await createPublisher({
    runtime, identity, rules: chosen, now,
    beforeFirst: wasHere && !config.handedOver ? async () => untilCompared(() => runtime.sync.sessions.reports.length, pause) : undefined
  })

  const publications = await openPublications({ store, publisher, messages: runtime.messages })

  const stopRemembering = runtime.onStored(({ from, message }) => {
    if (from != null || message.header.kind === 'signer-add') return
    stopRemembering()
    remember().catch((thrown: unknown) => {
      log.report({ type: 'network-not-kept', code: 'storage-failed', sentence: `Which network this hub belongs to could not be stored: ${reasonOf(thrown)}` })
    })
  })

  const network: Network = await createNetwork({
    peerKeySeed: identity.peerKeySeed,
    network: chosen.network,
    iceServers: relaySource.iceServers,
    newestOffer,
    agent: config.agent,
    now,
    report: log.report,
    linkOf: peer => runtime.linkOf(peer),
    status: () => statusOf(runtime),
    heights: () => heightsOf(runtime),
    authorship: createOwnAuthorship(identity, chosen.network, () => { network.heightsChanged() }),
    onSyncStream: (peer, stream) => { runtime.sync.sessions.accept(peer, stream) },
    onFastStream: (peer, stream) => { runtime.fastSync.accept(peer, stream) },
    onTold: () => { runtime.fastSync.look() },
    onTrace: (told, by) => { runtime.traces.reported(told, by) },
    handlers: {
      onUp: (link) => { runtime.linkUp(link.peer) },
      onDown: (peer) => { runtime.linkDown(peer) },
      onFrame: async (frame, link) => runtime.frame(link.peer, frame),
      onDrained: (peer) => { runtime.drained(peer) },
      onRoundTrip: (peer, rttMs) => { runtime.roundTrip(peer, rttMs) }
    }
  })

  void relaySource.begin(network, chosen.network, returnWaitMs)
  settings.begin(runtime.retention, (next, before) => {
    relaySource.changed(before)
    if (next.keepDays !== before.keepDays) network.heightsChanged()
  })
  addEventListener('online', () => { network.hurry() })
  const ticking = setInterval(() => {
    runtime.tick()
    network.statuses.tick()
  }, tickMs)

  let wiping: Promise<void> | undefined

  async function wipe (): Promise<void> {
    await stop()
    await store.destroy()
  }

  async function sayGoodbye (): Promise<void> {
    clearInterval(ticking)
    relaySource.stop()
    settings.stop()
    await network.stop()
  }

  async function stop (): Promise<void> {
    await sayGoodbye()
    runtime.stop()
    await runtime.settled()
    verifier.close()
  }

  /** Begun at once, and not waited for by the start. */
  const globalState = import('../network/global-state.ts')
  const peerViews = import('../network/peer-views.ts')
  for (const part of [globalState, peerViews]) part.catch(() => { /* whoever asks is told */ })

  const hub = createHubApi({
    store,
    runtime,
    publisher,
    publications,
    identity,
    log,
    now,
    network: {
      peerId: network.peerId,
      peers: async () => (await peerViews).peerViews(network.links, runtime, network.statuses.of),
      global: async () => (await globalState).globalView({
        neighbours: network.links.all().map(({ peer }) => peer), statusOf: network.statuses.of, announced: network.hubs(), nowMs: now()
      }),
      candidates: async () => (await peerViews).candidateViews(network.candidates()),
      reporting: () => [...network.links.all().map(({ peer }) => peer), ...network.candidates().map(({ peer }) => peer)],
      hubs: network.hubs,
      relays: relaySource.statuses,
      diagnose: peerId => network.diagnose(peerId as PeerId | undefined),
      connect: async address => network.connect(address),
      disconnect: async peerId => network.disconnect(peerId as PeerId),
      icePair: async peerId => network.icePair(peerId as PeerId),
      testRelay: async address => network.testRelay(address),
      faults: () => network.faults.settings,
      setFaults: (faults) => { network.faults.set(faults as FaultSettings | null) }
    },
    surroundings: {
      engine: 'worker',
      agent: config.agent,
      network: chosen.network,
      networkName: chosen.genesis.name,
      networkTrust: trust,
      tabs,
      channels: channelCounts,
      connections: () => {
        const { constructed, budget } = constructions()
        return { constructed, budget }
      },
      storage: async () => ({ ...await storageOfOrigin(log), trouble: storageLost ?? runtime.storageTrouble }),
      sayGoodbye,
      keepServing: async on => store.putValue('serving', on),
      clock: () => clock.status,
      offered: () => {
        const here = newestGathered()?.here
        return here == null ? null : here.host + here.srflx + here.prflx + here.relay
      },
      settings: () => settings.current,
      configure: async changes => settings.change(changes),
      wipe: async () => wiping ??= wipe()
    }
  })
  return { hub, report: log.report }
}

async function rememberedNetwork (store: MessageStore, log: EventLog): Promise<NetworkGenesis | undefined> {
  const kept = await store.getValue('genesis')
  if (kept == null) return undefined
  try {
    return networkOf(genesisFromJson(kept))
  } catch (thrown) {
    log.report({ type: 'genesis-unreadable', code: 'genesis-invalid', sentence: `The network this hub belongs to could not be read from its storage: ${reasonOf(thrown)}` })
    throw thrown
  }
}

async function storageOfOrigin (log: EventLog): Promise<Omit<HubStatus['storage'], 'trouble'>> {
  try {
    const [{ usage = null, quota = null }, persisted] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()])
    return { usage, quota, persisted }
  } catch (thrown) {
    log.report({ type: 'storage-unknown', code: 'storage-unknown', sentence: `The browser does not say how much storage there is: ${reasonOf(thrown)}` })
    return { usage: null, quota: null, persisted: null }
  }
}
