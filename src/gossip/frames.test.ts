import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId, NetworkId, PublicKeyHex } from '../message/types.ts'
import { Frame as WireFrame } from './frame.pb.ts'
import { agentLengthMax, decodeFrame, encodeFrame, frameBytesMax, idsMax, type Frame } from './frames.ts'

const hex32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const ids = fc.array(hex32.map(hex => hex as MessageId), { minLength: 1, maxLength: 20 })

const numbersFor = (of: readonly unknown[], max: number): fc.Arbitrary<number[]> => fc.array(fc.nat(max), { minLength: of.length, maxLength: of.length })

const anyPeerId = fc.string({ unit: fc.constantFrom('1', '9', 'A', 'H', 'J', 'Z', 'a', 'k', 'm', 'z'), minLength: 20, maxLength: 64 }).map(text => text as PeerId)

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), version: fc.nat(9), network: hex32.map(hex => hex as NetworkId), agent: fc.string({ maxLength: agentLengthMax, unit: 'grapheme-ascii' }), links: fc.nat(2 ** 32 - 1) }),
  fc.record({ type: fc.constant('full' as const), others: fc.array(anyPeerId, { maxLength: 8 }) }),
  fc.record({ type: fc.constant('gossip' as const), message: fc.uint8Array({ minLength: 1, maxLength: 9_000 }), hops: fc.nat(255) }),
  fc.record({ type: fc.constant('gossip' as const), message: fc.uint8Array({ minLength: 1, maxLength: 100 }), hops: fc.nat(255), traced: fc.constant(true) }),
  fc.record({ type: fc.constant('signer-want' as const), author: hex32.map(hex => hex as PublicKeyHex), signer: hex32.map(hex => hex as PublicKeyHex) }),
  fc.record({ type: fc.constant('ihave' as const), ids }),
  ids.chain(of => fc.record({ type: fc.constant('ihave' as const), ids: fc.constant(of), epochs: numbersFor(of, 2 ** 28 - 1), hops: numbersFor(of, 255) })),
  fc.record({ type: fc.constant('graft' as const), ids }),
  fc.record({ type: fc.constant('graft' as const), ids: fc.oneof(ids, fc.constant([])), counter: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
  fc.record({ type: fc.constant('prune' as const), counter: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), nonce: fc.nat(2 ** 32 - 1) })
)

describe('gossip frames', () => {
  test('[Grammar] every frame comes back as it was', () => {
    fc.assert(fc.property(anyFrame, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual({ ok: true, value: frame })
    }))
  })

  test('[G4] any bytes are a frame or frame-malformed, and nothing is thrown', () => {
    let malformed = 0
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const decoded = decodeFrame(bytes)
      if (decoded.ok) return
      expect(decoded.code).toBe('frame-malformed')
      malformed += 1
    }), { numRuns: 2_000 })
    expect(malformed).toBeGreaterThan(1_000)
  })

  test('[G4] bytes of a frame with one byte changed never throw', () => {
    fc.assert(fc.property(anyFrame, fc.nat(), fc.nat(255), (frame, position, value) => {
      const bytes = encodeFrame(frame).slice()
      bytes[position % bytes.length] = value
      decodeFrame(bytes)
    }), { numRuns: 1_000 })
  })

  test('[G3] a frame over the limit is frame-too-large, whatever it says', () => {
    expect(decodeFrame(new Uint8Array(frameBytesMax + 1))).toEqual({ ok: false, code: 'frame-too-large' })
  })

  test('[G3] an ihave with as many ids as allowed fits a frame, one more is refused', () => {
    const id = new Uint8Array(32).fill(7)
    const all = <T>(value: T): T[] => Array.from({ length: idsMax }, () => value)
    const full = WireFrame.encode({ ihave: { ids: all(id), epochs: all(2 ** 28 - 1), hops: all(255) } })
    expect(full.byteLength).toBeLessThan(frameBytesMax)
    expect(decodeFrame(full).ok).toBe(true)
    const over = WireFrame.encode({ ihave: { ids: Array.from({ length: idsMax + 1 }, () => id), epochs: [], hops: [] } })
    expect(decodeFrame(over)).toEqual({ ok: false, code: 'frame-malformed' })
  })

  test.each([
    ['a hello whose network is not 32 bytes', WireFrame.encode({ hello: { version: 1, network: new Uint8Array(31), agent: '', links: 0 } })],
    ['a full with nine others', WireFrame.encode({ full: { others: Array.from({ length: 9 }, () => 'a'.repeat(52)) } })],
    ['a full with a long id', WireFrame.encode({ full: { others: ['a'.repeat(65)] } })],
    ['a full with an id that is no text', WireFrame.encode({ full: { others: [`12D3KooW\ufffd${'a'.repeat(43)}`] } })],
    ['an empty gossip', WireFrame.encode({ gossip: { message: new Uint8Array(0), hops: 0, traced: false } })],
    ['a signer-want with a short key', WireFrame.encode({ signerWant: { author: new Uint8Array(32), signer: new Uint8Array(5) } })],
    ['a graft with neither ids nor counter', WireFrame.encode({ graft: { ids: [], counter: 0 } })],
    ['a prune without counter', WireFrame.encode({ prune: { counter: 0 } })],
    ['an ihave with an epoch too few', WireFrame.encode({ ihave: { ids: [new Uint8Array(32), new Uint8Array(32)], epochs: [1], hops: [] } })],
    ['an ihave with hops too many', WireFrame.encode({ ihave: { ids: [new Uint8Array(32)], epochs: [], hops: [1, 2] } })],
    ['no frame at all', new Uint8Array(0)]
  ])('[G4] %s is frame-malformed', (_name, bytes) => {
    expect(decodeFrame(bytes)).toEqual({ ok: false, code: 'frame-malformed' })
  })

  test('[Grammar] a hello\'s agent is cut to well-formed text, even where the cut or bytes that are not UTF-8 leave half a character', () => {
    const decoded = decodeFrame(WireFrame.encode({ hello: { version: 1, network: new Uint8Array(32), agent: `${'a'.repeat(agentLengthMax - 1)}👋`, links: 0 } }))
    expect(decoded).toMatchObject({ ok: true, value: { agent: `${'a'.repeat(agentLengthMax - 1)}\ufffd` } })
    const bytes = WireFrame.encode({ hello: { version: 1, network: new Uint8Array(32), agent: 'abcd', links: 0 } }).slice()
    bytes.set([0xf0, 0xc9, 0xb3, 0x94], bytes.length - 4) // the agent is the last part: links of 0 are not written
    const noise = decodeFrame(bytes)
    if (!noise.ok) throw new Error(noise.code)
    expect(decodeFrame(encodeFrame(noise.value))).toEqual(noise)
  })

  test('[G14] hops are capped', () => {
    const decoded = decodeFrame(WireFrame.encode({ gossip: { message: new Uint8Array(1), hops: 4_000_000, traced: false } }))
    expect(decoded).toMatchObject({ ok: true, value: { hops: 255 } })
  })
})
