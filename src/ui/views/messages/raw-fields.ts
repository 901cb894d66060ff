/**
 * A message's header as its bytes say it (message/SPEC.md, "Grammar"): each field with where it stands, for people who want to see for themselves. Pure. It
 * judges nothing: the engine did, before the message was shown.
 */
import { fromHex, toHex } from '../../../base/bytes.ts'

export interface RawField {
  /** Of its first byte, tag included. */
  readonly offset: number
  /** Tag, length and value, hex. */
  readonly hex: string
  readonly name: string
  /** What it says: a number, or the value's bytes as hex. */
  readonly value: number | string
}

const headerNames = ['', 'version', 'network', 'author', 'signer', 'seq', 'prev', 'timestamp', 'kind', 'bodyHash', 'bodySize']
/** Protobuf's wire types that a header has. */
const varint = 0
const lengthDelimited = 2

/** Ends where the bytes are none of a header. */
export function headerFields (header: string): RawField[] {
  const bytes = fromHex(header)
  const fields: RawField[] = []
  for (let offset = 0; bytes != null && offset < bytes.length;) {
    const tag = readVarint(bytes, offset)
    const first = tag == null ? undefined : readVarint(bytes, tag.end)
    if (tag == null || first == null) break
    const type = tag.value % 8
    const end = type === varint ? first.end : type === lengthDelimited ? first.end + first.value : Infinity
    if (end > bytes.length) break
    const value = type === varint ? first.value : toHex(bytes.subarray(first.end, end))
    fields.push({ offset, hex: toHex(bytes.subarray(offset, end)), name: headerNames[Math.floor(tag.value / 8)] ?? `field ${Math.floor(tag.value / 8)}`, value })
    offset = end
  }
  return fields
}

/** The id of the message before it by the same signer; null: it is the first. */
export function previousOf (header: string): string | null {
  const value = headerFields(header).find(({ name }) => name === 'prev')?.value
  return typeof value === 'string' ? value : null
}

function readVarint (bytes: Uint8Array, from: number): { readonly value: number, readonly end: number } | undefined {
  let value = 0
  for (let index = from, factor = 1; index < bytes.length; index += 1, factor *= 128) {
    const byte = bytes[index] ?? 0
    value += (byte & 127) * factor
    if (!Number.isSafeInteger(value)) return undefined
    if (byte < 128) return { value, end: index + 1 }
  }
  return undefined
}

/** Hex in groups of one byte, so many a line, each with the offset of its first. */
export function hexLines (hex: string, bytesPerLine: number): Array<{ readonly offset: string, readonly bytes: string }> {
  const lines = Math.ceil(hex.length / 2 / bytesPerLine)
  return Array.from({ length: lines }, (_, line) => ({
    offset: (line * bytesPerLine).toString(16).padStart(4, '0'),
    bytes: hex.slice(line * bytesPerLine * 2, (line + 1) * bytesPerLine * 2).replace(/(..)(?=.)/g, '$1 ')
  }))
}
