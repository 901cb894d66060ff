/**
 * The posts that the page shows, followed from one running hub: the newest ones first read, then told of as they come. An external
 * store for React's useSyncExternalStore. It knows neither React nor the DOM.
 *
 * Invariants:
 * 1. A snapshot is replaced, never changed, and only when something in it changed.
 * 2. `messages` are posts, oldest first, each id once, never more than `limit`, which never exceeds `messagesKeptMax`.
 * 3. Nothing is told after `close`.
 */
import { reasonOf } from '../../../base/errors.ts'
import type { HubApi, MessageEvent, MessageView } from '../../../worker/api.ts'
import { mergeMessages } from './message-window.ts'

export interface PostsSnapshot {
  /** The newest posts, oldest first; null until the engine has answered the first query. */
  readonly messages: readonly MessageView[] | null
  /** Whether the hub may hold posts older than `messages`. */
  readonly older: 'none' | 'some' | 'loading' | 'full'
  /** Why posts may be missing here, a sentence; null: none are. */
  readonly unread: string | null
}

export interface Posts {
  subscribe: (listener: () => void) => () => void
  snapshot: () => PostsSnapshot
  /** Shows one more page of older posts. A failure is told in `unread`. */
  loadOlder: () => void
  /** Stops asking and listening. */
  close: () => void
}

/** Between two looks at what is still on its way, in ms. */
const lookEveryMs = 1_000
/** Posts shown at first. Guess: more than anyone scrolls back at once, and drawn within a frame or two. */
const messagesShownMax = 500
/** Posts that one press on "older" adds. */
const olderPageMessages = 250
/** Posts the page ever holds: beyond it, drawing them all is felt at every key. */
const messagesKeptMax = 5_000
/** Arrivals are drawn together once in this time, in ms, so that a sync of thousands does not draw thousands of times. */
const gatherMs = 50
/** Own posts asked after in one look, the newest first, until another hub has them: keeps a look small. */
const askedAfterMax = 16

export function followPosts (hub: Pick<HubApi, 'subscribe' | 'query' | 'message' | 'status'>, isVisible: () => boolean): Posts {
  const listeners = new Set<() => void>()
  let snapshot: PostsSnapshot = { messages: null, older: 'none', unread: null }
  let over = false
  let limit = messagesShownMax
  let reading = false
  let author: string | undefined
  let arrived = new Map<string, MessageView>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  let unsubscribe: (() => void) | undefined

  const change = (changes: Partial<PostsSnapshot>): void => {
    if (over) return
    snapshot = { ...snapshot, ...changes }
    for (const listener of listeners) listener()
  }
  const unread = (what: string) => (thrown: unknown): void => change({ unread: `${what}: ${reasonOf(thrown)}` })

  /** Puts posts into the window. Those older than a window that has no room stay reachable by `loadOlder`. */
  const show = (incoming: Iterable<MessageView>): void => {
    const { messages, older } = snapshot
    const merged = mergeMessages(messages ?? [], incoming, limit)
    if (merged.messages === messages) return
    change({ messages: merged.messages, ...merged.dropped && older === 'none' ? { older: 'some' as const } : {} })
  }

  const flush = (): void => {
    gathering = undefined
    if (snapshot.messages == null) return
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
    if (snapshot.messages?.some(message => message.id === id) !== true) return
    hub.message(id).then((message) => { if (message != null && !over) show([message]) }, unread('A message could not be read again'))
  }

  /** Listens first, so that nothing falls between the newest posts and the next one. */
  const readFirst = async (): Promise<void> => {
    const stop = unsubscribe ?? await hub.subscribe({}, hear)
    if (over) { stop(); return }
    unsubscribe = stop
    author ??= (await hub.status()).author
    const newest = await hub.query({ kind: 'post', limit, order: 'descending' })
    const { messages } = mergeMessages([], newest, limit)
    change({ messages, older: newest.length < limit ? 'none' : 'some', unread: null })
    flush()
  }

  const read = (): void => {
    reading = true
    readFirst().catch(unread('The messages could not be read')).finally(() => { reading = false })
  }

  const look = (): void => {
    if (!isVisible()) return
    if (snapshot.messages == null && !reading) read()
    const waiting = snapshot.messages?.filter(message => message.author === author && message.state === 'here') ?? []
    for (const { id } of waiting.slice(-askedAfterMax)) reread(id)
  }

  read()
  const looking = setInterval(look, lookEveryMs)

  return {
    subscribe (listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => snapshot,
    loadOlder () {
      const { messages, older } = snapshot
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
    close () {
      over = true
      clearInterval(looking)
      clearTimeout(gathering)
      unsubscribe?.()
    }
  }
}
