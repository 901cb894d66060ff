import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { createAuthor, post, testRules } from '../../hub/fixtures/author.ts'
import { startTestOrigin, temporaryFolder } from '../../node/fixtures/origin.ts'
import { attachHub } from '../../node/hub.ts'
import type { HttpHub as ServedHub } from '../../node/http/calls.ts'
import type { MessageEvent } from '../api.ts'
import type { HubCalls } from './hub-calls.ts'
import { connectOverHttp, type HttpHub } from './http-hub.ts'
import { followState, offerState, type Reducer } from './reduce.ts'

interface Served {
  readonly port: number
  readonly address: string
  readonly dataFolder: string
  /** The same hub without HTTP between. */
  readonly api: ServedHub['api']
  readonly http: HttpHub
  readonly stop: () => Promise<void>
}

async function serve (onTestFinished: TestContext['onTestFinished'], { dataFolder, port = 0 }: { readonly dataFolder?: string, readonly port?: number } = {}): Promise<Served> {
  const folder = dataFolder ?? await temporaryFolder(onTestFinished)
  let api: ServedHub['api'] | undefined
  const origin = await startTestOrigin(onTestFinished, { ...testRules, dataFolder: folder, port }, {
    attachHub: async (libp2p, config) => {
      const attached = await attachHub(libp2p, config)
      api = attached.http?.api
      return attached
    }
  })
  const address = `http://127.0.0.1:${origin.port}`
  const token = (await readFile(join(folder, 'api-token'), 'utf8')).trim()
  return { port: origin.port, address, dataFolder: folder, api: api!, http: connectOverHttp({ address, token }), stop: origin.stop }
}

const bytes = new Uint8Array([0, 255, 7, 128])
const hexOf = (given: Uint8Array): string => Buffer.from(given).toString('hex')

test('every call answers over HTTP what the hub answers, bytes included', async ({ onTestFinished }) => {
  const { api, http } = await serve(onTestFinished)
  const { author } = await http.status()
  const one = await http.publish({ kind: 'post', text: 'one' })
  const two = await http.publish({ kind: 'post', text: 'two', parent: one.id }, { traced: true })
  await http.publish({ kind: 'reaction', target: one.id, type: '👍', set: true })
  await http.publish({ kind: 'link', target: author, type: 'follow', set: true })
  await http.publish({ kind: 'profile', field: 'name', value: 'Ida & Co' })
  const record = await http.publish({ kind: 'record', collection: 'todo', key: 'a', value: bytes })
  await http.publish({ kind: 'record', collection: 'todo', key: 'b', value: new Uint8Array(7_680).fill(200) })
  await http.publish({ kind: 'record', collection: 'todo', key: 'gone', value: bytes })
  await http.publish({ kind: 'record', collection: 'todo', key: 'gone', value: null })

  const asked: ReadonlyArray<(hub: HubCalls) => Promise<unknown>> = [
    async hub => hub.query(),
    async hub => hub.query({ kind: 'post', parent: null, order: 'ascending', limit: 1, standing: 'live' }),
    async hub => hub.query({ order: 'ascending', after: one.id, offset: 1 }),
    async hub => hub.count(),
    async hub => hub.count({ collection: 'todo', limit: 1, offset: 1 }),
    async hub => hub.message(two.id),
    async hub => hub.message('00'.repeat(32)),
    async hub => hub.thread(two.id),
    async hub => hub.thread(one.id, { limit: 1 }),
    async hub => hub.thread('00'.repeat(32)),
    async hub => hub.reactions(one.id),
    async hub => hub.links({ author, type: 'follow' }),
    async hub => hub.profile(),
    async hub => hub.profile(author),
    async hub => hub.records({ collection: 'todo' }),
    async hub => hub.records({ collection: 'todo', author, limit: 1, after: record.id })
  ]
  for (const ask of asked) expect(await ask(http), String(ask)).toEqual(await ask(api as HubCalls))
  expect((await http.records({ collection: 'todo' })).map(({ key, value }) => [key, value.length])).toEqual([['b', 7_680], ['a', 4]])
  expect((await http.query({ collection: 'todo', limit: 4, order: 'ascending' }))[0]?.body).toEqual({ collection: 'todo', key: 'a', value: bytes })
  // The work of an introduction has bytes too.
  expect((await http.query({ kind: 'signer-add' }))[0]?.body?.work).toBeInstanceOf(Uint8Array)
})

test('[F29] [F33] a program has its state back over HTTP, and follows it, as an app in a browser does', async ({ onTestFinished }) => {
  const { api, http, address } = await serve(onTestFinished)
  /** How many of each kind; large, as base64 of it in one go would not be taken. */
  const kinds: Reducer<Map<string, number>> = {
    name: 'kinds', version: 3, empty: () => new Map(),
    add: (state, { kind }) => state.set(kind, (state.get(kind) ?? 0) + 1),
    encode: state => new TextEncoder().encode(`${JSON.stringify([...state])}${' '.repeat(200_000)}`),
    decode: given => new Map(JSON.parse(new TextDecoder().decode(given)) as Array<[string, number]>)
  }
  expect(await http.states.restore(kinds)).toBeNull()
  const old = await createAuthor(7)
  for (const message of [old.introduction, await old.write(post('long ago')), await old.write({ kind: 'record', collection: 'todo', key: 'a', value: bytes })]) {
    const response = await fetch(`${address}/api/messages`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ header: hexOf(message.bytes.header), body: hexOf(message.bytes.body ?? new Uint8Array()), signature: hexOf(message.bytes.signature) }) })
    expect(response.status).toBe(201)
  }
  const { checkpoint } = await offerState(http, kinds)
  await http.publish({ kind: 'record', collection: 'todo', key: 'b', value: bytes })
  const reader = { name: kinds.name, version: kinds.version }
  const asked: ReadonlyArray<(states: HubCalls['states']) => Promise<unknown>> = [
    async states => states.input(), async states => states.input({ checkpoint, from: 1, limit: 1 }), async states => states.show(reader),
    async states => states.restore(reader).then(state => state && { ...state, bytes: hexOf(state.bytes) }),
    async states => states.later(), async states => states.later({ checkpoint, limit: 1 })
  ]
  for (const ask of asked) expect(await ask(http.states), String(ask)).toEqual(await ask(api.states))
  const followed = await followState(http, kinds, () => undefined)
  expect([followed.restored?.checkpoint, followed.restored?.size]).toEqual([checkpoint, kinds.encode(new Map([['signer-add', 1], ['post', 1], ['record', 1]])).length])
  await http.publish({ kind: 'post', text: 'later' })
  await expect.poll(() => [followed.state.get('post'), followed.state.get('record')]).toEqual([2, 2])
  followed.stop()
})

test('a draft with a key is published once, however often it is asked for', async ({ onTestFinished }) => {
  const { http } = await serve(onTestFinished)
  const key = `${Date.now().toString(16).padStart(12, '0')}-0123456789abcdef`
  const first = await http.publish({ kind: 'post', text: 'once' }, { key })
  expect(await http.publish({ kind: 'post', text: 'once' }, { key })).toEqual(first)
  expect(await http.count({ kind: 'post' })).toBe(1)
})

test('failures have the hub\'s codes, and those of HTTP their own', async ({ onTestFinished }) => {
  const { http, address } = await serve(onTestFinished)
  const stranger = connectOverHttp({ address })
  const reducer = { name: 'texts', version: 1 }
  const codes = await Promise.all([
    http.query({ limit: 0 }), http.thread('abc'), http.reactions('abc'), http.links({}), http.records({} as never), http.profile('abc'),
    http.sync(), http.sync('nobody'), http.whenSynced({ timeoutMs: 1 }), http.whenSynced({ timeoutMs: -1 }), http.publish({ kind: 'post' } as never),
    stranger.publish({ kind: 'post', text: 'by nobody' }), stranger.sync(), stranger.whenSynced({ timeoutMs: 1 }),
    stranger.states.input(), stranger.states.restore(reducer), stranger.states.offer({ reducer, checkpoint: '00'.repeat(32), bytes }),
    http.states.later({ checkpoint: '00'.repeat(32) }), http.states.offer({ reducer, checkpoint: '00'.repeat(32), bytes }), http.states.restore({ name: 'A', version: 1 }),
    connectOverHttp({ address: 'http://127.0.0.1:1' }).status(), connectOverHttp({ address: 'http://127.0.0.1:1' }).subscribe({}, () => undefined),
    http.subscribe({ standing: 'gone' as 'live' }, () => undefined), http.subscribe({}, () => undefined, { fromEvent: -1 })
  ].map(async call => call.then(() => 'resolved', (thrown: unknown) => (thrown as { code: string }).code)))
  expect(codes).toEqual([
    'invalid-argument', 'invalid-argument', 'invalid-argument', 'invalid-argument', 'invalid-argument', 'invalid-argument',
    'not-connected', 'not-connected', 'timed-out', 'invalid-argument', 'invalid-argument',
    'token-missing', 'token-missing', 'token-missing',
    'token-missing', 'token-missing', 'token-missing',
    'incomplete', 'incomplete', 'invalid-argument',
    'not-connected', 'not-connected',
    'invalid-argument', 'invalid-argument'
  ])
})

test('a subscription goes on over a restart of the server, from where it began if it had heard of nothing, and hears of each event once', async ({ onTestFinished }) => {
  const before = await serve(onTestFinished)
  await before.http.publish({ kind: 'post', text: 'before it' })
  const [none, some]: [MessageEvent[], MessageEvent[]] = [[], []]
  const stops = [
    await before.http.subscribe({ kind: 'record' }, (event) => { none.push(event) }),
    await before.http.subscribe({ kind: 'post', limit: 1 }, (event) => { some.push(event) })
  ]
  await before.http.publish({ kind: 'post', text: 'one' })
  await expect.poll(() => some.length).toBe(1)
  await before.stop()
  const { http } = await serve(onTestFinished, before)
  await http.publish({ kind: 'record', collection: 'c', key: 'k', value: bytes })
  await http.publish({ kind: 'post', text: 'two' })
  await expect.poll(() => [none.length, some.length], { timeout: 10_000 }).toEqual([1, 2])
  expect(some.map(({ message }) => message.body?.text)).toEqual(['one', 'two'])
  expect(none[0]?.message.body).toEqual({ collection: 'c', key: 'k', value: bytes })
  for (const stop of stops) stop()
  await http.publish({ kind: 'post', text: 'three' })
  expect(some).toHaveLength(2)
})

test('a callback that fails ends its subscription, and is told why', async ({ onTestFinished }) => {
  const { http } = await serve(onTestFinished)
  let calls = 0
  const why = new Promise((resolve) => {
    void http.subscribe({}, () => { calls += 1; throw new Error('broken') }, { fromEvent: 1, onEnd: resolve })
  })
  expect(await why).toMatchObject({ code: 'stopped' })
  await http.publish({ kind: 'post', text: 'after it' })
  expect(calls).toBe(1)
})
