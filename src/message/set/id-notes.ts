/** One id noted for some members, packed: 32 bytes and a map entry each. Whoever notes one forgets it before the member's number is given anew. */
import { createPackedIds } from './packed-ids.ts'
import type { IdWords } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

export interface IdNotes {
  memoryBytes (): number
  note (member: number, id: IdWords): void
  forget (member: number): void
  /** Whether this id is noted for this member. */
  isNoted (member: number, id: IdWords): boolean
  noted (member: number): MessageId | undefined
}

/** Places kept when no id is noted any more: 128 KiB. With none, a single id that comes and goes would have the room made each time. */
const sparePlaces = 4_096

export function createIdNotes (): IdNotes {
  const places = new Map<number, number>()
  let ids = createPackedIds()
  let freed: number[] = []

  return {
    memoryBytes: () => ids.memoryBytes(),
    note (member, id) {
      const place = places.get(member) ?? freed.pop() ?? places.size
      places.set(member, place)
      ids.set(place, id)
    },
    forget (member) {
      const place = places.get(member)
      if (place === undefined) return
      places.delete(member)
      freed.push(place)
      if (places.size > 0 || freed.length <= sparePlaces) return
      // While a set is rebuilt very many are noted for a moment: their room is given back.
      ids = createPackedIds()
      freed = []
    },
    isNoted (member, id) {
      const place = places.get(member)
      return place !== undefined && ids.equals(place, id)
    },
    noted (member) {
      const place = places.get(member)
      return place === undefined ? undefined : ids.hexOf(place)
    }
  }
}
