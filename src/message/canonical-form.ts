/**
 * Reads messages of plain fields that have the one form in which protobuf writes them (SPEC.md M3), in one pass that makes no objects: every message pays
 * this, and gains as much where the bytes are made. Fields ascend and come once, numbers are not padded, what is 0 or empty is left out.
 */

import * as varint from 'uint8-varint'

/** A field as message.pb.proto declares it. Field n of a message is the nth of its form. */
export type FieldForm = 'uint32' | 'uint64' | 'bytes' | 'optional bytes'

export interface FormReader {
  /** Whether the bytes have the form. Until the next call, `values` and `starts` say what they hold. */
  read (bytes: Uint8Array): boolean
  /** Of each field its number, or how many bytes it has; 0 where it is left out. Numbers of 2⁵³ and more are not exact. */
  readonly values: readonly number[]
  /** Where the bytes of each field begin; −1 where it is left out. */
  readonly starts: readonly number[]
}

/** Fields 1, 2 and so on of a message. What is undefined or 0 is left out; empty bytes are not. */
export type Fields = ReadonlyArray<Uint8Array | number | undefined>

/** The bytes of these fields, the caller's own. */
export function writeFields (fields: Fields): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const field of fields) {
    if (typeof field === 'object') length += 1 + varint.encodingLength(field.byteLength) + field.byteLength
    else if (field) length += 1 + varint.encodingLength(field)
  }
  const bytes = new Uint8Array(length)
  writeFieldsAt(fields, bytes, 0)
  return bytes
}

/** Writes them from `start` on, where there is room for them, and says where they end. */
export function writeFieldsAt (fields: Fields, target: Uint8Array, start: number): number {
  let offset = start
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]
    if (!field) continue
    const isNumber = typeof field === 'number'
    const value = isNumber ? field : field.byteLength
    target[offset] = (index + 1) << 3 | (isNumber ? 0 : 2)
    varint.encodeUint8Array(value, target, offset + 1)
    offset += 1 + varint.encodingLength(value)
    if (isNumber) continue
    target.set(field, offset)
    offset += value
  }
  return offset
}

/** Tags up to here have one byte; their fields are numbered up to 15. */
const tagMax = 0x7f

export function createFormReader (fields: readonly FieldForm[]): FormReader {
  const values = fields.map(() => 0)
  const starts = fields.map(() => -1)
  return {
    values,
    starts,
    read (bytes) {
      const { length } = bytes
      values.fill(0)
      starts.fill(-1)
      let offset = 0
      let last = 0
      while (offset < length) {
        const tag = bytes[offset++] ?? 0
        const number = tag >>> 3
        const field = fields[number - 1]
        if (tag > tagMax || number <= last || field === undefined) return false
        last = number
        const isNumber = field === 'uint32' || field === 'uint64'
        if ((tag & 7) !== (isNumber ? 0 : 2)) return false
        // A number, or the length of bytes.
        let value = 0
        let scale = 1
        let byte = 0
        const start = offset
        do {
          // Eight bytes hold 56 bits: more than a number may have (M4).
          if (offset === length || offset - start === 8) return false
          byte = bytes[offset++] ?? 0
          value += (byte & 0x7f) * scale
          scale *= 128
        } while (byte >= 0x80)
        if (byte === 0 && offset - start > 1) return false
        if (value === 0 && field !== 'optional bytes') return false
        if (field === 'uint32' && value > 0xffff_ffff) return false
        values[number - 1] = value
        starts[number - 1] = offset
        if (!isNumber) offset += value
      }
      return offset === length
    }
  }
}
