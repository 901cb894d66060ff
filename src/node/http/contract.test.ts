/**
 * The OpenAPI document held against the server. For each operation of the document, requests are made out of it: as it says, and as nobody should. What is
 * answered must be what the document names (the status, the type of content, the schema, no field that is not in it), and each answer that it names must come.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toHex } from '../../base/bytes.ts'
import type { HubErrorCode } from '../../base/errors.ts'
import { createAuthor, post, type Author } from '../../hub/fixtures/author.ts'
import { encodeSignedBytes } from '../../message/codec.ts'
import type { Message } from '../../message/types.ts'
import { allowedOrigin, send, startApiServers, token, type ApiServers, type Received, type Sent, type Situation } from './fixtures/api-servers.ts'
import { openApi } from './openapi.ts'

type Schema = Readonly<Record<string, unknown>>
interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path' | 'header'
  readonly required: boolean
  readonly schema: Schema
}
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly security?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>>
}
interface Asked {
  /** @default 'hub' */
  readonly in?: Situation
  readonly sent: Sent
  /** @default any that the document names */
  readonly status?: number
}

const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation: operation as unknown as Operation })))
type Named = (typeof operations)[number]

const cleanups: Array<() => Promise<void>> = []
let servers: ApiServers
let ida: Author
let eve: Author
let posts: Message[]

beforeAll(async () => {
  servers = await startApiServers((cleanup) => { cleanups.push(cleanup) });
  [ida, eve] = await Promise.all([createAuthor(1), createAuthor(2)])
  posts = []
  for (let count = 0; count < 5; count += 1) posts.push(await ida.write(post(`post ${count}`, posts.at(0)?.id)))
  const link = await ida.write({ kind: 'link', target: ida.key, type: 'follow', set: true })
  const reaction = await ida.write({ kind: 'reaction', target: posts[0]!.id, type: '👍', set: true })
  const record = await ida.write({ kind: 'record', collection: 'todo', key: 'milk', value: new Uint8Array([0, 255]) })
  const profile = await ida.write({ kind: 'profile', field: 'name', value: 'Ida' })
  for (const { bytes } of [ida.introduction, ...posts, link, reaction, record, profile]) {
    expect(await servers.hub.submit(encodeSignedBytes(bytes))).toMatchObject({ type: 'stored' })
  }
  const { states } = servers.hub.api;
  ({ checkpoint } = await states.input())
  await states.offer({ reducer, checkpoint, bytes: new Uint8Array([0, 255, 7]) })
  await vi.waitFor(async () => { expect(await servers.hub.api.peers()).toHaveLength(1) }, { timeout: 20_000 })
}, 60_000)

afterAll(async () => { for (const cleanup of cleanups.reverse()) await cleanup() })

const json = { 'Content-Type': 'application/json' }
const withToken = { Authorization: `Bearer ${token}` }
const withWrongToken = { Authorization: `Bearer ${'1'.repeat(64)}` }
/** A state's bytes take more than anything else. */
const bodyBytesMaxOf = (path: string): number => path === '/api/states' ? 1_399_128 : 65_536

const reducer = { name: 'texts', version: 1 }
let checkpoint: string

const unknown: Parameter = { name: 'colour', in: 'query', required: false, schema: {} }

/** What each parameter is given; one that has no value here fails the test of its operation. */
const values: Readonly<Record<string, () => string>> = {
  id: () => posts[0]!.id, author: () => ida.key, kind: () => 'record', collection: () => 'todo', parent: () => '', since: () => '0', until: () => '4000000000000',
  standing: () => 'live', limit: () => '2', order: () => 'ascending', after: () => posts[3]!.id, offset: () => '1', from: () => '1', target: () => posts[0]!.id, type: () => 'follow',
  name: () => reducer.name, version: () => String(reducer.version), checkpoint: () => checkpoint,
  traced: () => 'true', key: () => '0197f1e2d3c4-0123456789abcdef', 'Last-Event-ID': () => '1'
}

/** A draft of each kind that the document names. */
const drafts: Readonly<Record<string, () => object>> = {
  post: () => ({ text: 'by HTTP' }),
  reaction: () => ({ target: posts[0]!.id, type: '👍', set: true }),
  link: () => ({ target: ida.key, type: 'follow', set: false }),
  profile: () => ({ field: 'name', value: 'a hub' }),
  record: () => ({ collection: 'todo', key: 'bread', value: 'AP8H' }),
  remove: () => ({ target: posts[0]!.id })
}

type OfBody = Omit<Asked, 'sent'> & { readonly body: object, readonly withoutToken?: boolean }
/** Calls whose bodies are more than their parameters say: what comes of each. */
const bodies: Readonly<Record<string, () => readonly OfBody[] | Promise<readonly OfBody[]>>> = {
  async '/api/messages' () {
    const { schema } = openApi.paths['/api/messages'].post.requestBody.content['application/json']
    const { enum: kinds } = (schema as unknown as { oneOf: [{ properties: { kind: { enum: readonly string[] } } }] }).oneOf[0].properties.kind
    return [
      ...kinds.map(one => ({ body: { kind: one, ...drafts[one]!() }, status: 201 })),
      { body: { kind: 'record', collection: 'todo', key: 'milk', value: null }, status: 201 },
      { body: { kind: 'record', collection: 'todo', key: 'milk', value: 'no base64' }, status: 400 },
      { body: { kind: 'poem', text: 'of no kind' }, status: 400 },
      { body: rawOf(posts[0]!), status: 201, withoutToken: true },
      { body: rawOf(await eve.write(post('by a stranger'))), status: 202, withoutToken: true },
      { body: { ...rawOf(posts[0]!), signature: '00'.repeat(64) }, status: 422, withoutToken: true },
      { body: { header: 'zz', signature: '00' }, status: 400, withoutToken: true }
    ]
  },
  '/api/sync': async () => [{ body: {}, status: 200 }, { body: { peerId: 'nobody' }, status: 409 }, { body: { peerId: 7 }, status: 400 }],
  '/api/when-synced': async () => [{ body: { timeoutMs: 30_000 }, status: 200 }, { body: { timeoutMs: 0 }, status: 400 }],
  '/api/states' () {
    const right = { reducer, checkpoint, bytes: 'AP8H' }
    const wrong = [{ bytes: 'no base64' }, { bytes: '' }, { bytes: 'AAAA' }, { bytes: null }, { reducer: null }, { reducer: { ...reducer, version: 0 } }]
    return [{ body: right, status: 200 }, { body: { ...right, checkpoint: '00'.repeat(32) }, status: 409 }, ...wrong.map(one => ({ body: { ...right, ...one }, status: 400 }))]
  },
  '/api/states-input': () => [
    { body: {}, status: 200 }, { body: { checkpoint, from: 1, limit: 2 }, status: 200 }, { body: { checkpoint: '00'.repeat(32) }, status: 409 },
    ...[{ limit: 0 }, { limit: 1_001 }, { from: -1 }, { from: 'x' }].map(body => ({ body, status: 400 }))
  ],
  '/api/states-restore': () => [
    { body: { reducer }, status: 200 }, { body: { reducer, atLeast: 1 }, status: 200 }, { body: { reducer: { ...reducer, version: 2 } }, status: 404 },
    ...[{}, { reducer: { name: 'A', version: 1 } }, { reducer, atLeast: 0 }].map(body => ({ body, status: 400 }))
  ],
  '/api/attesters': async () => [
    { body: { kind: 'joins', peerId: '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f' }, status: 200 },
    { body: { kind: 'stays', peerId: '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f' }, status: 400 }, { body: { text: 'no proposal' }, status: 400 }
  ]
}

/** What the call behind a path may fail with (hub/api.ts), besides what every call may. */
const codes: Readonly<Record<string, readonly HubErrorCode[]>> = {
  'GET /api/events': ['too-many'],
  'POST /api/messages': ['message-invalid', 'device-revoked', 'clock-behind', 'outcome-unknown', 'too-many', 'storage-busy', 'storage-full', 'key-unavailable'],
  'POST /api/sync': ['not-connected', 'too-many'],
  'POST /api/states': ['incomplete', 'key-unavailable', 'storage-busy', 'storage-full'],
  'POST /api/states-input': ['incomplete'],
  'POST /api/states-restore': ['storage-busy', 'storage-full'],
  'GET /api/states-later': ['incomplete'],
  'POST /api/when-synced': ['timed-out', 'too-many']
}
const codesOfAll: readonly HubErrorCode[] = ['storage-failed', 'storage-lost', 'stopped', 'internal']

/** Everything that an operation is asked, as it says and otherwise. */
async function requestsOf ({ method, path, operation }: Named): Promise<readonly Asked[]> {
  const { parameters = [], security, requestBody } = operation
  const isDocument = path === '/api/openapi.json'
  const hasArguments = parameters.length > 0 || requestBody != null
  /** Without them it answers nothing, or forever. */
  const needed = parameters.filter(({ name, required }) => required || (path === '/api/links' && name === 'author') || (path === '/api/events' && name === 'from'))
  const withBody = requestBody == null ? [] : await bodies[path]!()
  const body = withBody[0]?.body

  const sentWith = (given: ReadonlyArray<readonly [Parameter, string]>, changes: Partial<Sent> = {}): Sent => {
    const of = (place: Parameter['in']): Array<[string, string]> => given.filter(([parameter]) => parameter.in === place).map(([{ name }, value]) => [name, value])
    const search = new URLSearchParams(of('query')).toString()
    return {
      method,
      path: of('path').reduce((whole, [name, value]) => whole.replace(`{${name}}`, encodeURIComponent(value)), path) + (search === '' ? '' : `?${search}`),
      ...body == null ? {} : { body: JSON.stringify(body) },
      ...changes,
      headers: { ...requestBody == null ? {} : json, ...security == null ? {} : withToken, ...Object.fromEntries(of('header')), ...changes.headers }
    }
  }
  type Given = ReadonlyArray<readonly [Parameter, string]>
  const right = (...given: readonly Parameter[]): Given => given.map(parameter => [parameter, values[parameter.name]!()])
  const sent = (changes: Partial<Sent> = {}): Sent => sentWith(right(...needed), changes)
  const others = (parameter: Parameter): readonly Parameter[] => needed.filter(one => one !== parameter)
  const wrong = parameters.flatMap(parameter => wrongOf(parameter.schema).map((text): Given => [...right(...others(parameter)), [parameter, text]]))
  const ids = parameters.filter(({ name }) => name === 'id')
  const well = method === 'POST' ? {} : { status: 200 }

  return [
    { ...well, sent: sent() },
    { ...well, sent: sent({ headers: { Origin: allowedOrigin } }) },
    { ...well, in: 'off-loopback', sent: sent({ headers: withToken }) },
    ...parameters.map(parameter => ({ ...well, sent: sentWith(right(...others(parameter), parameter)) })),
    ...wrong.map(given => ({ sent: sentWith(given) })),
    ...needed.filter(({ required, in: place }) => required && place === 'query').map(parameter => ({ sent: sentWith(right(...others(parameter))), status: 400 })),
    ...parameters.some(one => one.in === 'query') ? [{ sent: sentWith([...right(...needed), [unknown, 'red']]), status: 400 }] : [],
    ...ids.map(parameter => ({ sent: sentWith([[parameter, '00'.repeat(32)]]), status: 404 })),

    ...withBody.map(({ body, withoutToken = false, ...rest }) => ({ ...rest, sent: sent({ body: JSON.stringify(body), ...withoutToken ? { headers: { Authorization: '' } } : {} }) })),
    ...requestBody == null
      ? []
      : [
          { sent: sent({ headers: { Authorization: '' } }), status: 401 },
          { sent: sent({ headers: withWrongToken }), status: 401 },
          { sent: sent({ headers: { 'Content-Type': 'text/plain' } }), status: 415 },
          { sent: sent({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }), status: 415 },
          { sent: sent({ body: JSON.stringify({ filling: 'x'.repeat(bodyBytesMaxOf(path)) }) }), status: 413 },
          ...['', '{', '[]', '7', 'null'].map(text => ({ sent: sent({ body: text }), status: 400 }))
        ],

    { sent: sent({ headers: { Host: 'evil.example' } }), status: 403 },
    ...['https://evil.example', 'null'].map(Origin => ({ sent: sent({ headers: { Origin } }), status: 403 })),
    ...[{ Authorization: '' }, withWrongToken].map(headers => ({ in: 'off-loopback' as const, sent: sent({ headers }), status: 401 })),
    { in: 'flooded', sent: sent(), status: 429 },
    { in: 'no-hub', sent: sent(), status: 503 },
    ...isDocument
      ? []
      : [
          { in: 'broken' as const, sent: sent(), status: 500 },
          ...[...codesOfAll, ...hasArguments ? ['invalid-argument' as const] : [], ...codes[`${method} ${path}`] ?? []].map(failing => ({ in: { failing }, sent: sent() }))
        ]
  ]
}

/** Texts that a schema does not allow; none where it allows any. */
function wrongOf ({ type, pattern, enum: allowed, minimum }: Schema): string[] {
  if (pattern != null) return ['abc', '0'.repeat(63)]
  if (allowed != null) return ['nonsense']
  if (type === 'integer') return ['-1', '1.5', 'many', '99999999999999999', ...minimum === 1 ? ['0'] : []]
  return type === 'boolean' ? ['perhaps'] : []
}

function rawOf ({ bytes: { header, body, signature } }: Message): object {
  return { header: toHex(header), body: body == null ? null : toHex(body), signature: toHex(signature) }
}

/** The same schema, but that no object has a property that it does not name. */
function closed (schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const parts = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  return 'properties' in parts && 'required' in parts && !('openapi' in (parts.properties as object)) ? { additionalProperties: false, ...parts } : parts
}

const ajv = new Ajv2020({ strict: false, allErrors: true })

function expectValid (value: unknown, schema: Schema, what: string): void {
  const validate = ajv.compile(closed(schema) as Schema)
  expect(validate(value), `${what}: ${JSON.stringify(validate.errors)}`).toBe(true)
}

/** The fields of each event of a stream. */
function eventsOf (text: string): Array<Record<string, string>> {
  return text.split('\n\n').filter(block => block !== '' && !block.startsWith(':'))
    .map(block => Object.fromEntries(block.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])))
}

/** That an answer is one which the document names. */
function expectNamed ({ status, headers, text }: Received, { responses }: Operation, what: string): void {
  const named = responses[status]
  expect(named, `${what} is answered with ${status}, which the document does not name: ${text}`).toBeDefined()
  const type = String(headers['content-type'])
  const schema = named?.content[type]?.schema
  expect(schema, `${what}: ${type} of ${status} is not in the document`).toBeDefined()
  if (type === 'application/json') {
    expectValid(JSON.parse(text), schema!, what)
    return
  }
  const events = eventsOf(text)
  expectValid(events, schema!, what)
  const { contentSchema } = (schema as { items: { properties: { data: { contentSchema: Schema } } } }).items.properties.data
  for (const { data } of events) if (data != null) expectValid(JSON.parse(data), contentSchema, what)
}

describe('what the document says is what is answered, all of it', () => {
  test.for(operations)('$method $path', async (named) => {
    const { method, operation } = named
    const reached = new Set<string>()
    for (const { in: situation = 'hub', sent, status } of await requestsOf(named)) {
      const received = await send(await servers.portOf(situation), sent, text => status !== 200 || !sent.path.includes('from=1') || text.includes('\ndata: '))
      const what = `${method} ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body?.slice(0, 60) ?? ''} (${JSON.stringify(situation)})`
      expectNamed(received, operation, what)
      if (status != null) expect(received.status, `${what}: ${received.text}`).toBe(status)
      if (received.status === 401) expect(received.headers['www-authenticate'], what).toBe('Bearer')
      if (sent.headers?.Origin === allowedOrigin) expect(received.headers['access-control-allow-origin'], what).toBe(allowedOrigin)
      reached.add(String(received.status))
    }
    expect([...reached].sort(), 'answers that came, and those that the document names').toEqual(Object.keys(operation.responses).sort())
  })

  test('a stream that is asked from an event on has it first, after the id before it; Last-Event-ID goes before from', async () => {
    const port = await servers.portOf('hub')
    const untilData = (text: string): boolean => text.includes('\ndata: ')
    const idsOf = async (sent: Sent, enough?: (text: string) => boolean): Promise<unknown> =>
      eventsOf((await send(port, sent, enough)).text).slice(0, 2).map(({ id }) => id)
    expect(await idsOf({ path: '/api/events?from=3' }, untilData)).toEqual(['2', '3'])
    expect(await idsOf({ path: '/api/events?from=3', headers: { 'Last-Event-ID': '4' } }, untilData)).toEqual(['4', '5'])
    const { lastEvent } = await servers.hub.api.status()
    expect(await idsOf({ path: '/api/events' })).toEqual([String(lastEvent)])
  })
})

describe('what the document does not name', () => {
  const paths = Object.entries(openApi.paths).map(([path, methods]) => [path.replace('{id}', '00'.repeat(32)), Object.keys(methods).map(method => method.toUpperCase())] as const)

  test.for(paths)('other methods of %s', async ([path, named]) => {
    const port = await servers.portOf('hub')
    const allowed = named.flatMap(method => method === 'GET' ? ['GET', 'HEAD'] : [method])
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const received = await send(port, { method, path, headers: { ...json, ...withToken } })
      if (allowed.includes(method)) expect(received.status, method).not.toBe(405)
      else expect([method, received.status, received.headers.allow]).toEqual([method, 405, allowed.join(', ')])
      if (method === 'HEAD') expect(received.text).toBe('')
    }
    // A page of an allowed origin asks whether it may, before it asks.
    const asked = await send(port, { method: 'OPTIONS', path, headers: { Origin: allowedOrigin } })
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, allowedOrigin])
    for (const method of named) expect(asked.headers['access-control-allow-methods']).toContain(method)
  })

  test.for(['/api/', '/api/nothing', '/api/constructor', '/api/__proto__', '/api/messages/', '/api/status/x', '/api/events/1'])('%s is nothing', async (path) => {
    expect(await send(await servers.portOf('hub'), { path })).toMatchObject({ status: 404 })
  })
})
