/**
 * A hub in a browser, killed in the middle of writing: SIGKILL of the whole of Chromium at moments that follow from the seed, while several
 * publishers publish as fast as they are acknowledged and a server's messages come in, or while the hub is just being opened. Then the same profile
 * is opened again. What the hub had acknowledged must be there, under the same event numbers; nothing may be missing between, there twice or unreadable.
 * When a browser is at which point is not repeatable to the microsecond: repeating a run that failed may take several times.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ChromiumPage, launchChromium } from '../../e2e/harness/chromium.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { type HubPage, openHub } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import { genesisToJson } from '../message/genesis.ts'
import { buildPageIfStale } from '../node/build.ts'
import { checkHistory } from './crash-history.ts'
import { soakRules } from './crash-node.ts'
import { checkRebuild, createTold, kill, listen, load, readHistory, type ToldByPage } from './crash-page.ts'
import { createLinkWriter, LinkEnded, type LinkWriter } from './link-writer.ts'
import { projectFolder } from './project-folder.ts'
import { createRandom, type Random } from '../base/seeded-random.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const crash: SoakCheck = {
  name: 'crash',
  sentence: 'A browser killed while its hub writes: whatever it acknowledged is there when the hub is opened again.',
  runsDefault: 50,
  start
}

const hubName = 'crash'
const publishers = 4
/** Lives of one hub that end by being killed. */
const livesMax = 2
/** A kill comes at most so long after the publishers had their first message acknowledged, in milliseconds: there is something to lose, on any machine. */
const loadedMsMax = 1_500
/** Of the kills this share comes while the hub is being opened, at most so long after the address was given. */
const earlyShare = 0.25
const earlyMsMax = 800
/** Messages that the server's hub gets from elsewhere, and hands on: 16 at once, some hundred a second. */
const incoming = { batch: 16, gapMs: 100 }
/** The author of those. */
const incomingAuthor = 100
/** Links to the server that may end before that ends the check. */
const linksMax = 100

async function start (): Promise<Soak> {
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  const ending = new AbortController()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'hubbub-soak-'))
    scene.owns(folder, () => rm(folder, { recursive: true, force: true }))
    const genesis = join(folder, 'genesis.json')
    await writeFile(genesis, JSON.stringify(genesisToJson(soakRules.genesis)))
    const server = await scene.server({ data: join(folder, 'data'), options: ['--genesis', genesis, '--log-level', 'warn'] })
    let linksEnded = 0
    const writer = await createLinkWriter({ number: incomingAuthor, rules: soakRules, random: createRandom(incomingAuthor), ...incoming })
    const { relays: [relay = ''] } = await (await fetch(`${server.address}/network.json`)).json() as { readonly relays: readonly string[] }
    const writing = keepWriting(writer, relay, ending.signal, () => { linksEnded += 1 })
    writing.catch(() => ending.abort()) // told by every run from then on, and by stop
    let [acknowledged, heard] = [0, 0]
    return {
      async run (seed, number) {
        if (ending.signal.aborted) await writing
        const told = await crashRepeatedly(server, join(folder, `profile-${number}`), createRandom(seed, number))
        acknowledged += told.acknowledged.size - 1 // but the one after all kills
        heard += told.events.size
      },
      async stop () {
        ending.abort()
        try {
          await writing
        } finally {
          await scene.end()
        }
        return [`${acknowledged} acknowledged messages and ${heard} event numbers were found again after kills`, `${linksEnded} links of the neighbour that writes were ended by the server`]
      }
    }
  } catch (thrown) {
    ending.abort()
    await scene.end()
    throw thrown
  }
}

/** Writes over one link after the other, as a neighbour that comes back: whether a busy server keeps a link is not what is checked. */
async function keepWriting (writer: LinkWriter, relay: string, signal: AbortSignal, onLinkEnded: () => void): Promise<void> {
  for (let links = 1; ; links += 1) {
    try {
      await writer.writeTo(relay, signal)
      return
    } catch (thrown) {
      if (!(thrown instanceof LinkEnded) || links === linksMax) throw thrown
      onLinkEnded()
    }
  }
}

async function crashRepeatedly (server: HubServer, profile: string, random: Random): Promise<ToldByPage> {
  const told = createTold()
  try {
    for (let lives = 1 + random.below(livesMax); lives > 0; lives -= 1) {
      const early = random.chance(earlyShare) ? random.below(earlyMsMax) : undefined
      await live(server, profile, told, async (page, opened) => {
        if (early != null) await Promise.race([pause(early), opened]) // an opening that fails before the kill is a failure
        else {
          const hub = await opened
          await check(hub, told)
          const before = told.acknowledged.size
          await load(hub, publishers)
          await waitUntil({ what: 'a message to be acknowledged' }, () => told.acknowledged.size > before || told.failures.length > 0)
          await pause(random.below(loadedMsMax))
        }
        await kill(page)
      })
    }
    await live(server, profile, told, async (_, opened) => {
      const hub = await opened
      const text = 'after all crashes'
      const { id, seq } = await hub.call('publish', { kind: 'post', text })
      told.acknowledged.set(id, { seq, text })
      await check(hub, told)
    })
    await checkRebuild(server, profile, hubName)
    return told
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

type Life = (page: ChromiumPage, opened: Promise<HubPage<ChromiumPage>>) => Promise<void>

/** One browser process over the profile, ended in the end if it was not before. */
async function live (server: HubServer, profile: string, told: ToldByPage, work: Life): Promise<void> {
  const browser = await launchChromium({ profile })
  try {
    const page = await browser.newPage()
    await listen(page, told)
    const opened = openHub(page, server.address, { name: hubName })
    opened.catch(() => undefined) // whoever needs it waits for it; a kill may come first
    await work(page, opened)
  } finally {
    await browser.close()
  }
  if (told.failures.length > 0) throw new Error(`The hub refused to publish: ${told.failures[0] ?? ''}`)
}

/** Everything that a hub must be after its last life. */
async function check (hub: HubPage<ChromiumPage>, told: ToldByPage): Promise<void> {
  const { author, device, peerId } = await hub.status()
  told.identity ??= { author, device, peerId }
  if (author !== told.identity.author || device !== told.identity.device || peerId !== told.identity.peerId) throw new Error('The hub has other keys than before.')
  const { read, texts } = await readHistory(hub)
  await checkHistory(read, told, { rules: soakRules, isWhole: candidate => candidate === author })
  for (const [id, { text }] of told.acknowledged) {
    if (texts.get(id)?.startsWith(text) !== true) throw new Error(`Message ${id} says something else than what was published.`)
  }
  for (const { event, id } of read) told.events.set(id, event)
  for (const type of ['storage-damaged', 'storage-lost', 'storage-failed', 'stored-message-refused']) {
    const [trouble] = await hub.call('events', { type })
    if (trouble != null) throw new Error(`The log says ${type}: ${trouble.sentence}`)
  }
}
