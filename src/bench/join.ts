/**
 * A fresh hub in a tab until it has everything that others have: by a snapshot and by comparing, from a hub at the server, then by a snapshot tab from tab
 * with a server that only introduces; and the same bytes merely sent over such a link and stored.
 */
import { fileURLToPath } from 'node:url'
import { createScene } from '../../e2e/harness/scene.ts'
import { buildPageIfStale } from '../node/build.ts'
import type { Benchmark } from './benchmark.ts'
import { openBenchPage } from './browser/bench-page.ts'
import { makeFeed } from './ingest/feed.ts'
import { fillServer } from './join/filled-server.ts'
import { etaError, joinUntil, type Joined } from './join/joining.ts'
import { serveRaw } from './join/raw-server.ts'

const options = {
  messages: { default: 100_000, sentence: 'Messages that there are, about 300 bytes each.' }
}

/** Between two messages of a device: a hundred thousand are four days of sixteen devices. */
const stepMs = 60_000

/**
 * JSON: `{messages, rows: [{by: 'fast-sync', 'diff-sync' or 'raw-copy', usableMs, verifiedMs, bytes, …}], betweenTabs}`. usableMs: from opening the address
 * to the last message's being there; verifiedMs: until all of it is verified, null where nothing is. bytes: all of the sessions, both ways, and of the
 * snapshot's pieces. Of both syncs also `perSecond`, `longTasks` and `longestTaskMs` (the page's main thread, above 50 ms, while messages moved) and `etaError`
 * (the median error of the time left, as a share of what was left). `betweenTabs`: fast sync of a tab that has only another tab to ask.
 */
export const join: Benchmark<typeof options> = {
  name: 'join',
  sentence: 'A fresh hub in a tab: milliseconds until it has all messages, beside a mere copy of the bytes.',
  options,
  async run ({ messages }) {
    await buildPageIfStale(projectFolder)
    const feed = await makeFeed(messages, stepMs)
    const copied = await copy(feed)
    const scene = createScene()
    try {
      const filled = await fillServer(feed)
      scene.owns(filled, async () => filled.remove())
      // Those that copy nothing of the network for whoever drives them.
      const browsers = await Promise.all([scene.sleepyChromium({ serviceWorkers: true }), scene.sleepyChromium({ serviceWorkers: true })])
      await filled.serve(false)
      const comparing = await scene.server({ data: filled.data, options: ['--genesis', filled.genesis] })
      const compared = await joinUntil(await browsers[1].newPage(), comparing.address, 'compared', messages)
      await compared.hub.page.close()
      await comparing.stop()
      await filled.serve(true)
      const full = await scene.server({ data: filled.data, options: ['--genesis', filled.genesis] })
      const first = await joinUntil(await browsers[0].newPage(), full.address, 'first', messages)
      await full.stop()
      await scene.server({ port: full.port, data: filled.data, options: ['--no-hub', '--genesis', filled.genesis] })
      await first.hub.reload() // as one that comes back to what it has
      const second = await joinUntil(await browsers[1].newPage(), full.address, 'second', messages)
      return {
        messages,
        rows: [
          { by: 'fast-sync', ...rowOf(first, messages) },
          { by: 'diff-sync', ...rowOf(compared, messages) },
          { by: 'raw-copy', usableMs: Math.round(copied.ms), verifiedMs: null, bytes: copied.bytes }
        ],
        betweenTabs: rowOf(second, messages)
      }
    } finally {
      await scene.end()
    }
  }
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

function rowOf (joined: Joined, messages: number): Readonly<Record<string, number | null>> {
  const { ms, bytes, longTasksMs } = joined
  const error = etaError(joined)
  return {
    usableMs: Math.round(ms), verifiedMs: Math.round(ms), bytes, perSecond: Math.round(messages / ms * 1_000),
    longTasks: longTasksMs.length, longestTaskMs: Math.round(Math.max(0, ...longTasksMs)), etaError: error === null ? null : Math.round(error * 100) / 100
  }
}

async function copy (feed: readonly Uint8Array[]): Promise<{ readonly ms: number, readonly bytes: number }> {
  const page = await openBenchPage()
  const server = await serveRaw(Buffer.concat(feed))
  try {
    const tab = await page.open()
    const copied = await tab.call('rawCopy', server.address)
    if (copied.bytes !== feed.reduce((sum, { byteLength }) => sum + byteLength, 0)) throw new Error('Not all of the bytes were copied.')
    return copied
  } finally {
    await server.close()
    await page.close()
  }
}
