/**
 * CONTRACT's API over a running hub. One assembly for the browser worker and the Node hub: what differs between them (where frames
 * go, how much storage there is) comes in as `HubSurroundings`. What the engine cannot answer yet rejects with `not-yet`.
 */
import { HubError } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import { fromHex } from '../base/bytes.ts'
import type { MessageId, NetworkId } from '../message/types.ts'
import type { CandidateView, Diagnosis, HubApi, HubStatus, PeerView, RelayStatus } from './api.ts'
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

export function createHubApi ({ runtime, publisher, identity, network, surroundings, log }: HubApiParts): HubApi {
  const view = (entry: IndexedMessage): ReturnType<typeof toMessageView> => toMessageView(entry, runtime.wasSent(entry.message.id))
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
    query: async (query = {}) => runtime.index.query(objectOf(query, 'query')).map(view),
    async message (id) {
      const entry = runtime.index.get(idOf(id))
      if (entry == null) return null
      return toMessageDetail(entry, runtime.wasSent(entry.message.id), runtime.standing(entry.message.id) ?? 'live')
    },
    subscribe: async (filter, callback, { fromEvent } = {}) => subscriptions.subscribe(objectOf(filter, 'filter'), callback, fromEvent),
    whenSynced: notYet('Diff sync'),
    peers: async () => network.peers(),
    candidates: async () => network.candidates(),
    diagnose: async peerId => network.diagnose(peerId),
    connect: async address => network.connect(textOf(address, 'The address')),
    disconnect: async peerId => network.disconnect(textOf(peerId, 'The peer id')),
    sync: notYet('Diff sync'),
    identity: {
      show: async () => identity.show(),
      export: notYet('Exporting an identity'),
      import: notYet('Importing an identity'),
      addDevice: notYet('Adding devices'),
      revokeDevice: notYet('Revoking devices')
    },
    async events (query) {
      const { since, limit = 1_000, type } = objectOf(query, 'query')
      if (!Number.isInteger(limit) || limit < 1 || limit > eventsMax) throw new HubError('invalid-argument', `limit must be a whole number from 1 to ${eventsMax}.`)
      return log.read({ since, limit, type })
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

function textOf (given: unknown, what: string): string {
  if (typeof given !== 'string' || given === '') throw new HubError('invalid-argument', `${what} must be a text.`)
  return given
}

function idOf (given: unknown): MessageId {
  if (typeof given !== 'string' || fromHex(given, 32) == null) throw new HubError('invalid-argument', 'A message id is 64 lower-case hex digits.')
  return given as MessageId
}

function objectOf<T extends object> (given: T | undefined, what: string): Partial<T> {
  if (given == null) return {}
  if (typeof given !== 'object') throw new HubError('invalid-argument', `The ${what} must be an object.`)
  return given
}
