/**
 * A page whose main thread stands still does not hold up its hub: the engine, its channels and its store are the worker's.
 * The proxied fallback, where every byte passes through the page, is the control: there the same posts must wait.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MessageView } from '../src/worker/api.ts'
import type { Browser } from './harness/browser.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const blockMs = 3_000
/** Posts written before this much of the block is left would arrive within it on any machine that is not standing still itself. */
const marginMs = 1_000
const postsMax = 40

interface Observed { readonly block: { readonly from: number, readonly to: number }, readonly received: readonly MessageView[] }

describe('a page blocked for 3 s', () => {
  const scene = createScene()
  afterAll(() => scene.end())
  let browser: Browser
  beforeAll(async () => { browser = await scene.chromium() })

  test('goes on storing what others post when its channels are transferred', async () => {
    const { block, received } = await postWhileBlocked('transferred', {})
    for (const message of received) expect(message.storedAt, `stored at, block ended at ${block.to}`).toBeLessThan(block.to)
  })

  test('stores it only afterwards when its channels are proxied', async () => {
    const { block, received } = await postWhileBlocked('proxied', { channels: 'proxied' })
    for (const message of received) expect(message.storedAt, `stored at, block ended at ${block.to}`).toBeGreaterThanOrEqual(block.to)
  })

  /** Two hubs with a direct link and nothing else, for the server could carry the posts past the page; then a block of the reader's page. */
  async function postWhileBlocked (name: string, parameters: Readonly<Record<string, string>>): Promise<Observed> {
    const server = await scene.server()
    const writer = await scene.hub(browser, server, { name: `writer-${name}`, parameters })
    const reader = await scene.hub(browser, server, { name: `reader-${name}`, parameters })
    await writer.linked((await reader.status()).peerId, 'direct')
    await reader.linked((await writer.status()).peerId, 'direct')
    await server.kill()
    await Promise.all([writer.withoutServer(), reader.withoutServer()])
    const first = await writer.post('before the block')
    await reader.receives(first)

    const blocked = reader.page.evaluate<{ from: number, to: number }>(
      `(() => { const from = Date.now(); while (Date.now() - from < ${blockMs}) { /* stands still */ } return { from, to: Date.now() } })()`)
    const written = await postUntil(writer, blocked)
    const block = await blocked

    const during = written.filter(({ timestamp }) => timestamp > block.from && timestamp < block.to - marginMs)
    expect(during.length, 'posts written within the block').toBeGreaterThanOrEqual(3)
    const received = await Promise.all(during.map(({ id }) => reader.receives(id)))
    await Promise.all([writer.page.close(), reader.page.close()])
    return { block, received }
  }
})

/** Publishes one post after another until `ended` settles, or enough were written. */
async function postUntil (writer: HubPage, ended: Promise<unknown>): Promise<Array<{ id: string, timestamp: number }>> {
  const over = new AbortController()
  void ended.finally(() => over.abort())
  const ids: string[] = []
  while (!over.signal.aborted && ids.length < postsMax) ids.push(await writer.post(`post ${ids.length}`))
  const posts = await writer.posts()
  return posts.filter(({ id }) => ids.includes(id))
}
