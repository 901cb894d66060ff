/** Finds the difference by a list of one side's short ids (SPEC.md, S11): the other holds it against its own members, and knows. */
import { createShortIdTable, wholeHigh } from '../sketch/short-id-table.ts'
import { createShortIds, shortIdBytes } from '../sketch/short-ids.ts'
import { payloadBytesMax } from '../frames.ts'
import { listMax } from '../planner.ts'
import { scan, sendWants } from './search.ts'
import type { SearchPort } from './search.ts'
import type { Summary } from './summary.ts'

const payloadIds = Math.floor(payloadBytesMax / shortIdBytes)

export function sendList ({ list, ids }: Pick<Summary, 'list' | 'ids'>, port: SearchPort): void {
  for (let from = 0; from === 0 || from < list.length; from += payloadIds) {
    const end = Math.min(list.length, from + payloadIds)
    const bytes = new Uint8Array((end - from) * shortIdBytes)
    const view = new DataView(bytes.buffer)
    for (let item = from, at = 0; item < end; item++, at += shortIdBytes) {
      view.setInt32(at, ids.low[item] as number, true)
      view.setUint16(at + 4, ids.high[item] as number, true)
    }
    port.send({ type: 'list', ids: bytes, last: end === list.length })
  }
}

/** Reads the other side's list; its `take` is false when it may not come so. `seed`: 32 bits that the other side does not know. */
export function createListReader (
  { list, ids }: Pick<Summary, 'list' | 'ids'>, theirCount: number, seed: number, port: SearchPort
): { take (bytes: Uint8Array, last: boolean): boolean } {
  const theirs = createShortIdTable(wholeHigh, seed)

  /** What it lacks we owe, and what we lack we want. */
  function holdAgainst (): void {
    const isOurs = new Uint8Array(theirs.size)
    scan(list, port, (item) => {
      const entry = theirs.find(ids.low[item] as number, ids.high[item] as number)
      if (entry >= 0) isOurs[entry] = 1
      return entry < 0
    }, (owed) => {
      const missing = Uint32Array.from(entriesThatAre(0, isOurs))
      const wanted = createShortIds(missing.length)
      missing.forEach((entry, place) => { wanted.low[place] = theirs.lowOf(entry) })
      sendWants(port, wanted)
      port.found({ owed, wanted: missing.length })
    })
  }

  return {
    take (bytes, last) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at < bytes.length; at += shortIdBytes) theirs.add(view.getInt32(at, true), view.getUint16(at + 4, true))
      if (theirs.size > Math.min(theirCount, listMax)) return false
      if (last) holdAgainst()
      return true
    }
  }
}

function* entriesThatAre (value: number, marks: Uint8Array): Iterable<number> {
  for (let entry = 0; entry < marks.length; entry++) if (marks[entry] === value) yield entry
}
