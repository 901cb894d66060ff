import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { expect, onTestFinished, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import { createRelayKeeper, type RelayKeeper } from './relay-keeper.ts'
import { createReservations, reservingTransport } from './reservations.ts'

interface Kept { readonly keeper: RelayKeeper, readonly reports: Report[], readonly beats: string[], readonly node: TestNode }

async function keep (...addresses: Multiaddr[]): Promise<Kept> {
  const circuits = reservingTransport()
  const node = await startNode(onTestFinished, { listen: [], circuits })
  const reports: Report[] = []
  const beats: string[] = []
  const report = (one: Report): void => { reports.push(one) }
  const reservations = createReservations({ transport: circuits.transport, report, onChange: () => { keeper.look() } })
  const keeper: RelayKeeper = createRelayKeeper({
    libp2p: node, now: () => Date.now(), report, reservations,
    onBeat: (connection) => { beats.push(connection.remotePeer.toString()) }
  })
  onTestFinished(() => {
    keeper.stop()
    reservations.stop()
  })
  keeper.use(addresses)
  return { keeper, reports, beats, node }
}

const typesOf = (reports: readonly Report[]): string[] => reports.map(({ type }) => type)
const stateOf = (keeper: RelayKeeper): string | undefined => keeper.views()[0]?.state
const seed = new Uint8Array(32).fill(9)

test('a relay is dialled, measured, and reserved at', async () => {
  const relay = await startNode(onTestFinished, { relays: true })
  const { keeper, reports, beats } = await keep(addressOf(relay))
  expect(keeper.views()).toMatchObject([{ address: addressOf(relay).toString(), state: 'looking', rttMs: null, lastError: null }])
  await expect.poll(() => stateOf(keeper), { interval: 5, timeout: 5_000 }).toBe('reserved')
  await expect.poll(() => keeper.views()[0]?.rttMs, { interval: 5 }).toBeGreaterThanOrEqual(0)
  expect(typesOf(reports)).toEqual(['relay-up', 'relay-reserved'])
  expect(keeper.isRelay(relay.peerId.toString())).toBe(true)
  expect(beats).toEqual([relay.peerId.toString()])
})

test('a relay that goes is looked for, and found when it is back', async () => {
  const first = await startNode(onTestFinished, { relays: true, seed })
  const address = addressOf(first)
  const { keeper, reports } = await keep(address)
  await expect.poll(() => stateOf(keeper), { interval: 5, timeout: 5_000 }).toBe('reserved')
  await first.stop()
  await expect.poll(() => keeper.views()[0], { interval: 5 }).toMatchObject({ state: 'looking', rttMs: null })
  expect(keeper.views()[0]?.lastError).not.toBeNull()
  expect(keeper.isRelay(first.peerId.toString())).toBe(false)
  const again = await startNode(onTestFinished, { relays: true, seed, listen: [address.decapsulate('/p2p').toString()] })
  expect(again.peerId.toString()).toBe(first.peerId.toString())
  await expect.poll(() => { keeper.hurry(); return stateOf(keeper) }, { interval: 20, timeout: 8_000 }).toMatch(/connected|reserved/)
  expect(keeper.views()[0]).toMatchObject({ lastError: null, retryAt: null })
  expect(typesOf(reports)).toContain('relay-gone')
  expect(typesOf(reports).filter(type => type === 'relay-up')).toHaveLength(2)
})

test('a relay that is not there is tried again later and later, and reported once', async () => {
  const gone = await startNode(onTestFinished)
  const address = addressOf(gone)
  await gone.stop()
  const { keeper, reports } = await keep(address)
  await expect.poll(() => keeper.views()[0]?.retryAt, { interval: 5 }).toBeGreaterThan(Date.now())
  const first = keeper.views()[0]
  await expect.poll(() => keeper.views()[0]?.retryAt, { interval: 5, timeout: 5_000 }).toBeGreaterThan(first?.retryAt ?? Infinity)
  expect(typesOf(reports)).toEqual(['relay-unreachable'])
  expect(reports[0]?.code).toBe('relay-unreachable')
})

test('of a relay by WebRTC-direct that does not answer it is said what may be the matter', async () => {
  const { keeper } = await keep(multiaddr('/ip4/127.0.0.1/udp/1/webrtc-direct/certhash/uEiB5OcWuEEHTQuRuZgEyju_Z4WK9qMpGsXERpVYSsq-65g/p2p/12D3KooWD82ptriLjhKVqbWYJemGsciSBkXYsKA1MYwEbxg5d1Vq'))
  await expect.poll(() => keeper.views()[0]?.lastError, { interval: 5 }).toMatch(/another certificate/)
})

test('a refused relay is let go and not dialled again', async () => {
  const relay = await startNode(onTestFinished, { relays: true })
  const { keeper, reports, node } = await keep(addressOf(relay))
  await expect.poll(() => stateOf(keeper), { interval: 5, timeout: 5_000 }).toBe('reserved')
  keeper.refuse(relay.peerId.toString(), 'It serves another network.')
  await expect.poll(() => node.getConnections(relay.peerId), { interval: 5 }).toEqual([])
  keeper.hurry()
  keeper.use([addressOf(relay)])
  expect(keeper.views()).toMatchObject([{ state: 'refused', lastError: 'It serves another network.', retryAt: null }])
  expect(reports).toContainEqual(expect.objectContaining({ type: 'relay-refused', code: 'wrong-network' }))
  expect(node.getDialQueue()).toEqual([])
})

test('relays are kept once each, and at most 8', async () => {
  const { keeper } = await keep()
  const addresses = Array.from({ length: 10 }, (_, index) => multiaddr(`/ip4/127.0.0.1/tcp/${index + 1}/ws`))
  keeper.use([addresses[0]!, addresses[0]!])
  expect(keeper.views()).toHaveLength(1)
  keeper.use(addresses)
  expect(keeper.views().map(({ address }) => address)).toEqual(addresses.slice(0, 8).map(String))
  await expect.poll(() => keeper.views().every(({ lastError }) => lastError != null), { interval: 5 }).toBe(true)
})

test('a relay that is let go is left, though it answers, and not looked for again', async () => {
  const relay = await startNode(onTestFinished, { relays: true })
  const { keeper, node } = await keep(addressOf(relay))
  await expect.poll(() => stateOf(keeper), { interval: 5, timeout: 5_000 }).toBe('reserved')
  keeper.letGo(addressOf(relay).toString())
  expect(keeper.views()).toEqual([])
  await expect.poll(() => node.getConnections().length, { interval: 5 }).toBe(0)
})
