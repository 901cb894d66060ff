/**
 * Places of messages in the order in which snapshots hold them (SPEC.md, F2): `namespace (1 nibble) ‖ epoch (7 nibbles) ‖ id`, and prefixes of it, which is
 * what chunks are. The same key as the tree's that diff sync compares (sync/SPEC.md S1), so a chunk is a subtree.
 */
import { epochOf } from '../message/epoch.ts'
import { hashBytes } from '../message/limits.ts'
import type { Header } from '../message/types.ts'

/** A key has 4 bytes of bucket and 32 of id. */
export const keyBytes = 36
/** Bytes of a prefix as written: enough for a bucket and 16 nibbles of an id; 1,024 ids that share those are not made by chance. */
export const prefixBytes = 12
export const prefixNibblesMax = prefixBytes * 2
/** Nibbles of a bucket. */
export const bucketNibbles = 8
/** Epochs are below this. */
const epochEnd = 2 ** 28

export interface ChunkKey {
  readonly nibbles: number
  /** `prefixBytes` of it, zeros after the last nibble. */
  readonly prefix: Uint8Array
}

/** Buckets `from` to before `end`. */
export interface BucketRange {
  readonly from: number
  readonly end: number
}

/** Of the first 8 nibbles at most: the key whose bucket begins with those of `bucket`. */
export function keyOfBucket (bucket: number, nibbles: number): ChunkKey {
  const prefix = new Uint8Array(prefixBytes)
  new DataView(prefix.buffer).setUint32(0, bucket)
  return { nibbles, prefix }
}

/** The key one nibble longer. */
export function childOf ({ nibbles, prefix }: ChunkKey, nibble: number): ChunkKey {
  const longer = prefix.slice()
  longer[nibbles >> 1] = (longer[nibbles >> 1] ?? 0) | (nibbles % 2 === 0 ? nibble << 4 : nibble)
  return { nibbles: nibbles + 1, prefix: longer }
}

/** Where its messages lie, as far as buckets say, and not above the height. Empty: `end` is not above `from`. */
export function rangeOf ({ nibbles, prefix }: ChunkKey, height: number): BucketRange {
  const from = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0)
  const span = 16 ** Math.max(0, bucketNibbles - nibbles)
  const namespaceStart = Math.floor(from / epochEnd) * epochEnd
  return { from, end: Math.min(from + span, namespaceStart + height + 1) }
}

/** The first epoch of which it may hold messages. */
export function firstEpochOf (key: ChunkKey, height: number): number {
  return rangeOf(key, height).from % epochEnd
}

/** Whether it may hold signer messages, which every hub keeps, or messages of this epoch or later ones. */
export function reaches (key: ChunkKey, height: number, epoch: number): boolean {
  return nibbleAt(key.prefix, 0) === 0 || (rangeOf(key, height).end - 1) % epochEnd >= epoch
}

/** Whether a key lies under it and not above the height. */
export function holds ({ nibbles, prefix }: ChunkKey, key: Uint8Array, height: number): boolean {
  for (let index = 0; index < nibbles; index += 1) if (nibbleAt(key, index) !== nibbleAt(prefix, index)) return false
  return new DataView(key.buffer, key.byteOffset).getUint32(0) % epochEnd <= height
}

export function nibbleAt (bytes: Uint8Array, index: number): number {
  const byte = bytes[index >> 1] ?? 0
  return index % 2 === 0 ? byte >> 4 : byte & 15
}

/** Whether one comes before the other and neither lies under the other. */
export function isBefore (one: ChunkKey, other: ChunkKey): boolean {
  for (let index = 0; index < Math.min(one.nibbles, other.nibbles); index += 1) {
    const difference = nibbleAt(one.prefix, index) - nibbleAt(other.prefix, index)
    if (difference !== 0) return difference < 0
  }
  return false
}

export function bucketOf ({ author, signer, timestamp }: Header): number {
  return (author === signer ? 0 : epochEnd) + epochOf(timestamp)
}

/** The places of keys in ascending order, and their ids in that order. `ids`: of each key, in a buffer of their own. */
export function inOrder (buckets: readonly number[], ids: Uint8Array): { readonly places: Uint32Array, readonly ids: Uint8Array } {
  const view = new DataView(ids.buffer)
  // Bucket and 24 bits of the id are a whole number: few pairs need a second look.
  const heads = Float64Array.from(buckets, (bucket, index) => bucket * 2 ** 24 + (view.getUint32(index * hashBytes) >>> 8))
  const idAt = (index: number): Uint8Array => ids.subarray(index * hashBytes, (index + 1) * hashBytes)
  const places = Uint32Array.from(buckets.keys()).sort((one, other) => (heads[one] ?? 0) - (heads[other] ?? 0) || compareBytes(idAt(one), idAt(other)))
  const ordered = new Uint8Array(ids.length)
  places.forEach((place, index) => { ordered.set(idAt(place), index * hashBytes) })
  return { places, ids: ordered }
}

export function compareBytes (one: Uint8Array, other: Uint8Array): number {
  for (let index = 0; index < one.length; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
