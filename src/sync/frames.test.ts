import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochEnd } from './buckets.ts'
import { decodeSyncFrame, encodeSyncFrame, frameBytesMax } from './frames.ts'
import { Frame as WireFrame } from './frame.pb.ts'
import type { SyncFrame } from './frames.ts'

const number = fc.nat(2 ** 31 - 1)
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size })
const counts = fc.array(fc.nat(), { minLength: 3, maxLength: 3 })
const bytesBy = (size: number): fc.Arbitrary<Uint8Array> => fc.nat(20).chain(items => bytes(items * size))
const epoch = fc.nat(epochEnd - 1)
const epochs = fc.tuple(epoch, epoch).map(([one, other]) => ({ fromEpoch: Math.min(one, other), splitEpoch: Math.max(one, other) }))
const counters = fc.constantFrom(64, 1_024, 32_768).chain(count => bytes(count * 3 / 8))
const none = fc.constant(new Uint8Array())
const differ = { type: fc.constant('differ' as const), spans: fc.integer({ min: 1, max: 7 }), counts, since: fc.boolean(), turn: fc.nat(15) }

const anyFrame: fc.Arbitrary<SyncFrame> = fc.oneof(
  fc.tuple(fc.record({ type: fc.constant('compare' as const), version: number, salt: bytes(8), untilMs: fc.nat(2 ** 48), roots: bytes(24), counts, met: fc.oneof(none, bytes(8)), turn: fc.nat(15) }), epochs)
    .map(([frame, range]) => ({ ...frame, ...range })),
  fc.record({ type: fc.constant('range' as const), fromEpoch: fc.nat(epochEnd - 1) }),
  fc.record({ type: fc.constantFrom('equal' as const, 'list-want' as const) }),
  fc.record({ ...differ, strategy: fc.constantFrom('list' as const, 'list-yours' as const, 'sketch' as const, 'sketch-yours' as const, 'feeds' as const), estimate: none }),
  fc.record({ ...differ, strategy: fc.constant('sketch-yours' as const), estimate: counters }),
  fc.record({ type: fc.constant('list' as const), ids: bytesBy(6), last: fc.boolean() }),
  fc.record({ type: fc.constant('wants' as const), ids: bytesBy(4), last: fc.boolean() }),
  fc.record({ type: fc.constant('have' as const), ids: bytesBy(4) }),
  fc.record({ type: fc.constant('version' as const), highest: number }),
  fc.record({ type: fc.constant('feeds' as const), feeds: fc.uint8Array({ maxLength: 300 }), last: fc.boolean() }),
  fc.record({ type: fc.constant('feed-wants' as const), wants: fc.uint8Array({ maxLength: 300 }), last: fc.boolean() }),
  fc.record({ type: fc.constant('symbols' as const), from: number, symbols: bytesBy(9), last: fc.boolean() }),
  fc.record({ type: fc.constant('symbols-want' as const), end: number.map(end => end + 1), estimate: none }),
  fc.record({ type: fc.constant('symbols-want' as const), end: fc.constant(0), estimate: counters }),
  fc.record({ type: fc.constant('messages' as const), messages: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }), last: fc.boolean() })
)

const differs: SyncFrame & { type: 'differ' } = { type: 'differ', spans: 1, counts: [1, 1, 1], strategy: 'list', estimate: new Uint8Array(), since: false, turn: 0 }
const compares: SyncFrame & { type: 'compare' } = {
  type: 'compare', version: 2, salt: new Uint8Array(8), fromEpoch: 5, untilMs: 0, splitEpoch: 5, roots: new Uint8Array(24), counts: [0, 0, 0], met: new Uint8Array(), turn: 0
}

describe('sync frames', () => {
  test('[Grammar] every frame comes back as it was', () => {
    fc.assert(fc.property(anyFrame, (frame) => {
      expect(decodeSyncFrame(encodeSyncFrame(frame))).toEqual({ ok: true, value: frame })
    }), { numRuns: 500 })
  })

  test('[Grammar] messages are written as the codec would', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 60 }), fc.boolean(), (messages, last) => {
      const frame = { messages: { messages: messages.map(message => new Uint8Array(message)), last } }
      expect(encodeSyncFrame({ type: 'messages', messages, last })).toEqual(new Uint8Array(WireFrame.encode(frame)))
    }), { numRuns: 100 })
  })

  test('[S8] any bytes are a frame or frame-malformed, and nothing is thrown', () => {
    let malformed = 0
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (junk) => {
      const decoded = decodeSyncFrame(junk)
      if (decoded.ok) return
      expect(decoded.code).toBe('frame-malformed')
      malformed += 1
    }), { numRuns: 2_000 })
    expect(malformed).toBeGreaterThan(1_000)
  })

  test('[S8] bytes of a frame with one byte changed never throw, and what they give can be written', () => {
    fc.assert(fc.property(anyFrame, fc.nat(), fc.nat(255), (frame, position, value) => {
      const changed = encodeSyncFrame(frame).slice()
      changed[position % changed.length] = value
      const decoded = decodeSyncFrame(changed)
      if (decoded.ok) expect(decodeSyncFrame(encodeSyncFrame(decoded.value))).toEqual(decoded)
    }), { numRuns: 1_000 })
  })

  test('[S8] a frame longer than 16 KiB is too large', () => {
    expect(decodeSyncFrame(new Uint8Array(frameBytesMax + 1))).toEqual({ ok: false, code: 'frame-too-large' })
  })

  test.each<SyncFrame>([
    { type: 'list', ids: new Uint8Array(9), last: true },
    { type: 'wants', ids: new Uint8Array(9), last: true },
    { type: 'have', ids: new Uint8Array(9) },
    { type: 'symbols', from: 0, symbols: new Uint8Array(10), last: true },
    { type: 'symbols-want', end: 0, estimate: new Uint8Array() },
    { type: 'symbols-want', end: 9, estimate: new Uint8Array(24) },
    { type: 'symbols-want', end: 0, estimate: new Uint8Array(25) },
    { type: 'messages', messages: [new Uint8Array()], last: true },
    { type: 'range', fromEpoch: epochEnd },
    { ...differs, spans: 8 },
    { ...differs, counts: [1, 1] },
    { ...differs, turn: 16 },
    { ...differs, estimate: new Uint8Array(24) },
    { ...compares, splitEpoch: 4 },
    { ...compares, met: new Uint8Array(7) },
    { ...compares, turn: 16 }
  ])('[S8] $type of a wrong form is malformed', (frame) => {
    expect(decodeSyncFrame(encodeSyncFrame(frame))).toEqual({ ok: false, code: 'frame-malformed' })
  })
})
