import { request as httpRequest, type ClientRequest } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { toHex } from '../../base/bytes.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { createAuthor, post, testRules, type Author } from '../../hub/fixtures/author.ts'
import type { Message } from '../../message/types.ts'
import { ask, startTestOrigin, temporaryFolder, type Answer } from '../fixtures/origin.ts'
import { attachHub } from '../hub.ts'

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

test('a process without a hub says so', async ({ onTestFinished }) => {
  const { port } = await startTestOrigin(onTestFinished)
  expect(await ask(port, '/api/status')).toMatchObject({ status: 503 })
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
