/**
 * Sound bytes made unsound, as an attacker or a bad line would: bits, cuts, splices, and changes that keep protobuf's outer form (a field twice,
 * fields in another order, numbers at their limits, the same one level deeper with the lengths put right), which reach past the first check.
 */
import { concat } from 'uint8arrays/concat'
import type { Random } from '../base/seeded-random.ts'

/** What a decoder is promised to get at most in a fuzz, in bytes: the size of a data-channel message. */
export const inputBytesMax = 16_384

/** `sample` changed in one to four ways; `others` are what it may be spliced with. Neither is written to. At most `inputBytesMax` bytes. */
export function mutateBytes (sample: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = sample
  for (let left = random.pick([1, 1, 2, 4]); left > 0; left -= 1) bytes = mutateOnce(bytes, others, random, 0)
  return bytes.length > inputBytesMax ? bytes.subarray(0, inputBytesMax) : bytes
}

/** Any bytes: mostly few, now and then as many as there may be. */
export function randomBytes (random: Random): Uint8Array<ArrayBuffer> {
  return random.bytes(random.below(random.chance(0.02) ? inputBytesMax + 1 : random.pick([8, 64, 300])))
}

/** How deep a change may go: a message in a frame has its parts at the third level. */
const depthMax = 3
/** A repeated field that fills the input costs more than all other cases together. */
const floodShare = 0.01

function mutateOnce (bytes: Uint8Array, others: readonly Uint8Array[], random: Random, depth: number): Uint8Array {
  const fields = random.chance(0.6) ? fieldsOf(bytes) : []
  if (fields.length === 0) return mutatePlain(bytes, others, random)
  const field = random.pick(fields)
  const whole = bytes.subarray(field.start, field.end)
  const replaced = (...by: readonly Uint8Array[]): Uint8Array => concat([bytes.subarray(0, field.start), ...by, bytes.subarray(field.end)])
  if (random.chance(floodShare)) {
    return replaced(...Array.from({ length: Math.ceil((inputBytesMax - bytes.length) / whole.length) + 1 }, () => whole))
  }
  // Half of all changes go inside a field: they keep the form, and reach past the check of it.
  switch (random.below(10)) {
    case 0: return replaced(whole, whole)
    case 1: return replaced()
    case 2: {
      const other = random.pick(fields)
      return concat([bytes.subarray(other.start, other.end), replaced()])
    }
    case 3: { // another wire type or number under the same value
      const [key, value] = [bytes.subarray(field.start, field.valueStart), bytes.subarray(field.valueStart, field.end)]
      return replaced(random.chance(0.5) ? extremeVarint(random) : key.map(byte => byte ^ (1 << random.below(7))), value)
    }
    case 4: // a number, or a length, at a limit
      return concat([bytes.subarray(0, field.valueStart), extremeVarint(random), bytes.subarray(field.contentStart)])
    default: {
      if (field.wireType !== lengthDelimited || depth >= depthMax) return mutatePlain(bytes, others, random)
      const content = mutateOnce(bytes.subarray(field.contentStart, field.end), others, random, depth + 1)
      return replaced(bytes.subarray(field.start, field.valueStart), varint(content.length), content)
    }
  }
}

/** Changes that know nothing of what the bytes are. */
function mutatePlain (bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1)
  switch (random.below(6)) {
    case 0: return bytes.map((byte, index) => index === at ? byte ^ (1 << random.below(8)) : byte)
    case 1: return bytes.map((byte, index) => index === at ? random.pick(telling) : byte)
    case 2: return bytes.subarray(0, at)
    case 3: return concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8)))])
    case 4: return concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)])
    default: {
      const other = random.pick(others)
      return concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))])
    }
  }
}

/** Bytes that mean something: to varints, to UTF-8, as a field's key. */
const telling = [0, 1, 0x0a, 0x12, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff]
/** Where readers of varints differ or overflow: 7, 31, 32, 53 and 64 bits, and what pads them. */
const extremes: readonly Uint8Array[] = [
  ...[0, 1, 127, 128, 255, 256, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48, 2 ** 53 - 1, 2 ** 53, 2 ** 63].map(varint),
  Uint8Array.of(0x80, 0), Uint8Array.of(0x81, 0x80, 0), new Uint8Array(9).fill(0xff),
  Uint8Array.of(...new Uint8Array(9).fill(0xff), 1), new Uint8Array(11).fill(0xff)
]

function extremeVarint (random: Random): Uint8Array {
  return random.pick(extremes)
}

function varint (value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 0x80n) return Uint8Array.of(...bytes, Number(rest))
    bytes.push(Number(rest & 0x7fn) | 0x80)
  }
}

interface Field {
  readonly start: number
  readonly valueStart: number
  /** After the length of a length-delimited field; otherwise after the number itself. */
  readonly contentStart: number
  readonly end: number
  readonly wireType: number
}

const lengthDelimited = 2
/** Fields looked at: more than any sample has, but for the ones that a flood made. */
const fieldsMax = 64

/** The fields of a protobuf message, as far as the bytes have its form. */
function fieldsOf (bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  for (let start = 0; start < bytes.length && fields.length < fieldsMax;) {
    const key = readVarint(bytes, start)
    const value = key == null ? undefined : readVarint(bytes, key.end)
    if (key == null || value == null) break
    const wireType = key.value & 7
    const end = wireType === lengthDelimited ? value.end + value.value : value.end
    if ((wireType !== 0 && wireType !== lengthDelimited) || end > bytes.length) break
    fields.push({ start, valueStart: key.end, contentStart: value.end, end, wireType })
    start = end
  }
  return fields
}

function readVarint (bytes: Uint8Array, start: number): { readonly value: number, readonly end: number } | undefined {
  let value = 0
  for (let index = start; index < bytes.length && index < start + 8; index += 1) {
    const byte = bytes[index] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (index - start))
    if (byte < 0x80) return { value, end: index + 1 }
  }
  return undefined
}
