import { multiaddr } from '@multiformats/multiaddr'
import { WebRTC } from '@multiformats/multiaddr-matcher'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { Announcement as Wire } from './announcement.pb.ts'
import { decodeAnnouncement, encodeAnnouncement, type Announced } from './announcement.ts'

const peer = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f' as PeerId
const texts = [`/ip4/127.0.0.1/tcp/8080/ws/p2p/${peer}/p2p-circuit/webrtc`, '/dns4/example.org/tcp/443/tls/ws', '/ip6/::1/udp/9/quic-v1']
const announced: Announced = {
  addresses: texts.map(text => multiaddr(text)), agent: 'test', introducers: [peer],
  links: [{ peer, link: 'eager', isServer: false, rttMs: 1.5 }, { peer, link: 'lazy', isServer: true, rttMs: null }, { peer, link: 'none', isServer: false, rttMs: 0 }],
  mode: 'synced', messages: 2 ** 40, minEpoch: 0, maxEpoch: 1_700_000, serving: true, root: 'ab'.repeat(32), checkpoint: 1_699_992, authorship: new Uint8Array(128).fill(7)
}
const nothing: Announced = {
  addresses: [], agent: '', introducers: [], links: [], mode: null, messages: null, minEpoch: null, maxEpoch: null, serving: false, root: null, checkpoint: null, authorship: null
}
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
/** As it would stand on the wire, whatever the limits. */
const bytesOf = (change: Partial<Wire>): Uint8Array => Wire.encode({ ...Wire.decode(encodeAnnouncement(nothing)), ...change })

describe('an announcement', () => {
  test.each([['full', announced], ['empty', nothing]])('that is %s is read as it was written', (_name, one) => {
    const { addresses, ...rest } = decodeAnnouncement(encodeAnnouncement(one)) ?? nothing
    const { addresses: written, ...expected } = one
    expect(addresses.map(String)).toEqual(written.map(String))
    expect(rest).toEqual(expected)
  })

  test('is written within its limits, and fits', () => {
    const large = encodeAnnouncement({ ...announced, addresses: many(9, multiaddr(`${texts[0] ?? ''}/p2p/${peer}`)), introducers: many(9, peer), links: many(17, announced.links[0]!) })
    expect(large.byteLength).toBeLessThan(4_096)
    expect(decodeAnnouncement(large)).toMatchObject({ addresses: { length: 8 }, introducers: { length: 8 }, links: { length: 16 } })
  })

  test.each<[string, Partial<Wire>]>([
    ['nine addresses', { addresses: many(9, new Uint8Array(multiaddr('/webrtc').bytes)) }],
    ['nine introducers', { introducers: many(9, peer) }],
    ['seventeen links', { links: many(17, { peer, kind: 'EAGER', server: false } as never) }],
    ['an introducer that is no peer id', { introducers: ['/webrtc'] }],
    ['a link to nobody', { links: [{ peer: '', kind: 'EAGER', server: false } as never] }],
    ['[N6] 127 bytes of authorship', { authorship: new Uint8Array(127) }],
    ['more than 4,096 bytes', { agent: 'x'.repeat(4_100) }]
  ])('with %s is none', (_name, change) => {
    expect(decodeAnnouncement(bytesOf(change))).toBeUndefined()
  })

  test('keeps 64 characters of an agent', () => {
    expect(decodeAnnouncement(bytesOf({ agent: 'x'.repeat(4_000) }))?.agent).toBe('x'.repeat(64))
  })

  test('is told from any other bytes, and all of what is read can be used', () => {
    const written = encodeAnnouncement(announced)
    const changed = fc.array(fc.tuple(fc.nat(written.byteLength - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      const bytes = new Uint8Array(written)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes
    })
    const addresses = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 3 }).map(bytes => bytesOf({ addresses: bytes.map(part => new Uint8Array(part)) }))
    let read = 0
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), changed, addresses), (bytes) => {
      const one = decodeAnnouncement(bytes)
      if (one == null) return
      read += 1
      // What the dialer does with an address.
      for (const address of one.addresses) {
        address.toString()
        if (WebRTC.matches(address)) address.decapsulate('/webrtc').encapsulate(`/p2p/${peer}`)
      }
    }), { numRuns: 3_000 })
    expect(read).toBeGreaterThan(300)
  })
})
