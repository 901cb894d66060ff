/**
 * How long two tabs take from a dial to a direct link, and how often that fails: two Chromium processes, a relay that only
 * introduces, dial and hang up, over and over. Measured in the dialling page, around the console API's `connect`.
 */
import { fileURLToPath } from 'node:url'
import type { ChromiumPage } from '../../e2e/harness/chromium.ts'
import { openHub, type HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene, type Scene } from '../../e2e/harness/scene.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import { buildPageIfStale } from '../node/build.ts'
import type { Benchmark } from './benchmark.ts'

const options = {
  dials: { default: 300, sentence: 'Dials, one after another.' }
}

/**
 * JSON: `{dials, failed, p50Ms, p95Ms, constructions, failures}`. constructions: peer connections that all pages together built,
 * both ends counted. failures: the first few causes.
 */
export const connect: Benchmark<typeof options> = {
  name: 'connect',
  sentence: 'Two tabs: milliseconds from a dial to a direct link, and how many dials fail.',
  options,
  async run ({ dials }) {
    await buildPageIfStale(projectFolder)
    const scene = createScene()
    try {
      const server = await scene.server({ options: ['--no-hub'] })
      const results: Dial[] = []
      let constructions = 0
      while (results.length < dials) {
        const pair = await openPair(scene, server, results.length)
        results.push(...await dialRepeatedly(pair, Math.min(dialsPerPair, dials - results.length)))
        for (const { page } of [pair.dialler, pair.answerer]) constructions += await page.evaluate<number>('globalThis.constructions ?? 0')
      }
      const times = results.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b)
      const failures = results.flatMap(({ error }) => error ?? [])
      return {
        dials,
        failed: failures.length,
        p50Ms: quantile(times, 0.5),
        p95Ms: quantile(times, 0.95),
        constructions,
        failures: failures.slice(0, failuresShownMax)
      }
    } finally {
      await scene.end()
    }
  }
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
/** A tab may construct some 500 peer connections in its life (src/network/rtc/budget.ts): fresh tabs well before that. */
const dialsPerPair = 150
/** Causes shown: a failing build fails in one way, mostly. */
const failuresShownMax = 5
/** Beyond this a dial has failed: what people would call hanging. */
const dialTimeoutMs = 15_000

interface Pair { readonly dialler: HubPage<ChromiumPage>, readonly answerer: HubPage<ChromiumPage> }
interface Dial {
  readonly ms?: number
  readonly error?: string
  /** Whether a peer connection was built meanwhile. */
  readonly constructed?: boolean
}

/** Counted in the page itself, not by the engine that is measured. */
const countConstructions = `globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor (...given) {
    super(...given)
    globalThis.constructions = (globalThis.constructions ?? 0) + 1
  }
}`

async function openPair (scene: Scene, server: HubServer, number: number): Promise<Pair> {
  const browsers = await Promise.all([scene.chromium(), scene.chromium()])
  const pages = await Promise.all(browsers.map(browser => browser.newPage()))
  for (const { playwright } of pages) await playwright.addInitScript(countConstructions)
  const [one, two] = await Promise.all(pages.map((page, index) => openHub(page, server.address, { name: `bench-${number}-${index}` })))
  if (one == null || two == null) throw new Error('Two browsers gave no two pages.')
  // As between hubs that find each other: the one with the lower peer id dials.
  return (await one.status()).peerId < (await two.status()).peerId ? { dialler: one, answerer: two } : { dialler: two, answerer: one }
}

async function dialRepeatedly ({ dialler, answerer }: Pair, count: number): Promise<Dial[]> {
  const [{ peerId }, address] = [await answerer.status(), await addressOf(answerer)]
  const dials: Dial[] = []
  for (let attempts = 0; dials.length < count; attempts += 1) {
    if (attempts > count * 2) throw new Error(`Only ${dials.length} of ${attempts} dials were dials of this benchmark.`)
    await hangUp(dialler, answerer)
    const dial = await dialler.page.evaluate<Dial>(timedDial(address))
    // The hub itself dials a hub that it lost, after a while: a link that this brought about is not the one that was timed.
    if (dial.error == null && dial.constructed !== true) continue
    dials.push(dial)
    if (dial.error == null) await dialler.linked(peerId, 'direct')
  }
  await hangUp(dialler, answerer)
  return dials
}

/** Where the answering hub is to be reached: through its relay, to a data channel. */
async function addressOf (answerer: HubPage): Promise<string> {
  const relay = await answerer.waitFor('a reservation at the relay',
    async () => (await answerer.status()).relays.find(({ state }) => state === 'reserved'))
  return `${relay.address}/p2p-circuit/webrtc/p2p/${(await answerer.status()).peerId}`
}

/** Runs in the page: the time is taken there, without the way between this process and the browser. */
function timedDial (address: string): string {
  return `(async () => {
    const constructed = () => globalThis.constructions ?? 0
    const [before, start] = [constructed(), performance.now()]
    const late = new Promise((resolve, reject) => setTimeout(reject, ${dialTimeoutMs}, new Error('no link in time')))
    try {
      const { path } = await Promise.race([hubbub.connect(${JSON.stringify(address)}), late])
      return path === 'direct' ? { ms: performance.now() - start, constructed: constructed() > before } : { error: 'linked, but ' + path }
    } catch (error) {
      return { error: (error.code ?? '') + ' ' + error.message }
    }
  })()`
}

/** Ends the link and waits until both sides know: otherwise the next dial would be answered by what is left of this link. */
async function hangUp (dialler: HubPage, answerer: HubPage): Promise<void> {
  const ids = [(await dialler.status()).peerId, (await answerer.status()).peerId]
  const isLinked = async (hub: HubPage): Promise<boolean> => (await hub.call('peers')).some(peer => ids.includes(peer.peerId))
  await dialler.waitFor('the link to be gone on both sides', async () => {
    if (await isLinked(dialler)) await dialler.call('disconnect', ids[1] ?? '')
    return !(await isLinked(dialler)) && !(await isLinked(answerer))
  })
}

function quantile (sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return value == null ? null : Math.round(value * 10) / 10
}
