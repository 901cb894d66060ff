/**
 * Short lists of member numbers, packed side by side: a typed array of its own for each would cost 200 bytes, which is more than most lists hold. Room comes in
 * eights; what is given back is used again for lists of that size.
 */

/** Numbers of a chunk, 256 KiB. The longest list fits one. */
const chunkNumbers = 65_536
/** Rooms are multiples of this: finer ones would leave more kinds of rooms unused. */
const roomStep = 8

export interface NumberPool {
  /** Where a list of up to `room` numbers may lie: a room that `roomFor` gave, up to 65,536. */
  take (room: number): number
  release (place: number, room: number): void
  get (place: number, index: number): number
  set (place: number, index: number, number: number): void
  /** Copies the first `count` numbers at `place` to the beginning of `target`. */
  copy (place: number, count: number, target: Uint32Array): void
  readonly memoryBytes: number
}

/** The room that `count` numbers take. */
export function roomFor (count: number): number {
  return Math.ceil(count / roomStep) * roomStep
}

export function createNumberPool (): NumberPool {
  const chunks: Uint32Array[] = []
  const free = new Map<number, number[]>()
  let used = 0

  const chunkOf = (place: number): Uint32Array => chunks[Math.floor(place / chunkNumbers)] as Uint32Array

  const pool: NumberPool = {
    take (room) {
      const place = free.get(room)?.pop()
      if (place !== undefined) return place
      const left = chunks.length * chunkNumbers - used
      if (left < room) {
        if (left > 0) pool.release(used, left) // a multiple of eight, like all rooms
        used = chunks.length * chunkNumbers
        chunks.push(new Uint32Array(chunkNumbers))
      }
      used += room
      return used - room
    },
    release (place, room) {
      const places = free.get(room)
      if (places === undefined) free.set(room, [place])
      else places.push(place)
    },
    get: (place, index) => chunkOf(place)[place % chunkNumbers + index] as number,
    set (place, index, number) { chunkOf(place)[place % chunkNumbers + index] = number },
    copy (place, count, target) {
      const chunk = chunkOf(place)
      const from = place % chunkNumbers
      for (let index = 0; index < count; index++) target[index] = chunk[from + index] as number
    },
    get memoryBytes () { return chunks.length * chunkNumbers * 4 }
  }
  return pool
}
