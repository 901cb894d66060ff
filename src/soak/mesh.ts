/**
 * Ten hubs in the tabs of one browser, one of them in front and the others hidden, as tabs are: how long until all are linked into one network, and until it
 * is a mesh with the links that membership wants; and whether any dial failed for good. A run is a fresh browser; what chance does in it (who dials whom)
 * follows from the browser, not from the seed. The times stand in the log: how fast tabs start is the machine's business, so only what never comes about is
 * a failure.
 */
import type { PeerView } from '../worker/api.ts'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { openHub, type HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import { launchSleepyChromium } from '../../e2e/harness/sleepy-chromium.ts'
import { defaultMembershipConfig } from '../gossip/membership-config.ts'
import { buildPageIfStale } from '../node/build.ts'
import { projectFolder } from './project-folder.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const mesh: SoakCheck = {
  name: 'mesh',
  sentence: 'Ten tabs that open at once become one mesh of direct links, and no dial fails for good.',
  runsDefault: 20,
  start
}

const tabs = 10
/** Far beyond what it takes: a mesh that is not there by then does not come about. */
const meshTimeoutMs = 60_000
/** Links that a hub has in the end: one less than wanted where all others have theirs. */
const linksMin = defaultMembershipConfig.linksWanted - 1

async function start (): Promise<Soak> {
  await buildPageIfStale(projectFolder)
  const scene = createScene()
  const server = await scene.server({ options: ['--no-hub'] })
  const linkedTimes: number[] = []
  const meshTimes: number[] = []
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
      } finally {
        await browser.close()
      }
    },
    async stop () {
      await scene.end()
      return [
        `after the last tab answered, all were linked after ${timesOf(linkedTimes)}, each with ${linksMin} links after ${timesOf(meshTimes)}; ${failedDials} dials failed and were made up for`
      ]
    }
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
