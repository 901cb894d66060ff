/** Symbols as bytes (SPEC.md, S6): low and high part of the sum, the checks, all little-endian, and the last byte of the count. Nine bytes each. */
import { cellNumbers } from './symbols.ts'
import type { Symbols } from './symbols.ts'

export const symbolBytes = 9

/** Symbols [from, end). */
export function writeSymbols (symbols: Symbols, from: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((end - from) * symbolBytes)
  const view = new DataView(bytes.buffer)
  for (let symbol = from, at = 0; symbol < end; symbol++, at += symbolBytes) {
    const cell = symbol * cellNumbers
    view.setInt32(at, symbols.cells[cell] as number, true)
    view.setInt32(at + 4, symbols.cells[cell + 1] as number, true)
    view.setUint8(at + 8, (symbols.cells[cell + 2] as number) & 0xff)
  }
  return bytes
}

/** Reads whole symbols to the places from number `from` on, for which there must be room. */
export function readSymbols (bytes: Uint8Array, symbols: Symbols, from: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0, cell = from * cellNumbers; at < bytes.length; at += symbolBytes, cell += cellNumbers) {
    symbols.cells[cell] = view.getInt32(at, true)
    symbols.cells[cell + 1] = view.getInt32(at + 4, true)
    symbols.cells[cell + 2] = view.getUint8(at + 8)
  }
}
