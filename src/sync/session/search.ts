/**
 * What the ways of finding a difference share (SPEC.md, S12): how one works, what it sends, and what it ends with. Each is for one pass.
 */
import { createShortIdTable, wantedHigh } from '../sketch/short-id-table.ts'
import { payloadBytesMax, wantBytes } from '../frames.ts'
import type { SessionOutcome } from './outcome.ts'
import type { ShortIdTable } from '../sketch/short-id-table.ts'
import type { SyncFrame } from '../frames.ts'
import type { ShortIds } from '../sketch/short-ids.ts'
import type { Summary } from './summary.ts'

/** What this side knows of the difference when a search ends. */
export interface Found {
  /** The members that this side owes, in the order of the set. */
  readonly owed: Uint32Array<ArrayBuffer>
  /** How many messages the other was asked for; undefined when the other side knows the difference, not this one. */
  readonly wanted: number | undefined
}

export interface SearchPort {
  send (frame: SyncFrame): void
  /** Calls `slice` again and again until it is true, with rests between, then `then`. No frame comes meanwhile. */
  run (slice: () => boolean, then: () => void): void
  found (found: Found): void
  fail (outcome: SessionOutcome): void
}

/** Members asked whether they are owed in one slice: mostly a look into a table. Measured: 2 ms. */
const sliceScanned = 65_536
const payloadWants = Math.floor(payloadBytesMax / wantBytes)

/** The members for which `chosen` is true, found in slices. */
export function scan (list: Uint32Array, port: SearchPort, chosen: (item: number) => boolean, then: (members: Uint32Array<ArrayBuffer>) => void): void {
  const members = new Uint32Array(list.length)
  let count = 0
  let scanned = 0
  port.run(() => {
    const end = Math.min(list.length, scanned + sliceScanned)
    for (; scanned < end; scanned++) if (chosen(scanned)) members[count++] = list[scanned] as number
    return scanned === list.length
  }, () => { then(members.slice(0, count)) })
}

/** Asks for what has these short ids, by as much of them as `wants` carry. */
export function sendWants (port: SearchPort, { low }: ShortIds): void {
  for (let from = 0; from === 0 || from < low.length; from += payloadWants) {
    const end = Math.min(low.length, from + payloadWants)
    const bytes = new Uint8Array((end - from) * wantBytes)
    const view = new DataView(bytes.buffer)
    for (let index = from; index < end; index++) view.setInt32((index - from) * wantBytes, low[index] as number, true)
    port.send({ type: 'wants', ids: bytes, last: end === low.length })
  }
}

/** Reads what `sendWants` makes; its `take` is false when they may not come. `seed`: 32 bits that the other side does not know. */
export function createWants ({ list, ids }: Pick<Summary, 'list' | 'ids'>, seed: number, port: SearchPort): { take (bytes: Uint8Array, last: boolean): boolean } {
  const wanted = createShortIdTable(wantedHigh, seed)
  return {
    take (bytes, last) {
      addPrefixes(wanted, bytes)
      if (wanted.size > list.length) return false
      if (!last) return true
      const isWanted = (item: number): boolean => wanted.size > 0 && wanted.find(ids.low[item] as number, 0) >= 0
      scan(list, port, isWanted, (owed) => { port.found({ owed, wanted: undefined }) })
      return true
    }
  }
}

export function addPrefixes (table: ShortIdTable, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; at += wantBytes) table.add(view.getInt32(at, true), 0)
}
