/**
 * A fresh tab that joins a filled server by a snapshot, its browser killed at moments of the join that follow from the seed, and opened again until it has
 * everything. Each time it must have what it had said it had, chunk by chunk; in the end it must be equal with the server, every message must be readable and
 * signed, and what it opens from must say the same as its log. When a browser is at which point is not repeatable to the microsecond.
 */
import { rm } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ChromiumPage, launchChromium } from '../../e2e/harness/chromium.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { type HubPage, openHub } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import { createRandom, type Random } from '../base/seeded-random.ts'
import { feedRules, makeFeed } from '../bench/ingest/feed.ts'
import { fillServer } from '../bench/join/filled-server.ts'
import type { HubStatus, JoinView } from '../worker/api.ts'
import { buildPageIfStale } from '../node/build.ts'
import { checkHistory } from './crash-history.ts'
import { checkRebuild, kill, readHistory } from './crash-page.ts'
import { projectFolder } from './project-folder.ts'
import type { Soak, SoakCheck } from './soak.ts'

/** A join of some seconds, in some hundred chunks. */
export const join: SoakCheck = joinOf({ messages: 12_000 })

/** The same with so many messages. */
export function joinOf ({ messages }: { readonly messages: number }): SoakCheck {
  return {
    name: 'join',
    sentence: 'A fresh tab killed again and again while it joins by a snapshot: it goes on with the chunks that are missing, and ends with everything.',
    runsDefault: 20,
    start: async () => start(messages)
  }
}

const hubName = 'join'
/** Between two messages: all of them are long ago. */
const stepMs = 10_000
/** Lives that end by being killed. */
const killsMax = 3
/** Of the kills this share comes while the hub is being opened, at most so long after its address was given; the others once part of the messages is there. */
const earlyShare = 0.2
const earlyMsMax = 800
/** Far beyond what a whole join takes. */
const joinTimeoutMs = 60_000

/** What a life has told of itself, up to its end. */
interface Life {
  messages: number
  /** The newest view of its join; null: it had none. */
  join: JoinView | null
  /** Chunks that were here before its join asked for any. */
  keptAtFirst: number
}

interface Totals {
  kills: number
  /** Kills in the middle of a join. */
  amid: number
  /** Chunks that were kept, as far as the lives had told of it, and those that the snapshots have. */
  kept: number
  chunks: number
  /** Chunks that were asked for when it was killed: those are fetched again. */
  underWay: number
}

async function start (messages: number): Promise<Soak> {
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  try {
    const filled = await fillServer(await makeFeed(messages, stepMs))
    scene.owns(filled, async () => filled.remove())
    const server = await scene.server({ data: filled.data, options: ['--genesis', filled.genesis, '--log-level', 'warn'] })
    const totals: Totals = { kills: 0, amid: 0, kept: 0, chunks: 0, underWay: 0 }
    return {
      async run (seed, number) {
        const profile = joinPath(filled.data, `profile-${number}`)
        try {
          await joinKilled({ server, profile, messages }, createRandom(seed, number), totals)
          await checkRebuild(server, profile, hubName)
        } finally {
          await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
        }
      },
      async stop () {
        await scene.end()
        const { kills, amid, kept, chunks, underWay } = totals
        return [`${kills} kills, ${amid} of them with some messages here and some not; ${kept} of ${chunks} chunks were kept in all lives together, and ${underWay} were under way when it was killed`]
      }
    }
  } catch (thrown) {
    await scene.end()
    throw thrown
  }
}

interface Place {
  readonly server: HubServer
  /** Of the browser. */
  readonly profile: string
  /** At the server. */
  readonly messages: number
}

async function joinKilled (place: Place, random: Random, totals: Totals): Promise<void> {
  const { server, messages } = place
  const lives: Life[] = []
  for (let kills = 1 + random.below(killsMax); kills > 0; kills -= 1) {
    const early = random.chance(earlyShare) ? random.below(earlyMsMax) : undefined
    const share = random.below(100) / 100
    await live(place, lives, async (page, life, opened) => {
      if (early !== undefined) await Promise.race([pause(early), opened]) // an opening that fails before the kill is a failure
      else await waitUntil({ what: `${Math.round(share * 100)} % of the messages`, timeoutMs: joinTimeoutMs, pollMs: 5 }, async () => life.messages >= share * messages)
      await kill(page)
      totals.kills += 1
    })
  }
  await live(place, lives, async (_, life, opened) => {
    const hub = await opened
    await hub.waitFor('everything to be there', async () => (await hub.status()).messages >= messages, joinTimeoutMs)
    await checkEnd(hub, server)
    life.join = (await hub.status()).join
  })
  note(lives, messages, totals)
}

/** One browser process over the profile, ended in the end if it was not before. */
async function live (
  { server, profile }: Place, lives: Life[], work: (page: ChromiumPage, life: Life, opened: Promise<HubPage<ChromiumPage>>) => Promise<void>
): Promise<void> {
  const life: Life = { messages: 0, join: null, keptAtFirst: 0 }
  const before = lives.at(-1)
  lives.push(life)
  const faults: string[] = []
  const browser = await launchChromium({ profile })
  try {
    const page = await browser.newPage()
    await page.playwright.exposeFunction(tellName, ({ messages, join }: Pick<HubStatus, 'messages' | 'join'>) => {
      if (messages < Math.max(life.messages, before?.messages ?? 0)) faults.push(`it had said ${Math.max(life.messages, before?.messages ?? 0)} messages, and says ${messages} now`)
      life.messages = Math.max(life.messages, messages)
      if (join === null || join.chunks === 0) return
      if (life.join === null) {
        life.keptAtFirst = join.chunksKept - fetchedIn(join)
        const { height, chunksKept } = before?.join ?? { height: null, chunksKept: 0 }
        if (join.height === height && life.keptAtFirst < chunksKept) faults.push(`${chunksKept} chunks were kept before the kill, and ${life.keptAtFirst} are here after it`)
      }
      life.join = join
    })
    await page.playwright.addInitScript(`(${tellAll.toString()})(${JSON.stringify(tellName)}, ${tellEveryMs})`)
    const opened = openHub(page, server.address, { name: hubName })
    opened.catch(() => undefined) // whoever needs it waits for it; a kill may come first
    await work(page, life, opened)
  } finally {
    await browser.close()
  }
  if (faults.length > 0) throw new Error(faults[0])
}

/** Everything that a hub must be once it has joined. */
async function checkEnd (hub: HubPage<ChromiumPage>, server: HubServer): Promise<void> {
  const { root, messages: held } = await hub.waitFor('the root of the server', async () => {
    const [its, own] = [await (await fetch(`${server.address}/api/status`)).json() as Pick<HubStatus, 'root' | 'messages'>, await hub.status()]
    return its.root !== null && its.root === own.root && its.messages === own.messages && its
  })
  const { read } = await readHistory(hub)
  if (read.length !== held) throw new Error(`The root is ${root ?? ''}, of ${held} messages, and ${read.length} can be read.`)
  await checkHistory(read, { acknowledged: new Map(), events: new Map() }, { rules: feedRules, isWhole: () => true })
  for (const type of ['storage-damaged', 'storage-lost', 'storage-failed', 'stored-message-refused', 'rejected', 'join-not-kept']) {
    const [trouble] = await hub.call('events', { type })
    if (trouble != null) throw new Error(`The log says ${type}: ${trouble.sentence}`)
  }
}

function note (lives: readonly Life[], messages: number, totals: Totals): void {
  for (const { join } of lives) {
    if (join === null) continue
    totals.kept += fetchedIn(join)
    if (join.outcome === null) totals.underWay += join.hubs.reduce((sum, { asked }) => sum + asked, 0)
  }
  totals.amid += lives.slice(0, -1).filter(({ messages: held }) => held > 0 && held < messages).length
  totals.chunks += lives.findLast(({ join }) => join !== null)?.join?.chunks ?? 0
}

/** Chunks that came in this life. */
const fetchedIn = ({ hubs }: JoinView): number => hubs.reduce((sum, { kept }) => sum + kept, 0)

/** Runs in the page, as text: it may name nothing from outside. */
function tellAll (name: string, everyMs: number): void {
  const page = globalThis as unknown as { hubbub?: { status: () => Promise<Pick<HubStatus, 'messages' | 'join'>> } } & Record<string, ((told: unknown) => Promise<void>) | undefined>
  void (async () => {
    for (;;) {
      if (page.hubbub != null) {
        const { messages, join } = await page.hubbub.status()
        await page[name]?.({ messages, join })
      }
      await new Promise((resolve) => { setTimeout(resolve, everyMs) })
    }
  })()
}

const tellName = 'tellJoin'
const tellEveryMs = 10
