/**
 * Reading protobuf strictly (SPEC.md M3 to M5). Protobuf readers are lenient: they skip unknown fields, let the last of two win, accept
 * padded numbers and wrong wire types. Two hubs that differ in such leniency would hold different sets. One rule shuts all of
 * it out: bytes are accepted only if encoding what they say gives the same bytes again.
 */
import { toHex, fromHex } from '../base/bytes.ts'
import { assert } from '../base/errors.ts'
import { hashBytes } from './limits.ts'

/** What protons generates for a message. `decode` may throw on any bytes, and gives views of them. */
export interface WireCodec<T> {
  encode (value: Partial<T>): Uint8Array<ArrayBuffer>
  decode (bytes: Uint8Array): T
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Reads leniently; undefined when the bytes are not protobuf at all. */
export function decodeLenient<T> (codec: WireCodec<T>, bytes: Uint8Array): T | undefined {
  try {
    return codec.decode(bytes)
  } catch {
    return undefined // The reader's exceptions all say the same: these bytes are not this message.
  }
}

/** Whether `bytes` are the one encoding of `value`. */
export function isCanonical<T> (codec: WireCodec<T>, value: T, bytes: Uint8Array): boolean {
  try {
    return sameBytes(codec.encode(value), bytes)
  } catch {
    return false // What was read cannot be written (a number past 2⁵³): it has no encoding.
  }
}

/** What the bytes say, if they are its one encoding; undefined otherwise. Byte fields are views of `bytes`. */
export function decodeCanonical<T> (codec: WireCodec<T>, bytes: Uint8Array): T | undefined {
  const value = decodeLenient(codec, bytes)
  return value != null && isCanonical(codec, value, bytes) ? value : undefined
}

/** The bytes of `value`, in a buffer of their own (protons writes into a shared pool, which must not be transferred or kept). */
export function encodeOwned<T> (codec: WireCodec<T>, value: Partial<T>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(codec.encode(value))
}

/** ASCII up to this length needs no decoder, whose call alone costs ten times as much. */
const plainBytesMax = 128

/** Text of `min` to `max` bytes of valid UTF-8 (a byte order mark is part of it); undefined when it is anything else. */
export function textOf (bytes: Uint8Array, min: number, max: number): string | undefined {
  if (bytes.byteLength < min || bytes.byteLength > max) return undefined
  // Handed over as it is: spread out, it would cost three times as much.
  if (bytes.byteLength <= plainBytesMax && isPlain(bytes)) return Reflect.apply(String.fromCharCode, undefined, bytes) as string
  try {
    const text = decoder.decode(bytes)
    // Engines have a fast path only for decoders that drop a byte order mark: it is put back here.
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? `\ufeff${text}` : text
  } catch {
    return undefined // Not UTF-8.
  }
}

function isPlain (bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.byteLength; index++) if ((bytes[index] ?? 0) >= 0x80) return false
  return true
}

/** UTF-8 of a text; undefined when it holds half of a surrogate pair, which UTF-8 cannot say. */
export function utf8Of (text: string): Uint8Array<ArrayBuffer> | undefined {
  return /\p{Surrogate}/u.test(text) ? undefined : encoder.encode(text)
}

/** Hex of exactly 32 bytes (the caller says which id or key that is); undefined otherwise. */
export function hexOf (bytes: Uint8Array): string | undefined {
  return bytes.byteLength === hashBytes ? toHex(bytes) : undefined
}

/** Keys whose hex is kept: devices that write at one time. A power of two. */
const keptKeys = 1_024
const kept = Array.from({ length: keptKeys }, (): { readonly bytes: Uint8Array, readonly hex: string } | undefined => undefined)

/**
 * As `hexOf`, of the 32 bytes at `start` of `bytes`, which come again and again (networks, authors, signers): the same text object each time, which maps
 * find faster as well.
 */
export function keptHexAt (bytes: Uint8Array, start: number): string {
  const place = ((bytes[start] ?? 0) | (bytes[start + 1] ?? 0) << 8) & (keptKeys - 1)
  const known = kept[place]
  if (known !== undefined && isAt(known.bytes, bytes, start)) return known.hex
  const own = new Uint8Array(bytes.subarray(start, start + hashBytes))
  const hex = toHex(own)
  kept[place] = { bytes: own, hex }
  return hex
}

function isAt (wanted: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < hashBytes; index++) if (wanted[index] !== bytes[start + index]) return false
  return true
}

/** Whether two byte strings are the same. With the length read once: that is ten times as fast as `uint8arrays/equals`, and every message pays it. */
export function sameBytes (a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a
  if (length !== b.length) return false
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false
  return true
}

/** The same bytes where they are not shared memory, else a copy: what protons and WebCrypto take. */
export function unshared (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes)
}

/** The 32 bytes of an id or key. Such hex comes from `hexOf` or from compose.ts, which checks it. */
export function bytesOf (hex: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(hex, hashBytes)
  assert(bytes != null, 'ids and keys are 64 digits of lower-case hex')
  return bytes
}
