/**
 * Short ids of one session (SPEC.md, S5): 48 bits of a keyed hash of the 32-byte id, under a salt that nobody knew before the session began.
 *
 * Both parts are sums of products of the id's words with secret odd numbers, stirred together afterwards. That is far cheaper than
 * SipHash (about 20 ns an id against 150 in this language) and enough here: whoever makes an id cannot choose it, for it is a BLAKE3 hash, nor
 * knows the secret numbers; so two ids meet with chance 2⁻⁴⁸ or so however many were ground. Of a million members and 10,000 that differ, two meet in one
 * session of 30,000, and its next pass mends that. The other side of the session does know the salt, but can only spoil the session that it is in.
 */
import { blake3 } from '../../base/blake3.ts'
import type { Members } from '../buckets.ts'

/** Bytes of a salt, and of a short id on the wire. */
export const saltBytes = 8
export const shortIdBytes = 6

/** Short ids in two parts, by position: 32 bits, signed, for whole numbers of 31 bits and a sign are what the engine calculates with quickly; and 16. */
export interface ShortIds {
  readonly low: Int32Array
  readonly high: Uint16Array
}

export function createShortIds (count: number): ShortIds {
  return { low: new Int32Array(count), high: new Uint16Array(count) }
}

export interface ShortIdHash {
  /** Writes the short ids of `list[from..end)` to the same positions of `into`. */
  fill (members: Members, list: Uint32Array, from: number, end: number, into: ShortIds): void
}

export function createShortIdHash (salt: Uint8Array): ShortIdHash {
  const keys = new Uint32Array([0, 1].flatMap(block => [...littleEndian(blake3(domain, salt, Uint8Array.of(block)))]))
  const words = new Uint32Array(8)
  const [a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7] = keys.map(key => key | 1) as unknown as SixteenKeys

  return {
    fill (members, list, from, end, { low, high }) {
      for (let position = from; position < end; position++) {
        members.readId(list[position] as number, words)
        const w0 = words[0] as number
        const w1 = words[1] as number
        const w2 = words[2] as number
        const w3 = words[3] as number
        const w4 = words[4] as number
        const w5 = words[5] as number
        const w6 = words[6] as number
        const w7 = words[7] as number
        let a = Math.imul(w0, a0) + Math.imul(w1, a1) + Math.imul(w2, a2) + Math.imul(w3, a3) +
          Math.imul(w4, a4) + Math.imul(w5, a5) + Math.imul(w6, a6) + Math.imul(w7, a7) | 0
        let b = Math.imul(w0 >>> 16 ^ w4, b0) + Math.imul(w1 >>> 16 ^ w5, b1) + Math.imul(w2 >>> 16 ^ w6, b2) + Math.imul(w3 >>> 16 ^ w7, b3) +
          Math.imul(w4 >>> 16 ^ w0, b4) + Math.imul(w5 >>> 16 ^ w1, b5) + Math.imul(w6 >>> 16 ^ w2, b6) + Math.imul(w7 >>> 16 ^ w3, b7) | 0
        a = Math.imul(a ^ a >>> 16 ^ b >>> 15, 0x85ebca6b)
        b = Math.imul(b ^ b >>> 13 ^ a >>> 16, 0xc2b2ae35)
        a ^= a >>> 15 ^ b >>> 16
        low[position] = a
        high[position] = b >>> 16 ^ a >>> 13 // cut to 16 bits by the array
      }
    }
  }
}

const domain = new TextEncoder().encode('hubbub/sync/short-id')

type SixteenKeys = readonly [number, number, number, number, number, number, number, number, number, number, number, number, number, number, number, number]

function littleEndian (bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 4 }, (_, word) => view.getUint32(word * 4, true))
}
