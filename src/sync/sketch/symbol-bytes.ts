/**
 * Symbols as bytes (SPEC.md, S6): low and high half of the sum, the checks, all little-endian, and the count less what a set of that size leads one to
 * expect there, which is near 0 and so fits a byte or two.
 */
import { cellNumbers } from './symbols.ts'
import { createNumberReader, numberBytesMax, writeNumber } from './numbers.ts'
import type { Symbols } from './symbols.ts'

const fixedBytes = 12
const symbolBytesMax = fixedBytes + numberBytesMax

/** What symbol number `symbol` of `count` items is expected to count. */
function expectedCount (symbol: number, count: number): number {
  return Math.round(count / (1 + symbol / 2))
}

export interface WrittenSymbols {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The number after the last of them. */
  readonly next: number
}

/** As many symbols of [from, end) as fit `bytesMax`, which has room for one. `count` is the size of their set. */
export function writeSymbols (symbols: Symbols, count: number, from: number, end: number, bytesMax: number): WrittenSymbols {
  const bytes = new Uint8Array(Math.min(bytesMax, (end - from) * symbolBytesMax))
  const view = new DataView(bytes.buffer)
  let at = 0
  let symbol = from
  for (; symbol < end && at + symbolBytesMax <= bytes.length; symbol++) {
    const cell = symbol * cellNumbers
    for (let number = 0; number < cellNumbers - 1; number++) view.setInt32(at + number * 4, symbols.cells[cell + number] as number, true)
    at = writeNumber(bytes, at + fixedBytes, (symbols.cells[cell + 3] as number) - expectedCount(symbol, count))
  }
  return { bytes: bytes.slice(0, at), next: symbol }
}

/**
 * Reads symbols from number `from` on; the number after the last, or undefined when the bytes are not whole symbols or reach beyond `end`, up to which there
 * must be room.
 */
export function readSymbols (bytes: Uint8Array, symbols: Symbols, count: number, from: number, end: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = createNumberReader(bytes)
  let symbol = from
  for (; reader.at < bytes.length; symbol++) {
    if (symbol === end || reader.at + fixedBytes > bytes.length) return undefined
    const cell = symbol * cellNumbers
    for (let number = 0; number < cellNumbers - 1; number++) symbols.cells[cell + number] = view.getInt32(reader.at + number * 4, true)
    reader.at += fixedBytes
    symbols.cells[cell + 3] = reader.read() + expectedCount(symbol, count)
  }
  return reader.at === bytes.length ? symbol : undefined
}
