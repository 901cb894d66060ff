/** Properties of the whole path from draft to bytes and back, over random messages and random damage (fast-check). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { decodeBody, encodeBody } from './bodies.ts'
import { decodeHeader, decodeSignedBytes, encodeHeader, encodeSignedBytes, messageIdOf } from './codec.ts'
import { composeMessage } from './compose.ts'
import type { MessageDraft } from './compose.ts'
import { decodeGenesis, encodeGenesis, networkOf } from './genesis.ts'
import { namespaceOf } from './kinds.ts'
import { bodyBytesMax } from './limits.ts'
import { kinds } from './types.ts'
import type { Body, Kind, MessageId, PublicKeyHex, SignedBytes } from './types.ts'
import { validateMessage } from './validate.ts'

const network = networkOf({ name: 'properties', genesisTime: 1_000, admissionBits: 0, attesters: [] })

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const id = hash as fc.Arbitrary<MessageId>
const key = hash as fc.Arbitrary<PublicKeyHex>
const author = 'a0'.repeat(32) as PublicKeyHex
const otherKey = key.filter(hex => hex !== author)
const optionalId = fc.option(id, { nil: undefined })
/** Any text of whole characters whose UTF-8 has up to `max` bytes. */
const text = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', minLength: min, maxLength: max }).filter(value => Buffer.byteLength(value) <= max)
const name = text(1, 64)
const deviceKinds = kinds.filter(kind => namespaceOf(kind) === 1)

const bodies: { readonly [kind in Kind]: fc.Arbitrary<Body> } = {
  'signer-add': fc.record({
    kind: fc.constant('signer-add'), signer: otherKey, name: text(0, 64), work: fc.uint8Array({ maxLength: 8 }),
    scope: fc.record({ kinds: fc.subarray(deviceKinds), collections: fc.uniqueArray(name, { maxLength: 16 }).map(byBytes) })
  }),
  'signer-remove': fc.record({ kind: fc.constant('signer-remove'), signer: otherKey, keepHead: optionalId }),
  post: fc.record({ kind: fc.constant('post'), text: text(1, 2_000), parent: optionalId }),
  reaction: fc.record({ kind: fc.constant('reaction'), target: id, type: name, set: fc.boolean() }),
  link: fc.record({ kind: fc.constant('link'), target: key, type: name, set: fc.boolean() }),
  profile: fc.record({ kind: fc.constant('profile'), field: name, value: text(0, 500) }),
  record: fc.record({
    kind: fc.constant('record'), collection: name, key: text(1, 256), value: fc.option(fc.uint8Array({ maxLength: 2_000 }), { nil: undefined })
  }),
  remove: fc.record({ kind: fc.constant('remove'), target: id })
}
const body = fc.oneof(...Object.values(bodies))
const draft: fc.Arbitrary<MessageDraft> = fc
  .tuple(body, otherKey, fc.integer({ min: 1, max: 256 }), id, fc.integer({ min: 1_000, max: 2 ** 48 - 1 }))
  .map(([body, device, seq, prev, timestamp]) =>
    ({ author, signer: namespaceOf(body.kind) === 0 ? author : device, seq, prev: seq > 1 ? prev : undefined, timestamp, body }))
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
const signed: fc.Arbitrary<SignedBytes> = fc.tuple(draft, signature, fc.boolean()).map(([draft, signature, erased]) => {
  const { headerBytes, bodyBytes } = composeMessage(draft, network)
  return { header: headerBytes, body: erased ? undefined : bodyBytes, signature }
})
/** Sound bytes with some of them changed, cut out or put in. */
const change = fc.record({ at: fc.nat({ max: 400 }), remove: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) })
const damage = fc.array(change, { minLength: 1, maxLength: 3 })

test.each(kinds)('[M2] a body of kind %s survives its bytes', (kind) => {
  fc.assert(fc.property(bodies[kind], (body) => {
    expect(decodeBody(kind, encodeBody(body))).toEqual({ ok: true, value: body })
  }))
})

test('[M2] a header and an envelope survive their bytes, and what is composed is valid', () => {
  fc.assert(fc.property(draft, signature, (draft, signature) => {
    const { id, header, body, headerBytes, bodyBytes } = composeMessage(draft, network)
    expect(encodeHeader(header)).toEqual(headerBytes)
    expect(decodeHeader(headerBytes)).toEqual({ ok: true, value: header })
    const bytes = { header: headerBytes, body: bodyBytes, signature }
    expect(decodeSignedBytes(encodeSignedBytes(bytes))).toEqual({ ok: true, value: bytes })
    expect(validateMessage(bytes, network)).toEqual({ ok: true, value: { id, header, body, bytes } })
    expect(body).toEqual(draft.body)
  }))
})

test('[M17] a sound message without its body is sound', () => {
  fc.assert(fc.property(signed, (bytes) => {
    const judged = validateMessage(bytes, network)
    expect(judged.ok && judged.value.body == null).toBe(bytes.body == null)
  }))
})

test('[M3] whatever is read has exactly one encoding, and nothing throws, on any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => { judgeAny(bytes) }), { numRuns: 2_000 })
})

test('[M3] whatever is read has exactly one encoding, and nothing throws, on damaged bytes', () => {
  let stillRead = 0
  fc.assert(fc.property(signed, damage, (bytes, changes) => {
    if (judgeAny(damaged(encodeSignedBytes(bytes), changes))) stillRead++
    judgeParts({ ...bytes, header: damaged(bytes.header, changes) })
    if (bytes.body != null) judgeParts({ ...bytes, body: damaged(bytes.body, changes) })
  }), { numRuns: 1_000 })
  expect(stillRead).toBeGreaterThan(50) // Damage that no decoder gets past would show nothing.
})

test('[M3] bytes that nest as deep as they are long are a rejection, not a full stack', () => {
  for (const open of [0x0b, 0x5b]) {
    const nested = new Uint8Array(bodyBytesMax).fill(open)
    expect(decodeSignedBytes(nested)).toEqual({ ok: false, code: 'malformed' })
    for (const kind of kinds) expect(decodeBody(kind, nested)).toEqual({ ok: false, code: 'bad-body' })
  }
})

test('[M1] every bit of a header is in its id', () => {
  fc.assert(fc.property(draft, fc.nat(), (draft, at) => {
    const { id, headerBytes } = composeMessage(draft, network)
    const bit = at % (headerBytes.byteLength * 8)
    expect(messageIdOf(headerBytes.map((byte, index) => index === bit >> 3 ? byte ^ 1 << (bit & 7) : byte))).not.toBe(id)
  }))
})

/** Judges bytes as an envelope, a header, a genesis and each kind of body; whether they are an envelope. */
function judgeAny (bytes: Uint8Array): boolean {
  const envelope = decodeSignedBytes(bytes)
  if (envelope.ok) {
    expect(encodeSignedBytes(envelope.value)).toEqual(bytes)
    judgeParts(envelope.value)
  }
  const header = decodeHeader(bytes)
  if (header.ok) expect(encodeHeader(header.value)).toEqual(bytes)
  for (const kind of kinds) {
    const body = decodeBody(kind, bytes)
    if (body.ok) expect(encodeBody(body.value)).toEqual(bytes)
  }
  const genesis = decodeGenesis(bytes)
  if (genesis.ok) expect(encodeGenesis(genesis.value)).toEqual(bytes)
  return envelope.ok
}

function judgeParts (bytes: SignedBytes): void {
  const judged = validateMessage(bytes, network)
  if (!judged.ok) return
  expect(encodeHeader(judged.value.header)).toEqual(new Uint8Array(bytes.header))
  if (judged.value.body != null) expect(encodeBody(judged.value.body)).toEqual(new Uint8Array(bytes.body!))
}

function damaged (bytes: Uint8Array, changes: ReadonlyArray<{ at: number, remove: number, insert: Uint8Array }>): Uint8Array {
  const list = [...bytes]
  for (const { at, remove, insert } of changes) list.splice(at % (list.length + 1), remove, ...insert)
  return Uint8Array.from(list)
}

function byBytes (names: string[]): string[] {
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
