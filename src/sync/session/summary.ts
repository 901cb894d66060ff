/**
 * What one side makes of the members that are compared in one pass (SPEC.md, S5, S6): their short ids and symbols, worked out in slices when they are
 * needed. The list of members is pinned when the pass begins.
 */
import { createShortIdHash, createShortIds } from '../sketch/short-ids.ts'
import { addItems, createPositions, createSymbols, growSymbols } from '../sketch/symbols.ts'
import type { Members } from '../buckets.ts'
import type { ShortIds } from '../sketch/short-ids.ts'
import type { Positions, Symbols } from '../sketch/symbols.ts'

/** Members hashed or added to symbols in one slice: 2 to 7 ms on a laptop core, below the 16 of a frame on a slow one. Measured. */
export const sliceMembers = 16_384

export interface Summary {
  readonly list: Uint32Array
  readonly ids: ShortIds
  readonly symbols: Symbols
  /** A slice of the work on short ids; whether it is done. */
  fill (): boolean
  /** A slice of the work on the symbols before `end`, which never falls; whether it is done. */
  encode (end: number): boolean
}

export function createSummary (members: Members, list: Uint32Array, salt: Uint8Array): Summary {
  const hash = createShortIdHash(salt)
  const ids = createShortIds(list.length)
  const symbols = createSymbols(0)
  let positions: Positions | undefined
  let filled = 0
  let encoded = 0
  let target = 0

  return {
    list, ids, symbols,
    fill () {
      const end = Math.min(list.length, filled + sliceMembers)
      hash.fill(members, list, filled, end, ids)
      filled = end
      return filled === list.length
    },
    encode (limit) {
      positions ??= createPositions(list.length)
      if (limit > target) {
        growSymbols(symbols, limit)
        target = limit
        encoded = 0
      }
      const end = Math.min(list.length, encoded + sliceMembers)
      addItems(symbols, ids, positions, encoded, end, limit, 1)
      encoded = end
      return encoded === list.length
    }
  }
}
