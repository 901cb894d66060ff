import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import type { Libp2p } from '@libp2p/interface'
import type { GossipSub } from '@libp2p/gossipsub'
import { multiaddr } from '@multiformats/multiaddr'
import { WebRTC } from '@multiformats/multiaddr-matcher'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { NetworkId } from '../message/types.ts'
import { Announcement } from './announcement.pb.ts'
import { announcementTopic, createAnnouncements, decodeAnnouncement, type Heard } from './announcements.ts'

const network = 'ab'.repeat(32) as NetworkId
const peer = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
const texts = [`/ip4/127.0.0.1/tcp/8080/ws/p2p/${peer}/p2p-circuit/webrtc`, '/dns4/example.org/tcp/443/tls/ws', '/ip6/::1/udp/9/quic-v1']
const bytesOf = (addresses: readonly string[], agent = 'test'): Uint8Array =>
  Announcement.encode({ addresses: addresses.map(address => new Uint8Array(multiaddr(address).bytes)), agent })

describe('an announcement', () => {
  test('is read as it was written', () => {
    const read = decodeAnnouncement(bytesOf(texts))
    expect(read?.addresses.map(String)).toEqual(texts)
    expect(read?.agent).toBe('test')
  })

  test('has at most 8 addresses, 4,096 bytes, and 64 characters of an agent that are kept', () => {
    expect(decodeAnnouncement(bytesOf(Array.from({ length: 8 }, () => '/webrtc')))?.addresses).toHaveLength(8)
    expect(decodeAnnouncement(bytesOf(Array.from({ length: 9 }, () => '/webrtc')))).toBeUndefined()
    expect(decodeAnnouncement(bytesOf([], 'x'.repeat(4_000)))?.agent).toBe('x'.repeat(64))
    expect(decodeAnnouncement(bytesOf([], 'x'.repeat(4_100)))).toBeUndefined()
  })

  test('is told from any other bytes, and all of what is read can be used', () => {
    const written = bytesOf(texts)
    const changed = fc.array(fc.tuple(fc.nat(written.byteLength - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      const bytes = new Uint8Array(written)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes
    })
    const addresses = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 3 }).map(bytes => Announcement.encode({ addresses: bytes.map(part => new Uint8Array(part)), agent: '' }))
    let read = 0
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), changed, addresses), (bytes) => {
      const announcement = decodeAnnouncement(bytes)
      if (announcement == null) return
      read += 1
      // What the dialer does with an address.
      for (const address of announcement.addresses) {
        address.toString()
        if (WebRTC.matches(address)) address.decapsulate('/webrtc').encapsulate(`/p2p/${peer}`)
      }
    }), { numRuns: 3_000 })
    expect(read).toBeGreaterThan(300)
  })
})

interface Announcer { readonly heard: Heard[], readonly reports: Report[], readonly stop: () => void }

function announce (libp2p: Libp2p<{ pubsub: GossipSub }>, agent = 'test'): Announcer {
  const heard: Heard[] = []
  const reports: Report[] = []
  const { stop } = createAnnouncements({ libp2p, network, agent, report: (report) => { reports.push(report) }, onHeard: (one) => { heard.push(one) } })
  onTestFinished(stop)
  return { heard, reports, stop }
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
  function fakeLibp2p (): { readonly libp2p: Libp2p<{ pubsub: GossipSub }>, readonly published: number[], readonly change: () => void } {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => { vi.useRealTimers() })
    const published: number[] = []
    const pubsub = Object.assign(new EventTarget(), {
      subscribe: () => undefined, unsubscribe: () => undefined, publish: async () => { published.push(performance.now()) }
    })
    const libp2p = Object.assign(new EventTarget(), { services: { pubsub }, getMultiaddrs: () => [multiaddr('/webrtc')], peerId: peer })
    return { libp2p: libp2p as unknown as Libp2p<{ pubsub: GossipSub }>, published, change: () => { libp2p.dispatchEvent(new Event('self:peer:update')) } }
  }

  test('changes are announced at once, and no oftener than once a second, however many there are', () => {
    const { libp2p, published, change } = fakeLibp2p()
    announce(libp2p)
    for (let ms = 0; ms < 5_000; ms += 10) {
      change()
      vi.advanceTimersByTime(10)
    }
    expect(published.length).toBeGreaterThanOrEqual(4)
    expect(published.length).toBeLessThanOrEqual(6)
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
