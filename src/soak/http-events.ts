/**
 * Readers of the server's hub over HTTP. A run is one of two, in turn: a subscriber in a process of its own that is killed and resumed at random a hundred
 * times while posts are published, and must see every event exactly once; and a thousand subscribers at once, a tenth of whom take nothing but what their
 * sockets hold. What they cost the server's process at its peak, above the idle hub, is bounded. Memory is read from Linux's /proc.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { waitUntil, within } from '../../e2e/harness/deadline.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import { createRandom, type Random } from '../base/seeded-random.ts'
import { buildPageIfStale } from '../node/build.ts'
import { createEventReader, type ServerEvent } from '../worker/client/event-reader.ts'
import { connectOverHttp, type HttpHub } from '../worker/client/http-hub.ts'
import type { Soak, SoakCheck } from './soak.ts'
import { projectFolder } from './project-folder.ts'

export interface HttpEventsSize {
  readonly resumptions: number
  readonly readers: number
  /** Posts of nearly 8 KiB that are there before the readers. */
  readonly backlog: number
}

/** More posts than the sockets of a reader that takes nothing hold: 4 MB on Linux's loopback. */
const full: HttpEventsSize = { resumptions: 100, readers: 1_000, backlog: 700 }

export const httpEvents: SoakCheck = httpEventsOf(full)

/** The same with fewer of everything. */
export function httpEventsOf (size: HttpEventsSize): SoakCheck {
  return {
    name: 'http-events',
    sentence: 'A reader over HTTP that is killed and resumed sees every event once, and a thousand readers, slow ones too, do not fill the memory.',
    runsDefault: 2,
    start: async () => start(size)
  }
}

/** What readers may cost the server's process at its peak, in MiB, all together: 64 KiB each, of which 16 and an event wait in front of a slow one's socket. */
const readersMebibytesMax = 64
const postsForAll = 20
const longText = 'x'.repeat(7_600)
/** Between two requests, in ms: an address gets 100 a second. */
const requestMs = 11

async function start (size: HttpEventsSize): Promise<Soak> {
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-soak-'))
  const found: string[] = []
  const server = await scene.server()
  const token = (await readFile(join(server.data, 'api-token'), 'utf8')).trim()
  const hub = connectOverHttp({ address: server.address, token })
  return {
    async run (seed, number) {
      const random = createRandom(seed, number)
      found.push(number % 2 === 1 ? await resumed(server, hub, join(folder, `seen-${number}`), size, random) : await crowd(server, hub, size))
    },
    async stop () {
      await scene.end()
      await rm(folder, { recursive: true, force: true })
      return found
    }
  }
}

async function resumed (server: HubServer, hub: HttpHub, file: string, { resumptions }: HttpEventsSize, random: Random): Promise<string> {
  const before = (await hub.status()).lastEvent
  await writeFile(file, '')
  const seen = async (): Promise<number[]> => (await readFile(file, 'utf8')).split('\n').filter(line => line !== '').map(Number)
  let published = 0
  const stopping = new AbortController()
  const writing = (async () => {
    for (; !stopping.signal.aborted; published += 1) {
      await hub.publish({ kind: 'post', text: `event ${published}` })
      await pause(20 + random.below(20))
    }
  })()
  const live = async (life: (ended: Promise<unknown>) => Promise<unknown>): Promise<void> => {
    const from = (await seen()).at(-1) ?? before
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/soak/http-subscriber.ts', server.address, String(from + 1), file],
      { cwd: projectFolder, env: { ...process.env, NODE_ENV: undefined, VITEST: undefined }, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    try {
      await within(30_000, once(child.stdout, 'data'))
      await life(ended)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  }
  try {
    for (let life = 0; life < resumptions; life += 1) await live(async () => pause(random.below(120)))
  } finally {
    stopping.abort()
    await writing
  }
  await live(async () => waitUntil({ what: `${published} events` }, async () => (await seen()).length >= published))
  const heard = await seen()
  const expected = Array.from({ length: published }, (_, index) => before + 1 + index)
  if (heard.join() !== expected.join()) throw new Error(`Of ${published} events from ${before + 1} on it saw: ${heard.join(', ')}`)
  return `killed and resumed ${resumptions} times, a subscriber saw ${published} events, each once`
}

async function crowd (server: HubServer, hub: HttpHub, size: HttpEventsSize): Promise<string> {
  const slow = Math.ceil(size.readers / 10)
  for (let missing = size.backlog - await hub.count({ kind: 'post' }); missing > 0; missing -= 1) {
    await hub.publish({ kind: 'post', text: `${missing} ${longText}` })
    await pause(requestMs)
  }
  await pause(requestMs * size.readers / 10) // what publishing left behind is collected, and the address has its requests again
  const { lastEvent } = await hub.status()
  const idle = await memoryOf(server, 'VmRSS')
  await writeFile(`/proc/${server.pid}/clear_refs`, '5') // the peak begins anew (proc(5))
  const heard = new Array<number>(size.readers - slow).fill(0)
  const stops: Array<() => void> = []
  const slowOnes: SlowReader[] = []
  try {
    for (const reader of heard.keys()) {
      stops.push(await hub.subscribe({ kind: 'post' }, () => { heard[reader] = (heard[reader] ?? 0) + 1 }, { fromEvent: lastEvent + 1 }))
      await pause(requestMs)
    }
    for (let reader = 0; reader < slow; reader += 1) {
      slowOnes.push(await openSlowly(server))
      await pause(requestMs)
    }
    for (let post = 0; post < postsForAll; post += 1) await hub.publish({ kind: 'post', text: `${post} ${longText}` })
    await waitUntil({ what: `${postsForAll} events at each of ${heard.length} readers`, timeoutMs: 60_000 }, () => heard.every(count => count >= postsForAll))
    if (heard.some(count => count !== postsForAll)) throw new Error('A reader saw an event twice.')
    const peak = await memoryOf(server, 'VmHWM')
    // One that took nothing until now has missed nothing, nor gets anything twice.
    const [sent, there] = [await slowOnes.at(-1)?.readOn(lastEvent + postsForAll), await hub.count({ kind: 'post' })]
    if (sent !== there) throw new Error(`A slow reader saw ${sent ?? 0} of ${there} events.`)
    const mebibytes = Math.round((peak - idle) / 1_024)
    const figures = `${size.readers} readers, ${slow} of which took nothing: ${mebibytes} MiB at the peak above the ${Math.round(idle / 1_024)} of the idle hub; a slow one then saw all ${sent} events`
    if (mebibytes > readersMebibytesMax) throw new Error(figures)
    return figures
  } finally {
    for (const stop of stops) stop()
    for (const { end } of slowOnes) end()
  }
}

interface SlowReader {
  /** Reads up to this event, all of them once. Resolves with their number. */
  readonly readOn: (upTo: number) => Promise<number>
  readonly end: () => void
}

/** Asks for all posts, and takes nothing of them. */
async function openSlowly (server: HubServer): Promise<SlowReader> {
  let stream = await openStream(server, 0)
  return {
    async readOn (upTo) {
      let last = 0
      let count = 0
      while (last < upTo) {
        for await (const { id, data } of eventsOf(stream.response)) {
          if (data == null) continue
          if (Number(id) <= last) throw new Error(`A slow reader saw event ${id} after ${last}.`)
          last = Number(id)
          count += 1
          if (last >= upTo) break
        }
        // Whoever takes nothing for a minute is cut off, and goes on where it was.
        if (last < upTo) stream = await openStream(server, last)
      }
      return count
    },
    end: () => { stream.end() }
  }
}

async function openStream ({ address }: HubServer, after: number): Promise<{ readonly response: IncomingMessage, readonly end: () => void }> {
  const asked = request(`${address}/api/events?kind=post`, { agent: false, headers: { 'Last-Event-ID': String(after) } })
  asked.on('error', () => undefined) // ended by us, or cut off: the response says so
  asked.end()
  const [response] = await within(30_000, once(asked, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  response.pause()
  return { response, end: () => { asked.destroy() } }
}

/** Ends where the stream does, in order or not. */
async function* eventsOf (response: IncomingMessage): AsyncGenerator<ServerEvent> {
  const reader = createEventReader()
  response.setEncoding('utf8')
  try {
    for await (const part of response) yield* reader.push(part as string)
  } catch (thrown) {
    if (!response.destroyed) throw thrown
  }
}

/** Of its process, in KiB: resident now, or at most since the peak began. */
async function memoryOf ({ pid }: HubServer, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])
}
