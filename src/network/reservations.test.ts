import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import { expect, onTestFinished, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { createReservations, reservingTransport, type Reservations } from './reservations.ts'

interface Setting { readonly node: TestNode, readonly reservations: Reservations, readonly reports: Report[], readonly changes: () => number }

async function start (): Promise<Setting> {
  const circuits = reservingTransport()
  const node = await startNode(onTestFinished, { listen: [], circuits })
  const reports: Report[] = []
  let changes = 0
  const reservations = createReservations({ transport: circuits.transport, report: (report) => { reports.push(report) }, onChange: () => { changes += 1 } })
  onTestFinished(() => { reservations.stop() })
  return { node, reservations, reports, changes: () => changes }
}

const idOf = (node: TestNode): PeerId => node.peerId.toString() as PeerId

test('[V12] places are kept at several hubs at once, and each is an address there', async () => {
  const hubs = await Promise.all(Array.from({ length: 5 }, async () => startNode(onTestFinished, { relays: true })))
  const { node, reservations, changes } = await start()
  await Promise.all(hubs.map(async hub => node.dial(addressOf(hub))))
  for (const hub of hubs) reservations.keep(idOf(hub))
  await expect.poll(() => hubs.map(hub => reservations.holds(idOf(hub))), { interval: 5, timeout: 5_000 }).toEqual(hubs.map(() => true))
  expect(changes()).toBe(5)
  for (const hub of hubs) {
    expect(reservations.addressesAt(idOf(hub)).map(String)).toContain(`${addressOf(hub).toString()}/p2p-circuit/webrtc`)
  }
})

test('a place that is let go, or whose hub has left, is none', async () => {
  const [one, other] = await Promise.all([startNode(onTestFinished, { relays: true }), startNode(onTestFinished, { relays: true })])
  const { node, reservations } = await start()
  await Promise.all([one, other].map(async hub => node.dial(addressOf(hub))))
  for (const hub of [one, other]) reservations.keep(idOf(hub))
  await expect.poll(() => [one, other].every(hub => reservations.holds(idOf(hub))), { interval: 5, timeout: 5_000 }).toBe(true)
  reservations.drop(idOf(one))
  expect([reservations.holds(idOf(one)), reservations.addressesAt(idOf(one))]).toEqual([false, []])
  await other.stop()
  await expect.poll(() => reservations.holds(idOf(other)), { interval: 5, timeout: 5_000 }).toBe(false)
})

test('a hub that gives no place is asked again, and reported once', async () => {
  const silent = await startNode(onTestFinished)
  const { node, reservations, reports } = await start()
  await node.dial(addressOf(silent))
  reservations.keep(idOf(silent))
  await expect.poll(() => reports, { interval: 5, timeout: 5_000 }).toMatchObject([{ type: 'reservation-failed', peer: idOf(silent) }])
  expect(reservations.holds(idOf(silent))).toBe(false)
})
