/**
 * CONTRACT's API over a running hub. One assembly for the browser worker and the Node hub: what differs between them (where frames
 * go, how much storage there is) comes in as `HubSurroundings`. What the engine cannot answer yet rejects with `not-yet`.
 */
import { HubError } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import type { Standing } from '../message/replicated-set.ts'
import type { NetworkId } from '../message/types.ts'
import type { CandidateView, Diagnosis, HubApi, HubStatus, MessageView, PeerView, RelayStatus } from './api.ts'
import { idOf, objectOf, optionalTextOf, textOf, wholeOf } from './arguments.ts'
import { createIdentityApi } from './identity-api.ts'
import type { Identity } from './identity.ts'
import { toMessageDetail, toMessageView } from './message-view.ts'
import type { IndexedMessage } from './message-index.ts'
import type { Publisher } from './publisher.ts'
import type { Runtime } from './runtime.ts'
import { createSubscriptions } from './subscriptions.ts'

/** The network, as far as the API needs it. */
export interface HubNetwork {
  readonly peerId: string
  peers: () => PeerView[]
  candidates: () => CandidateView[]
  relays: () => RelayStatus[]
  diagnose: (peerId: string | undefined) => Diagnosis
  connect: (address: string) => Promise<{ readonly peerId: string, readonly path: PeerView['path'] }>
  disconnect: (peerId: string) => Promise<void>
}

export interface HubSurroundings {
  readonly engine: HubStatus['engine']
  readonly agent: string
  readonly network: NetworkId
  readonly networkName: string
  readonly networkTrust: HubStatus['networkTrust']
  readonly serving: boolean
  channels: () => HubStatus['channels']
  connections: () => HubStatus['connections']
  storage: () => Promise<HubStatus['storage']>
  /** Stops the hub and erases its data and keys. */
  wipe: () => Promise<void>
}

export interface HubApiParts {
  readonly runtime: Runtime
  readonly publisher: Publisher
  readonly identity: Identity
  readonly network: HubNetwork
  readonly surroundings: HubSurroundings
  readonly log: EventLog
}

/** Entries in one answer of `events`. */
const eventsMax = 5_000
const eventsDefault = 1_000

export function createHubApi ({ runtime, publisher, identity, network, surroundings, log }: HubApiParts): HubApi {
  const standingOf = (entry: IndexedMessage): Standing => runtime.standing(entry.message.id) ?? 'barred'
  const view = (entry: IndexedMessage): MessageView => toMessageView(entry, runtime.wasSent(entry.message.id), standingOf(entry))
  const subscriptions = createSubscriptions({ runtime, view, report: log.report })

  return {
    async status () {
      const peers = network.peers()
      return {
        peerId: network.peerId,
        author: identity.author,
        device: identity.device,
        network: surroundings.network,
        networkName: surroundings.networkName,
        networkTrust: surroundings.networkTrust,
        lifecycle: peers.length === 0 ? 'joining' : 'babbling',
        mode: 'unsynced',
        serving: surroundings.serving,
        messages: runtime.index.size,
        root: null,
        minEpoch: null,
        maxEpoch: null,
        pending: runtime.pending,
        deferred: 0,
        bodiesWanted: 0,
        synced: null,
        storage: await surroundings.storage(),
        leader: true,
        engine: surroundings.engine,
        channels: surroundings.channels(),
        connections: surroundings.connections(),
        sync: { active: false, done: 0, total: 0, rate: 0, etaMs: null },
        relays: network.relays(),
        agent: surroundings.agent
      }
    },
    publish: async draft => publisher.publish(draft),
    query: async (query = {}) => runtime.index.query(objectOf(query, 'query'), entry => standingOf(entry) !== 'barred').map(view),
    async message (id) {
      const entry = runtime.index.get(idOf(id))
      if (entry == null) return null
      return toMessageDetail(entry, runtime.wasSent(entry.message.id), standingOf(entry))
    },
    subscribe: async (filter, callback, options) => subscriptions.subscribe(objectOf(filter, 'filter'), callback, objectOf(options, 'options').fromEvent),
    whenSynced: notYet('Diff sync'),
    peers: async () => network.peers(),
    candidates: async () => network.candidates(),
    diagnose: async peerId => network.diagnose(optionalTextOf(peerId, 'The peer id')),
    connect: async address => network.connect(textOf(address, 'The address')),
    disconnect: async peerId => network.disconnect(textOf(peerId, 'The peer id')),
    sync: notYet('Diff sync'),
    identity: createIdentityApi({ identity, publisher, log }),
    async events (query) {
      const { since, limit, type } = objectOf(query, 'query')
      return log.read({
        since: wholeOf(since, 'since', { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
        limit: wholeOf(limit, 'limit', { from: 1, to: eventsMax, otherwise: eventsDefault }),
        type: optionalTextOf(type, 'The type')
      })
    },
    faults: notYet('Injecting faults'),
    async wipe (confirmation) {
      // The type says true, but scripts call this too.
      if ((confirmation as { confirm?: unknown } | undefined)?.confirm !== true) {
        throw new HubError('confirmation-missing', 'Erasing this hub needs {confirm: true}: its messages and keys are gone after that.')
      }
      await surroundings.wipe()
    }
  }
}

function notYet (what: string): () => Promise<never> {
  return async () => { throw new HubError('not-yet', `${what} is not built yet.`) }
}
