import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasForm, type FieldForm } from './canonical-form.ts'
import { decodeLenient, isCanonical, type WireCodec } from './canonical.ts'
import { envelopeForm, headerForm } from './codec.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }
import { Header, SignedMessage } from './message.pb.ts'

const envelopes = vectors.messages.map(({ bytes }) => new Uint8Array(Buffer.from(bytes, 'hex')))
const headers = envelopes.map(bytes => SignedMessage.decode(bytes).header)

/** Whether encoding what was read gives the same bytes, and its numbers are whole ones of JavaScript. */
function isWrittenSo<T extends object> (codec: WireCodec<T>, bytes: Uint8Array): boolean {
  const value = decodeLenient(codec, bytes)
  if (value === undefined || !isCanonical(codec, value, bytes)) return false
  return Object.values(value).every(field => typeof field !== 'number' || Number.isSafeInteger(field))
}

const change = fc.record({ at: fc.nat({ max: 400 }), remove: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) })

test.each<[string, WireCodec<object>, readonly FieldForm[]]>([
  ['header', Header, headerForm], ['envelope', SignedMessage, envelopeForm]
])('[M3] the form of the %s is that of what encoding it gives, for any bytes', (_, codec, form) => {
  let [taken, refused] = [0, 0]
  const compare = (bytes: Uint8Array): void => {
    const expected = isWrittenSo(codec, bytes)
    // A number past 2⁵³ and below 2⁵⁶ has the form; the reader throws, or the value is looked at after it (M4).
    if (hasForm(bytes, form) !== expected) {
      const value = decodeLenient(codec, bytes)
      expect(expected, Buffer.from(bytes).toString('hex')).toBe(false)
      if (value === undefined) return
      const isUnsafe = (field: unknown): boolean => typeof field === 'number' && !Number.isSafeInteger(field)
      expect(Object.values(value).some(isUnsafe), Buffer.from(bytes).toString('hex')).toBe(true)
    }
    if (expected) taken += 1
    else refused += 1
  }
  const sound = form === headerForm ? headers : envelopes
  for (const bytes of sound) compare(bytes)
  fc.assert(fc.property(fc.nat(sound.length - 1), fc.array(change, { minLength: 1, maxLength: 3 }), (which, changes) => {
    let bytes: Uint8Array = sound[which] ?? new Uint8Array()
    for (const { at, remove, insert } of changes) {
      const place = at % (bytes.length + 1)
      bytes = new Uint8Array([...bytes.subarray(0, place), ...insert, ...bytes.subarray(place + remove)])
    }
    compare(bytes)
  }), { numRuns: 4_000 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), compare), { numRuns: 2_000 })
  expect(taken).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(3_000)
})
