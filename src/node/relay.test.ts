import './compat.ts'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { gossipsub, type GossipSub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { Circuit } from '@multiformats/multiaddr-matcher'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { announcementTopic } from '../network/announcements.ts'
import { ask, startTestOrigin, testNetwork } from './fixtures/origin.ts'

/** More hubs from one address than gossipsub's defaults put up with (14). */
const crowd = 20

async function startClient (listen: string[] = []): Promise<Libp2p<{ ping: Ping, pubsub: GossipSub }>> {
  const client = await createLibp2p({
    addresses: { listen },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping({ runOnLimitedConnection: true }), pubsub: gossipsub() }
  })
  onTestFinished(async () => client.stop())
  return client
}

async function relayAddressOf (port: number): Promise<Multiaddr> {
  const { relays } = JSON.parse((await ask(port, '/network.json')).text) as { relays: [string] }
  return multiaddr(relays[0])
}

async function gauge (port: number, name: string): Promise<number> {
  const { text } = await ask(port, '/metrics')
  return Number(new RegExp(`^hubbub_relay_${name} (\\d+)$`, 'm').exec(text)?.[1])
}

test('a hub reserves, another one reaches it through the relay, and the reservation ends with its connection', async () => {
  const { port } = await startTestOrigin(onTestFinished)
  const relay = await relayAddressOf(port)
  const reachable = await startClient([`${relay.toString()}/p2p-circuit`])
  await expect.poll(() => reachable.getMultiaddrs().map(String)).toContain(`${relay.toString()}/p2p-circuit/p2p/${reachable.peerId.toString()}`)
  expect(await gauge(port, 'reservations')).toBe(1)

  const caller = await startClient()
  const connection = await caller.dial(multiaddr(`${relay.toString()}/p2p-circuit/p2p/${reachable.peerId.toString()}`))
  expect(Circuit.matches(connection.remoteAddr)).toBe(true)
  // The handshake between the two has used some of the 1 MiB.
  expect(connection.limits?.bytes).toBeGreaterThan(1_000_000n)
  expect(await caller.services.ping.ping(reachable.peerId)).toBeGreaterThanOrEqual(0)
  expect(await gauge(port, 'circuits')).toBe(1)
  expect(await gauge(port, 'connections')).toBe(2)

  await reachable.stop()
  await expect.poll(async () => gauge(port, 'reservations')).toBe(0)
  await expect.poll(async () => gauge(port, 'connections')).toBe(1)
  await expect(caller.dial(multiaddr(`${relay.toString()}/p2p-circuit/p2p/${reachable.peerId.toString()}`))).rejects.toThrow()
})

test('the relay passes announcements on in a crowd from one address', async () => {
  const { port, libp2p } = await startTestOrigin(onTestFinished)
  const topic = announcementTopic(testNetwork)
  const relay = await relayAddressOf(port)
  const hubs = await Promise.all(Array.from({ length: crowd }, async () => {
    const hub = await startClient()
    hub.services.pubsub.subscribe(topic)
    await hub.dial(relay)
    return hub
  }))
  await expect.poll(() => libp2p.services.pubsub.getSubscribers(topic).length, { timeout: 10_000 }).toBe(crowd)
  const heard = new Set<Libp2p>()
  for (const hub of hubs) {
    hub.services.pubsub.addEventListener('message', ({ detail }) => { if (detail.data[0] === 7) heard.add(hub) })
    await expect.poll(() => hub.services.pubsub.getSubscribers(topic).length).toBe(1)
  }
  await hubs[0]?.services.pubsub.publish(topic, new Uint8Array([7]))
  await expect.poll(() => heard.size, { timeout: 10_000 }).toBe(crowd - 1)
})

test('it stops within two seconds while hubs are connected, and their connections end', async () => {
  const { port, stop } = await startTestOrigin(onTestFinished)
  const client = await startClient()
  const connection = await client.dial(await relayAddressOf(port))
  const before = performance.now()
  await stop()
  expect(performance.now() - before).toBeLessThan(2_000)
  await expect.poll(() => connection.status).not.toBe('open')
})
