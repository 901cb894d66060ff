/**
 * Catalog pages: what opening a hub needs of a run of stored messages, without their bytes, so that a million of them are there in a second. A page is
 * derived from the log and checked by a hash; one that is missing or damaged is made again from the log.
 *
 *   page  = checksum 8 B ‖ version u8 ‖ 0 u8 ‖ feeds u16 ‖ count u32 ‖ unlinked u32 ‖ reserved u32 ‖ firstEvent f64
 *           ‖ times f64{count} ‖ seqs, prevs, targetsHigh, targetsLow, names u32{count} ‖ feedNumbers u16{count} ‖ shapes u8{count} ‖ kinds u8{count}
 *           ‖ ids 32 B{count} ‖ (author 32 B ‖ signer 32 B){feeds} ‖ id 32 B{unlinked}
 *
 * Row n is event firstEvent + n. Numbers are little-endian, as all platforms have them that run this. `prevs` is the event of the message before it in
 * its feed, 0 where it is the first, `unlinkedPrev` where that was not known: then its id is the next of the unlinked ones.
 */
import { blake3 } from '../../base/blake3.ts'

/** Rows of a page: 33 KiB on the disk, where Chromium reads records below 64 KiB three times faster than those above; written once in so many messages. */
export const pageRows = 512

/** How a row is to be taken. */
export const rowShapes = {
  /** Nothing: the event is gone, or its message has a later one. */
  gone: 0,
  /** The message is read and offered whole: it decides about others, or was no member. */
  whole: 1,
  /** An ordinary member. */
  ordinary: 2,
  /** An ordinary member without its body. */
  bodyless: 3,
  /** An ordinary member whose bytes retention has dropped. */
  dropped: 4
} as const

export const unlinkedPrev = 0xffff_ffff

const checksumBytes = 8
const headBytes = 32
const version = 1
const hashBytes = 32
const rowBytes = 8 + 5 * 4 + 2 + 1 + 1 + hashBytes
const feedBytes = 2 * hashBytes

/** A page in memory: its columns are views of `bytes`. */
export interface CatalogPage {
  readonly firstEvent: number
  readonly count: number
  readonly times: Float64Array
  readonly seqs: Uint32Array
  readonly prevs: Uint32Array
  readonly targetsHigh: Uint32Array
  readonly targetsLow: Uint32Array
  readonly names: Uint32Array
  readonly feedNumbers: Uint16Array
  readonly shapes: Uint8Array
  readonly kinds: Uint8Array
  readonly ids: Uint8Array
  /** Author and signer of each feed, 64 bytes. */
  readonly feeds: Uint8Array
  /** Ids for the rows whose prev is `unlinkedPrev`, in their order. */
  readonly unlinked: Uint8Array
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** An empty page to be filled; `seal` it when that is done. */
export function createPage (firstEvent: number, count: number, feeds: number, unlinked: number): CatalogPage {
  const bytes = new Uint8Array(headBytes + count * rowBytes + feeds * feedBytes + unlinked * hashBytes)
  const head = new DataView(bytes.buffer)
  head.setUint8(checksumBytes, version)
  head.setUint16(checksumBytes + 2, feeds, true)
  head.setUint32(checksumBytes + 4, count, true)
  head.setUint32(checksumBytes + 8, unlinked, true)
  head.setFloat64(checksumBytes + 16, firstEvent, true)
  return viewPage(bytes, firstEvent, count, feeds, unlinked)
}

/** Writes the checksum: from now on the bytes may be stored. */
export function sealPage ({ bytes }: CatalogPage): Uint8Array<ArrayBuffer> {
  bytes.set(checksumOf(bytes))
  return bytes
}

/** The page in what a store gave back; undefined for anything that is not one, whole. */
export function readPage (value: unknown): CatalogPage | undefined {
  if (!(value instanceof Uint8Array) || value.length < headBytes) return undefined
  // Its own buffer, so that the columns are aligned: some stores give views into larger ones.
  const bytes = value.byteOffset === 0 && value.buffer instanceof ArrayBuffer && value.buffer.byteLength === value.byteLength
    ? new Uint8Array(value.buffer)
    : new Uint8Array(value)
  const head = new DataView(bytes.buffer)
  const feeds = head.getUint16(checksumBytes + 2, true)
  const count = head.getUint32(checksumBytes + 4, true)
  const unlinked = head.getUint32(checksumBytes + 8, true)
  const firstEvent = head.getFloat64(checksumBytes + 16, true)
  if (head.getUint8(checksumBytes) !== version || count > pageRows || !Number.isSafeInteger(firstEvent)) return undefined
  if (bytes.length !== headBytes + count * rowBytes + feeds * feedBytes + unlinked * hashBytes) return undefined
  if (!checksumOf(bytes).every((byte, index) => byte === bytes[index])) return undefined
  return viewPage(bytes, firstEvent, count, feeds, unlinked)
}

function viewPage (bytes: Uint8Array<ArrayBuffer>, firstEvent: number, count: number, feeds: number, unlinked: number): CatalogPage {
  let offset = headBytes
  const take = (length: number): number => {
    const start = offset
    offset += length
    return start
  }
  const { buffer } = bytes
  const words = (): Uint32Array => new Uint32Array(buffer, take(count * 4), count)
  return {
    firstEvent,
    count,
    times: new Float64Array(buffer, take(count * 8), count),
    seqs: words(),
    prevs: words(),
    targetsHigh: words(),
    targetsLow: words(),
    names: words(),
    feedNumbers: new Uint16Array(buffer, take(count * 2), count),
    shapes: new Uint8Array(buffer, take(count), count),
    kinds: new Uint8Array(buffer, take(count), count),
    ids: new Uint8Array(buffer, take(count * hashBytes), count * hashBytes),
    feeds: new Uint8Array(buffer, take(feeds * feedBytes), feeds * feedBytes),
    unlinked: new Uint8Array(buffer, take(unlinked * hashBytes), unlinked * hashBytes),
    bytes
  }
}

function checksumOf (bytes: Uint8Array): Uint8Array {
  return blake3(bytes.subarray(checksumBytes)).subarray(0, checksumBytes)
}
