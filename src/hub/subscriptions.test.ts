import { beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { Message } from '../message/types.ts'
import type { MessageCallback, MessageEvent, Query } from './api.ts'
import { createAuthor, post, type Author } from './fixtures/author.ts'
import { createMesh, type Mesh, type MeshHub } from './fixtures/mesh.ts'
import { toMessageView } from './message-view.ts'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'

let mesh: Mesh
let hub: MeshHub
let ida: Author
let reports: Report[]
let subscriptions: Subscriptions

beforeEach(async () => {
  mesh = createMesh()
  hub = await mesh.add('a')
  ida = await createAuthor(1)
  await hub.runtime.publish(ida.introduction) // event 1
  reports = []
  subscriptions = createSubscriptions({ runtime: hub.runtime, view: entry => toMessageView(entry, { state: 'here', reach: { held: 0, of: 0 } }, 'live'), report: (report) => { reports.push(report) } })
})

async function write (count: number): Promise<Message[]> {
  const messages: Message[] = []
  for (let index = 0; index < count; index += 1) {
    const message = await ida.write(post(`post ${index}`))
    await hub.runtime.publish(message)
    messages.push(message)
  }
  return messages
}

/** What a callback was called with. `seen(n)` resolves when there are n. */
function reader (): { readonly events: MessageEvent[], readonly callback: MessageCallback, readonly seen: (count: number) => Promise<void> } {
  const events: MessageEvent[] = []
  return {
    events,
    callback: (event) => { events.push(event) },
    seen: async (count) => { await expect.poll(() => events.length, { interval: 1 }).toBe(count) }
  }
}

/** Which posts, from 1. */
const numbers = (events: readonly MessageEvent[]): number[] => events.map(({ event }) => event - 1)

describe('what a subscriber gets', () => {
  test('without fromEvent only what comes, each once, in order', async () => {
    await write(3)
    const { events, callback, seen } = reader()
    subscriptions.subscribe({}, callback, undefined)
    await write(3)
    await seen(3)
    expect(numbers(events)).toEqual([4, 5, 6])
    expect(events.map(({ message }) => message.event)).toEqual([5, 6, 7])
  })

  test('with fromEvent also what is stored from there on, more than a page of it', async () => {
    await write(1_100)
    const { events, callback, seen } = reader()
    subscriptions.subscribe({}, callback, 51)
    await seen(1_051)
    expect(numbers(events)).toEqual(Array.from({ length: 1_051 }, (_, index) => index + 50))
  })

  test('nothing is lost or doubled for a reader that resumes while messages arrive, and is slow', async () => {
    await write(20)
    const events: MessageEvent[] = []
    const waiting: Array<() => void> = []
    subscriptions.subscribe({}, async (event) => {
      events.push(event)
      await new Promise<void>((resolve) => { waiting.push(resolve) })
    }, 2)
    for (let round = 0; round < 40; round += 1) {
      await expect.poll(() => waiting.length, { interval: 1 }).toBe(1) // one at a time: the next event waits for this callback
      if (round % 4 === 0) await write(2)
      waiting.shift()?.()
    }
    await expect.poll(() => events.length, { interval: 1 }).toBe(40)
    expect(numbers(events)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  })

  test('readers that take nothing keep a few pages among them and one message each, and go on message by message', async () => {
    await write(300)
    const read: number[] = []
    const { fromEvent } = hub.runtime.messages
    const runtime: typeof hub.runtime = { ...hub.runtime, messages: Object.create(hub.runtime.messages, {
      fromEvent: { value: async (event: number, limit: number) => { read.push(limit); return fromEvent(event, limit) } }
    }) as typeof hub.runtime.messages }
    const lean = createSubscriptions({ runtime, view: entry => toMessageView(entry, { state: 'here', reach: { held: 0, of: 0 } }, 'live'), report: () => undefined })
    const readers = Array.from({ length: 20 }, () => {
      const seen: number[] = []
      let go = (): void => undefined
      const gate = new Promise<void>((resolve) => { go = resolve })
      const stop = lean.subscribe({ kind: 'post' }, async ({ event }) => { seen.push(event); await gate }, 2)
      return { seen, go, stop }
    })
    await expect.poll(() => readers.every(({ seen }) => seen.length === 1), { interval: 1 }).toBe(true)
    expect(read.filter(limit => limit > 1)).toHaveLength(4)
    expect(read.filter(limit => limit === 1)).toHaveLength(16)
    // What stopped in the middle of a page leaves its place to others, though its callback never resolves.
    for (const { stop } of readers.slice(0, 4)) stop()
    for (const { go } of readers.slice(4)) go()
    await expect.poll(() => readers.slice(4).every(({ seen }) => seen.length === 300), { interval: 1 }).toBe(true)
    for (const { seen } of readers.slice(4)) expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index + 2))
    expect(read.filter(limit => limit > 1).length).toBeGreaterThan(4)
  })

  test('a reader that ends and resumes after its last event misses nothing', async () => {
    await write(5)
    const before = reader()
    const stop = subscriptions.subscribe({}, before.callback, 2)
    await before.seen(5)
    stop()
    await write(3)
    const after = reader()
    subscriptions.subscribe({}, after.callback, before.events.at(-1)!.event + 1)
    await write(2)
    await after.seen(5)
    expect(numbers([...before.events, ...after.events])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('only what passes its filter', async () => {
    await write(2)
    const { events, callback, seen } = reader()
    subscriptions.subscribe({ kind: 'post', since: (await write(1))[0]!.header.timestamp }, callback, 0)
    await write(1)
    await seen(2)
    expect(numbers(events)).toEqual([3, 4])
  })
})

describe('the end of a subscription', () => {
  test('nothing comes after it, not even what was being read', async () => {
    await write(5)
    const { events, callback, seen } = reader()
    const stop = subscriptions.subscribe({}, (event) => {
      void callback(event)
      if (event.event === 3) stop()
    }, 2)
    const other = reader()
    subscriptions.subscribe({}, other.callback, 2)
    await write(2)
    await other.seen(7)
    await seen(2)
    expect(numbers(events)).toEqual([1, 2])
    stop() // harmless
  })

  test.for<[string, MessageCallback]>([
    ['throws', () => { throw new Error('broken') }],
    ['rejects', async () => Promise.reject(new Error('its thread is gone'))]
  ])('a callback that %s ends its own subscription, with a report, and no other', async ([, failing]) => {
    const { events, callback, seen } = reader()
    let calls = 0
    subscriptions.subscribe({}, async (event) => { calls += 1; await failing(event) }, undefined)
    subscriptions.subscribe({}, callback, undefined)
    await write(3)
    await seen(3)
    expect(numbers(events)).toEqual([1, 2, 3])
    expect(calls).toBe(1)
    expect(reports).toMatchObject([{ type: 'subscription-ended', code: 'callback-failed' }])
  })

  test('there are at most 1,280 at once; one that ended, or failed, makes room', async () => {
    const stops = Array.from({ length: 1_279 }, () => subscriptions.subscribe({}, () => undefined, undefined))
    subscriptions.subscribe({}, () => { throw new Error('broken') }, undefined)
    const one = (): unknown => subscriptions.subscribe({}, () => undefined, undefined)
    expect(one).toThrow(expect.objectContaining({ code: 'too-many' }))
    stops[0]?.()
    stops[0]?.()
    one()
    expect(one).toThrow(expect.objectContaining({ code: 'too-many' }))
    await write(1)
    one()
    expect(one).toThrow(expect.objectContaining({ code: 'too-many' }))
  })
})

test.for<[string, unknown, unknown, unknown]>([
  ['a filter that is none', { limit: -1 }, () => undefined, undefined],
  ['no callback', {}, undefined, undefined],
  ['a negative event', {}, () => undefined, -1],
  ['half an event', {}, () => undefined, 1.5],
  ['an event that is a text', {}, () => undefined, '1']
])('%s is refused', ([, filter, callback, fromEvent]) => {
  expect(() => subscriptions.subscribe(filter as Query, callback as MessageCallback, fromEvent as number)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})
