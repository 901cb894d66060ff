/**
 * CONTRACT's API over a running hub. One assembly for the browser worker and the Node hub: what differs between them (where frames
 * go, how much storage there is) comes in as `HubSurroundings`.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import { lazily } from '../base/lazily.ts'
import type { PeerId } from '../base/peer.ts'
import type { Standing } from '../message/replicated-set.ts'
import { createSignatureCheck } from '../message/signing.ts'
import type { NetworkId } from '../message/types.ts'
import type {
  CandidateView, Diagnosis, GlobalView, HubApi, HubSettings, HubStatus, IcePair, MessageView, PeerView, RelayStatus, RelayTest
} from './api.ts'
import type { HeardHub } from './authorship.ts'
import { idOf, keyOf, objectOf, optionalTextOf, prefixOf, textOf, wholeOf } from './arguments.ts'
import { faultsOf } from './fault-arguments.ts'
import { createIdentityApi } from './identity-api.ts'
import type { Identity } from './identity.ts'
import { createMessageStates } from './message-states.ts'
import { toMessageDetail, toMessageView } from './message-view.ts'
import type { Entry } from './messages/entry.ts'
import { limitDefault, limitMax } from './messages/query.ts'
import type { Publications } from './publications.ts'
import type { Publisher } from './publisher.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { Runtime } from './runtime.ts'
import { createSubscriptions } from './subscriptions.ts'

/** The network, as far as the API needs it. */
export interface HubNetwork {
  readonly peerId: string
  peers: () => Promise<PeerView[]>
  candidates: () => Promise<CandidateView[]>
  /** Peer ids of hubs that could say what they hold: linked ones, and those that announce themselves. */
  reporting: () => readonly string[]
  hubs: () => readonly HeardHub[]
  global: () => Promise<GlobalView>
  relays: () => RelayStatus[]
  diagnose: (peerId: string | undefined) => Promise<Diagnosis>
  connect: (address: string) => Promise<{ readonly peerId: string, readonly path: PeerView['path'] }>
  disconnect: (peerId: string) => Promise<void>
  icePair: (peerId: string) => Promise<IcePair | null>
  testRelay: (address: string) => Promise<RelayTest>
  faults: () => HubStatus['faults']
  setFaults: (faults: HubStatus['faults']) => void
}

export interface HubSurroundings {
  readonly engine: HubStatus['engine']
  readonly agent: string
  readonly network: NetworkId
  readonly networkName: string
  readonly networkTrust: HubStatus['networkTrust']
  /** Pages attached to this hub. */
  tabs: () => number
  channels: () => HubStatus['channels']
  connections: () => HubStatus['connections']
  storage: () => Promise<HubStatus['storage']>
  /** Closes every link in order, and stops what makes new ones. */
  sayGoodbye: () => Promise<void>
  /** Keeps what a person chose about serving, for the next start. */
  keepServing: (on: boolean) => Promise<void>
  clock: () => HubStatus['clock']
  /** Addresses that this browser offered last. */
  offered: () => number | null
  settings: () => HubSettings
  configure: (changes: Partial<HubSettings>) => Promise<HubSettings>
  /** Stops the hub and erases its data and keys. */
  wipe: () => Promise<void>
}

export interface HubApiParts {
  /** Where apps lie. */
  readonly store: Pick<MessageStore, 'getValues' | 'putValue'>
  readonly runtime: Runtime
  readonly publisher: Publisher
  readonly publications: Publications
  readonly identity: Identity
  readonly network: HubNetwork
  readonly surroundings: HubSurroundings
  readonly log: EventLog
  readonly now: () => number
}

/** Entries in one answer of `events`. */
const eventsMax = 5_000
const eventsDefault = 1_000
/** Feeds in one answer of `frontier`. */
const feedsMax = 1_000
const feedsDefault = 100
/** What a timer takes: some 24 days. */
const timeoutMsMax = 2 ** 31 - 1
const timeoutMsDefault = 30_000
/** Answers of one conversation: more than a person reads in one go. */
const answersDefault = 500

export function createHubApi ({ store, runtime, publisher, publications, identity, network, surroundings, log, now }: HubApiParts): HubApi {
  const standingOf = (entry: Entry): Standing => runtime.set.standing(entry.message.id) ?? 'barred'
  const states = createMessageStates({ runtime, reporting: network.reporting, now })
  const view = (entry: Entry): MessageView => toMessageView(entry, states.reachOf(entry), standingOf(entry))
  const subscriptions = createSubscriptions({ runtime, view, report: log.report })
  const { messages, set } = runtime

  const apps = lazily(async () => (await import('./apps.ts')).openApps({
    store, identity, publisher, publications, offerState: async state => appStates.offer(state), report: log.report, now
  }))
  /** What only readers need: loaded once the hub runs. */
  const reading = lazily(async () => (await import('./messages/conversations.ts')).createReading(messages, set))
  const authorships = lazily(async () =>
    (await import('./authorship.ts')).createAuthorships({ set, network: surroundings.network, check: createSignatureCheck() }))
  reading().catch((thrown: unknown) => { log.report({ type: 'not-loaded', sentence: reasonOf(thrown) }) })

  /** Arguments are checked there: it is loaded by few. */
  const appStates: HubApi['states'] = {
    input: async page => (await runtime.fastSync.states()).input(page),
    offer: async state => (await runtime.fastSync.states()).offer(state),
    restore: async (reducer, options) => (await runtime.fastSync.states()).restore(reducer, options),
    later: async query => (await runtime.fastSync.states()).later(query),
    show: async reducer => (await runtime.fastSync.states()).show(reducer)
  }

  return {
    async status () {
      runtime.life.look() // what is known of others has aged
      return {
        peerId: network.peerId,
        author: identity.author,
        device: identity.device,
        network: surroundings.network,
        networkName: surroundings.networkName,
        networkTrust: surroundings.networkTrust,
        ...runtime.life.state,
        messages: messages.size,
        minEpoch: runtime.retention.minEpoch === 0 ? null : runtime.retention.minEpoch,
        pending: set.pending(),
        deferred: set.deferred(now()),
        bodiesWanted: set.bodiesWanted(now()).length,
        storage: await surroundings.storage(),
        leader: true,
        tabs: surroundings.tabs(),
        lastEvent: messages.lastEvent,
        engine: surroundings.engine,
        channels: surroundings.channels(),
        connections: surroundings.connections(),
        ...runtime.sync.status(),
        join: runtime.fastSync.view,
        checkpoint: runtime.fastSync.checkpoint,
        relays: network.relays(),
        agent: surroundings.agent,
        reporting: network.reporting().length,
        global: await network.global(),
        clock: surroundings.clock(),
        revoked: publisher.revoked,
        offered: surroundings.offered(),
        faults: network.faults()
      }
    },
    async publish (draft, options) {
      const { traced, key } = objectOf(options, 'options')
      return publications.publish(draft, { ...(traced === undefined ? {} : { traced }), ...(key === undefined ? {} : { key }) })
    },
    query: async (query = {}) => (await messages.query(objectOf(query, 'query'))).map(view),
    count: async (query = {}) => messages.count(objectOf(query, 'query')),
    async conversation (id, page) {
      const limit = wholeOf(objectOf(page, 'page').limit, 'limit', { from: 1, to: limitMax, otherwise: answersDefault })
      const entry = await messages.get(idOf(id))
      if (entry == null) return null
      const { first, answers, count, reactions } = await (await reading()).conversation(entry, limit, identity.author)
      return { first: view(first), answers: answers.map(view), count, reactions }
    },
    async answers (ids) {
      if (!Array.isArray(ids)) throw new HubError('invalid-argument', 'answers needs a list of ids.')
      return (await reading()).answers(ids.map(idOf))
    },
    waiting: async () => (await reading()).waiting(),
    forks: async () => (await (await reading()).forks()).map(({ messages, ...fork }) => ({ ...fork, messages: messages.map(view) })),
    async message (id) {
      const entry = await messages.get(idOf(id))
      if (entry == null) return null
      const standing = standingOf(entry)
      return toMessageDetail(view(entry), entry, standing, states.progressOf(entry, standing))
    },
    async thread (id, page) {
      const entry = await messages.get(idOf(id))
      if (entry == null) return null
      const { limit, after } = objectOf(page, 'page')
      const views = await reading()
      const [ancestors, answers, reactions] = await Promise.all([
        views.ancestors(entry),
        messages.query({ parent: entry.message.id, order: 'ascending', ...(limit == null ? {} : { limit }), ...(after == null ? {} : { after }) }),
        views.reactions([entry.message.id], identity.author)
      ])
      return {
        ancestors: ancestors.map(view),
        message: view(entry),
        answers: answers.map(view),
        replies: views.replies([entry, ...answers].map(({ message }) => message.id)),
        reactions: reactions[0] ?? []
      }
    },
    reactions: async target => (await (await reading()).reactions([idOf(target)], identity.author))[0] ?? [],
    async links (ends) {
      const { author, target, type, limit } = objectOf(ends, 'ends')
      if (author == null && target == null) throw new HubError('invalid-argument', 'links needs an author or a target.')
      return (await reading()).links({
        author: author == null ? undefined : keyOf(author, 'The author'),
        target: target == null ? undefined : keyOf(target, 'The target'),
        type: optionalTextOf(type, 'The type')
      }, limitOf(limit))
    },
    profile: async author => (await reading()).profile(author == null ? identity.author : keyOf(author, 'The author')),
    async records (query) {
      const { collection, author, limit, after } = objectOf(query, 'query')
      return (await reading()).records(
        textOf(collection, 'The collection'),
        author == null ? undefined : keyOf(author, 'The author'),
        limitOf(limit),
        after == null ? undefined : idOf(after)
      )
    },
    subscribe: async (filter, callback, options) => subscriptions.subscribe(objectOf(filter, 'filter'), callback, objectOf(options, 'options').fromEvent),
    whenSynced: async options => runtime.sync.sessions.whenSynced(wholeOf(objectOf(options, 'options').timeoutMs, 'timeoutMs', { from: 1, to: timeoutMsMax, otherwise: timeoutMsDefault })),
    peers: async () => network.peers(),
    candidates: async () => network.candidates(),
    hubs: async () => (await authorships())(network.hubs()),
    diagnose: async peerId => network.diagnose(optionalTextOf(peerId, 'The peer id')),
    icePair: async peerId => network.icePair(textOf(peerId, 'The peer id')),
    testRelay: async address => network.testRelay(textOf(address, 'The address')),
    settings: async () => surroundings.settings(),
    configure: async changes => surroundings.configure(changes),
    connect: async address => network.connect(textOf(address, 'The address')),
    disconnect: async peerId => network.disconnect(textOf(peerId, 'The peer id')),
    sync: async peerId => runtime.sync.sessions.sync(optionalTextOf(peerId, 'The peer id') as PeerId | undefined),
    sessions: async () => runtime.sync.sessions.all(),
    tree: async at => runtime.sync.tree(prefixOf(objectOf(at, 'argument').prefix)),
    frontier: async query => runtime.sync.frontier(wholeOf(objectOf(query, 'query').limit, 'limit', { from: 1, to: feedsMax, otherwise: feedsDefault })),
    attesters: {
      show: async () => (await runtime.fastSync.attesters()).show(),
      async propose (proposal) {
        const { kind, peerId } = objectOf(proposal, 'proposal')
        if (kind !== 'joins' && kind !== 'leaves') throw new HubError('invalid-argument', 'A proposal is of the kind joins or leaves.')
        return (await runtime.fastSync.attesters()).propose({ kind, peerId: textOf(peerId, 'The peer id') })
      },
      async sign (text) {
        if (typeof text !== 'string') throw new HubError('invalid-argument', 'The proposal must be a text.')
        return (await runtime.fastSync.attesters()).sign(text)
      }
    },
    identity: createIdentityApi({ identity, publisher, log }),
    apps: {
      list: async () => (await apps()).list(),
      ask: async app => (await apps()).ask(app),
      grant: async id => (await apps()).grant(id),
      revoke: async id => (await apps()).revoke(id),
      forget: async id => (await apps()).forget(id),
      async publish (id, draft, options) {
        const { traced, key } = objectOf(options, 'options')
        return (await apps()).publish(id, draft, { ...(traced === undefined ? {} : { traced }), ...(key === undefined ? {} : { key }) })
      },
      offer: async (id, state) => (await apps()).offer(id, state)
    },
    states: appStates,
    async events (query) {
      const { since, limit, type } = objectOf(query, 'query')
      return log.read({
        since: wholeOf(since, 'since', { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
        limit: wholeOf(limit, 'limit', { from: 1, to: eventsMax, otherwise: eventsDefault }),
        type: optionalTextOf(type, 'The type')
      })
    },
    async serve (on) {
      if (typeof on !== 'boolean') throw new HubError('invalid-argument', 'serve takes true or false.')
      runtime.life.serve(on)
      await surroundings.keepServing(on)
    },
    leave: async () => runtime.life.leave(surroundings.sayGoodbye),
    faults: async (faults) => { network.setFaults(faultsOf(faults)) },
    async wipe (confirmation) {
      // The type says true, but scripts call this too.
      if ((confirmation as { confirm?: unknown } | undefined)?.confirm !== true) {
        throw new HubError('confirmation-missing', 'Erasing this hub needs {confirm: true}: its messages and keys are gone after that.')
      }
      await surroundings.wipe()
    }
  }
}

function limitOf (given: unknown): number {
  return wholeOf(given, 'limit', { from: 1, to: limitMax, otherwise: limitDefault })
}
