/**
 * Two, three and five tabs of one browser that all write, while the one that runs their hub is closed, has its process killed, is frozen, or stands still
 * without a word. A run is one such end, of a hub of its own; twelve in a row are all combinations. What an observing page was told of as acknowledged must be
 * there once, with that id, nothing may be there twice, and a tab that goes on afterwards must get its answers too. How long the others' writing stood still is
 * in the log, and how often a tab that stands still held the storage: in the middle of asking for a transaction no other tab can go on (decision 0034).
 */
import { setTimeout as pause } from 'node:timers/promises'
import { launchSleepyChromium, type PageProcess, type SleepyPage } from '../../e2e/harness/sleepy-chromium.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { openHub, type HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import type { MessageView } from '../worker/api.ts'
import { buildPageIfStale } from '../node/build.ts'
import { projectFolder } from './project-folder.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const tabs: SoakCheck = {
  name: 'tabs',
  sentence: 'Tabs of one hub write while the one that runs it is closed, killed, frozen or stands still: nothing is lost, nothing doubled.',
  runsDefault: 240,
  start
}

const endings = ['closed', 'killed', 'frozen', 'stopped'] as const
const counts = [2, 3, 5] as const
/** Acknowledged posts of each tab before the end, and of each other one after it. */
const postsEach = 8
/** Tabs that wait have their engine loaded some time after they came (tab.ts), in ms: most tabs of a person are open for longer. */
const preparedMs = 2_500
/** An open transaction of a page that goes on ends long before, in ms. */
const heldMs = 2_000
/** What a hand-over may take before it counts as not done. */
const handOverTimeoutMs = 20_000

interface Acknowledged { readonly text: string, readonly id: string, readonly at: number }

/** Writes one post after another, and tells the observer of each acknowledged one. */
const write = (tab: number): string => `void (async () => {
  const channel = new BroadcastChannel('soak')
  globalThis.writing = true
  for (let n = 0; globalThis.writing; n += 1) {
    const text = '${tab}-' + n
    const { id } = await hubbub.publish({ kind: 'post', text })
    channel.postMessage({ text, id, at: Date.now() })
  }
  globalThis.stopped = true
})().catch(error => { globalThis.failed = String(error) })`

/** Runs in a page: whether the hub's storage answers nobody, since a transaction of a page that stands still is open in it. */
const isHeld = `new Promise((resolve, reject) => {
  const opening = indexedDB.open('hubbub/tabs')
  opening.onerror = () => reject(opening.error)
  opening.onsuccess = () => {
    const database = opening.result
    const ends = answer => { database.close(); resolve(answer) }
    setTimeout(ends, ${heldMs}, true)
    database.transaction('counters').objectStore('counters').count().onsuccess = () => ends(false)
  }
})`

async function start (): Promise<Soak> {
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  const server = await scene.server({ options: ['--no-hub'] })
  const gaps = new Map<string, number[]>()
  const held: number[] = []

  return {
    async run (_seed, number) {
      const ending = endings[number % 4] ?? 'closed'
      const count = counts[Math.floor(number / 4) % 3] ?? 2
      const browser = await launchSleepyChromium()
      let leaderProcess: PageProcess | undefined
      try {
        const observer = await browser.newPage()
        await observer.goto(`${server.address}/network.json`)
        await observer.evaluate('(globalThis.told = [], new BroadcastChannel("soak").onmessage = ({ data }) => { told.push(data) }, 0)')
        const told = async (): Promise<Acknowledged[]> => observer.evaluate('told')
        const hubs: Array<HubPage<SleepyPage>> = []
        for (let index = 0; index < count; index += 1) hubs.push(await openHub(await browser.newPage(), server.address, { name: 'tabs' }))
        const [leader, ...others] = hubs
        if (leader == null || !(await leader.status()).leader) throw new Error('The first tab does not lead.')
        await pause(preparedMs)
        if (ending === 'stopped') leaderProcess = await leader.page.ownProcess()
        for (const [index, hub] of hubs.entries()) await hub.page.evaluate(`(${write(index)}, 0)`)
        await waitUntil({ what: `${postsEach} posts of each tab`, timeoutMs: handOverTimeoutMs }, async () => haveWritten(await told(), hubs.keys(), 0))

        const endedAt = Date.now()
        if (ending === 'closed') await leader.page.close()
        else if (ending === 'killed') await leader.page.crash()
        else if (ending === 'frozen') await leader.page.freeze()
        else leaderProcess?.stop()
        const otherTabs = others.map((_, index) => index + 1)
        const othersWrite = async (): Promise<void> => {
          await waitUntil({ what: `${postsEach} more posts of each other tab after the first was ${ending}`, timeoutMs: handOverTimeoutMs, pollMs: 20, evidence: async () => evidenceOf(others) },
            async () => haveWritten(await told(), otherTabs, endedAt))
        }
        if (ending === 'stopped' && await observer.evaluate<boolean>(isHeld)) {
          held.push(number)
          leaderProcess?.goOn()
          await othersWrite()
        } else {
          await othersWrite()
          for (const tab of otherTabs) note(gaps, `${count} tabs, ${ending}`, longestPause(await told(), tab, endedAt))
        }

        if (ending === 'frozen') await leader.page.wake()
        leaderProcess?.goOn()
        const alive = ending === 'frozen' || ending === 'stopped' ? hubs : others
        for (const { page } of alive) await page.evaluate('(globalThis.writing = false, 0)')
        for (const hub of alive) await hub.waitFor('its last answer', () => hub.page.evaluate('globalThis.failed ?? globalThis.stopped'), handOverTimeoutMs)
        for (const { page } of alive) {
          const failed = await page.evaluate<string | null>('globalThis.failed')
          if (failed != null) throw new Error(`A publish was refused: ${failed}`)
        }
        check(await told(), await postsOf(others[0]))
      } finally {
        leaderProcess?.goOn() // one that stands still cannot be closed
        await browser.close()
      }
    },
    async stop () {
      await scene.end()
      const stoodStill = [...gaps].map(([what, those]) => `${what}: writing stood still for ${quantile(those, 0.5)} ms (median), ${quantile(those, 0.95)} ms (p95), ${quantile(those, 1)} ms (longest) of ${those.length}`)
      return [...stoodStill, `the storage was held by the tab that stood still, so that nobody could go on, in ${held.length} runs${held.length > 0 ? `: ${held.join(', ')}` : ''}`]
    }
  }
}

function haveWritten (told: readonly Acknowledged[], those: Iterable<number>, since: number): boolean {
  return [...those].every(tab => told.filter(({ text, at }) => text.startsWith(`${tab}-`) && at >= since).length >= postsEach)
}

/** The longest time between two answers of this tab, from the last one before the end on. */
function longestPause (told: readonly Acknowledged[], tab: number, endedAt: number): number {
  const times = told.filter(({ text }) => text.startsWith(`${tab}-`)).map(({ at }) => at)
  const from = times.findLastIndex(at => at < endedAt)
  return times.slice(from + 1).reduce((longest, at, index) => Math.max(longest, at - Math.max(times[from + index] ?? endedAt, endedAt)), 0)
}

/** All posts, a page at a time. */
async function postsOf (hub: HubPage | undefined): Promise<MessageView[]> {
  const posts: MessageView[] = []
  for (;;) {
    const after = posts.at(-1)?.id
    const page = await hub?.call('query', { kind: 'post', order: 'ascending', limit: 1_000, ...(after == null ? {} : { after }) }) ?? []
    posts.push(...page)
    if (page.length < 1_000) return posts
  }
}

function check (told: readonly Acknowledged[], posts: readonly MessageView[]): void {
  const ids = new Map<string, string>()
  for (const { id, body } of posts) {
    const text = String(body?.text)
    if (ids.has(text)) throw new Error(`"${text}" is there twice.`)
    ids.set(text, id)
  }
  for (const { text, id } of told) {
    if (ids.get(text) !== id) throw new Error(`"${text}" was acknowledged as ${id} and is ${ids.get(text) ?? 'not there'}.`)
  }
}

async function evidenceOf (others: readonly HubPage[]): Promise<string> {
  return (await Promise.all(others.map(async hub => `${await hub.page.evaluate<string | null>('globalThis.failed') ?? 'waiting'} ${hub.page.consoleLines().join('\n')}`))).join('\n')
}

function note (gaps: Map<string, number[]>, what: string, ms: number): void {
  gaps.set(what, [...gaps.get(what) ?? [], ms])
}

function quantile (those: readonly number[], share: number): number {
  const sorted = [...those].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
