/**
 * How quickly the page answers its reader: the list of many messages is open and more arrive by the thousand a second, while somebody selects, scrolls, reads
 * and writes. A tab in Chromium, a server's hub it took everything from, and a replay that writes through that server; the browser's own Event Timing
 * says how long each key and press took until its frame was painted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChromiumPage } from '../../e2e/harness/chromium.ts'
import type { HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene, type Scene } from '../../e2e/harness/scene.ts'
import { buildPageIfStale } from '../node/build.ts'
import type { Benchmark } from './benchmark.ts'
import { makeFeed } from './ingest/feed.ts'
import { fillServer } from './join/filled-server.ts'
import { joinUntil } from './join/joining.ts'

const options = {
  messages: { default: 100_000, sentence: 'Messages that are listed before more arrive.' },
  rate: { default: 2_000, sentence: 'Messages that arrive a second meanwhile.' },
  rounds: { default: 12, sentence: 'Rounds of selecting, scrolling, reading and writing.' }
}

/**
 * JSON: `{listed, arrived, arrivedPerSecond, interactions, p50Ms, p95Ms, inpMs, worstMs, worst, longTasks, longestTaskMs}`, `worst` being
 * `{event, waitedMs, handledMs, paintedMs}`. Of an interaction: from the key or press to the next paint; the browser tells 16 ms and more, in steps of 8,
 * and what it does not tell counts as 16. inpMs: Interaction to Next Paint as browsers define it, the worst but for one in fifty (https://web.dev/inp).
 * longTasks: of the page's main thread, above 50 ms.
 */
export const messagesView: Benchmark<typeof options> = {
  name: 'messages-view',
  sentence: 'The messages view: milliseconds from a key or press to the next paint, while thousands of messages arrive.',
  options,
  async run ({ messages, rate, rounds }) {
    await buildPageIfStale(projectFolder)
    const feed = await makeFeed(messages, stepMs)
    const scene = createScene()
    try {
      const filled = await fillServer(feed)
      scene.owns(filled, async () => filled.remove())
      const server = await scene.server({ data: filled.data, options: ['--genesis', filled.genesis] })
      const browser = await scene.chromium()
      const { hub } = await joinUntil(await browser.newPage(), server.address, 'reader', messages)
      await openList(hub)
      const listed = await hub.page.evaluate<number>(`hubbub.count({ kind: 'post', parent: null })`)
      const stream = await startStream(server.address, rate, scene)
      await hub.waitFor('messages to arrive', async () => await countOf(hub) > listed)
      const begin = { at: performance.now(), messages: await countOf(hub) }
      await hub.page.evaluate(observe)
      let performed = 0
      for (let round = 0; round < rounds; round += 1) performed += await interact(hub, round)
      const seconds = (performance.now() - begin.at) / 1_000
      const arrived = await countOf(hub) - begin.messages
      await stream.end()
      const { interactions, longTasks } = await hub.page.evaluate<Observed>('({ interactions: [...globalThis.seen.values()], longTasks: globalThis.tasks })')
      const durations = interactions.map(({ duration }) => duration)
      const worst = interactions.toSorted((one, other) => other.duration - one.duration)[0]
      const all = [...durations, ...Array.from({ length: Math.max(0, performed - durations.length) }, () => shortestToldMs)].sort((one, other) => one - other)
      return {
        listed, arrived, arrivedPerSecond: Math.round(arrived / seconds), interactions: performed,
        p50Ms: quantile(all, 0.5), p95Ms: quantile(all, 0.95), inpMs: Math.round(all.at(-1 - Math.floor(all.length / 50)) ?? 0),
        worstMs: Math.round(all.at(-1) ?? 0), worst: worst == null ? null : partsOf(worst),
        longTasks: longTasks.length, longestTaskMs: Math.round(Math.max(0, ...longTasks))
      }
    } finally {
      await scene.end()
    }
  }
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
/** Between two messages of a device that are there at first. */
const stepMs = 60_000
/** What Event Timing tells at the least, in ms. */
const shortestToldMs = 16
/** The stream is written beforehand; long enough for every round on a slow machine. */
const streamSeconds = 90
const streamAuthors = 8

/** Event Timing's, in ms since the page was loaded. */
interface Interaction {
  readonly name: string
  readonly startTime: number
  readonly processingStart: number
  readonly processingEnd: number
  readonly duration: number
}
interface Observed { readonly interactions: readonly Interaction[], readonly longTasks: readonly number[] }

/** Runs in the page: the longest event of each interaction, and long tasks. */
const observe = `(() => {
  const [seen, tasks] = [globalThis.seen = new Map(), globalThis.tasks = []]
  const each = (options, take) => { new PerformanceObserver(list => { for (const entry of list.getEntries()) take(entry) }).observe(options) }
  each({ type: 'event', durationThreshold: ${shortestToldMs} }, ({ interactionId: id, name, startTime, processingStart, processingEnd, duration }) => {
    if (id > 0 && duration > (seen.get(id)?.duration ?? 0)) seen.set(id, { name, startTime, processingStart, processingEnd, duration })
  })
  each({ type: 'longtask' }, ({ duration }) => { tasks.push(duration) })
})()`

async function openList (hub: HubPage<ChromiumPage>): Promise<void> {
  await hub.page.playwright.setViewportSize({ width: 1_440, height: 900 })
  await hub.page.evaluate('void (location.hash = "#/messages")')
  await hub.waitFor('the list', () => hub.page.playwright.locator('[data-testid=message]').first().isVisible())
}

async function countOf (hub: HubPage<ChromiumPage>): Promise<number> {
  return hub.page.evaluate<number>(`hubbub.count({ kind: 'post', parent: null })`)
}

/** One round as a reader goes: select down and up, far down the list, press a row, write an answer. Returns how many interactions it was. */
async function interact ({ page }: HubPage<ChromiumPage>, round: number): Promise<number> {
  const { playwright } = page
  let performed = 0
  const press = async (key: string): Promise<void> => {
    await playwright.keyboard.press(key)
    performed += 1
  }
  for (const key of ['j', 'j', 'j', 'k', 'j', 'Enter', 'Escape']) await press(key)
  await page.evaluate(scrollTo((round % 10) / 10))
  await playwright.mouse.move(240, 400)
  await playwright.mouse.wheel(0, 600)
  await playwright.mouse.click(240, 300 + 40 * (round % 8))
  performed += 1
  await playwright.locator('[data-testid=compose]').click()
  performed += 1
  for (const letter of `answer ${round}`) await press(letter)
  await press('Escape')
  return performed
}

/** Runs in the page: as far down the list as this share of it. */
function scrollTo (share: number): string {
  return `(() => {
    const rows = document.querySelector('.thread-rows')
    document.activeElement?.blur()
    rows.scrollTop = rows.scrollHeight * ${share}
  })()`
}

/** Posts by several authors, written through the server at this rate until it is ended. */
async function startStream (address: string, rate: number, scene: Scene): Promise<{ end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-stream-'))
  const file = join(folder, 'stream.jsonl')
  const at = Date.now()
  await writeFile(file, Array.from({ length: rate * streamSeconds }, (_, index) =>
    JSON.stringify({ author: `writer ${index % streamAuthors}`, at: at + Math.floor(index * 1_000 / rate) - streamSeconds * 1_000, text: `number ${index} of the stream` })).join('\n'))
  const command = ['--import', 'tsx', 'src/node/replay/main.ts', file, '--to', address, '--rate', String(rate)]
  const child = spawn(process.execPath, command, { cwd: projectFolder, stdio: 'ignore' })
  const end = async (): Promise<void> => {
    if (child.exitCode == null && child.signalCode == null) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  scene.owns(child, end)
  return { end }
}

/** What the time of an interaction was: before its handlers ran, in them, and from then until it was painted. */
function partsOf ({ name, startTime, processingStart, processingEnd, duration }: Interaction) {
  const [waitedMs, handledMs, paintedMs] = [processingStart - startTime, processingEnd - processingStart, startTime + duration - processingEnd].map(Math.round)
  return { event: name, waitedMs, handledMs, paintedMs }
}

function quantile (sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}
