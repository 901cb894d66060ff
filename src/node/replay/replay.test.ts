import '../compat.ts'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { networkOf } from '../../message/genesis.ts'
import type { Message } from '../../message/types.ts'
import { validateMessage } from '../../message/validate.ts'
import { openLevelDbStore } from '../../store/leveldb.ts'
import { startTestOrigin, temporaryFolder } from '../fixtures/origin.ts'
import { attachHub } from '../hub.ts'
import { replay, type ReplayReport } from './replay.ts'

const rules = networkOf({ name: 'replay test', genesisTime: Date.UTC(2020, 0), admissionBits: 4, attesters: [] })
const start = Date.UTC(2024, 0)

interface World {
  readonly to: string
  /** Replays these lines; texts go into the file as they are. */
  readonly play: (lines: readonly unknown[], rate?: number) => Promise<ReplayReport>
  /** Ends the server, and resolves with all that its hub stored, in order. */
  readonly stored: () => Promise<Message[]>
}

/** A real origin whose hub keeps messages. */
async function world (): Promise<World> {
  const folder = await temporaryFolder(onTestFinished)
  const origin = await startTestOrigin(onTestFinished, { ...rules, dataFolder: folder, log: pino({ enabled: false }) }, { attachHub })
  const to = `http://localhost:${origin.port}`
  return {
    to,
    async play (lines, rate) {
      const file = join(folder, 'file.jsonl')
      await writeFile(file, lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
      return replay({ file, to, rate })
    },
    async stored () {
      await origin.stop()
      const store = await openLevelDbStore(join(folder, 'messages'))
      const messages: Message[] = []
      for await (const block of store.scan(1)) {
        for (const { bytes } of block) {
          const validated = validateMessage(bytes, rules)
          if (validated.ok) messages.push(validated.value)
        }
      }
      await store.close()
      return messages
    }
  }
}

function textsOf (messages: readonly Message[]): unknown[] {
  return messages.flatMap(({ header, body }) => body?.kind === 'post' ? [[body.text, header.timestamp]] : [])
}

test('every line is a post with its time, under an author of its own, stored when the report is there', async () => {
  const { play, stored, to } = await world()
  const lines = Array.from({ length: 700 }, (_, index) => ({ author: `author ${index % 7}`, at: start + index * 1_000, text: `text ${index}` }))
  const report = await play(lines)
  expect(report).toMatchObject({
    to, network: rules.network, lines: 700, authors: 7, published: 700, skipped: 0, failed: 0, messages: 714, skippedBy: {}, refused: [], error: null
  })
  expect(report.perSecond).toBeGreaterThan(0)
  const messages = await stored()
  expect(textsOf(messages)).toEqual(lines.map(({ text, at }) => [text, at]))
  const names = new Map(messages.flatMap(({ header, body }) => body?.kind === 'profile' ? [[header.author, body.value]] : []))
  const posts = messages.filter(({ header }) => header.kind === 'post')
  expect(posts.map(({ header }) => names.get(header.author))).toEqual(lines.map(({ author }) => author))
})

test('lines that cannot be published are counted and named, and the others are published', async () => {
  const { play, stored } = await world()
  const good = { author: 'Ada', at: start, text: 'good' }
  const report = await play([
    good, 'no json', '',
    { ...good, text: '' }, { ...good, at: Date.UTC(2019, 0) }, { ...good, at: Date.now() + 86_400_000 }, { ...good, text: 'x'.repeat(100_000) },
    ...Array.from({ length: 10 }, () => ({ ...good, text: '' })), { ...good, text: 'last' }
  ])
  expect(report).toMatchObject({
    lines: 17, published: 2, skipped: 15, failed: 0, error: null,
    skippedBy: { 'not-json': 1, 'text-empty': 11, 'before-genesis': 1, 'in-future': 1, 'line-too-long': 1 }
  })
  expect(report.refused).toHaveLength(10)
  expect(report.refused.slice(0, 3).map(({ line, code }) => [line, code])).toEqual([[2, 'not-json'], [4, 'text-empty'], [5, 'before-genesis']])
  expect(textsOf(await stored())).toEqual([['good', start], ['last', start]])
})

test('answers name the post of the line they answer', async () => {
  const { play, stored } = await world()
  const report = await play([
    { author: 'Ada', at: start, text: 'question', id: 1 },
    { author: 'Bob', at: start + 1, text: 'answer', id: 'b', parent: 1 },
    { author: 'Ada', at: start + 2, text: 'to nobody', parent: 'c' }
  ])
  expect(report).toMatchObject({ published: 2, skippedBy: { 'parent-unknown': 1 } })
  const [question, answer] = (await stored()).filter(({ header }) => header.kind === 'post')
  expect(answer?.body).toEqual({ kind: 'post', text: 'answer', parent: question?.id })
})

test('a file can be replayed again: its authors are others then', async () => {
  const { play, stored } = await world()
  const lines = [{ author: 'Ada', at: start, text: 'one' }]
  await play(lines)
  expect(await play(lines)).toMatchObject({ published: 1, failed: 0 })
  const posts = (await stored()).filter(({ header }) => header.kind === 'post')
  expect(new Set(posts.map(({ header }) => header.author)).size).toBe(2)
})

test('a rate is kept', async () => {
  const { play } = await world()
  const report = await play(Array.from({ length: 21 }, (_, index) => ({ author: 'Ada', at: start, text: String(index) })), 100)
  expect(report.published).toBe(21)
  expect(report.seconds, 'twenty waits of 10 ms').toBeGreaterThanOrEqual(0.19)
})

test('what keeps it from the end is one sentence in the report', async () => {
  const { to, play } = await world()
  const folder = await temporaryFolder(onTestFinished)
  const file = join(folder, 'file.jsonl')
  await writeFile(file, `${JSON.stringify({ author: 'Ada', at: start, text: 'one' })}\n`)
  const hubless = await startTestOrigin(onTestFinished, rules)
  const stranger = await serve('<!doctype html>')
  const liar = await serve(JSON.stringify({ genesis: rules.genesis, network: rules.network, relays: ['/ip4/127.0.0.1/tcp/1/ws'] }))
  const closed = await serve('')
  await new Promise(resolve => closed.server.close(resolve))
  const errors: Array<readonly [Promise<ReplayReport>, RegExp]> = [
    [replay({ file: join(folder, 'missing'), to, rate: undefined }), /missing cannot be read: ENOENT/],
    [replay({ file: folder, to, rate: undefined }), /cannot be read: EISDIR/],
    [replay({ file, to: closed.address, rate: undefined }), /^Nothing answers at .*ECONNREFUSED/],
    [replay({ file, to: stranger.address, rate: undefined }), /network\.json.* could not be used/],
    [replay({ file, to: liar.address, rate: undefined }), /^No relay that .* can be reached/],
    [replay({ file, to: `http://localhost:${hubless.port}`, rate: undefined }), /keeps no messages itself/]
  ]
  for (const [replayed, sentence] of errors) {
    const { error, published } = await replayed
    expect(published).toBe(0)
    expect(error).toMatch(sentence)
    expect(error).not.toContain('\n')
  }
  expect(await play([])).toMatchObject({ lines: 0, published: 0, error: null })
})

test('a server that names one network and whose hub is of another is refused', async () => {
  const other = await startTestOrigin(onTestFinished, networkOf({ ...rules.genesis, name: 'other' }), { attachHub })
  const { relays } = await (await fetch(`http://localhost:${other.port}/network.json`)).json() as { relays: string[] }
  const liar = await serve(JSON.stringify({ genesis: rules.genesis, network: rules.network, relays }))
  const file = join(await temporaryFolder(onTestFinished), 'file.jsonl')
  await writeFile(file, '{}')
  expect((await replay({ file, to: liar.address, rate: undefined })).error).toMatch(/belongs to another/)
})

/** A server that answers every request with a text. */
async function serve (text: string): Promise<{ readonly server: Server, readonly address: string }> {
  const server = createServer((_, response) => { response.end(text) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => { server.close() })
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}` }
}
