import { beforeEach, describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import { epochOf } from '../message/epoch.ts'
import { openMemoryStore } from '../store/memory.ts'
import type { HubApi, HubStatus, MessageEvent, Query } from './api.ts'
import { createAuthor, post, startMs, testRules } from './fixtures/author.ts'
import { createMesh, type MeshHub } from './fixtures/mesh.ts'
import { createHubApi, type HubNetwork } from './hub-api.ts'
import { openIdentity, type Identity } from './identity.ts'
import { openPublications } from './publications.ts'
import { createPublisher } from './publisher.ts'

const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code

/** A network without anybody in it; it notes what it is asked for. */
function createEmptyNetwork (): HubNetwork & { readonly asked: string[] } {
  const asked: string[] = []
  let faults: HubStatus['faults'] = null
  return {
    asked,
    peerId: '12D3KooWself',
    peers: async () => [],
    candidates: async () => [],
    reporting: () => [],
    hubs: () => [],
    global: async () => ({ hubs: 0, synced: 0, serving: 0, messages: null, maxEpoch: null }),
    relays: () => [],
    diagnose: async peerId => ({ peerId: peerId ?? null, sentence: 'Nothing.', stages: [] }),
    connect: async (address) => { asked.push(address); return { peerId: 'ann', path: 'server' } },
    disconnect: async (peer) => { asked.push(peer) },
    faults: () => faults,
    icePair: async () => null,
    testRelay: async () => ({ peerId: 'relay', connectMs: 1, rttMs: 1, isRelay: true }),
    setFaults: (next) => { faults = next }
  }
}

let hub: MeshHub
let identity: Identity
let network: ReturnType<typeof createEmptyNetwork>
let api: HubApi
let wiped: number

beforeEach(async () => {
  hub = await createMesh().add('a')
  identity = await openIdentity({ store: await openMemoryStore(), deviceName: 'here', keysAsObjects: false })
  network = createEmptyNetwork()
  wiped = 0
  const publisher = await createPublisher({ runtime: hub.runtime, identity, rules: testRules, now: () => startMs })
  api = createHubApi({
    store: hub.store,
    runtime: hub.runtime,
    publisher,
    publications: await openPublications({ store: hub.store, publisher, messages: hub.runtime.messages }),
    identity,
    network,
    log: hub.log,
    now: () => startMs,
    surroundings: {
      engine: 'node', agent: 'test', network: testRules.network, networkName: 'test', networkTrust: 'pinned',
      tabs: () => 1, channels: () => ({ transferred: 0, proxied: 0 }), connections: () => ({ constructed: 0, budget: 0 }),
      storage: async () => ({ usage: null, quota: null, persisted: null, trouble: null }),
      sayGoodbye: async () => { network.asked.push('goodbye') },
      keepServing: async (on) => { network.asked.push(`serving ${on}`) },
      clock: () => null, offered: () => null, settings: () => ({ relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic' }),
      configure: async () => ({ relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic' }),
      wipe: async () => { wiped += 1 }
    }
  })
})

describe('arguments that are none are refused', () => {
  test.for<[string, (hub: HubApi) => Promise<unknown>, HubErrorCode]>([
    ['publish nothing', async hub => hub.publish(undefined as never), 'invalid-argument'],
    ['query a text', async hub => hub.query('posts' as Query), 'invalid-argument'],
    ['query with a limit of 0', async hub => hub.query({ limit: 0 }), 'invalid-argument'],
    ['message without an id', async hub => hub.message(undefined as never), 'invalid-argument'],
    ['message with a short id', async hub => hub.message('ab'), 'invalid-argument'],
    ['message with an id in upper case', async hub => hub.message('AB'.repeat(32)), 'invalid-argument'],
    ['subscribe without a callback', async hub => hub.subscribe({}, undefined as never), 'invalid-argument'],
    ['subscribe with a filter that is none', async hub => hub.subscribe(7 as never, () => undefined), 'invalid-argument'],
    ['subscribe with options that are none', async hub => hub.subscribe({}, () => undefined, 7 as never), 'invalid-argument'],
    ['subscribe from half an event', async hub => hub.subscribe({}, () => undefined, { fromEvent: 0.5 }), 'invalid-argument'],
    ['connect to nothing', async hub => hub.connect(''), 'invalid-argument'],
    ['connect to a number', async hub => hub.connect(7 as never), 'invalid-argument'],
    ['disconnect nobody', async hub => hub.disconnect(undefined as never), 'invalid-argument'],
    ['events with a limit of 0', async hub => hub.events({ limit: 0 }), 'invalid-argument'],
    ['events with too large a limit', async hub => hub.events({ limit: 5_001 }), 'invalid-argument'],
    ['events of a text', async hub => hub.events('all' as never), 'invalid-argument'],
    ['whenSynced within no time', async hub => hub.whenSynced({ timeoutMs: 0 }), 'invalid-argument'],
    ['sync with a number', async hub => hub.sync(7 as never), 'invalid-argument'],
    ['faults of nothing', async hub => hub.faults(undefined as never), 'invalid-argument'],
    ['faults of a text', async hub => hub.faults('all' as never), 'invalid-argument'],
    ['faults with a misspelt field', async hub => hub.faults({ delay: 100 } as never), 'invalid-argument'],
    ['losing more than all', async hub => hub.faults({ drop: 1.1 }), 'invalid-argument'],
    ['losing no number', async hub => hub.faults({ drop: Number.NaN }), 'invalid-argument'],
    ['losing a text', async hub => hub.faults({ drop: '1' as never }), 'invalid-argument'],
    ['a delay of half a millisecond', async hub => hub.faults({ delayMs: 0.5 }), 'invalid-argument'],
    ['a delay without end', async hub => hub.faults({ delayMs: 5_001 }), 'invalid-argument'],
    ['parting from a text', async hub => hub.faults({ partition: 'ann' as never }), 'invalid-argument'],
    ['parting from a number', async hub => hub.faults({ partition: [7 as never] }), 'invalid-argument'],
    ['parting from too many', async hub => hub.faults({ partition: Array.from({ length: 65 }, (_, index) => `hub ${index}`) }), 'invalid-argument'],
    ['wipe without a word', async hub => hub.wipe(undefined as never), 'confirmation-missing'],
    ['wipe with half a word', async hub => hub.wipe({ confirm: 'yes' } as never), 'confirmation-missing']
  ])('%s', async ([, call, code]) => {
    await expect(call(api)).rejects.toSatisfy(failsWith(code))
    expect([network.asked, network.faults()]).toEqual([[], null])
    expect(wiped).toBe(0)
  })
})

describe('a running hub', () => {
  test('a published message is found by its id, by query and by subscription, the same each time', async () => {
    const heard: MessageEvent[] = []
    const stop = await api.subscribe({ kind: 'post' }, (event) => { heard.push(event) })
    const published = await api.publish({ kind: 'post', text: 'hello' })
    expect(published).toMatchObject({ seq: 1, author: identity.author })
    const [view] = await api.query({ kind: 'post' })
    expect(view).toMatchObject({ id: published.id, body: { text: 'hello', parent: null }, from: null, state: 'here', event: 2 })
    await expect.poll(() => heard, { interval: 1 }).toEqual([{ event: 2, message: view }])
    expect(await api.message(published.id)).toMatchObject({ ...view, standing: 'live' })
    stop()
    await api.publish({ kind: 'post', text: 'again' })
    expect(heard).toHaveLength(1)
    expect(await api.message('ab'.repeat(32))).toBeNull()
  })

  test('a removed message is shown without its body at once, and again once it is read', async () => {
    const { id } = await api.publish({ kind: 'post', text: 'regretted' })
    await api.publish({ kind: 'remove', target: id })
    expect(await api.message(id)).toMatchObject({ body: null, standing: 'removed', raw: { body: null } })
    expect((await api.query({ kind: 'post' })).map(({ body }) => body)).toEqual([null])
    const bodies: unknown[] = []
    await api.subscribe({ kind: 'post' }, ({ message }) => { bodies.push(message.body) }, { fromEvent: 0 })
    await expect.poll(() => bodies, { interval: 1 }).toEqual([null])
    const live: unknown[] = []
    await api.subscribe({ kind: 'post', standing: 'live' }, ({ message }) => { live.push(message.body) }, { fromEvent: 0 })
    await api.publish({ kind: 'post', text: 'kept' })
    await expect.poll(() => live, { interval: 1 }).toEqual([{ text: 'kept', parent: null }])
  })

  test('a number that a device gave to two messages is told, with both', async () => {
    const ann = await createAuthor(3)
    await hub.runtime.submit(encodeSignedBytes(ann.introduction.bytes))
    const one = await ann.write(post('one'))
    expect(await api.forks()).toEqual([])
    const other = await ann.write(post('another'), { seq: one.header.seq, prev: undefined })
    for (const message of [one, other]) expect(await hub.runtime.submit(encodeSignedBytes(message.bytes))).toMatchObject({ type: 'stored' })
    expect(await api.forks()).toMatchObject([{
      author: ann.key, signer: ann.device, seq: one.header.seq,
      messages: [one, other].sort((a, b) => a.id < b.id ? -1 : 1).map(({ id, body }) => ({ id, body: { text: (body as { text: string }).text } }))
    }])
  })

  test('the status counts what is there and knows no more than that', async () => {
    await api.publish({ kind: 'post', text: 'hello' })
    expect(await api.status()).toMatchObject({
      peerId: network.peerId, author: identity.author, device: identity.device, network: testRules.network, networkTrust: 'pinned',
      messages: 2, pending: 0, lifecycle: 'joining', mode: 'unsynced', synced: null, maxEpoch: epochOf(startMs), sync: { active: false, total: 0, etaMs: null }
    })
    await expect.poll(async () => (await api.status()).root, { interval: 1 }).toBe('00'.repeat(32)) // all of it is gossip's: it is of this moment
  })

  test('faults are in the status until they are taken back', async () => {
    await api.faults({ drop: 0.5, partition: ['ann', 'ann'] })
    expect((await api.status()).faults).toEqual({ drop: 0.5, delayMs: 0, partition: ['ann'] })
    await api.faults({ delayMs: 20 })
    expect((await api.status()).faults).toEqual({ drop: 0, delayMs: 20, partition: [] })
    await api.faults({})
    expect((await api.status()).faults).toBeNull()
  })

  test('comparing with nobody says so, in time', async () => {
    await expect(api.sync()).rejects.toSatisfy(failsWith('not-connected'))
    await expect(api.sync('ann')).rejects.toSatisfy(failsWith('not-connected'))
    await expect(api.whenSynced({ timeoutMs: 1 })).rejects.toSatisfy(failsWith('timed-out'))
  })

  test('queries and event lists may be left out', async () => {
    expect(await api.query()).toHaveLength(1)
    expect(await api.events(undefined as never)).toMatchObject([{ type: 'message-stored' }])
    expect(await api.events({ type: 'link-up' })).toEqual([])
  })

  test('connecting, disconnecting and wiping are passed on', async () => {
    expect(await api.connect('/ip4/127.0.0.1/tcp/1/ws')).toEqual({ peerId: 'ann', path: 'server' })
    await api.disconnect('ann')
    await api.wipe({ confirm: true })
    expect(network.asked).toEqual(['/ip4/127.0.0.1/tcp/1/ws', 'ann'])
    expect(wiped).toBe(1)
  })
})

test('a conversation is the whole thread of any of its posts, with its reactions', async () => {
  const first = await api.publish({ kind: 'post', text: 'first' })
  const answer = await api.publish({ kind: 'post', text: 'answer', parent: first.id })
  const deeper = await api.publish({ kind: 'post', text: 'answer to the answer', parent: answer.id })
  await api.publish({ kind: 'reaction', target: answer.id, type: 'agree', set: true })
  for (const { id } of [first, answer, deeper]) {
    expect(await api.conversation(id)).toMatchObject({
      first: { id: first.id }, answers: [{ id: answer.id }, { id: deeper.id }], count: 2,
      reactions: [{ id: answer.id, reactions: [{ type: 'agree', count: 1, own: true }] }]
    })
  }
  expect(await api.conversation(first.id, { limit: 1 })).toMatchObject({ answers: [{ id: deeper.id }], count: 2 })
  expect(await api.answers([answer.id, deeper.id])).toEqual([
    { id: answer.id, count: 1, newestAt: expect.any(Number) as number }, { id: deeper.id, count: 0, newestAt: null }
  ])
  expect(await api.conversation('ab'.repeat(32))).toBeNull()
  expect(await api.count({ kind: 'post', parent: null })).toBe(1)
  await expect(api.answers(Array.from({ length: 201 }, () => first.id))).rejects.toSatisfy(failsWith('invalid-argument'))
  expect(await api.waiting()).toEqual([])
})
