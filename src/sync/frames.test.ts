import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochEnd } from './buckets.ts'
import { decodeSyncFrame, encodeSyncFrame, frameBytesMax } from './frames.ts'
import type { SyncFrame } from './frames.ts'

const number = fc.nat(2 ** 31 - 1)
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size })
const counts = fc.array(fc.nat(), { minLength: 3, maxLength: 3 })
const bytesBy = (size: number): fc.Arbitrary<Uint8Array> => fc.nat(20).chain(items => bytes(items * size))
const epoch = fc.nat(epochEnd - 1)
const epochs = fc.tuple(epoch, epoch).map(([one, other]) => ({ fromEpoch: Math.min(one, other), splitEpoch: Math.max(one, other) }))
const estimate = fc.array(fc.integer(), { minLength: 512, maxLength: 512 }).map(numbers => Int32Array.from(numbers))

const anyFrame: fc.Arbitrary<SyncFrame> = fc.oneof(
  fc.tuple(fc.record({ type: fc.constant('compare' as const), version: number, salt: bytes(8), untilMs: fc.nat(2 ** 48), roots: bytes(24), counts }), epochs)
    .map(([frame, range]) => ({ ...frame, ...range })),
  fc.record({ type: fc.constant('range' as const), fromEpoch: fc.nat(epochEnd - 1) }),
  fc.record({ type: fc.constantFrom('equal' as const, 'list-want' as const) }),
  fc.record({ type: fc.constant('differ' as const), spans: fc.integer({ min: 1, max: 7 }), counts, strategy: fc.constantFrom('list' as const, 'list-yours' as const), estimate: fc.constant(undefined) }),
  fc.record({ type: fc.constant('differ' as const), spans: fc.integer({ min: 1, max: 7 }), counts, strategy: fc.constant('sketch' as const), estimate }),
  fc.record({ type: fc.constant('list' as const), ids: bytesBy(8), last: fc.boolean() }),
  fc.record({ type: fc.constant('wants' as const), ids: bytesBy(5), last: fc.boolean() }),
  fc.record({ type: fc.constant('symbols' as const), from: number, symbols: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ type: fc.constant('symbols-want' as const), end: number }),
  fc.record({ type: fc.constant('messages' as const), messages: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }), last: fc.boolean() })
)

describe('sync frames', () => {
  test('[Grammar] every frame comes back as it was', () => {
    fc.assert(fc.property(anyFrame, (frame) => {
      expect(decodeSyncFrame(encodeSyncFrame(frame))).toEqual({ ok: true, value: frame })
    }), { numRuns: 500 })
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
    { type: 'messages', messages: [new Uint8Array()], last: true },
    { type: 'range', fromEpoch: epochEnd },
    { type: 'differ', spans: 8, counts: [1, 1, 1], strategy: 'list', estimate: undefined },
    { type: 'differ', spans: 1, counts: [1, 1], strategy: 'list', estimate: undefined },
    { type: 'differ', spans: 1, counts: [1, 1, 1], strategy: 'sketch', estimate: new Int32Array(511) },
    { type: 'compare', version: 1, salt: new Uint8Array(8), fromEpoch: 5, untilMs: 0, splitEpoch: 4, roots: new Uint8Array(24), counts: [0, 0, 0] }
  ])('[S8] $type of a wrong form is malformed', (frame) => {
    expect(decodeSyncFrame(encodeSyncFrame(frame))).toEqual({ ok: false, code: 'frame-malformed' })
  })
})
