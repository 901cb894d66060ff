/** Bytes as text and back. Comparison and concatenation come from `uint8arrays`. */

/** By table: ids, keys and hashes of every message pass here, and the library's general base encoder takes four times as long. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Of engines that have it (ES2026): a tenth of the time, and text that is not in pieces, which maps and lookups read faster too. */
const nativeToHex = (Uint8Array.prototype as { readonly toHex?: (this: Uint8Array) => string }).toHex

/** Lower-case hex of any bytes. */
export function toHex (bytes: Uint8Array): string {
  if (nativeToHex !== undefined) return nativeToHex.call(bytes)
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte] ?? ''
  return hex
}

/** The value of a hex digit by its character code; 255 for every other character. */
const valueOfDigit = new Uint8Array(128).fill(255)
for (let value = 0; value < 16; value += 1) valueOfDigit[value.toString(16).charCodeAt(0)] = value

type SetFromHex = (this: Uint8Array, hex: string) => unknown
const nativeSetFromHex = (Uint8Array.prototype as { readonly setFromHex?: SetFromHex }).setFromHex

/** Writes hex that is known to be some, over all of `target`: for ids and keys on their way into buffers, without a look at what they are. */
export function writeHex (hex: string, target: Uint8Array): void {
  if (nativeSetFromHex !== undefined) nativeSetFromHex.call(target, hex)
  else {
    for (let index = 0; index < target.length; index += 1) {
      target[index] = (valueOfDigit[hex.charCodeAt(index * 2)] ?? 0) << 4 | (valueOfDigit[hex.charCodeAt(index * 2 + 1)] ?? 0)
    }
  }
}

/** Bytes of a lower-case hex string; undefined when it is anything else, or not `length` bytes long where that is given. */
export function fromHex (hex: string, length?: number): Uint8Array<ArrayBuffer> | undefined {
  if (hex.length % 2 !== 0 || (length != null && hex.length !== length * 2)) return undefined
  const bytes = new Uint8Array(hex.length / 2)
  let seen = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const high = valueOfDigit[hex.charCodeAt(index * 2)] ?? 255
    const low = valueOfDigit[hex.charCodeAt(index * 2 + 1)] ?? 255
    seen |= high | low
    bytes[index] = high << 4 | low
  }
  return seen < 16 ? bytes : undefined
}
