/**
 * What the page knows of its hub, as one immutable snapshot at a time: an external store for React's useSyncExternalStore.
 * It asks the engine for status, hubs and log once a second while the page is visible, and is told of messages as they come.
 * It knows neither React nor the DOM; it decides no wording (sentences.ts).
 *
 * Invariants:
 * 1. A snapshot is replaced, never changed, and only when something in it changed; unchanged parts keep their identity.
 * 2. `messages` are posts, oldest first, each id once, never more than `limit`, which never exceeds `messagesKeptMax`.
 * 3. Answers that arrive after the hub they came from was left are dropped.
 */
import type { HubClient, HubState } from '../worker/client.ts'
import type { CandidateView, Draft, HubApi, HubStatus, IdentityView, LogEvent, MessageEvent, MessageView, PeerView } from '../worker/api.ts'
import { HubError, reasonOf } from '../base/errors.ts'
import { mergeMessages } from './message-window.ts'

export interface HubSnapshot {
  readonly state: HubState
  /** When the engine last answered, by this page's clock; null: not yet. Ages on the page count from here. */
  readonly answeredAt: number | null
  readonly status: HubStatus | null
  readonly identity: IdentityView | null
  readonly peers: readonly PeerView[]
  readonly candidates: readonly CandidateView[]
  readonly log: readonly LogEvent[]
  /** The newest posts, oldest first; null until the engine has answered the first query. */
  readonly messages: readonly MessageView[] | null
  /** Whether the hub may hold posts older than `messages`. */
  readonly older: 'none' | 'some' | 'loading' | 'full'
  /** Why the figures shown are old, a sentence; null: they are not. */
  readonly silence: string | null
  /** Why posts may be missing here, a sentence; null: none are. */
  readonly unread: string | null
}

export interface HubStore {
  subscribe: (listener: () => void) => () => void
  snapshot: () => HubSnapshot
  /** Shows one more page of older posts. A failure is told in `unread`. */
  loadOlder: () => void
  /** Rejects with the engine's error, and with `stopped` where no engine runs. */
  publish: (draft: Draft) => Promise<void>
  /** Stops asking and listening. */
  close: () => void
}

/** Between two questions to the engine, in ms: figures that change more often than this cannot be read. */
const askEveryMs = 1_000
/** An engine that is silent for this long is said to be, in ms. Guess: five questions; a busy one answers within one. */
const silentAfterMs = 5_000
/** Posts shown at first. Guess: more than anyone scrolls back at once, and drawn within a frame or two. */
const messagesShownMax = 500
/** Posts that one press on "older" adds. */
const olderPageMessages = 250
/** Posts the page ever holds: beyond it, drawing them all is felt at every key. */
const messagesKeptMax = 5_000
/** Log lines shown. The engine keeps many more. */
const logLinesMax = 100
/** Arrivals are drawn together once in this time, in ms, so that a sync of thousands does not draw thousands of times. */
const gatherMs = 50
/** Own posts asked after in one round, the newest first, until another hub has them: keeps a round of questions small. */
const askedAfterMax = 16

const nothing = {
  answeredAt: null, status: null, identity: null, peers: [], candidates: [], log: [], messages: null, older: 'none', silence: null, unread: null
} as const satisfies Omit<HubSnapshot, 'state'>

export function createHubStore (client: Pick<HubClient, 'state' | 'onChange'>, isVisible: () => boolean, now: () => number = Date.now): HubStore {
  const listeners = new Set<() => void>()
  let snapshot: HubSnapshot = { state: client.state(), ...nothing }
  let attached: Attachment | null = null

  const change = (changes: Partial<HubSnapshot>): void => {
    snapshot = { ...snapshot, ...changes }
    for (const listener of listeners) listener()
  }
  const follow = (): void => {
    const state = client.state()
    const hub = state.type === 'running' ? state.hub : null
    if (attached != null && attached.hub === hub) return
    attached?.detach()
    attached = null
    change({ state, ...nothing })
    if (hub != null) attached = attach(hub, () => snapshot, change, isVisible, now)
  }
  const unfollow = client.onChange(follow)
  follow()

  return {
    subscribe (listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => snapshot,
    loadOlder: () => attached?.loadOlder(),
    async publish (draft) {
      if (snapshot.state.type !== 'running') throw new HubError('stopped', snapshot.state.sentence)
      await snapshot.state.hub.publish(draft)
    },
    close () {
      unfollow()
      attached?.detach()
      attached = null
    }
  }
}

interface Attachment {
  readonly hub: HubApi
  loadOlder (): void
  detach (): void
}

/** Follows one running engine until it is detached. */
function attach (
  hub: HubApi, snapshot: () => HubSnapshot, changeShown: (changes: Partial<HubSnapshot>) => void, isVisible: () => boolean, now: () => number
): Attachment {
  let over = false
  let limit = messagesShownMax
  let askedAt: number | null = null
  let reading = false
  let arrived = new Map<string, MessageView>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  let unsubscribe: (() => void) | undefined

  const change = (changes: Partial<HubSnapshot>): void => { if (!over) changeShown(changes) }
  const unread = (what: string) => (thrown: unknown): void => change({ unread: `${what}: ${reasonOf(thrown)}` })

  /** Puts posts into the window. Those older than a window that has no room stay reachable by `loadOlder`. */
  const show = (incoming: Iterable<MessageView>): void => {
    const { messages, older } = snapshot()
    const merged = mergeMessages(messages ?? [], incoming, limit)
    if (merged.messages === messages) return
    change({ messages: merged.messages, ...merged.dropped && older === 'none' ? { older: 'some' as const } : {} })
  }

  const flush = (): void => {
    gathering = undefined
    if (snapshot().messages == null) return
    const incoming = arrived
    arrived = new Map()
    show(incoming.values())
  }

  const hear = ({ message }: MessageEvent): void => {
    if (over) return
    if (message.kind === 'remove') reread(String(message.body?.target))
    if (message.kind !== 'post') return
    arrived.set(message.id, message)
    if (arrived.size > messagesKeptMax) for (const id of arrived.keys()) { arrived.delete(id); break }
    gathering ??= setTimeout(flush, gatherMs)
  }

  /** A post whose state or body may have changed. */
  const reread = (id: string): void => {
    if (snapshot().messages?.some(message => message.id === id) !== true) return
    hub.message(id).then((message) => { if (message != null && !over) show([message]) }, unread('A message could not be read again'))
  }

  /** Listens first, so that nothing falls between the newest posts and the next one. */
  const readFirst = async (): Promise<void> => {
    unsubscribe ??= await hub.subscribe({}, hear)
    if (over) { unsubscribe(); return }
    const newest = await hub.query({ kind: 'post', limit, order: 'descending' })
    const { messages } = mergeMessages([], newest, limit)
    change({ messages, older: newest.length < limit ? 'none' : 'some', unread: null })
    flush()
  }

  const ask = async (): Promise<void> => {
    const newest = snapshot().log.at(-1)?.event ?? 0
    const [status, peers, candidates, log, identity] = await Promise.all([
      hub.status(), hub.peers(), hub.candidates(), hub.events({ since: Math.max(0, newest - logLinesMax) }),
      // Asked each time, because an import changes who one is. Without an answer the page shows what it knew.
      hub.identity.show().catch(() => snapshot().identity)
    ])
    change({ answeredAt: now(), status, peers, candidates, log: log.slice(-logLinesMax), identity, silence: null })
    if (peers.length === 0) return
    const waiting = snapshot().messages?.filter(({ author, state }) => author === status.author && state === 'here') ?? []
    for (const { id } of waiting.slice(-askedAfterMax)) reread(id)
  }

  const read = (): void => {
    reading = true
    readFirst().catch(unread('The messages could not be read')).finally(() => { reading = false })
  }

  const tick = (): void => {
    if (!isVisible()) return
    if (snapshot().messages == null && !reading) read()
    if (askedAt != null) {
      if (now() - askedAt >= silentAfterMs && snapshot().silence == null) change({ silence: 'The engine of this hub has stopped answering: what is shown here is old.' })
      return
    }
    askedAt = now()
    ask().catch((thrown: unknown) => change({ silence: `The engine of this hub did not answer: ${reasonOf(thrown)}` }))
      .finally(() => { askedAt = null })
  }

  read()
  tick()
  const asking = setInterval(tick, askEveryMs)

  return {
    hub,
    loadOlder () {
      const { messages, older } = snapshot()
      const oldest = messages?.[0]
      if (oldest == null || older !== 'some') return
      change({ older: 'loading' })
      hub.query({ kind: 'post', until: oldest.timestamp, limit: olderPageMessages, order: 'descending' }).then((page) => {
        if (over) return
        limit = Math.min(messagesKeptMax, limit + olderPageMessages)
        const full = limit === messagesKeptMax
        change({ older: page.length < olderPageMessages ? 'none' : full ? 'full' : 'some' })
        show(page)
      }, (thrown: unknown) => {
        change({ older: 'some' })
        unread('Older messages could not be read')(thrown)
      })
    },
    detach () {
      over = true
      clearInterval(asking)
      clearTimeout(gathering)
      unsubscribe?.()
    }
  }
}
