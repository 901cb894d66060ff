/**
 * Two people, two browser processes: posts cross directly, survive a reload, and go on crossing when the server is killed.
 * Twice: with data channels transferred into the worker, and with the fallback that proxies them through the page.
 */
import { afterAll, describe, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import { expectCrossing, idsOf } from './harness/crossing.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

const modes = [
  { mode: 'transferred', parameters: {} },
  { mode: 'proxied', parameters: { channels: 'proxied' } }
] as const

describe.each(modes)('two hubs in two browser processes, channels $mode', ({ mode, parameters }) => {
  const scene = createScene()
  afterAll(() => scene.end())
  let server: HubServer
  let one: HubPage<ChromiumPage>
  let two: HubPage<ChromiumPage>

  test('posts cross in both directions', async () => {
    server = await scene.server()
    const browsers = await Promise.all([scene.chromium({ serviceWorkers: true }), scene.chromium({ serviceWorkers: true })])
    one = await scene.hub(browsers[0], server, { name: 'one', parameters })
    two = await scene.hub(browsers[1], server, { name: 'two', parameters })
    await expectCrossing(one, two)
  })

  test('the hubs are linked directly, and the engine runs in a worker that owns the channels', async () => {
    const [first, second] = [await one.status(), await two.status()]
    expect(first.peerId).not.toBe(second.peerId)
    expect(first.author).not.toBe(second.author)
    expect(first.network).toBe(second.network)
    await one.linked(second.peerId, 'direct')
    await two.linked(first.peerId, 'direct')
    for (const hub of [one, two]) {
      const { engine, channels } = await hub.status()
      expect(engine).toBe('worker')
      expect(channels[mode], `channels ${mode} in hub ${hub.name}`).toBeGreaterThan(0)
      expect(channels[mode === 'proxied' ? 'transferred' : 'proxied'], `channels not ${mode} in hub ${hub.name}`).toBe(0)
    }
  })

  test('a reloaded page has its posts and its identity, and finds the other again', async () => {
    const [before, author, held] = [await idsOf(two), (await two.status()).author, (await two.status()).messages]
    expect(before.length).toBeGreaterThanOrEqual(2)
    await two.reload()
    expect(await idsOf(two)).toEqual(before)
    const status = await two.status()
    expect(status.author).toBe(author)
    expect(status.messages).toBeGreaterThanOrEqual(held)
    await expectCrossing(one, two)
  })

  test('with the server killed, posts still cross in both directions', async () => {
    const [first, second] = [await one.status(), await two.status()]
    await one.linked(second.peerId, 'direct')
    await two.linked(first.peerId, 'direct')
    await server.kill()
    await Promise.all([one.withoutServer(), two.withoutServer()])
    await expectCrossing(one, two)
    await one.linked(second.peerId, 'direct')
  })

  // Neither asks how channels come into the worker.
  if (mode === 'proxied') return

  test('a server that comes back is found, and a reload then keeps what was written without it', async () => {
    const before = await idsOf(one)
    const killed = server.address
    server = await scene.server({ port: server.port })
    expect(server.address).toBe(killed)
    await one.reload()
    expect(await idsOf(one)).toEqual(before)
    await expectCrossing(one, two)
  })

  test('of two relays one dies: a third hub joins by the other, and gets new posts', async () => {
    const spare = await scene.server({ options: ['--no-hub', '--allow-origin', server.address] })
    const { relays } = await (await fetch(`${spare.address}/network.json`)).json() as { relays: string[] }
    for (const hub of [one, two]) {
      await hub.call('configure', { relays })
      await hub.waitFor('a place at both relays', async () => (await hub.status()).relays.filter(({ state }) => state === 'reserved').length === 2)
    }
    await server.kill()
    const browser = await scene.chromium()
    const three = await scene.hub(browser, spare, { name: 'three', parameters })
    await one.linked((await three.status()).peerId, 'direct')
    await expectCrossing(one, three)
    await expectCrossing(two, three)
  })
})
