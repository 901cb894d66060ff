/**
 * Whether bytes have the one form in which protobuf writes a message of plain fields (SPEC.md M3), without writing it again: every message pays this, and
 * it costs a tenth of encoding what was read. Fields ascend and come once, numbers are not padded, what is 0 or empty is left out.
 */

/** A field as message.pb.proto declares it. Field n of a message is the nth of its form. */
export type FieldForm = 'uint32' | 'uint64' | 'bytes' | 'optional bytes'

/** Tags up to here have one byte; their fields are numbered up to 15. */
const tagMax = 0x7f

export function hasForm (bytes: Uint8Array, fields: readonly FieldForm[]): boolean {
  const { length } = bytes
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
    if (!isNumber) offset += value
  }
  return offset === length
}
