/** Bytes as text and back. Comparison and concatenation come from `uint8arrays`. */
import { fromString } from 'uint8arrays/from-string'

/** By table: ids, keys and hashes of every message pass here, and the library's general base encoder takes four times as long. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex of any bytes. */
export function toHex (bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte] ?? ''
  return hex
}

/** Bytes of a lower-case hex string; undefined when it is anything else, or not `length` bytes long where that is given. */
export function fromHex (hex: string, length?: number): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) return undefined
  if (length != null && hex.length !== length * 2) return undefined
  return new Uint8Array(fromString(hex, 'base16'))
}
