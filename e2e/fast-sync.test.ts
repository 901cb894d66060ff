/**
 * A fresh tab joins by a snapshot that three other tabs hold, no server having anything: chunk by chunk, from several at once, one of which is closed in the
 * middle, and what is written meanwhile arrives.
 */
import { afterAll, expect, test } from 'vitest'
import { fillServer } from '../src/bench/join/filled-server.ts'
import { makeFeed } from '../src/bench/ingest/feed.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())
const messages = 3_000
/** Half an hour of sixteen devices, long ago: all of it in a snapshot, in some forty chunks. */
const stepMs = 10_000
/** Frames of those that serve are late by this, so that there is a middle of the join. */
const delayMs = 250
/** A machine with much else to do. */
const patienceMs = 60_000

test('[F12] [F15] a fresh tab joins three tabs, one of which is closed mid-way, and has what is written meanwhile', async () => {
  const filled = await fillServer(await makeFeed(messages, stepMs))
  scene.owns(filled, async () => filled.remove())
  const server = await scene.server({ data: filled.data, options: ['--genesis', filled.genesis] })
  const browser = await scene.chromium()
  const three: HubPage[] = []
  for (const name of ['one', 'two', 'three']) {
    const hub = await scene.hub(browser, server, { name })
    three.push(hub)
    const join = await hub.waitFor('the snapshot of the server', async () => {
      const status = await hub.status()
      return status.messages >= messages && status.join?.outcome === 'taken' && status.join
    }, patienceMs)
    expect(join).toMatchObject({ certified: false, messages, messagesKept: messages })
  }
  await server.stop()
  const introducer = await scene.server({ port: server.port, data: filled.data, options: ['--no-hub', '--genesis', filled.genesis] })
  for (const hub of three) await hub.call('faults', { delayMs })

  const fresh = await scene.hub(browser, introducer, { name: 'fresh' })
  const [one, two] = three
  if (one === undefined || two === undefined) throw new Error('there are three')
  const ids = await Promise.all(three.map(async hub => (await hub.status()).peerId))
  const leaver = await fresh.waitFor('several hubs to be asked for chunks', async () => {
    const { join } = await fresh.status()
    const asked = (join?.hubs ?? []).filter(({ asked }) => asked > 0)
    return join?.phase === 'chunks' && asked.length > 1 && asked[0]
  }, patienceMs)
  const [leaving, staying] = ids[0] === leaver.peerId ? [one, two] : [three[ids.indexOf(leaver.peerId)] ?? one, one]
  await leaving.page.close()
  const written = await staying.post('written while it joined')
  const join = await fresh.waitFor('the join to end', async () => {
    const { join } = await fresh.status()
    return join?.outcome != null && join
  }, patienceMs)
  expect(join).toMatchObject({ outcome: 'taken', messages, messagesKept: messages })
  expect(join.chunksKept).toBe(join.chunks)
  expect(join.hubs.filter(({ kept }) => kept > 0).length).toBeGreaterThan(1)
  await fresh.receives(written, patienceMs)
  expect((await fresh.status()).messages).toBeGreaterThan(messages)
})
