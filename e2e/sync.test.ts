/**
 * Two tabs with no hub at the server to keep anything: what one wrote while the other was closed is all in the other soon after they meet again. That is
 * more than gossip offers a new link, so it is diff sync's doing.
 */
import { afterAll, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())
const posts = 600
/** What gossip offers a new link (gossip/SPEC.md, G17). */
const offered = 256

test('600 posts written while the other tab was closed are in both, with one root, and both know that they are synced', async () => {
  const server = await scene.server({ options: ['--no-hub'] })
  const browser = await scene.chromium()
  const one = await scene.hub(browser, server, { name: 'one' })
  const before = await scene.hub(browser, server, { name: 'two' })
  const { peerId } = await one.status()
  await before.linked(peerId, 'direct')
  await before.page.close()

  await one.page.evaluate(`(async () => { for (let number = 0; number < ${posts}; number += 1) await hubbub.publish({ kind: 'post', text: 'post ' + number }) })()`)
  const written = (await one.status()).messages
  expect(written).toBeGreaterThanOrEqual(posts)

  const two: HubPage<ChromiumPage> = await scene.hub(browser, server, { name: 'two' })
  await two.linked(peerId, 'direct')
  await two.waitFor('all posts', async () => (await two.status()).messages >= written)
  for (const hub of [one, two]) expect(await hub.call('whenSynced', { timeoutMs: 15_000 })).toMatchObject({ outcome: 'equal' })
  const fetched = (await two.call('events', { type: 'sync-ended' })).map(({ sentence }) => Number(/(\d+) fetched/.exec(sentence)?.[1] ?? 0))
  expect(fetched.reduce((sum, count) => sum + count, 0), 'what gossip did not offer').toBeGreaterThanOrEqual(posts - offered)
  await two.waitFor('one root', async () => {
    const [mine, its] = await Promise.all([two.status(), one.status()])
    return mine.root !== null && mine.root === its.root && mine.messages === its.messages && mine.synced === true && its.synced === true && mine.mode === 'synced'
  })

  const again = await two.call('sync', peerId)
  expect(again).toMatchObject({ outcome: 'equal', strategy: 'none', fetched: 0, sent: 0, peer: peerId })
  expect(again.bytesSent + again.bytesReceived).toBeLessThanOrEqual(98)
  await expect(two.call('sync', '12D3KooWnobody')).rejects.toMatchObject({ code: 'not-connected' })

  const left = (await two.status()).peerId
  await two.call('leave')
  await one.waitFor('the goodbye to be seen', async () => !(await one.call('peers')).some(peer => peer.peerId === left))
  expect(await two.status()).toMatchObject({ lifecycle: 'shutdown', mode: 'unsynced' })
})
