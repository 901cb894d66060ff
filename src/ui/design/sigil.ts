/**
 * The sigil: a 5×5 mark computed from an id, the same on every hub, so that an eye finds an author or a peer again without
 * reading hex. It tells apart, it proves nothing: 2¹⁵ marks are few enough to be imitated. Pure.
 */

export const sigilSize = 5
/** The left half and the middle column; the right half mirrors the left one. */
const columns = 3
/** A mark with fewer or more cells than this says little, and is drawn from the next number. */
const cellsMin = 7
const cellsMax = 19
/** Numbers drawn before any mark is taken; nine of ten marks do, so that this bound is never met. */
const drawsMax = 64

export interface Cell {
  readonly x: number
  readonly y: number
}

/** The inked cells of an id's mark, mirrored about the middle column. */
export function sigilCells (id: string): Cell[] {
  let state = seedOf(id)
  let cells: Cell[] = []
  for (let draw = 0; draw < drawsMax; draw += 1) {
    state = mixed(state + 0x9e3779b9)
    cells = cellsOf(state)
    if (cells.length >= cellsMin && cells.length <= cellsMax) break
  }
  return cells
}

function cellsOf (bits: number): Cell[] {
  const cells: Cell[] = []
  for (let y = 0; y < sigilSize; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      if ((bits >>> (y * columns + x) & 1) === 0) continue
      cells.push({ x, y })
      if (x < columns - 1) cells.push({ x: sigilSize - 1 - x, y })
    }
  }
  return cells
}

/** FNV-1a over the id's UTF-16 units. */
function seedOf (id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** Spreads every bit of a 32-bit number over all of them (the finaliser of MurmurHash3). */
function mixed (value: number): number {
  let bits = value >>> 0
  bits = Math.imul(bits ^ bits >>> 16, 0x85ebca6b)
  bits = Math.imul(bits ^ bits >>> 13, 0xc2b2ae35)
  return (bits ^ bits >>> 16) >>> 0
}
