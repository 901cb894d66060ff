/** Pages in one process: real channels, locks of our own, and engines that are a list of posts which outlives them. */
import '../../node/compat.ts'
import 'fake-indexeddb/auto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HubError } from '../../base/errors.ts'
import type { Draft, HubApi, MessageEvent } from '../api.ts'
import { forward } from '../forward.ts'
import { attachToTab, type Attachment } from './attachment.ts'
import { createLocks } from './fixtures/locks.ts'
import { openOutbox, publishWaiting } from './outbox.ts'
import {
  callsMax, eventsAheadMax, hubChannel, pageChannel, pageLock, protocolVersion, sealed, subscriptionsMax, type Said, type Term, type ToPage
} from './protocol.ts'
import { createPageSession, serveTabs } from './serve.ts'
import { createSilence } from './silence.ts'
import { createSteadyHub } from './steady-hub.ts'
import { readingsAtOnceMax } from './turns.ts'

interface Disk { readonly posts: Array<{ readonly key: string, readonly text: string }> }

/** An engine's hub over what the disk holds. `dies`: after how many publishes it stops answering, the last of them stored all the same. */
function createEngine (disk: Disk, dies = Infinity): HubApi {
  const listeners = new Set<() => void>()
  let published = 0
  const event = (index: number): MessageEvent => ({ event: index + 1, message: { body: { text: disk.posts[index]?.text } } } as unknown as MessageEvent)
  return {
    status: async () => ({ lastEvent: disk.posts.length }),
    async publish (draft: Draft & { text: string }, { key = '' } = {}) {
      if (draft.text === '') throw new HubError('message-invalid', 'empty')
      if (published >= dies) return new Promise(() => { /* it is gone */ })
      published += 1
      let at = disk.posts.findIndex(post => post.key === key)
      if (at === -1) at = disk.posts.push({ key, text: draft.text }) - 1
      for (const listener of listeners) listener()
      if (published >= dies) return new Promise(() => { /* gone before it could answer */ })
      return { id: String(at), seq: at, author: 'me' }
    },
    async subscribe (_filter: unknown, callback: (event: MessageEvent) => unknown, { fromEvent = 1 } = {}) {
      let next = fromEvent - 1
      const listener = (): void => { while (next < disk.posts.length) void callback(event(next++)) }
      listeners.add(listener)
      listener()
      return () => { listeners.delete(listener) }
    },
    identity: { import: async () => new Promise(() => { /* until it goes */ }) },
    wipe: async () => undefined
  } as unknown as HubApi
}

function attach (hub: HubApi, isOwn: boolean, since: number): Attachment {
  const failing = new Set<(error: unknown) => void>()
  const open = async <T>(work: Promise<T>): Promise<T> => new Promise((resolve, reject) => {
    failing.add(reject)
    work.then(resolve, reject)
  })
  return {
    isOwn,
    term: { leader: String(since), since },
    call: async (path, given) => open(path === 'identity.import' ? hub.identity.import('') : (hub as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[path]?.(...given) ?? Promise.reject(new Error(path))),
    subscribe: async (filter, take, fromEvent) => open(hub.subscribe(filter, take, fromEvent == null ? {} : { fromEvent })),
    end () { for (const fail of failing) fail(new HubError('leader-changed', 'gone')) }
  }
}

/** A page whose leader the test changes. */
async function setting (name: string, first: Attachment) {
  const outbox = await openOutbox(name)
  onTestFinished(() => { outbox.close() })
  let current = first
  const listeners = new Set<() => void>()
  const hub = createSteadyHub({
    lead: {
      current: async () => current,
      onAttached (listener) {
        listeners.add(listener)
        return () => { listeners.delete(listener) }
      },
      announceWiped: () => undefined
    },
    outbox: async () => outbox,
    now: () => 1_000
  })
  return {
    hub,
    outbox,
    leadBy: (next: Attachment): void => {
      const before = current
      current = next
      before.end()
      for (const listener of listeners) listener()
    }
  }
}

describe('a hub whose leader changes', () => {
  test('[T7] [T8] a publish that was stored and not answered is answered by the next leader, once', async () => {
    const disk: Disk = { posts: [] }
    const { hub, leadBy } = await setting('stored', attach(createEngine(disk, 1), false, 1))
    const publishing = hub.publish({ kind: 'post', text: 'a' })
    await expect.poll(() => disk.posts.length, { interval: 1 }).toBe(1)
    leadBy(attach(createEngine(disk), false, 2))
    expect(await publishing).toMatchObject({ id: '0' })
    expect(disk.posts).toHaveLength(1)
  })

  test('[T9] what was accepted lies in the outbox until it is answered, and the next engine finds it there', async () => {
    const disk: Disk = { posts: [] }
    const { hub, outbox, leadBy } = await setting('accepted', attach(createEngine(disk, 0), false, 1))
    const publishing = hub.publish({ kind: 'post', text: 'a' })
    await expect.poll(async () => (await outbox.all()).length, { interval: 1 }).toBe(1)
    // The page is as good as gone: only the engine works.
    const next = createEngine(disk)
    await publishWaiting(outbox, async (...given) => next.publish(...given), () => undefined)
    expect(disk.posts.map(({ text }) => text)).toEqual(['a'])
    expect(await outbox.all()).toEqual([])
    leadBy(attach(next, false, 2))
    await publishing
    expect(disk.posts).toHaveLength(1)
  })

  test('[T9] what was refused is not found there again', async () => {
    const disk: Disk = { posts: [] }
    const { hub, outbox } = await setting('refused', attach(createEngine(disk), false, 1))
    await expect(hub.publish({ kind: 'post', text: '' })).rejects.toMatchObject({ code: 'message-invalid' })
    await expect(hub.publish({ kind: 'post', text: (() => undefined) as unknown as string })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await outbox.all()).toEqual([])
    await outbox.add('k', { kind: 'post', text: '' }, {})
    const report = vi.fn()
    const engine = createEngine(disk)
    await publishWaiting(outbox, async (...given) => engine.publish(...given), report)
    expect(report).toHaveBeenCalledWith(expect.objectContaining({ type: 'draft-not-published', code: 'message-invalid' }))
    expect(await outbox.all()).toEqual([])
  })

  test('[T7] what must not be done twice rejects with leader-changed; questions are asked again', async () => {
    const { hub, leadBy } = await setting('once', attach(createEngine({ posts: [] }), true, 1))
    const importing = hub.identity.import('phrase')
    await hub.status() // asked after it, answered by the same
    leadBy(attach(createEngine({ posts: [] }), false, 2))
    await expect(importing).rejects.toMatchObject({ code: 'leader-changed' })
    expect(await hub.status()).toMatchObject({ leader: false })
  })

  test('[T7] a subscription sees every event once, in order, over many leaders', async () => {
    const disk: Disk = { posts: [] }
    let since = 0
    const { hub, leadBy } = await setting('events', attach(createEngine(disk), true, since))
    await hub.publish({ kind: 'post', text: 'before' })
    const heard: unknown[] = []
    const stop = await hub.subscribe({}, ({ message }) => { heard.push(message.body?.text) })
    const texts: string[] = []
    for (let n = 0; n < 50; n += 1) {
      texts.push(String(n))
      if (n % 3 === 0) leadBy(attach(createEngine(disk), n % 2 === 0, since += 1))
      await hub.publish({ kind: 'post', text: String(n) })
    }
    await expect.poll(() => heard.length, { interval: 1 }).toBe(50)
    expect(heard).toEqual(texts)
    stop()
    leadBy(attach(createEngine(disk), true, since += 1))
    await hub.publish({ kind: 'post', text: 'after' })
    expect(heard).toHaveLength(50)
  })
})

describe('an engine that was replaced and runs all the same', () => {
  /** Engines that serve one page, one after the other, and answer `count` with a promise of the test's. */
  function engines (name: string) {
    const locks = createLocks()
    const channel = new BroadcastChannel(hubChannel(name))
    const welcome = new BroadcastChannel(pageChannel(name, 'page'))
    const attached = vi.fn()
    welcome.onmessage = attached
    let release = (): void => undefined
    void locks.request(pageLock(name, 'page'), async () => new Promise<void>((resolve) => { release = resolve }))
    onTestFinished(() => {
      channel.close()
      welcome.close()
      release()
    })
    const asked: string[] = []
    return {
      asked,
      attachTo: async (leader: string, since: number, answer: Promise<unknown>): Promise<Attachment> => {
        const term: Term = { leader, since }
        serveTabs({
          hubName: name, term, locks, onGone: () => undefined,
          hub: forward(async () => ({ count: async () => { asked.push(leader); return answer } } as unknown as HubApi))
        })
        const before = attached.mock.calls.length
        channel.postMessage(sealed({ type: 'looking', page: 'page', version: protocolVersion }))
        await expect.poll(() => attached.mock.calls.length, { interval: 1 }).toBeGreaterThan(before)
        return attachToTab(name, 'page', term, createSilence())
      }
    }
  }

  test('[T5] hears no call of its pages any more, and none of its answers is taken for one of the later engine', async () => {
    const { asked, attachTo } = engines('replaced')
    const late = Promise.withResolvers<unknown>()
    const first = await attachTo('one', 1, late.promise)
    const open = first.call('count', [])
    await expect.poll(() => asked, { interval: 1 }).toEqual(['one'])
    first.end()
    await expect(open).rejects.toMatchObject({ code: 'leader-changed' })
    const slow = Promise.withResolvers<unknown>()
    const second = await attachTo('two', 2, slow.promise)
    const again = second.call('count', [])
    await expect.poll(() => asked, { interval: 1 }).toEqual(['one', 'two'])
    late.resolve('of the first')
    await new Promise((resolve) => { setTimeout(resolve) })
    slow.resolve('of the second')
    expect(await again).toBe('of the second')
    expect(asked).toEqual(['one', 'two'])
    second.end()
  })

  test('[T3] [T7] refuses other tabs\' calls, its storage being taken: they are asked again at the later one', async () => {
    const { asked, attachTo } = engines('superseded')
    const refused = Promise.withResolvers<unknown>()
    const first = await attachTo('one', 1, refused.promise)
    const open = expect(first.call('count', []), 'asked again: see the publishes above').rejects.toMatchObject({ code: 'leader-changed' })
    await expect.poll(() => asked, { interval: 1 }).toEqual(['one'])
    refused.reject(new HubError('storage-lost', 'Another tab has taken this hub over.'))
    const second = await attachTo('two', 2, Promise.resolve(7))
    first.end() // as a page does that attaches to the later one
    await open
    expect(await second.call('count', [])).toBe(7)
    second.end()
  })
})

describe('what a page has at an engine', () => {
  function session (hub: Partial<HubApi>): { readonly said: ToPage[], readonly obey: (message: Said) => void, readonly close: () => void } {
    const said: ToPage[] = []
    return { said, ...createPageSession(forward(async () => hub as HubApi), (message) => { said.push(message) }) }
  }

  test('[T6] [T11] too many calls are refused, the others take their turns and are answered', async () => {
    const answers: Array<() => void> = []
    const { said, obey } = session({ peers: async () => new Promise((resolve) => { answers.push(() => { resolve([]) }) }) })
    for (let call = 0; call <= callsMax; call += 1) obey({ type: 'call', call, path: 'peers', given: [] })
    expect(said).toMatchObject([{ type: 'threw', call: callsMax, error: { code: 'too-many' } }])
    await expect.poll(() => answers.length, { interval: 1 }).toBe(readingsAtOnceMax)
    for (const answer of answers.splice(0)) answer()
    await expect.poll(() => said.length, { interval: 1 }).toBe(1 + readingsAtOnceMax)
    await expect.poll(() => answers.length, { interval: 1 }).toBe(readingsAtOnceMax)
    for (let call = 1; call <= readingsAtOnceMax + 1; call += 1) obey({ type: 'call', call: callsMax + call, path: 'peers', given: [] })
    expect(said.filter(({ type }) => type === 'threw'), 'as many as were answered find room').toHaveLength(2)
  })

  test.for(['nothing', 'identity.nothing', 'identity.constructor', 'constructor', '__proto__', 'identity', '', 7])('a call of %o is refused', async (path) => {
    const { said, obey } = session({ identity: {} as HubApi['identity'] })
    obey({ type: 'call', call: 1, path: path as string, given: [] })
    await expect.poll(() => said, { interval: 1 }).toMatchObject([{ type: 'threw', error: { code: 'invalid-argument' } }])
  })

  test('[T6] a page that takes nothing is not sent more than it may have ahead', async () => {
    let push: ((event: MessageEvent) => unknown) | undefined
    const { said, obey, close } = session({ subscribe: async (_filter, callback) => { push = callback; return () => undefined } })
    obey({ type: 'subscribe', call: 1, subscription: 1, filter: {}, fromEvent: 1 })
    await expect.poll(() => push, { interval: 1 }).toBeDefined()
    let taken = 0
    const sending = (async () => { for (let event = 1; event <= 100; event += 1, taken += 1) await push?.({ event } as MessageEvent) })()
    const events = (): number => said.filter(({ type }) => type === 'event').length
    await expect.poll(events, { interval: 1 }).toBe(eventsAheadMax)
    expect(taken).toBe(eventsAheadMax - 1)
    obey({ type: 'taken', subscription: 1 })
    await expect.poll(events, { interval: 1 }).toBe(eventsAheadMax + 1)
    close()
    await sending
    expect(events()).toBe(eventsAheadMax + 1)
  })

  test('[T6] too many subscriptions are refused', async () => {
    const { said, obey } = session({ subscribe: async () => () => undefined })
    for (let number = 0; number <= subscriptionsMax; number += 1) obey({ type: 'subscribe', call: number, subscription: number, filter: {}, fromEvent: 1 })
    await expect.poll(() => said.length, { interval: 1 }).toBe(subscriptionsMax + 1)
    expect(said.filter(({ type }) => type === 'threw')).toMatchObject([{ call: subscriptionsMax, error: { code: 'too-many' } }])
  })
})
