import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '../base/errors.ts'
import { createHubStore, type HubStore } from './hub-store.ts'
import { sampleAuthor, samplePeer, samplePost, sampleStatus } from './samples.ts'
import type { HubApi, LogEvent, MessageCallback, MessageView, PeerView, Query } from '../worker/api.ts'
import type { HubClient, HubState } from '../worker/client.ts'

/** Longer than arrivals are gathered, shorter than a question's turn. */
const soonMs = 200
const secondMs = 1_000

/** An engine made of arrays. A part is replaced to make it fail or hang. */
function createEngine () {
  const engine = {
    posts: [] as MessageView[],
    peers: [] as PeerView[],
    log: [] as LogEvent[],
    questions: 0,
    queries: [] as Query[],
    rereads: [] as string[],
    unsubscribed: 0,
    hear: undefined as MessageCallback | undefined,
    status: async () => sampleStatus(),
    publish (message: MessageView): void {
      engine.posts = [...engine.posts.filter(({ id }) => id !== message.id), message]
      engine.hear?.({ event: message.event, message })
    }
  }
  const hub: Partial<HubApi> = {
    status: async () => {
      engine.questions += 1
      return engine.status()
    },
    peers: async () => engine.peers,
    candidates: async () => [],
    events: async ({ since = 0 }) => engine.log.filter(({ event }) => event > since),
    identity: { show: async () => ({ author: sampleAuthor, device: 'd', deviceName: 'Laptop', backedUp: false }) } as HubApi['identity'],
    subscribe: async (_filter, callback) => {
      engine.hear = callback
      return () => { engine.unsubscribed += 1 }
    },
    query: async (query = {}) => {
      engine.queries.push(query)
      const { until = Infinity, limit = Infinity } = query
      return engine.posts.filter(({ timestamp }) => timestamp <= until).toSorted((a, b) => b.timestamp - a.timestamp).slice(0, limit)
    },
    message: async (id) => {
      engine.rereads.push(id)
      const message = engine.posts.find(post => post.id === id)
      return message == null ? null : { ...message, standing: 'live', held: null, trace: null, raw: { header: '', body: null, signature: '' } }
    },
    publish: async () => ({ id: '', seq: 1, author: sampleAuthor })
  }
  return { engine, hub: hub as HubApi }
}

function createClient (first: HubState) {
  let state = first
  const listeners = new Set<() => void>()
  const client: Pick<HubClient, 'name' | 'state' | 'onChange'> = {
    name: 'sample',
    state: () => state,
    onChange (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
  return {
    client,
    become: (next: HubState): void => {
      state = next
      for (const listener of listeners) listener()
    }
  }
}

describe('the hub store', () => {
  beforeEach(() => { vi.useFakeTimers() })
  let store: HubStore | undefined
  afterEach(() => {
    store?.close()
    expect(vi.getTimerCount(), 'timers left after close').toBe(0)
    vi.useRealTimers()
  })

  const open = async (prepare: (engine: ReturnType<typeof createEngine>['engine']) => void = () => { /* as it is */ }, isVisible = () => true) => {
    const { engine, hub } = createEngine()
    prepare(engine)
    const { client, become } = createClient({ type: 'running', hub })
    const opened = createHubStore(client, isVisible)
    store = opened
    await vi.advanceTimersByTimeAsync(soonMs)
    return { engine, hub, become, store: opened }
  }
  const shown = ({ snapshot }: HubStore): Array<string | undefined> => (snapshot().messages ?? []).map(({ body }) => typeof body?.text === 'string' ? body.text : undefined)

  test('shows what the engine says, and asks again every second', async () => {
    const { engine, store } = await open((engine) => { engine.posts = [samplePost(1), samplePost(0)] })
    expect(store.snapshot()).toMatchObject({ status: { author: sampleAuthor }, identity: { deviceName: 'Laptop' }, older: 'none', silence: null, unread: null })
    expect(shown(store)).toEqual(['post 0', 'post 1'])
    expect(engine.questions).toBe(1)
    await vi.advanceTimersByTimeAsync(3 * secondMs)
    expect(engine.questions).toBe(4)
  })

  test('asks nothing while the page is hidden, and hears messages all the same', async () => {
    let visible = true
    const { engine, store } = await open(undefined, () => visible)
    visible = false
    await vi.advanceTimersByTimeAsync(10 * secondMs)
    expect(engine.questions).toBe(1)
    engine.publish(samplePost(5))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(shown(store)).toEqual(['post 5'])
    visible = true
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(engine.questions).toBe(2)
  })

  test('draws a flood once, and shows the newest of it', async () => {
    const { engine, store } = await open()
    const changed = vi.fn()
    store.subscribe(changed)
    for (let index = 0; index < 6_000; index += 1) engine.publish(samplePost(index))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(changed).toHaveBeenCalledTimes(1)
    expect(store.snapshot().messages).toHaveLength(500)
    expect(shown(store).at(-1)).toBe('post 5999')
    expect(store.snapshot().older).toBe('some')
  })

  test('reads older messages page by page until there are none', async () => {
    const { engine, store } = await open((engine) => { engine.posts = Array.from({ length: 800 }, (_, index) => samplePost(index)) })
    expect(store.snapshot()).toMatchObject({ older: 'some', messages: { length: 500 } })
    store.loadOlder()
    expect(store.snapshot().older).toBe('loading')
    store.loadOlder() // a second press while the first is under way
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.queries).toHaveLength(2)
    expect(store.snapshot()).toMatchObject({ older: 'some', messages: { length: 749 } })
    store.loadOlder()
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(store.snapshot()).toMatchObject({ older: 'none', messages: { length: 800 } })
    expect(shown(store)[0]).toBe('post 0')
  })

  test('follows a message that was sent later, and one that was removed', async () => {
    const { engine, store } = await open((engine) => { engine.posts = [samplePost(0, { state: 'here' }), samplePost(1)] })
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(engine.rereads, 'nothing to ask while no hub is linked').toEqual([])
    engine.peers = [samplePeer()]
    engine.posts = [samplePost(0), samplePost(1)]
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(store.snapshot().messages?.[0]?.state).toBe('sent')
    engine.posts = [samplePost(0), samplePost(1, { body: null })]
    engine.hear?.({ event: 9, message: samplePost(2, { kind: 'remove', body: { target: samplePost(1).id } }) })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(shown(store)).toEqual(['post 0', undefined])
  })

  test('says that the figures are old when the engine fails or is silent, and takes it back', async () => {
    const { engine, store } = await open()
    engine.status = async () => { throw new HubError('storage-lost', 'The storage is gone.') }
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(store.snapshot().silence).toContain('The storage is gone.')
    engine.status = async () => sampleStatus()
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(store.snapshot().silence).toBeNull()
    let answer: (() => void) | undefined
    engine.status = async () => new Promise((resolve) => { answer = () => resolve(sampleStatus()) })
    await vi.advanceTimersByTimeAsync(4 * secondMs)
    expect(store.snapshot().silence).toBeNull()
    await vi.advanceTimersByTimeAsync(4 * secondMs)
    expect(store.snapshot().silence).not.toBeNull()
    expect(store.snapshot().status, 'what was known stays').not.toBeNull()
    answer?.()
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(store.snapshot().silence).toBeNull()
  })

  test('keeps the newest lines of the log, with the counts that they have grown to', async () => {
    const line = (event: number, times = 1): LogEvent => ({ event, at: event, type: 'rejected', peer: null, code: null, sentence: 'So.', times })
    const { engine, store } = await open((engine) => { engine.log = Array.from({ length: 250 }, (_, index) => line(index + 1)) })
    expect(store.snapshot().log.map(({ event }) => event)).toEqual(Array.from({ length: 100 }, (_, index) => index + 151))
    engine.log = [...engine.log.slice(0, 249), line(250, 7), line(251)]
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(store.snapshot().log).toHaveLength(100)
    expect(store.snapshot().log.slice(-2)).toEqual([line(250, 7), line(251)])
  })

  test('forgets a hub that it left, whatever that one still answers', async () => {
    const { engine, become, store } = await open((engine) => { engine.posts = [samplePost(0)] })
    let answer: (() => void) | undefined
    engine.status = async () => new Promise((resolve) => { answer = () => resolve(sampleStatus()) })
    await vi.advanceTimersByTimeAsync(secondMs)
    become({ type: 'elsewhere', sentence: 'In another tab.' })
    answer?.()
    engine.publish(samplePost(1))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.unsubscribed).toBe(1)
    expect(store.snapshot()).toMatchObject({ state: { type: 'elsewhere' }, status: null, messages: null })
    await expect(store.publish({ kind: 'post', text: 'nobody' })).rejects.toMatchObject({ code: 'stopped' })
    const second = createEngine()
    second.engine.posts = [samplePost(7)]
    become({ type: 'running', hub: second.hub })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(shown(store)).toEqual(['post 7'])
  })

  test('reads the messages again when the first reading failed', async () => {
    let fails = true
    const { hub, engine } = createEngine()
    engine.posts = [samplePost(0)]
    const opened = createHubStore(createClient({ type: 'running', hub: { ...hub, query: async (asked) => {
      if (fails) throw new HubError('storage-busy', 'Busy.')
      return hub.query(asked)
    } } }).client, () => true)
    store = opened
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(opened.snapshot()).toMatchObject({ messages: null })
    expect(opened.snapshot().unread).toContain('Busy.')
    fails = false
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(opened.snapshot().unread).toBeNull()
    expect(shown(opened)).toEqual(['post 0'])
  })
})
