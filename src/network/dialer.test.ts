import { addressOf, startNode } from './fixtures/node.ts'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, Libp2p } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { createMembership, type Membership } from '../gossip/membership.ts'
import type { NetworkId } from '../message/types.ts'
import type { Announced } from './announcement.ts'
import { createContacts, type Contacts } from './contacts.ts'
import { createTrails, type Trails } from './diagnosis.ts'
import { createDialer, waysFor, type Dialer } from './dialer.ts'
import type { Link } from './link.ts'
import { createLinks, type Links } from './links.ts'

const network = 'ab'.repeat(32) as NetworkId

/** Peer ids, ascending: of two hubs the one with the lower one dials. */
const peers = (await Promise.all([1, 2, 3, 4, 5].map(async number => peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(number))))))
  .map(peer => peer.toString() as PeerId).sort()
const [self, ann, ben, cyd, relay] = peers as [PeerId, PeerId, PeerId, PeerId, PeerId]
const behindRelay = `/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/webrtc`
const by = (introducer: PeerId): string => `/p2p/${introducer}/p2p-circuit/webrtc/p2p/${ann}`
const announced = (change: Partial<Announced>): Announced => ({ addresses: [], agent: '', introducers: [], links: [], mode: null, messages: null, minEpoch: null, maxEpoch: null, serving: false, root: null, checkpoint: null, authorship: null, ...change })
const relayed = announced({ addresses: [multiaddr(behindRelay)] })

interface Setting {
  readonly dialer: Dialer
  readonly membership: Membership
  readonly trails: Trails
  readonly reports: Report[]
  /** What libp2p was asked to dial. */
  readonly dialled: string[]
  readonly contacts: Contacts
  /** Links by hand, and the relays that answer. */
  readonly linked: Map<PeerId, Partial<Link>>
  readonly relays: PeerId[]
  /** Ann announces this of herself. */
  readonly hear: (what: Announced) => void
}

type Outcome = (address: string, progress: (type: string) => void) => Promise<Connection>

/** A dialer on a libp2p whose dials end as `outcome` says. Time is the test's. */
function start (outcome: Outcome): Setting {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => { vi.useRealTimers() })
  const now = (): number => Date.now()
  const dialled: string[] = []
  const reports: Report[] = []
  const trails = createTrails(now)
  const contacts = createContacts(now)
  const linked: Setting['linked'] = new Map()
  const relays: PeerId[] = []
  const libp2p = {
    peerId: self,
    getConnections: () => [],
    dial: async (address: Multiaddr, { onProgress }: { onProgress: (event: { type: string }) => void }) => {
      dialled.push(address.toString())
      return outcome(address.toString(), (type) => { onProgress({ type }) })
    }
  } as unknown as Libp2p
  const links = { get: (peer: PeerId) => linked.get(peer), lastEnd: () => undefined, open: async () => undefined } as unknown as Links
  const sources = { links, contact: contacts.get, relays: () => relays }
  const membership = createMembership({ self, ways: waysFor(sources), said: () => undefined, worth: () => ({ eager: true, rttMs: 1 }), random: () => 0.5 })
  const dialer = createDialer({ ...sources, libp2p, membership, trails, now, report: (report) => { reports.push(report) } })
  onTestFinished(() => { dialer.stop() })
  const hear = (what: Announced): void => {
    contacts.note(ann, what)
    dialer.tell({ type: 'announced', peer: ann })
  }
  return { dialer, membership, trails, reports, dialled, contacts, linked, relays, hear }
}

const noPath = async (): Promise<Connection> => Promise.reject(new Error('no path'))
const okOf = (trails: Trails): Array<boolean | null> => trails.of(ann).stages.map(({ ok }) => ok)

describe('[V8] the way to a hub', () => {
  test('leads through the relay that it announced, with its peer id', async () => {
    const { hear, dialled } = start(noPath)
    hear(relayed)
    await vi.advanceTimersByTimeAsync(350)
    expect(dialled).toEqual([`${behindRelay}/p2p/${ann}`])
  })

  test('leads through a relay that answers here by its peer id alone, then through neighbours that introduce it, and through no other hub', async () => {
    const { hear, dialled, linked, relays } = start(noPath)
    linked.set(ben, { path: 'direct' }).set(cyd, { path: 'relayed' })
    relays.push(relay)
    hear({ ...relayed, introducers: [cyd, ben, relay, ann] })
    await vi.advanceTimersByTimeAsync(350)
    expect(dialled).toEqual([by(relay), by(ben)])
  })

  test('ends where the two hubs met and found no path: another introducer would not bring them closer', async () => {
    const { hear, dialled, linked, relays } = start(async (_address, progress) => {
      progress('webrtc:open-signaling-stream')
      return Promise.reject(new Error('no path'))
    })
    linked.set(ben, { path: 'direct' })
    relays.push(relay)
    hear({ ...relayed, introducers: [ben] })
    await vi.advanceTimersByTimeAsync(350)
    expect(dialled).toEqual([by(relay)])
  })

  test('is there once somebody who introduces it is linked', async () => {
    const { hear, dialer, dialled, linked } = start(noPath)
    hear(announced({ introducers: [ben] }))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(dialled).toEqual([])
    linked.set(ben, { path: 'direct' })
    dialer.tell({ type: 'deadline' })
    await vi.advanceTimersByTimeAsync(10)
    expect(dialled).toEqual([by(ben)])
  })
})

describe('a dial', () => {
  test('is tried again after a failure, more rarely each time, in turn on its own path and through the relay', async () => {
    const { hear, dialled, reports, membership } = start(noPath)
    hear(relayed)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(dialled.length).toBeGreaterThanOrEqual(4)
    expect(dialled.length).toBeLessThan(8)
    const direct = `${behindRelay}/p2p/${ann}`
    expect(dialled[0]).toBe(direct)
    expect(dialled.slice(1)).toContain(direct)
    expect(dialled.slice(1)).toContain(direct.replace('/webrtc', ''))
    expect(reports.every(({ type, peer, code }) => type === 'dial-failed' && peer === ann && code === 'dial-failed')).toBe(true)
    expect(membership.candidates()).toMatchObject([{ peer: ann, state: 'waiting', lastError: 'no path' }])
  })

  test.each([
    ['failed to connect via relay with status NO_RESERVATION', 'it holds no place there any more.'], ['All multiaddr dials failed', 'none of its addresses answered.']
  ])('says of %j: %s', async (said, sentence) => {
    const { hear, membership } = start(() => Promise.reject(new Error(said)))
    hear(relayed)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(membership.candidates()).toMatchObject([{ lastError: sentence }])
  })

  test('is made in time, however often others announce themselves meanwhile', async () => {
    const { hear, dialled } = start(noPath)
    for (let ms = 0; ms < 2_000; ms += 10) {
      hear(relayed)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(dialled.length).toBeGreaterThan(0)
  })

  test('is made at once when the network came back, and not after the end', async () => {
    const { hear, dialer, dialled } = start(noPath)
    hear(relayed)
    await vi.advanceTimersByTimeAsync(400)
    expect(dialled).toHaveLength(1)
    dialer.tell({ type: 'hurry' })
    await vi.advanceTimersByTimeAsync(50)
    expect(dialled).toHaveLength(2)
    dialer.stop()
    dialer.tell({ type: 'hurry' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(dialled).toHaveLength(2)
  })
})

test('[V9] a link that is given up is ended with the names of others; one that is gone already is told as that', () => {
  const parted: unknown[] = []
  const inputs: unknown[] = []
  const membership = {
    handle: (input: { type: string }) => {
      inputs.push(input.type)
      return input.type === 'deadline' ? [{ type: 'part', peer: ann, others: [cyd] }, { type: 'part', peer: ben, others: [] }] : []
    },
    nextDeadlineMs: () => undefined
  } as unknown as Membership
  const links = { get: (peer: PeerId) => peer === ann ? { part: async (others: unknown) => { parted.push(others) } } : undefined } as unknown as Links
  const dialer = createDialer({
    libp2p: {} as Libp2p, links, membership, contact: () => undefined, relays: () => [], trails: createTrails(() => 0), now: () => 0, report: () => undefined
  })
  dialer.tell({ type: 'deadline' })
  expect(parted).toEqual([[cyd]])
  expect(inputs).toEqual(['deadline', 'unlinked'])
})

test('a dial that fails while this hub refuses a call of the other one has failed', async () => {
  const inputs: unknown[] = []
  const membership = {
    handle: ({ type }: { type: string }) => {
      inputs.push(type)
      return type === 'deadline' ? [{ type: 'dial', peer: ann, path: 'direct' }] : []
    },
    nextDeadlineMs: () => undefined
  } as unknown as Membership
  const ends = [undefined, { code: 'full', sentence: 'It was not let in.' }]
  const links = { get: (peer: PeerId) => peer === ben ? { path: 'direct' } : undefined, lastEnd: () => ends.shift(), open: async () => undefined } as unknown as Links
  const contacts = createContacts(() => 0)
  contacts.note(ann, announced({ introducers: [ben] }))
  const libp2p = { getConnections: () => [], dial: async () => ({ close: async () => undefined, abort: () => undefined }) } as unknown as Libp2p
  const dialer = createDialer({
    libp2p, links, membership, contact: contacts.get, relays: () => [], trails: createTrails(() => 0), now: () => 0, report: () => undefined
  })
  dialer.tell({ type: 'deadline' })
  await expect.poll(() => inputs, { interval: 1 }).toEqual(['deadline', 'dial-failed'])
})

describe('the diagnosis of a dial', () => {
  test('names the stage at which it failed, of this attempt and not of an earlier one, and who introduced the two', async () => {
    const { hear, trails, linked } = start(async (_address, progress) => {
      progress('webrtc:open-signaling-stream')
      progress('webrtc:read-ice-candidates')
      return Promise.reject(new Error('no path'))
    })
    linked.set(ben, { path: 'direct' })
    trails.note(ann, 'gossiping', true, 'Greeted.')
    trails.note(ann, 'gossiping', false, 'The link ended.')
    hear(announced({ introducers: [ben] }))
    await vi.advanceTimersByTimeAsync(350)
    expect(okOf(trails)).toEqual([true, true, true, false, null, null])
    expect(trails.of(ann).stages.find(({ stage }) => stage === 'signalled')?.sentence).toBe(`Offer and answer crossed, by way of the hub ${ben}.`)
  })

  test('of a hub that is linked through a relay stays "connected" when a better path fails', async () => {
    const { hear, dialer, trails, dialled, linked } = start(noPath)
    linked.set(ann, { path: 'relayed' })
    trails.note(ann, 'gossiping', true, 'Greeted through a relay.')
    hear(relayed)
    dialer.tell({ type: 'linked', peer: ann, path: 'relayed' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(dialled.length).toBeGreaterThan(0)
    expect(okOf(trails)).toEqual([true, true, true, true, true, true])
  })

  test('that only gave a relayed connection is a failure', async () => {
    const { hear, trails, reports } = start(async () => Promise.resolve({ limits: {} } as Connection))
    hear(relayed)
    await vi.advanceTimersByTimeAsync(350)
    expect(reports).toHaveLength(1)
    expect(okOf(trails)).toContain(false)
  })
})

test('through a relay, and real nodes: the relayed path becomes a link when the direct one does not come about', async () => {
  const hop = await startNode(onTestFinished, { relays: true })
  const circuit = `${addressOf(hop).toString()}/p2p-circuit`
  const [there, here] = [await startNode(onTestFinished, { listen: [circuit] }), await startNode(onTestFinished)]
  const linksOf = async (node: Libp2p, onUp: (path: string) => void): Promise<Links> => createLinks({
    libp2p: node, network, agent: 'test', now: () => Date.now(), report: () => undefined,
    handlers: { onUp: ({ path }) => { onUp(path) }, onDown: () => undefined, onFrame: async () => undefined }
  })
  const peer = there.peerId.toString() as PeerId
  await linksOf(there, () => undefined)
  const paths: string[] = []
  const links = await linksOf(here, (path) => { paths.push(path) })
  let elapsedMs = 0
  const now = (): number => elapsedMs
  const contacts = createContacts(now)
  const sources = { links, contact: contacts.get, relays: () => [] }
  const membership = createMembership({
    self: here.peerId.toString() as PeerId, ways: waysFor(sources), said: () => undefined, worth: () => ({ eager: true, rttMs: 1 }), random: () => 0.5
  })
  const dialer = createDialer({ ...sources, libp2p: here, membership, trails: createTrails(now), now, report: () => undefined })
  onTestFinished(() => { dialer.stop() })
  await expect.poll(() => there.getMultiaddrs().map(String), { interval: 5 }).toContain(`${circuit}/p2p/${peer}`)
  // These nodes have no WebRTC, so direct dials fail at once; the waits between attempts are skipped by the clock.
  await expect.poll(() => {
    elapsedMs += 5_000
    contacts.note(peer, announced({ addresses: [multiaddr(`${circuit}/webrtc/p2p/${peer}`)] }))
    dialer.tell({ type: 'announced', peer })
    return paths
  }, { interval: 30, timeout: 5_000 }).toEqual(['relayed'])
})
