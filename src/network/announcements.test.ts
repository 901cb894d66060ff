import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import type { Libp2p } from '@libp2p/interface'
import type { GossipSub } from '@libp2p/gossipsub'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { NetworkId } from '../message/types.ts'
import type { PeerId } from '../base/peer.ts'
import type { Announced } from './announcement.ts'
import { announcementTopic, createAnnouncements, type Announcements } from './announcements.ts'

const network = 'ab'.repeat(32) as NetworkId
const peer = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
interface Announcer extends Announcements { readonly heard: Array<Announced & { readonly peer: PeerId }>, readonly reports: Report[] }

const announcedBy = (libp2p: Libp2p, agent: string): Announced =>
  ({
    addresses: libp2p.getMultiaddrs(), agent, introducers: [], links: [],
    mode: null, messages: null, minEpoch: null, maxEpoch: null, serving: false, root: null, checkpoint: null, authorship: null
  })

function announce (libp2p: Libp2p<{ pubsub: GossipSub }>, agent = 'test'): Announcer {
  const heard: Announcer['heard'] = []
  const reports: Report[] = []
  const announcements = createAnnouncements({
    libp2p, network, announced: () => announcedBy(libp2p, agent),
    report: (report) => { reports.push(report) },
    onHeard: (from, one) => { heard.push({ ...one, peer: from }) }
  })
  onTestFinished(announcements.stop)
  return { ...announcements, heard, reports }
}

describe('on the control plane', () => {
  async function startTwo (): Promise<[TestNode, TestNode]> {
    const nodes = await Promise.all([startNode(onTestFinished), startNode(onTestFinished)])
    await nodes[0].dial(addressOf(nodes[1]))
    return nodes
  }

  test('two hubs hear of each other, and not of themselves', async () => {
    const [one, other] = await startTwo()
    const [atOne, atOther] = [announce(one, 'one'), announce(other, 'other')]
    await expect.poll(() => [atOne.heard[0], atOther.heard[0]], { timeout: 5_000, interval: 5 }).toMatchObject([
      { peer: other.peerId.toString(), agent: 'other' }, { peer: one.peerId.toString(), agent: 'one' }
    ])
    expect(atOne.heard[0]?.addresses.map(String)).toEqual(other.getMultiaddrs().map(String))
    expect(atOther.heard.every(({ agent }) => agent === 'one')).toBe(true)
  })

  test('junk is reported and not heard', async () => {
    const [one, liar] = await startTwo()
    const { heard, reports } = announce(one)
    const topic = announcementTopic(network)
    liar.services.pubsub.subscribe(topic)
    await expect.poll(async () => {
      await liar.services.pubsub.publish(topic, Uint8Array.from([255, 1, heard.length, ...crypto.getRandomValues(new Uint8Array(4))]))
      return reports
    }, { timeout: 5_000, interval: 20 }).toContainEqual(expect.objectContaining({ type: 'rejected', peer: liar.peerId.toString(), code: 'announcement-malformed' }))
    expect(heard).toEqual([])
  })
})

describe('the time of an announcement', () => {
  /** libp2p, as far as it tells of changes and takes announcements. */
  function fakeLibp2p (): { readonly libp2p: Libp2p<{ pubsub: GossipSub }>, readonly published: number[] } {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    vi.spyOn(Math, 'random').mockReturnValue(0.5) // or the next one by its interval may come before the longest gap is over
    onTestFinished(() => {
      vi.useRealTimers()
      vi.restoreAllMocks()
    })
    const published: number[] = []
    const pubsub = Object.assign(new EventTarget(), {
      subscribe: () => undefined, unsubscribe: () => undefined, publish: async () => { published.push(performance.now()) }
    })
    const libp2p = Object.assign(new EventTarget(), { services: { pubsub }, getMultiaddrs: () => [multiaddr('/webrtc')], peerId: peer })
    return { libp2p: libp2p as unknown as Libp2p<{ pubsub: GossipSub }>, published }
  }

  test('a change is announced at once, and changes that do not end after 1 s, 2 s, 4 s, then every 8 s', () => {
    const { libp2p, published } = fakeLibp2p()
    const { soon } = announce(libp2p)
    const startMs = performance.now()
    for (let ms = 0; ms < 30_000; ms += 10) {
      soon()
      vi.advanceTimersByTime(10)
    }
    const gaps = published.map((ms, index) => Math.round((ms - (published[index - 1] ?? startMs)) / 100) / 10)
    expect(gaps).toEqual([0.1, 1, 2, 4, 8, 8])
    vi.advanceTimersByTime(30_000)
    const before = published.length
    soon()
    vi.advanceTimersByTime(60)
    expect(published.length, 'after a quiet time a change is announced at once').toBe(before + 1)
  })

  test('without changes it comes back within 12.5 s, and never after the end', () => {
    const { libp2p, published } = fakeLibp2p()
    const { stop } = announce(libp2p)
    vi.advanceTimersByTime(12_550)
    expect(published.length).toBe(2)
    stop()
    vi.advanceTimersByTime(60_000)
    expect(published.length).toBe(2)
  })
})
