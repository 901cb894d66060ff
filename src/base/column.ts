/**
 * A column of numbers that grows in chunks: nothing is copied and nothing doubles when it grows, so its memory follows what is in it, and no single
 * message pays for the growth of a million.
 */

type ColumnArray = Uint8Array | Uint16Array | Uint32Array | Int32Array

export interface Column {
  /** 0 where nothing was set yet. */
  get (index: number): number
  set (index: number, value: number): void
  memoryBytes (): number
}

const chunkBits = 12
const chunkLength = 1 << chunkBits

/** `make` gives the zeroed array of a chunk, 4,096 numbers long; it also says their size and sign. */
export function createColumn (make: (length: number) => ColumnArray): Column {
  const chunks: ColumnArray[] = []
  return {
    get: index => chunks[index >>> chunkBits]?.[index & (chunkLength - 1)] ?? 0,
    set (index, value) {
      const chunk = index >>> chunkBits
      if (value === 0 && chunk >= chunks.length) return
      while (chunks.length <= chunk) chunks.push(make(chunkLength))
      const into = chunks[chunk]
      if (into !== undefined) into[index & (chunkLength - 1)] = value
    },
    memoryBytes: () => chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}
