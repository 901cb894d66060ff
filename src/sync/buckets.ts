/**
 * The first eight nibbles of the tree's key as one number: namespace (1 nibble) ‖ epoch (7 nibbles) (SPEC.md, S1). A bucket is what members are
 * ordered and cut by; a range of buckets is what two hubs compare. Knows no ids.
 */

/** An epoch is `timestamp >> 20`: 2²⁰ ms, about 17.5 min. */
const epochMs = 2 ** 20
/** Epochs are below this: timestamps are below 2⁴⁸ (message/limits.ts). */
export const epochEnd = 2 ** 28
/** Two namespaces: signer messages, and everything else. */
export const bucketEnd = 2 * epochEnd

/** Buckets `from` to before `end`. */
export interface BucketRange {
  readonly from: number
  readonly end: number
}

export const everything: BucketRange = { from: 0, end: bucketEnd }

/** `timestamp` in ms, below 2⁴⁸. */
export function bucketAt (namespace: 0 | 1, timestamp: number): number {
  return namespace * epochEnd + Math.floor(timestamp / epochMs)
}

/**
 * What the sync folder asks of the set that it compares: members are small numbers, ids are 32 bytes, held elsewhere. All calls are cheap; they are
 * made a million times in a loop. What they answer for one number must not change while that member is in the tree.
 */
export interface Members {
  /** Writes the 32 bytes of the id. */
  copyId (member: number, target: Uint8Array, offset: number): void
  /** Writes the id as eight words, the most significant byte first in each: what hashes of a million ids a second are made from. */
  readId (member: number, words: Uint32Array): void
  bucketOf (member: number): number
  /** Milliseconds since 1970. */
  timestampOf (member: number): number
}
