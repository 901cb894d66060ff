import { addressOf, startNode } from './fixtures/node.ts'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, Libp2p } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { NetworkId } from '../message/types.ts'
import { createTrails, type Trails } from './diagnosis.ts'
import { createDialer, type Dialer } from './dialer.ts'
import { createLinks, type Links } from './links.ts'

const network = 'ab'.repeat(32) as NetworkId

/** Peer ids, ascending: of two hubs the one with the lower one dials. */
const peers = (await Promise.all([1, 2, 3].map(async number => peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(number))))))
  .map(peer => peer.toString() as PeerId).sort()
const [self, ann, relay] = peers as [PeerId, PeerId, PeerId]
const behindRelay = multiaddr(`/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/webrtc`)

interface Setting {
  readonly dialer: Dialer
  readonly trails: Trails
  readonly reports: Report[]
  /** What libp2p was asked to dial. */
  readonly dialled: string[][]
}

type Outcome = (addresses: readonly Multiaddr[], progress: (type: string) => void) => Promise<Connection>

/** A dialer on a libp2p whose dials end as `outcome` says. Time is the test's. */
function start (outcome: Outcome, linked = (): boolean => false): Setting {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => { vi.useRealTimers() })
  const dialled: string[][] = []
  const reports: Report[] = []
  const trails = createTrails(() => Date.now())
  const libp2p = {
    peerId: self,
    dial: async (addresses: readonly Multiaddr[], { onProgress }: { onProgress: (event: { type: string }) => void }) => {
      dialled.push(addresses.map(String))
      return outcome(addresses, (type) => { onProgress({ type }) })
    }
  } as unknown as Libp2p
  const links = { get: () => linked() ? {} : undefined, lastEnd: () => undefined, open: async () => undefined } as unknown as Links
  const dialer = createDialer({ libp2p, links, trails, now: () => Date.now(), report: (report) => { reports.push(report) } })
  onTestFinished(() => { dialer.stop() })
  return { dialer, trails, reports, dialled }
}

const noPath = async (): Promise<Connection> => Promise.reject(new Error('no path'))
const okOf = (trails: Trails): Array<boolean | null> => trails.of(ann).stages.map(({ ok }) => ok)

describe('a hub that is heard of', () => {
  test('is dialled by the address it announced, soon, with its peer id', async () => {
    const { dialer, dialled } = start(noPath)
    dialer.heard(ann, [behindRelay, multiaddr('/ip4/127.0.0.1/tcp/9/ws')])
    await vi.advanceTimersByTimeAsync(350)
    expect(dialled).toEqual([[`${behindRelay.toString()}/p2p/${ann}`]])
  })

  test('is tried again after a failure, more rarely each time, in turn on its own path and through the relay', async () => {
    const { dialer, dialled, reports } = start(noPath)
    dialer.heard(ann, [behindRelay])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(dialled.length).toBeGreaterThanOrEqual(4)
    expect(dialled.length).toBeLessThan(8)
    const direct = [`${behindRelay.toString()}/p2p/${ann}`]
    const relayed = [`${behindRelay.decapsulate('/webrtc').toString()}/p2p/${ann}`]
    expect(dialled[0]).toEqual(direct)
    expect(dialled.slice(1)).toContainEqual(direct)
    expect(dialled.slice(1)).toContainEqual(relayed)
    expect(reports.every(({ type, peer, code }) => type === 'dial-failed' && peer === ann && code === 'dial-failed')).toBe(true)
    expect(dialer.candidates()).toMatchObject([{ peer: ann, state: 'waiting', lastError: 'no path' }])
  })

  test('with no address that can be dialled is a failure, without a dial', async () => {
    const { dialer, dialled, reports } = start(noPath)
    dialer.heard(ann, [multiaddr('/ip4/127.0.0.1/tcp/9/ws')])
    await vi.advanceTimersByTimeAsync(400)
    expect([dialled.length, reports.length]).toEqual([0, 1])
  })

  test('is dialled in time, however often others announce themselves meanwhile', async () => {
    const { dialer, dialled } = start(noPath)
    for (let ms = 0; ms < 2_000; ms += 10) {
      dialer.heard(ann, [behindRelay])
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(dialled.length).toBeGreaterThan(0)
  })

  test('is dialled at once when the network came back, and not after the end', async () => {
    const { dialer, dialled } = start(noPath)
    dialer.heard(ann, [behindRelay])
    await vi.advanceTimersByTimeAsync(400)
    expect(dialled).toHaveLength(1)
    dialer.hurry()
    await vi.advanceTimersByTimeAsync(50)
    expect(dialled).toHaveLength(2)
    dialer.hurry()
    dialer.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(dialled).toHaveLength(2)
  })
})

describe('the diagnosis of a dial', () => {
  test('names the stage at which it failed, of this attempt and not of an earlier one', async () => {
    const { dialer, trails } = start(async (_addresses, progress) => {
      progress('webrtc:open-signaling-stream')
      progress('webrtc:read-ice-candidates')
      return Promise.reject(new Error('no path'))
    })
    trails.note(ann, 'gossiping', true, 'Greeted.')
    trails.note(ann, 'gossiping', false, 'The link ended.')
    dialer.heard(ann, [behindRelay])
    await vi.advanceTimersByTimeAsync(350)
    expect(okOf(trails)).toEqual([true, true, true, false, null, null])
  })

  test('of a hub that is linked through a relay stays "connected" when a better path fails', async () => {
    const { dialer, trails, dialled } = start(noPath, () => true)
    trails.note(ann, 'gossiping', true, 'Greeted through a relay.')
    dialer.heard(ann, [behindRelay])
    dialer.linked(ann, 'relayed')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(dialled.length).toBeGreaterThan(0)
    expect(okOf(trails)).toEqual([true, true, true, true, true, true])
  })

  test('that only gave a relayed connection is a failure', async () => {
    const { dialer, trails, reports } = start(async () => Promise.resolve({ limits: {} } as Connection))
    dialer.heard(ann, [behindRelay])
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
  const dialer = createDialer({ libp2p: here, links, trails: createTrails(() => 0), now: () => elapsedMs, report: () => undefined })
  onTestFinished(() => { dialer.stop() })
  let elapsedMs = 0
  await expect.poll(() => there.getMultiaddrs().map(String), { interval: 5 }).toContain(`${circuit}/p2p/${peer}`)
  dialer.heard(peer, [multiaddr(`${circuit}/webrtc/p2p/${peer}`)])
  // These nodes have no WebRTC, so direct dials fail at once; the waits between attempts are skipped by the clock.
  await expect.poll(() => {
    elapsedMs += 5_000
    dialer.heard(peer, [multiaddr(`${circuit}/webrtc/p2p/${peer}`)])
    return paths
  }, { interval: 30, timeout: 5_000 }).toEqual(['relayed'])
})
