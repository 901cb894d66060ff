import { request as httpRequest, type ClientRequest } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { toHex } from '../../base/bytes.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { createAuthor, post, testRules, type Author } from '../../hub/fixtures/author.ts'
import type { Message } from '../../message/types.ts'
import { ask, startTestOrigin, temporaryFolder, type Answer } from '../fixtures/origin.ts'
import { attachHub } from '../hub.ts'
import { openApi } from './openapi.ts'

interface Hub {
  readonly port: number
  readonly token: string
}

let ida: Author
let posts: Message[]

beforeAll(async () => {
  ida = await createAuthor(1)
  posts = []
  for (let count = 0; count < 40; count += 1) posts.push(await ida.write(post(`post ${count}`)))
})

async function startHub (onTestFinished: TestContext['onTestFinished'], config: Parameters<typeof startTestOrigin>[1] = {}): Promise<Hub> {
  const dataFolder = await temporaryFolder(onTestFinished)
  const { port } = await startTestOrigin(onTestFinished, { ...testRules, dataFolder, ...config }, { attachHub })
  return { port, token: (await readFile(join(dataFolder, 'api-token'), 'utf8')).trim() }
}

const json = { 'Content-Type': 'application/json' }
const send = async (port: number, path: string, value: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(port, path, { method: 'POST', ...json, ...headers }, JSON.stringify(value))
const rawOf = ({ bytes: { header, body, signature } }: Message): object =>
  ({ header: toHex(header), body: body == null ? null : toHex(body), signature: toHex(signature) })
const codeOf = ({ text }: Answer): string => (JSON.parse(text) as { error: { code: string } }).error.code
const withToken = ({ token }: Hub): Record<string, string> => ({ Authorization: `Bearer ${token}` })

describe('the document', () => {
  interface Operation {
    readonly parameters?: ReadonlyArray<{ readonly name: string, readonly in: string, readonly required: boolean, readonly schema: object }>
    readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>>
  }
  const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation as Operation] as const))
  const answeredAtOnce = operations.filter(([, path]) => path !== '/api/events')

  /** What each parameter is given here; one without a value here fails the test. */
  const values: Readonly<Record<string, () => string>> = {
    id: () => posts[0]!.id, author: () => ida.key, kind: () => 'post', collection: () => 'todo', parent: () => '', since: () => '0', until: () => '4000000000000',
    standing: () => 'live', limit: () => '10', order: () => 'ascending', after: () => posts[3]!.id, from: () => '1', offset: () => '2', target: () => ida.key,
    type: () => 'follow', traced: () => 'true', key: () => '0197f1e2d3c4-0123456789abcdef'
  }
  const bodies: Readonly<Record<string, unknown>> = { '/api/messages': { kind: 'post', text: 'by HTTP' }, '/api/sync': {}, '/api/when-synced': { timeoutMs: 1 } }
  const statuses: Readonly<Record<string, number>> = { '/api/sync': 409, '/api/when-synced': 504 }

  test.for(answeredAtOnce)('%s %s answers what it says, with each of its parameters', async ([method, path, operation], { onTestFinished }) => {
    const { parameters = [], responses } = operation
    const hub = await startHub(onTestFinished)
    for (const message of [ida.introduction, ...posts.slice(0, 5)]) expect((await send(hub.port, '/api/messages', rawOf(message))).status).toBe(201)
    const inPath = path.replace(/\{(\w+)\}/, (_all, name: string) => values[name]!())
    const given = (only: typeof parameters): string => new URLSearchParams(only.map(({ name }) => [name, values[name]!()])).toString()
    const inQuery = parameters.filter(parameter => parameter.in === 'query')
    const needed = inQuery.filter(({ required }) => required || path === '/api/links')
    const queries = [needed, ...inQuery.map(parameter => [...needed.filter(one => one !== parameter), parameter])].map(only => `?${given(only)}`)
    for (const query of queries) {
      const answer = method === 'post' ? await send(hub.port, inPath + query, bodies[path], withToken(hub)) : await ask(hub.port, inPath + query)
      const schema = responses[answer.status]?.content?.['application/json']?.schema
      expect(schema, `${query}: ${answer.status} ${answer.text}`).toBeDefined()
      const validate = new Ajv2020({ strict: false }).compile(schema!)
      expect(validate(JSON.parse(answer.text)), `${query}: ${JSON.stringify(validate.errors)}`).toBe(true)
      expect(answer.status, query).toBe(statuses[path] ?? (method === 'post' ? 201 : 200))
    }
  })
})

describe('messages', () => {
  test('one signed elsewhere is stored once, and found; one by an unknown device is not taken; a broken one is refused', async ({ onTestFinished }) => {
    const { port } = await startHub(onTestFinished)
    expect(await send(port, '/api/messages', rawOf(posts[0]!))).toMatchObject({ status: 202 })
    for (const outcome of ['first', 'again']) expect(await send(port, '/api/messages', rawOf(ida.introduction)), outcome).toMatchObject({ status: 201 })
    expect(JSON.parse((await ask(port, '/api/messages?kind=post')).text)).toMatchObject([{ id: posts[0]!.id, body: { text: 'post 0' } }])
    const broken = await send(port, '/api/messages', { ...rawOf(posts[1]!), signature: '00'.repeat(64) })
    expect([broken.status, codeOf(broken)]).toEqual([422, 'bad-signature'])
    expect(JSON.parse((await ask(port, `/api/messages/${posts[0]!.id}`)).text)).toMatchObject({ standing: 'live', raw: rawOf(posts[0]!) })
    expect(await ask(port, `/api/messages/${posts[2]!.id}`)).toMatchObject({ status: 404 })
  })

  test('a draft is published as this hub by whoever has the token; the bytes of a record are base64 both ways', async ({ onTestFinished }) => {
    const hub = await startHub(onTestFinished)
    const draft = { kind: 'record', collection: 'todo', key: 'milk', value: Buffer.from([0, 255, 7]).toString('base64') }
    const refused = await send(hub.port, '/api/messages', draft)
    expect([refused.status, codeOf(refused)]).toEqual([401, 'token-missing'])
    expect(await send(hub.port, '/api/messages', draft, { Authorization: `Bearer ${'0'.repeat(64)}` })).toMatchObject({ status: 401 })
    expect(await send(hub.port, '/api/messages', draft, withToken(hub))).toMatchObject({ status: 201 })
    expect(JSON.parse((await ask(hub.port, '/api/messages?collection=todo')).text)).toMatchObject([{ body: { key: 'milk', value: draft.value } }])
  })
})

describe('refusals', () => {
  test('a stranger\'s Host and Origin, off loopback whoever has no token, and whoever asks too often', async ({ onTestFinished }) => {
    const { port } = await startHub(onTestFinished)
    expect(await ask(port, '/api/status', { Host: 'evil.example' })).toMatchObject({ status: 403 })
    expect(await ask(port, '/api/status', { Origin: 'https://evil.example' })).toMatchObject({ status: 403 })
    expect(await ask(port, '/api/status', { Origin: `http://localhost:${port}` })).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': `http://localhost:${port}` } })
    const open = await startHub(onTestFinished, { host: '0.0.0.0' })
    expect(await ask(open.port, '/api/status')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    expect(await ask(open.port, '/api/status', withToken(open))).toMatchObject({ status: 200 })
    const statuses = new Set<number>()
    for (let count = 0; count < 2_000 && !statuses.has(429); count += 1) statuses.add((await ask(port, '/api/nothing')).status)
    expect([...statuses]).toEqual([404, 429])
  })

  test.for<[string, string, Record<string, string>, string | undefined, number]>([
    ['an unknown filter', '/api/messages?colour=red', {}, undefined, 400],
    ['a limit that is no number', '/api/messages?limit=many', {}, undefined, 400],
    ['an id that is none', '/api/messages/abc', {}, undefined, 400],
    ['an event that is none', '/api/events?from=-1', {}, undefined, 400],
    ['a filter that the hub refuses, before anything is streamed', '/api/events?standing=gone', {}, undefined, 400],
    ['another method', '/api/status', { method: 'DELETE' }, undefined, 405],
    ['a path that is none', '/api/', {}, undefined, 404],
    ['a path that every object has', '/api/constructor', {}, undefined, 404],
    ['another one', '/api/__proto__', {}, undefined, 404],
    ['a body that is a form', '/api/messages', { method: 'POST', 'Content-Type': 'text/plain' }, '{}', 415],
    ['a body that is no JSON', '/api/messages', { method: 'POST', ...json }, '{', 400],
    ['a body that is a list', '/api/messages', { method: 'POST', ...json }, '[]', 400],
    ['a body that is too long', '/api/messages', { method: 'POST', ...json }, `{"kind":"post","text":"${'x'.repeat(70_000)}"}`, 413],
    ['a signed message that is no hex', '/api/messages', { method: 'POST', ...json }, '{"header":"zz","signature":"00"}', 400]
  ])('%s', async ([, path, headers, body, status], { onTestFinished }) => {
    const { port } = await startHub(onTestFinished)
    const answer = await ask(port, path, headers, body)
    expect(answer.status, answer.text).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: expect.any(String) as string, sentence: expect.any(String) as string } })
  })

  test('a process without a hub says so', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    expect(await ask(port, '/api/status')).toMatchObject({ status: 503 })
  })
})

describe('events', () => {
  /** Reads until `enough` says so or the server ends it, then breaks the connection; the ids in order. */
  async function readEvents (port: number, path: string, headers: Record<string, string>, enough: (ids: readonly number[]) => boolean): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const asked: ClientRequest = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        let text = ''
        const ids: number[] = []
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
          const blocks = text.split('\n\n')
          text = blocks.pop() ?? ''
          for (const block of blocks) {
            const id = /^id: (\d+)\nevent: message$/m.exec(block)?.[1]
            if (id == null || enough(ids)) continue
            ids.push(Number(id))
          }
          if (enough(ids)) asked.destroy()
        })
        response.on('close', () => { resolve(ids) })
        response.on('error', () => undefined) // we broke it ourselves
      })
      asked.on('error', (error) => { if (!asked.destroyed) reject(error) })
      asked.end()
    })
  }

  test('HEAD is answered and holds nothing open', async ({ onTestFinished }) => {
    const { port } = await startHub(onTestFinished)
    expect(await ask(port, '/api/events', { method: 'HEAD' })).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' }, text: '' })
    expect(await ask(port, '/api/events?standing=gone', { method: 'HEAD' })).toMatchObject({ status: 400 })
  })

  test('a reader that is cut off and resumes at random sees every message once, in order, while they come', async ({ onTestFinished }) => {
    const { port } = await startHub(onTestFinished)
    const random = createRandom(7)
    const messages = [ida.introduction, ...posts]
    const writing = (async () => { for (const message of messages) await send(port, '/api/messages', rawOf(message)) })()
    const seen: number[] = []
    let cuts = 0
    while (seen.length < messages.length) {
      const some = 1 + random.below(4)
      const headers: Record<string, string> = seen.length === 0 ? {} : { 'Last-Event-ID': String(seen.at(-1)) }
      seen.push(...await readEvents(port, '/api/events?from=1', headers, ids => ids.length >= Math.min(some, messages.length - seen.length)))
      cuts += 1
    }
    await writing
    expect(seen).toEqual(messages.map((_, index) => index + 1))
    expect(cuts).toBeGreaterThan(5)
  })
})
