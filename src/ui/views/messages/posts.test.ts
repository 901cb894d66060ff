import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import { sampleAuthor, samplePost, sampleStatus } from '../../data/samples.ts'
import type { HubApi, MessageCallback, MessageView, Query } from '../../../worker/api.ts'
import { followPosts, type Posts } from './posts.ts'

/** Longer than arrivals are gathered, shorter than a look's turn. */
const soonMs = 200
const secondMs = 1_000

/** An engine made of arrays. A part is replaced to make it fail or hang. */
function createEngine () {
  const engine = {
    posts: [] as MessageView[],
    queries: [] as Query[],
    rereads: [] as string[],
    unsubscribed: 0,
    fails: false,
    hear: undefined as MessageCallback | undefined,
    publish (message: MessageView): void {
      engine.posts = [...engine.posts.filter(({ id }) => id !== message.id), message]
      engine.hear?.({ event: message.event, message })
    }
  }
  const hub: Pick<HubApi, 'subscribe' | 'query' | 'message' | 'status'> = {
    status: async () => sampleStatus(),
    subscribe: async (_filter, callback) => {
      engine.hear = callback
      return () => { engine.unsubscribed += 1 }
    },
    query: async (query = {}) => {
      if (engine.fails) throw new HubError('storage-busy', 'Busy.')
      engine.queries.push(query)
      const { until = Infinity, limit = Infinity } = query
      return engine.posts.filter(({ timestamp }) => timestamp <= until).toSorted((a, b) => b.timestamp - a.timestamp).slice(0, limit)
    },
    message: async (id) => {
      engine.rereads.push(id)
      const message = engine.posts.find(post => post.id === id)
      return message == null ? null : { ...message, standing: 'live', held: null, heldBy: [], trace: null, raw: { header: '', body: null, signature: '' } }
    }
  }
  return { engine, hub }
}

describe('the posts that the page follows', () => {
  beforeEach(() => { vi.useFakeTimers() })
  let posts: Posts | undefined
  afterEach(() => {
    posts?.close()
    expect(vi.getTimerCount(), 'timers left after close').toBe(0)
    vi.useRealTimers()
  })

  const open = async (prepare: (engine: ReturnType<typeof createEngine>['engine']) => void = () => { /* as it is */ }, isVisible = () => true) => {
    const { engine, hub } = createEngine()
    prepare(engine)
    const opened = followPosts(hub, isVisible)
    posts = opened
    await vi.advanceTimersByTimeAsync(soonMs)
    return { engine, posts: opened }
  }
  const shown = ({ snapshot }: Posts): Array<string | undefined> => (snapshot().messages ?? []).map(({ body }) => typeof body?.text === 'string' ? body.text : undefined)

  test('shows the newest posts, oldest first, and hears of more', async () => {
    const { engine, posts } = await open((engine) => { engine.posts = [samplePost(1), samplePost(0)] })
    expect(posts.snapshot()).toMatchObject({ older: 'none', unread: null })
    expect(shown(posts)).toEqual(['post 0', 'post 1'])
    engine.publish(samplePost(2))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(shown(posts)).toEqual(['post 0', 'post 1', 'post 2'])
  })

  test('asks nothing while the page is hidden, and hears messages all the same', async () => {
    let visible = true
    const { engine, posts } = await open(undefined, () => visible)
    visible = false
    engine.publish(samplePost(5, { state: 'here' }))
    await vi.advanceTimersByTimeAsync(10 * secondMs)
    expect(shown(posts)).toEqual(['post 5'])
    expect(engine.rereads).toEqual([])
    visible = true
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(engine.rereads).toHaveLength(1)
  })

  test('draws a flood once, and shows the newest of it', async () => {
    const { engine, posts } = await open()
    const changed = vi.fn()
    posts.subscribe(changed)
    for (let index = 0; index < 6_000; index += 1) engine.publish(samplePost(index))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(changed).toHaveBeenCalledTimes(1)
    expect(posts.snapshot().messages).toHaveLength(500)
    expect(shown(posts).at(-1)).toBe('post 5999')
    expect(posts.snapshot().older).toBe('some')
  })

  test('reads older messages page by page until there are none', async () => {
    const { engine, posts } = await open((engine) => { engine.posts = Array.from({ length: 800 }, (_, index) => samplePost(index)) })
    expect(posts.snapshot()).toMatchObject({ older: 'some', messages: { length: 500 } })
    posts.loadOlder()
    expect(posts.snapshot().older).toBe('loading')
    posts.loadOlder() // a second press while the first is under way
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.queries).toHaveLength(2)
    expect(posts.snapshot()).toMatchObject({ older: 'some', messages: { length: 749 } })
    posts.loadOlder()
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(posts.snapshot()).toMatchObject({ older: 'none', messages: { length: 800 } })
    expect(shown(posts)[0]).toBe('post 0')
  })

  test('follows a message that was sent later, and one that was removed', async () => {
    const { engine, posts } = await open((engine) => { engine.posts = [samplePost(0, { state: 'here' }), samplePost(1), samplePost(2, { author: 'other', state: 'here' })] })
    engine.posts = [samplePost(0), samplePost(1), samplePost(2, { author: 'other', state: 'here' })]
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(posts.snapshot().messages?.[0]?.state).toBe('sent')
    expect(engine.rereads, `only what ${sampleAuthor} wrote`).toEqual([samplePost(0).id])
    engine.posts = [samplePost(0), samplePost(1, { body: null })]
    engine.hear?.({ event: 9, message: samplePost(3, { kind: 'remove', body: { target: samplePost(1).id } }) })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(shown(posts)).toEqual(['post 0', undefined, 'post 2'])
  })

  test('tells nothing once it is closed, and stops listening', async () => {
    const { engine, posts } = await open((engine) => { engine.posts = [samplePost(0)] })
    const changed = vi.fn()
    posts.subscribe(changed)
    posts.close()
    engine.publish(samplePost(1))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.unsubscribed).toBe(1)
    expect(changed).not.toHaveBeenCalled()
  })

  test('reads the messages again when the first reading failed', async () => {
    const { engine, posts } = await open((engine) => {
      engine.posts = [samplePost(0)]
      engine.fails = true
    })
    expect(posts.snapshot()).toMatchObject({ messages: null })
    expect(posts.snapshot().unread).toContain('Busy.')
    engine.fails = false
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(posts.snapshot().unread).toBeNull()
    expect(shown(posts)).toEqual(['post 0'])
  })
})
