import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFormReader, writeFields, type FieldForm, type FormReader } from './canonical-form.ts'
import { decodeLenient, isCanonical, type WireCodec } from './canonical.ts'
import { postForm } from './bodies.ts'
import { envelopeForm, headerForm } from './codec.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }
import { Header, Post, SignedMessage } from './message.pb.ts'

const envelopes = vectors.messages.map(({ bytes }) => new Uint8Array(Buffer.from(bytes, 'hex')))
const headers = envelopes.map(bytes => SignedMessage.decode(bytes).header)
const posts = ['a post', 'another one'].flatMap(text => [undefined, new Uint8Array(32).fill(7)].map(parent =>
  Post.encode({ text: new Uint8Array(Buffer.from(text)), ...parent === undefined ? {} : { parent } })))
const none = new Uint8Array()

/** What was read, as the codec would say it. */
function fieldsOf ({ values, starts }: FormReader, form: readonly FieldForm[], bytes: Uint8Array): unknown[] {
  return form.map((field, index) => {
    const [value = 0, start = -1] = [values[index], starts[index]]
    if (field === 'uint32' || field === 'uint64') return value
    if (start === -1) return field === 'bytes' ? none : undefined
    return bytes.slice(start, start + value)
  })
}

/** Whether encoding what was read gives the same bytes, and its numbers are whole ones of JavaScript. */
function isWrittenSo<T extends object> (codec: WireCodec<T>, bytes: Uint8Array): boolean {
  const value = decodeLenient(codec, bytes)
  if (value === undefined || !isCanonical(codec, value, bytes)) return false
  return Object.values(value).every(field => typeof field !== 'number' || Number.isSafeInteger(field))
}

const headerNames = ['version', 'network', 'author', 'signer', 'seq', 'prev', 'timestamp', 'kind', 'bodyHash', 'bodySize']

const change = fc.record({ at: fc.nat({ max: 400 }), remove: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) })

test.each<[string, WireCodec<object>, readonly FieldForm[]]>([
  ['header', Header, headerForm], ['envelope', SignedMessage, envelopeForm], ['post', Post, postForm]
])('[M3] the form of the %s is that of what encoding it gives, and reads the same, for any bytes', (_, codec, form) => {
  const reader = createFormReader(form)
  const names = { 10: headerNames, 3: ['header', 'body', 'signature'], 2: ['text', 'parent'] }[form.length] ?? []
  let [taken, refused] = [0, 0]
  const compare = (bytes: Uint8Array): void => {
    const expected = isWrittenSo(codec, bytes)
    // A number past 2⁵³ and below 2⁵⁶ has the form; the reader throws, or the value is looked at after it (M4).
    const isFormed = reader.read(bytes)
    if (isFormed !== expected) {
      const value = decodeLenient(codec, bytes)
      expect(expected, Buffer.from(bytes).toString('hex')).toBe(false)
      if (value === undefined) return
      const isUnsafe = (field: unknown): boolean => typeof field === 'number' && !Number.isSafeInteger(field)
      expect(Object.values(value).some(isUnsafe), Buffer.from(bytes).toString('hex')).toBe(true)
    }
    if (expected) {
      const fields = new Map<string, unknown>(Object.entries(codec.decode(bytes)))
      expect(fieldsOf(reader, form, bytes), Buffer.from(bytes).toString('hex')).toEqual(names.map(name => fields.get(name)))
      taken += 1
    } else refused += 1
  }
  const sound = { 10: headers, 3: envelopes, 2: posts }[form.length] ?? []
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

test('[M3] a message of bytes fields is written as the codec would', () => {
  for (const bytes of [...envelopes, new Uint8Array([0x0a, 1, 7, 0x12, 0, 0x1a, 1, 9])]) {
    const { header, body, signature } = SignedMessage.decode(bytes)
    expect(writeFields([header, body, signature])).toEqual(new Uint8Array(SignedMessage.encode({ header, signature, ...body === undefined ? {} : { body } })))
  }
})
