/**
 * Ten hubs in the tabs of one browser, one of them in front and the others hidden, as tabs are: how long until all are linked into one network, and until it
 * is a mesh with the links that membership wants; whether any dial failed for good; and, once each has written while it was cut off from all others, in how
 * many rounds of comparisons they are equal. A run is a fresh browser; what chance does in it (who dials whom)
 * follows from the browser, not from the seed. The times stand in the log: how fast tabs start is the machine's business, so only what never comes about is
 * a failure.
 */
import { assert } from '../base/errors.ts'
import type { PeerView } from '../worker/api.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { HubCallError, openHub, type HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import { launchSleepyChromium } from '../../e2e/harness/sleepy-chromium.ts'
import { defaultMembershipConfig } from '../gossip/membership-config.ts'
import { buildPageIfStale } from '../node/build.ts'
import { projectFolder } from './project-folder.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const mesh: SoakCheck = meshOf({ tabs: 10 })

/** The same with so many tabs. */
export function meshOf ({ tabs }: { readonly tabs: number }): SoakCheck {
  return {
    name: 'mesh',
    sentence: 'Ten tabs that open at once become one mesh of direct links, no dial fails for good, and cut off and back they are equal within two rounds.',
    runsDefault: 20,
    start: async () => start(tabs)
  }
}

/** Far beyond what it takes: a mesh that is not there by then does not come about. */
const meshTimeoutMs = 60_000
/** Links that a hub of ten has in the end: one less than wanted where all others have theirs. */
const linksOfTenMin = defaultMembershipConfig.linksWanted - 1
/** Written by each tab while it is cut off. */
const postsAlone = 20
/** How long it is cut off: longer than what is so new that comparisons leave it to gossip. */
const aloneMs = 6_000
/** A round is a comparison of each tab with each of its neighbours: one reaches those, two whoever is theirs, and with six links each that is all ten. */
const roundsMax = 2

async function start (tabs: number): Promise<Soak> {
  const linksMin = Math.min(linksOfTenMin, tabs - 1)
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  const server = await scene.server({ options: ['--no-hub'] })
  const linkedTimes: number[] = []
  const meshTimes: number[] = []
  const rounds: number[] = []
  let failedDials = 0

  return {
    async run () {
      const browser = await launchSleepyChromium()
      try {
        const hubs = await Promise.all(Array.from({ length: tabs }, async (_, index) => openHub(await browser.newPage(), server.address, { name: `tab-${index}` })))
        const begun = Date.now()
        for (const [times, links] of [[linkedTimes, 1], [meshTimes, linksMin]] as const) {
          await waitUntil({ what: `${links} direct links of each of ${tabs} tabs, in one network`, timeoutMs: meshTimeoutMs, pollMs: 250 }, async () => isMesh(await linksOf(hubs), links))
          times.push(Date.now() - begun)
        }
        for (const hub of hubs) failedDials += (await hub.call('events', { type: 'dial-failed', limit: 5_000 })).length
        const id = await hubs[0]?.post('to everybody')
        for (const hub of hubs) await hub.receives(id ?? '')
        rounds.push(await roundsUntilEqual(hubs))
      } finally {
        await browser.close()
      }
    },
    async stop () {
      await scene.end()
      return [
        `after the last tab answered, all were linked after ${timesOf(linkedTimes)}, each with ${linksMin} links after ${timesOf(meshTimes)}; ${failedDials} dials failed and were made up for`,
        `each with ${postsAlone} messages of its own, cut off and back, ${tabs} tabs were equal after ${rounds.join(', ')} rounds of comparisons`
      ]
    }
  }
}

/** Cuts all tabs off from one another, has each write, brings them back, and compares until all hold everything. */
async function roundsUntilEqual (hubs: readonly HubPage[]): Promise<number> {
  const peers = await Promise.all(hubs.map(async hub => (await hub.status()).peerId))
  await Promise.all(hubs.map(async hub => hub.call('faults', { partition: peers })))
  await Promise.all(hubs.map(async (hub, tab) => { for (let post = 0; post < postsAlone; post += 1) await hub.post(`${tab}/${post}, alone`) }))
  await new Promise((resolve) => { setTimeout(resolve, aloneMs) })
  await Promise.all(hubs.map(async hub => hub.call('faults', {})))
  // The introduction of each, and what the first tab wrote before.
  const all = hubs.length * (1 + postsAlone) + 1
  const counted = async (): Promise<number[]> => Promise.all(hubs.map(async hub => (await hub.status()).messages))
  for (let round = 1; round <= roundsMax; round += 1) {
    await Promise.all(hubs.map(compareWithAll))
    if ((await counted()).every(count => count === all)) return round
  }
  assert(false, `after ${roundsMax} rounds of comparisons the tabs hold ${(await counted()).join(', ')} messages of ${all}`)
  return Infinity
}

/** One after the other: a hub has four places for comparisons, and whoever has none free is asked again. */
async function compareWithAll (hub: HubPage): Promise<void> {
  const direct = (await hub.call('peers')).filter(({ path }) => path === 'direct')
  for (const { peerId } of direct) {
    await waitUntil({ what: 'a comparison that both had room for', timeoutMs: meshTimeoutMs, pollMs: 100 }, async () => {
      try {
        return (await hub.call('sync', peerId)).outcome === 'equal'
      } catch (thrown) {
        // Links are swapped now and then: this one has gone, and another has come.
        return thrown instanceof HubCallError && thrown.code === 'not-connected'
      }
    })
  }
}

async function linksOf (hubs: readonly HubPage[]): Promise<Map<string, string[]>> {
  const isDirect = ({ path, link }: PeerView): boolean => path === 'direct' && link !== 'none'
  return new Map(await Promise.all(hubs.map(async (hub): Promise<[string, string[]]> =>
    [(await hub.status()).peerId, (await hub.call('peers')).filter(isDirect).map(({ peerId }) => peerId)])))
}

function timesOf (times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b)
  return `${sorted[sorted.length >> 1] ?? 0} ms (median; longest ${sorted.at(-1) ?? 0})`
}

function isMesh (links: ReadonlyMap<string, readonly string[]>, linksMin: number): boolean {
  const [first = ''] = links.keys()
  const reached = new Set([first])
  for (const peer of reached) for (const next of links.get(peer) ?? []) reached.add(next)
  return reached.size === links.size && [...links.values()].every(({ length }) => length >= linksMin)
}
