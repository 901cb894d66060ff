/** What goes wrong at the start, and what a person is told: one sentence in the page's status; it goes on keeping what is written wherever it can. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInGenesis } from '../src/message/genesis.ts'
import type { HubStatus } from '../src/worker/api.ts'
import type { Browser } from './harness/browser.ts'
import type { ChromiumPage } from './harness/chromium.ts'
import { waitUntil } from './harness/deadline.ts'
import { openHub, type HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

const scene = createScene()
let folder: string
let server: HubServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubbub-failures-'))
  scene.owns(folder, () => rm(folder, { recursive: true, force: true }))
  server = await scene.server()
})
afterAll(() => scene.end())

let browser: Browser<ChromiumPage>
beforeAll(async () => { browser = await scene.chromium() })

describe('the page', () => {
  test('says that no relay answers, and keeps what is written all the same', async () => {
    const address = `/ip4/127.0.0.1/tcp/${await closedPort()}/ws/p2p/${await relayPeerId(server)}`
    const hub = await scene.hub(browser, server, { name: 'dead-relay', parameters: { relay: address } })
    const relay = await hub.waitFor('a failed attempt at the relay', async () => (await hub.status()).relays.find(({ lastError }) => lastError != null))
    expect(relay).toMatchObject({ address, state: 'looking' })
    await saysInStatus(hub, /relay/i)
    const id = await hub.post('kept without a relay')
    await hub.reload()
    expect(await hub.call('message', id)).not.toBeNull()
    await hub.page.close()
  })

  test('says that the relay\'s address is not one', async () => {
    const page = await browser.newPage()
    await page.goto(`${server.address}/?hub=wrong-relay&relay=${encodeURIComponent('relay.example.org')}`)
    await saysInStatus({ page }, /relay.*multiaddr/i)
    expect(await codeOf(page), 'what the console API says').toBe('address-invalid')
    await page.close()
  })

  test.each([
    { what: 'that its link pins to this one', addressOn: async (other: HubServer) => `${other.address}/?hub=pinned&network=${(await networkOf(server)).network}` },
    {
      what: 'that its link names',
      addressOn: async (other: HubServer) => `${server.address}/?hub=named&relay=${encodeURIComponent((await networkOf(other)).relays[0] ?? '')}`
    }
  ])('refuses a relay of another network $what', async ({ addressOn }) => {
    // Its relay is open to pages from elsewhere: else it would refuse this one's for that alone.
    const other = await scene.server({ options: ['--genesis', await otherGenesis(), '--allow-origin', server.address] })
    const page = await browser.newPage()
    await page.goto(await addressOn(other))
    await saysInStatus({ page }, /another network/i)
    const { network, relays } = await page.evaluate<HubStatus>('hubbub.status()')
    expect(network).toBe((await networkOf(server)).network)
    expect(relays.map(({ state }) => state)).toEqual(['refused'])
    await page.close()
    await other.stop()
  })

  test('stays in its network when its origin changes to another, and says so', async () => {
    const before = await scene.server()
    const hub = await scene.hub(browser, before, { name: 'faithful' })
    const { network } = await hub.status()
    const id = await hub.post('written in the first network')
    await before.kill()
    const after = await scene.server({ port: before.port, options: ['--genesis', await otherGenesis()] })
    expect((await networkOf(after)).network).not.toBe(network)
    await hub.reload()
    await saysInStatus(hub, /another network/i)
    expect((await hub.status()).network).toBe(network)
    expect(await hub.call('message', id)).not.toBeNull()
    await hub.page.close()
    await after.stop()
  })

  test('says what is missing on an origin that is not a secure context', async () => {
    const port = await closedPort()
    const url = `http://plain.test:${port}`
    const plain = await scene.server({ port, options: ['--url', url] })
    expect(plain.address).toBe(url)
    const page = await browser.newPage()
    await page.goto(url)
    await saysInStatus({ page }, /secure context.*https/i)
    expect(await codeOf(page)).toBe('insecure-context')
    await page.close()
    await plain.stop()
  })

  test('a second tab is the same hub, writes through the first one, and goes on without a gap when that one is closed', async () => {
    const first = await scene.hub(browser, server, { name: 'shared' })
    const { author, device, peerId } = await first.status()
    const before = await first.post('written in the first tab')
    const second = await openHub(await browser.newPage(), server.address, { name: 'shared' })
    expect(await second.status()).toMatchObject({ author, device, peerId, leader: false, tabs: 2 })
    expect(await first.status()).toMatchObject({ leader: true, tabs: 2 })
    expect((await second.call('message', before))?.body).toMatchObject({ text: 'written in the first tab' })
    await second.page.evaluate(`(async () => {
      globalThis.heard = []
      globalThis.stop = await hubbub.subscribe({ kind: 'post' }, ({ message }) => { heard.push(message.body.text) }, { fromEvent: 1 })
    })()`)
    await second.post('written in the second tab')
    // What the first tab's end leaves open is answered by the second.
    const writing = second.page.evaluate<string[]>(`(async () => {
      const ids = []
      for (let n = 0; n < 60; n += 1) ids.push((await hubbub.publish({ kind: 'post', text: 'across ' + n })).id)
      return ids
    })()`)
    await second.waitFor('the writing to be under way', async () => (await second.posts()).length > 5)
    await first.page.close()
    const ids = await writing
    expect(await second.status()).toMatchObject({ author, device, peerId, leader: true, tabs: 1 })
    const posts = await second.posts()
    expect(posts.filter(({ body }) => String(body?.text).startsWith('across')).map(({ id }) => id)).toEqual(ids)
    const texts = ['written in the first tab', 'written in the second tab', ...ids.map((_, n) => `across ${n}`)]
    await second.waitFor('all of it in the subscription', async () => (await second.page.evaluate<string[]>('heard')).length >= texts.length)
    expect(await second.page.evaluate('heard')).toEqual(texts)
    await second.page.close()
  })

  /** Two tabs of one profile are one hub or two, by name. */
  test('keeps hubs of different names apart', async () => {
    const one = await openHub(await browser.newPage(), server.address, { name: 'apart-one' })
    const two = await openHub(await browser.newPage(), server.address, { name: 'apart-two' })
    expect((await one.status()).author).not.toBe((await two.status()).author)
    expect((await two.status()).leader).toBe(true)
    await Promise.all([one.page.close(), two.page.close()])
  })
})

/** A newcomer has nothing but the page: each cause by the sentence it shows. Relay gone and another network: above; ICE blocked: relayed.test.ts. */
describe('why two hubs cannot connect, or differ', () => {
  /** Its clock is an hour ahead. */
  let fast: HubPage<ChromiumPage>
  let right: HubPage<ChromiumPage>

  beforeAll(async () => {
    const page = await browser.newPage()
    await page.playwright.route(/\/assets\/main-.*\.js$/, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: `const rightTime = Date.now; Date.now = () => rightTime() + 3_600_000\n${await response.text()}` })
    });
    [fast, right] = await Promise.all([openHub(page, server.address, { name: 'fast' }), scene.hub(browser, server, { name: 'right' })])
    await right.linked((await fast.status()).peerId, 'direct')
  })

  test('a clock that is an hour ahead: there, and where its messages arrive', async () => {
    await saysInStatus(fast, /^This computer’s clock is (?:59|60) min ahead of that of localhost/)
    expect(await troubles(fast)).toMatchObject({ clock: expect.stringMatching(/other hubs put it off until their clocks are there/) as string })
    await fast.post('from the future')
    await saysInStatus(right, /^\d messages? (?:is|are) dated in the future and waits? here until then/)
    expect(await troubles(right)).toMatchObject({ deferred: expect.stringMatching(/This computer’s clock is right.*whoever wrote them is ahead/s) as string })
  })

  test('a hub that keeps only what is new: there, and at the other one', async () => {
    await right.call('configure', { keepDays: 2 })
    await becomesTrouble(right, 'pruned', /This hub keeps only what was written since \w+day/)
    await becomesTrouble(fast, 'pruned-there', /keeps only what was written since .*lacks none of those that both keep/s)
    await right.reload()
    expect((await right.call('settings')).keepDays, 'it is remembered').toBe(2)
    expect((await right.status()).minEpoch).not.toBeNull()
  })

  test('injected loss: in every view, until a press of a button ends it', async () => {
    const { playwright } = right.page
    await right.call('faults', { drop: 0.3 })
    for (const view of ['network/why', 'messages', 'sync', 'log', 'settings']) {
      await right.page.evaluate(`void (location.hash = '#/${view}')`)
      await right.waitFor(`the mark in ${view}`, async () => (await playwright.innerText('[data-testid=faults]')).includes('30 % of frames lost'))
      expect(await playwright.locator('.segment[data-name=faults]').isVisible(), `the strip in ${view}`).toBe(true)
    }
    await playwright.click('[data-testid=faults] button')
    await right.waitFor('the end of it', async () => (await right.status()).faults == null && !await playwright.locator('[data-testid=faults]').isVisible())
  })

  test('a device that was revoked', async () => {
    const { device } = await right.status()
    await right.page.evaluate(`hubbub.identity.revokeDevice(${JSON.stringify(device)})`)
    await saysInStatus(right, /^This device was revoked: nothing more can be written with it/)
    expect(await troubles(right)).toMatchObject({ revoked: expect.stringMatching(/import the recovery phrase here/) as string })
    await Promise.all([fast.page.close(), right.page.close()])
  })

  test('a relay that is full', async () => {
    const small = await scene.server({ options: ['--no-hub', '--relay-places', '1'] })
    const first = await scene.hub(browser, small, { name: 'first' })
    await first.waitFor('the one place', async () => (await first.status()).relays.some(({ state }) => state === 'reserved'))
    const second = await scene.hub(browser, small, { name: 'second' })
    await becomesTrouble(second, 'relay-full', /The relay is full: it has no place left for this hub.*add another relay/s)
    expect((await second.call('diagnose')).stages[1]).toMatchObject({ stage: 'reserved', ok: false, sentence: expect.stringMatching(/full/) as string })
    await Promise.all([first.page.close(), second.page.close(), small.stop()])
  })

  /** What the page says under "Why not connected?", by cause. */
  async function troubles ({ page }: HubPage<ChromiumPage>): Promise<Record<string, string>> {
    await page.evaluate('void (location.hash = "#/network/why")')
    await page.playwright.locator('.inspector').waitFor()
    return page.evaluate('Object.fromEntries([...document.querySelectorAll("[data-testid=trouble]")].map(element => [element.dataset.id, element.innerText]))')
  }

  async function becomesTrouble (hub: HubPage<ChromiumPage>, id: string, says: RegExp): Promise<void> {
    await hub.waitFor(`the trouble ${id} to be told`, async () => says.test((await troubles(hub))[id] ?? ''))
  }
})

/** Waits until the page's status sentence says it. */
async function saysInStatus ({ page }: Pick<HubPage<ChromiumPage>, 'page'>, what: RegExp): Promise<void> {
  const sentence = page.playwright.locator('[data-testid=status-sentence]')
  await waitUntil({ what: `the status sentence to match ${String(what)}`, evidence: async () => `It says: ${await sentence.innerText()}\n${page.consoleLines().join('\n')}` },
    async () => what.test(await sentence.innerText()))
}

/** A genesis file of a network that is not the built-in one. */
async function otherGenesis (): Promise<string> {
  const file = join(folder, 'other-genesis.json')
  await writeFile(file, JSON.stringify({ ...builtInGenesis, name: 'Another network' }))
  return file
}

/** The code with which the console API rejects a call; null where it answers. */
function codeOf (page: ChromiumPage): Promise<string | null> {
  return page.evaluate('hubbub.status().then(() => null, error => error.code)')
}

/** A port on which nothing listens: one that was just given back. */
async function closedPort (): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}

async function networkOf (of: HubServer): Promise<{ network: string, relays: string[] }> {
  return await (await fetch(`${of.address}/network.json`)).json() as { network: string, relays: string[] }
}

async function relayPeerId (of: HubServer): Promise<string> {
  return (await networkOf(of)).relays[0]?.split('/p2p/')[1] ?? ''
}
