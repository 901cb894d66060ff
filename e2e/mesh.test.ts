/**
 * Five tabs of one browser: they are a mesh of direct links and a tree of eager ones, keep both when a tab closes, and make them again by
 * introductions alone when every server is dead.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PeerView } from '../src/worker/api.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

/** A dial that failed is made again after a while: on a machine with much else to do, twice. */
const meshTimeoutMs = 45_000
const names = ['ada', 'ben', 'cyd', 'dee', 'eve']

describe('five tabs', () => {
  const scene = createScene()
  let server: HubServer
  let hubs: HubPage[] = []
  const ids = new Map<HubPage, string>()
  beforeAll(async () => {
    // No hub in the server: links through it would hide what the tabs do for each other.
    server = await scene.server({ options: ['--no-hub'] })
    // One of its tabs is in front, as tabs are, and the others draw nothing.
    const browser = await scene.sleepyChromium()
    hubs = await Promise.all(names.map(async name => scene.hub(browser, server, { name })))
    for (const hub of hubs) ids.set(hub, (await hub.status()).peerId)
  })
  afterAll(() => scene.end())

  const direct = async (hub: HubPage): Promise<PeerView[]> => (await hub.call('peers')).filter(({ path }) => path === 'direct')
  const linkedToAll = async (): Promise<void> => {
    await Promise.all(hubs.map(async hub => hub.waitFor('direct links to all others', async () => (await direct(hub)).length === hubs.length - 1, meshTimeoutMs)))
  }
  /** One message from each, and all of them everywhere. */
  const crossing = async (): Promise<void> => {
    const posts = await Promise.all(hubs.map(async hub => hub.post(`from ${hub.name} at ${Date.now()}`)))
    await Promise.all(hubs.map(async (hub) => { for (const id of posts) await hub.receives(id) }))
  }
  /** Ends of eager links, over all hubs. A tree of n hubs has 2 (n − 1), and nobody gets anything twice. */
  const eagerEnds = async (): Promise<number> =>
    (await Promise.all(hubs.map(direct))).flat().filter(({ link }) => link === 'eager').length
  const becomesTree = async (): Promise<void> => {
    await hubs[0]!.waitFor('the eager links of all hubs to be a tree', async () => {
      await crossing()
      return await eagerEnds() === 2 * (hubs.length - 1)
    }, 40_000)
  }
  /** By which hubs these two were introduced, as the one of them that dialled tells. */
  const introducedBy = async (one: HubPage, other: HubPage): Promise<string | undefined> => {
    const told = await Promise.all([one.call('diagnose', ids.get(other)), other.call('diagnose', ids.get(one))])
    const sentences = told.flatMap(({ stages }) => stages.filter(({ stage }) => stage === 'signalled').map(({ sentence }) => sentence))
    return sentences.map(sentence => /by way of the hub (\w+)/.exec(sentence)?.[1]).find(introducer => introducer != null)
  }
  /** Hangs up, waits until all are linked again, and expects that these pairs met by way of one of the hubs. */
  const linkAgain = async (pairs: ReadonlyArray<readonly [HubPage, HubPage]>): Promise<void> => {
    const startedAt = await hubs[0]!.page.evaluate<number>('Date.now()')
    await Promise.all(hubs.map(async (hub) => { for (const [one, other] of pairs) if (one === hub) await hub.call('disconnect', ids.get(other)!) }))
    for (const [one, other] of pairs) {
      // Not by their number alone: a link that was just hung up counts until both sides know.
      await one.waitFor(`a new link with ${other.name}`, async () => (await direct(one)).some(({ peerId, since }) => peerId === ids.get(other) && since >= startedAt), meshTimeoutMs)
      expect([...ids.values()]).toContain(await introducedBy(one, other))
    }
    await linkedToAll()
    await crossing()
  }

  test('each is linked directly to all others, and knows the links of all', async () => {
    await linkedToAll()
    for (const hub of hubs) {
      await hub.waitFor('everybody\'s announcement of its links and introducers', async () => {
        const known = await hub.call('hubs')
        return known.length === 4 && known.every(({ links, introducers, linked }) => linked && links.length === 4 && introducers.length === 4)
      })
    }
  })

  test('their eager links become a tree, over which next to nothing comes twice', async () => {
    await becomesTree()
    const duplicates = async (): Promise<number> => (await Promise.all(hubs.map(direct))).flat().reduce((sum, { duplicatesIn }) => sum + duplicatesIn, 0)
    const before = await duplicates()
    for (let round = 0; round < 6; round += 1) await crossing()
    const messages = 6 * hubs.length
    expect((await duplicates() - before) / messages, 'duplicates a message, over all hubs').toBeLessThan(0.1)
  })

  test('a tab is closed: all see it leave, nothing is missed, and there is a tree again', async () => {
    const gone = hubs.pop()!
    await gone.page.close()
    for (const hub of hubs) await hub.waitFor('the end of the link', async () => (await direct(hub)).length === hubs.length - 1, 5_000)
    await crossing()
    await becomesTree()
    const [first, ...others] = await Promise.all(hubs.map(async hub => (await hub.posts()).map(({ id }) => id).sort()))
    for (const posts of others) expect(posts).toEqual(first)
  })

  test('every server is dead: a line of hubs becomes a mesh of direct links by introductions alone', async () => {
    await server.kill()
    await Promise.all(hubs.map(async hub => hub.withoutServer()))
    // All but neighbours in the line hang up, at once.
    await linkAgain(hubs.flatMap((hub, index) => hubs.slice(index + 2).map(other => [hub, other] as const)))
  })

  test('a tab that lost all links but one gets the others back', async () => {
    const [poor, , ...others] = hubs
    await linkAgain(others.map(other => [poor!, other] as const))
  })
})
