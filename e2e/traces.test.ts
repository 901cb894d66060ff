/**
 * Two tabs and no hub at the server: where a traced message went, what the link carried, and what injected faults do to real channels. What a fault lost,
 * a comparison brings.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())
let one: HubPage<ChromiumPage>
let two: HubPage<ChromiumPage>
let peers: [onePeer: string, twoPeer: string]

beforeAll(async () => {
  const server = await scene.server({ options: ['--no-hub'] })
  const browser = await scene.chromium()
  one = await scene.hub(browser, server, { name: 'one' })
  two = await scene.hub(browser, server, { name: 'two' })
  peers = [(await one.status()).peerId, (await two.status()).peerId]
  await one.linked(peers[1], 'direct')
})

test('a traced message is reported by the hub that took it in, and its publisher knows who holds it', async () => {
  const { id } = await one.call('publish', { kind: 'post', text: 'where does it go?' }, { traced: true })
  await one.waitFor('a report', async () => (await one.call('message', id))?.trace?.reports.length === 1)
  const [here, there] = [await one.call('message', id), await two.call('message', id)]
  expect(here).toMatchObject({
    state: 'everywhere', held: 1, heldBy: [{ peerId: peers[1], how: 'reported' }],
    trace: { by: 'here', hops: 0, from: null, traced: true, verdict: 'live', reports: [{ peerId: peers[1], from: peers[0], hops: 1 }] }
  })
  expect(there).toMatchObject({ held: 1, heldBy: [{ peerId: peers[0], how: 'sent' }], trace: { by: 'gossip', hops: 1, from: peers[0], duplicates: 0, traced: true } })
  const [link] = (await one.call('peers')).filter(({ peerId }) => peerId === peers[1])
  expect(link).toMatchObject({ link: 'eager', oneWay: false })
  expect(link!.messagesOut).toBeGreaterThan(0)
})

test('what is written while the other hub is put out of reach does not come by gossip; once it is back, a comparison brings it', async () => {
  await one.call('faults', { partition: [peers[1]] })
  expect((await one.status()).faults).toEqual({ drop: 0, delayMs: 0, partition: [peers[1]] })
  const { id } = await one.call('publish', { kind: 'post', text: 'lost' })
  await one.call('faults', {})
  expect((await one.status()).faults).toBeNull()
  expect((await one.call('events', { type: 'faults' })).length).toBe(2)
  const { id: next } = await one.call('publish', { kind: 'post', text: 'not lost' })
  await two.waitFor('the message after the fault', async () => await two.call('message', next) != null)
  await two.waitFor('what was lost', async () => {
    if (await two.call('message', id) != null) return true
    await two.call('sync', peers[0])
    return false
  })
  expect((await two.call('message', id))?.trace).toMatchObject({ by: 'comparison', hops: null, from: peers[0] })
})
