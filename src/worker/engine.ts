/**
 * A hub in a browser worker, put together: storage, network choice, identity, runtime, libp2p, API. The order is the start-up of a
 * hub; each step says what it waits for by the code of its failure.
 */
import { createEventLog, type EventLog } from '../base/event-log.ts'
import { reasonOf } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import type { HubApi, HubStatus, RelayStatus } from '../hub/api.ts'
import { createHubApi } from '../hub/hub-api.ts'
import { openIdentity } from '../hub/identity.ts'
import { createPublisher } from '../hub/publisher.ts'
import { createRuntime, type Runtime } from '../hub/runtime.ts'
import { genesisFromJson, genesisToJson, networkOf } from '../message/genesis.ts'
import { createVerifier } from '../message/signing.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { createNetwork, parseAddress, type Network } from '../network/network.ts'
import { candidateViews, peerViews } from '../network/peer-views.ts'
import { channelCounts, constructions } from '../network/rtc/install.ts'
import { openIndexedDbStore } from '../store/indexeddb.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { EngineConfig } from './engine-config.ts'
import { chooseNetwork, fetchNetworkDocument, type NetworkDocument } from './network-choice.ts'

/** How often `/network.json` is asked again while no relay answers: a relay may have come back under another key or address. */
const askAgainMs = 10_000

/** Starts the hub of `config`. Codes: those of the store, `wrong-network`, `address-invalid`, `key-unavailable`. */
export async function startEngine (config: EngineConfig): Promise<HubApi> {
  const now = (): number => Date.now()
  const log = createEventLog(now)
  const overriddenRelay = config.relay == null ? undefined : parseAddress(config.relay)
  const store = await openIndexedDbStore(`hubbub/${config.hub}`, {
    onDamage: ({ code, sentence }) => { log.report({ type: 'storage-damaged', code, sentence }) },
    onLost: (code, sentence) => { log.report({ type: 'storage-lost', code, sentence }) }
  })

  let documentTrouble: string | null = null
  const askOrigin = async (): Promise<NetworkDocument | undefined> => {
    documentTrouble = null
    return fetchNetworkDocument(config.origin, (sentence) => {
      documentTrouble = sentence
      log.report({ type: 'network-document', code: 'network-document', sentence })
    })
  }
  const document = await askOrigin()
  const remembered = await rememberedNetwork(store, log)
  const { chosen, trust, refused } = chooseNetwork({ remembered, pinned: config.network, served: document?.served })
  if (remembered == null) await store.putValue('genesis', genesisToJson(chosen.genesis))
  if (refused != null) log.report({ type: 'relay-refused', code: 'wrong-network', sentence: refused })

  const identity = await openIdentity({ store, deviceName: config.deviceName, keysAsObjects: true })
  const verifier = createVerifier()
  const runtime: Runtime = await createRuntime({
    rules: chosen,
    store,
    verify: async message => verifier.verify(message),
    transport: {
      send: (peer, frame) => network.links.get(peer)?.send(frame) === 'queued',
      reject: (peer, code, sentence) => { network.links.get(peer)?.reject(code, sentence) }
    },
    log,
    now
  })
  const publisher = await createPublisher({ runtime, identity, rules: chosen, now })

  const usable = refused == null ? document?.relays.map(parseAddress) ?? [] : []
  const network: Network = await createNetwork({
    peerKeySeed: identity.peerKeySeed,
    network: chosen.network,
    relays: overriddenRelay == null ? usable : [overriddenRelay],
    iceServers: document?.iceServers ?? [],
    agent: config.agent,
    now,
    report: log.report,
    handlers: {
      onUp: (link) => { runtime.linkUp(link.peer) },
      onDown: (peer) => { runtime.linkDown(peer) },
      onFrame: async (frame, link) => runtime.frame(link.peer, frame)
    }
  })

  const asking = setInterval(() => {
    if (overriddenRelay != null || refused != null || network.relays().some(({ state }) => state !== 'looking')) return
    void askOrigin().then((found) => {
      if (found?.served.network === chosen.network) network.addRelays(found.relays.map(parseAddress))
    })
  }, askAgainMs)
  addEventListener('online', () => { network.hurry() })

  async function stop (): Promise<void> {
    clearInterval(asking)
    await network.stop()
  }

  return createHubApi({
    runtime,
    publisher,
    identity,
    log,
    network: {
      peerId: network.peerId,
      peers: () => peerViews(network.links),
      candidates: () => candidateViews(network.candidates()),
      relays: () => relayStatuses(network, refused, documentTrouble, config.origin),
      diagnose: peerId => network.diagnose(peerId as PeerId | undefined),
      connect: async address => network.connect(address),
      disconnect: async peerId => network.disconnect(peerId as PeerId)
    },
    surroundings: {
      engine: 'worker',
      agent: config.agent,
      network: chosen.network,
      networkName: chosen.genesis.name,
      networkTrust: trust,
      serving: false,
      channels: channelCounts,
      connections: () => {
        const { constructed, budget } = constructions()
        return { constructed, budget }
      },
      storage: async () => storageOfOrigin(log),
      wipe: async () => {
        await stop()
        await store.destroy()
      }
    }
  })
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

function relayStatuses (network: Network, refused: string | undefined, documentTrouble: string | null, origin: string): RelayStatus[] {
  if (refused != null) return [{ address: origin, state: 'refused', rttMs: null, since: 0, retryAt: null, lastError: refused }]
  const relays = network.relays()
  if (relays.length > 0) return relays
  return [{ address: `${origin}/network.json`, state: 'looking', rttMs: null, since: 0, retryAt: null, lastError: documentTrouble }]
}

async function storageOfOrigin (log: EventLog): Promise<HubStatus['storage']> {
  try {
    const [{ usage = null, quota = null }, persisted] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()])
    return { usage, quota, persisted }
  } catch (thrown) {
    log.report({ type: 'storage-unknown', code: 'storage-unknown', sentence: `The browser does not say how much storage there is: ${reasonOf(thrown)}` })
    return { usage: null, quota: null, persisted: null }
  }
}
