import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEnvelope, encodeEnvelope, type Envelope } from './envelope.ts'

const bytes = fc.uint8Array({ maxLength: 40 }).map(array => new Uint8Array(array))
const envelope: fc.Arbitrary<Envelope> = fc.record({
  from: fc.integer({ min: 1 }), to: fc.nat(), number: fc.integer({ min: -1 }), gossip: fc.array(bytes),
  sync: fc.array(fc.record({ session: fc.nat(), mine: fc.boolean(), frames: fc.array(bytes), end: fc.constantFrom(undefined, 'closed' as const, 'aborted' as const) }))
})

describe('an envelope', () => {
  test('survives JSON', () => {
    fc.assert(fc.property(envelope, (given) => {
      expect(decodeEnvelope(JSON.parse(JSON.stringify(encodeEnvelope(given))) as { type: string })).toEqual(given)
    }))
  })

  test('is total on any body', () => {
    const value = fc.jsonValue()
    let refused = 0
    fc.assert(fc.property(fc.record({ type: fc.constant('hubbub'), from: value, to: value, number: value, gossip: value, sync: value }, { requiredKeys: ['type'] }), (body) => {
      if (decodeEnvelope(body) === undefined) refused += 1
    }))
    expect(refused).toBeGreaterThan(0)
  })
})
