/** A relay reached by WebRTC-direct alone, as a page served over https reaches one that has no name and no TLS. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import { expectCrossing } from './harness/crossing.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

/** What is left of the old connection is noticed when ICE has timed out, and a relay is looked for every 15 s. */
const backMs = 60_000

describe('a relay over WebRTC-direct', () => {
  const scene = createScene()
  let hubs: Array<HubPage<ChromiumPage>>
  let server: HubServer
  let udpPort: number
  let address: string
  // No hub in the server: two tabs that are linked found each other by the relay alone.
  const start = async (port?: number, data?: string): Promise<HubServer> => scene.server({
    options: ['--no-hub', '--webrtc-direct', `127.0.0.1:${udpPort}`], ...port == null ? {} : { port }, ...data == null ? {} : { data }
  })

  beforeAll(async () => {
    udpPort = await freeUdpPort()
    const data = await mkdtemp(join(tmpdir(), 'hubbub-data-'))
    server = await start(undefined, scene.owns(data, async () => rm(data, { recursive: true, force: true })))
    const { relays } = await (await fetch(`${server.address}/network.json`)).json() as { relays: string[] }
    address = relays.find(relay => relay.includes('/webrtc-direct/')) ?? ''
    const browser = await scene.chromium()
    hubs = await Promise.all(['one', 'two'].map(async name => scene.hub(browser, server, { name, parameters: { relay: address } })))
  })
  afterAll(() => scene.end())

  test('a tab gets its place at the relay, from within its worker', async () => {
    for (const hub of hubs) {
      await hub.waitFor('a place at the relay', async () => (await hub.status()).relays[0]?.state === 'reserved')
      expect((await hub.status()).relays).toMatchObject([{ address, state: 'reserved' }])
      expect((await hub.status()).channels.transferred).toBeGreaterThan(0)
    }
    expect(address).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/udp/${udpPort}/webrtc-direct/certhash/u[\\w-]{46}/p2p/`))
  })

  test('two tabs are introduced, linked directly, and posts cross', async () => {
    const [one, two] = hubs as [HubPage<ChromiumPage>, HubPage<ChromiumPage>]
    await one.linked((await two.status()).peerId, 'direct')
    await expectCrossing(one, two)
  })

  test('a relay that was killed and started again is found at the address that tabs have', async () => {
    const { port, data } = server
    await server.kill()
    const restartedAt = Date.now()
    server = await start(port, data)
    await hubs[0]!.waitFor('a place at the relay that is back', async () => {
      const [relay] = (await hubs[0]!.status()).relays
      return relay?.state === 'reserved' && relay.since > restartedAt
    }, backMs)
  })
})

async function freeUdpPort (): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => { socket.close(() => { resolve() }) })
  return port
}
