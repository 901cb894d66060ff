/**
 * Readers of the server's hub over HTTP. A run is one of two, in turn: a subscriber that is killed and resumed at random a hundred times while messages are
 * published, and must see every event exactly once; and a thousand subscribers at once, who must all see all, while the server's memory stays bounded.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createScene } from '../../e2e/harness/scene.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { createRandom, type Random } from '../base/seeded-random.ts'
import { connectOverHttp, type HttpHub } from '../worker/client/http-hub.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const httpEvents: SoakCheck = {
  name: 'http-events',
  sentence: 'A reader over HTTP that is killed and resumed sees every event once, and a thousand readers do not fill the memory.',
  runsDefault: 10,
  start
}

const resumptions = 100
const readersMax = 1_000
const postsForAll = 20
/** What a thousand readers may cost the server's process, in MiB: 64 KiB a reader, twice what a socket and its buffers take. */
const readersMebibytesMax = 64

async function start (): Promise<Soak> {
  const scene = createScene()
  const server = await scene.server()
  const token = (await readFile(join(server.data, 'api-token'), 'utf8')).trim()
  const hub = connectOverHttp({ address: server.address, token })
  const found: string[] = []
  return {
    run: async (seed, number) => { found.push(number % 2 === 0 ? await resumed(hub, createRandom(seed, number)) : await crowd(server, hub)) },
    async stop () {
      await scene.end()
      return found
    }
  }
}

async function resumed (hub: HttpHub, random: Random): Promise<string> {
  const before = await newestEvent(hub)
  const heard: number[] = []
  let last = before
  let published = 0
  const writing = new AbortController()
  const writer = (async () => {
    for (; !writing.signal.aborted; published += 1) {
      await hub.publish({ kind: 'post', text: `event ${published}` })
      await pause(20 + random.below(20))
    }
  })()
  for (let life = 0; life < resumptions; life += 1) {
    const stop = await hub.subscribe({ kind: 'post' }, ({ event }) => {
      heard.push(event)
      last = event
    }, { fromEvent: last + 1 })
    await pause(random.below(60))
    stop()
  }
  writing.abort()
  await writer
  const stop = await hub.subscribe({ kind: 'post' }, ({ event }) => { heard.push(event) }, { fromEvent: last + 1 })
  await waitUntil({ what: `${published} events` }, async () => heard.length >= published)
  stop()
  const expected = Array.from({ length: published }, (_, index) => before + 1 + index)
  if (heard.join() !== expected.join()) throw new Error(`Of ${published} events from ${before + 1} on it saw: ${heard.join(', ')}`)
  return `${resumptions} resumptions saw ${published} events, each once`
}

async function crowd (server: HubServer, hub: HttpHub): Promise<string> {
  const before = await newestEvent(hub)
  const memoryBefore = await residentBytes(server)
  const heard = new Array<number>(readersMax).fill(0)
  const stops: Array<() => void> = []
  try {
    for (const reader of heard.keys()) {
      stops.push(await hub.subscribe({ kind: 'post' }, () => { heard[reader] = (heard[reader] ?? 0) + 1 }, { fromEvent: before + 1 }))
      if (reader % 8 === 0) await pause(120) // an address gets 100 requests a second
    }
    for (let post = 0; post < postsForAll; post += 1) await hub.publish({ kind: 'post', text: `to all ${post}` })
    await waitUntil({ what: `${postsForAll} events at each of ${readersMax} readers`, timeoutMs: 60_000 }, async () => heard.every(count => count >= postsForAll))
    if (heard.some(count => count !== postsForAll)) throw new Error('A reader saw an event twice.')
    const mebibytes = Math.round((await residentBytes(server) - memoryBefore) / 2 ** 20)
    if (mebibytes > readersMebibytesMax) throw new Error(`${readersMax} readers cost the server ${mebibytes} MiB.`)
    return `${readersMax} readers, ${postsForAll} events each: ${mebibytes} MiB more at the server`
  } finally {
    for (const stop of stops) stop()
  }
}

async function newestEvent (hub: HttpHub): Promise<number> {
  return (await hub.status()).lastEvent
}

/** As the process itself says it (prom-client). */
async function residentBytes ({ address }: HubServer): Promise<number> {
  const metrics = await (await fetch(`${address}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1])
}
