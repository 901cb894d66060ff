/**
 * The three spans that a comparison looks at (SPEC.md, S7): namespace 0, what is older, what is newest. Each has a count and a salted root, so one answer
 * tells which of them differ, and what happened lately is compared without the rest.
 */
import { blake3 } from '../../base/blake3.ts'
import { bucketAt, bucketEnd, epochEnd } from '../buckets.ts'
import { rootBytes } from '../frames.ts'
import type { BucketRange } from '../buckets.ts'
import type { ComparableSet } from '../comparable-set.ts'

/** The newest span holds this share of the members, so that comparing it costs next to nothing … */
const newestShare = 1 / 64
/** … but at least these: below, comparing all costs nothing either. */
const newestMin = 4_096

export interface Measured {
  /** `spanCount` roots of `rootBytes`. */
  readonly roots: Uint8Array
  readonly counts: readonly number[]
  /** Unsalted. */
  readonly digests: readonly Uint8Array[]
}

/** In the order in which messages are sent: signers first, then by time. */
export function spansOf (fromEpoch: number, splitEpoch: number): readonly BucketRange[] {
  const [first, from] = [bucketAt(1, 0), bucketAt(1, 0) + fromEpoch]
  return [{ from: 0, end: first }, { from, end: first + splitEpoch }, { from: first + splitEpoch, end: bucketEnd }]
}

/** Where the newest span begins, as an epoch, for a comparison from `fromEpoch` on. */
export function splitOf ({ tree }: ComparableSet, fromEpoch: number): number {
  const bucket = tree.bucketOfNewest(Math.max(newestMin, Math.floor(tree.size * newestShare)))
  return Math.max(fromEpoch, bucket - epochEnd)
}

export function measure ({ tree }: ComparableSet, spans: readonly BucketRange[], salt: Uint8Array): Measured {
  const roots = new Uint8Array(spans.length * rootBytes)
  const digests = spans.map(span => tree.digest(span))
  digests.forEach((digest, index) => { roots.set(blake3(domain, salt, digest).subarray(0, rootBytes), index * rootBytes) })
  return { roots, counts: spans.map(span => tree.count(span)), digests }
}

const domain = new TextEncoder().encode('hubbub/sync/root')

/** A bit for each span whose roots are not the same. */
export function differing (one: Uint8Array, other: Uint8Array): number {
  let spans = 0
  for (let byte = 0; byte < one.length; byte++) if (one[byte] !== other[byte]) spans |= 1 << Math.floor(byte / rootBytes)
  return spans
}

/** The sum of the counts of the spans in `mask`. */
export function countIn (mask: number, counts: readonly number[]): number {
  return counts.reduce((sum, count, span) => (mask >> span & 1) === 1 ? sum + count : sum, 0)
}

/** Members listed in one slice, about. Measured: 1 to 2 ms. */
const sliceListed = 131_072

export interface Collecting {
  /** Lists a part; whether that was the last. The set must be cut where it is compared. */
  collect (): boolean
  /** All that was listed, in the order of the set. */
  list (): Uint32Array<ArrayBuffer>
}

/** The members of the spans in `mask`, part by part. What comes or goes between two parts is in the list or not: the roots show it afterwards. */
export function createCollecting ({ tree }: ComparableSet, spans: readonly BucketRange[], mask: number): Collecting {
  const lists: Array<Uint32Array<ArrayBuffer>> = []
  const open = spans.filter((_, span) => (mask >> span & 1) === 1).reverse()
  return {
    collect () {
      const range = open.pop()
      if (range === undefined) return true
      const middle = Math.floor((range.from + range.end) / 2)
      // One bucket is as small as it gets.
      if (middle === range.from || tree.count(range) <= sliceListed) lists.push(tree.collect(range))
      else open.push({ from: middle, end: range.end }, { from: range.from, end: middle })
      return open.length === 0
    },
    list () {
      const all = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0))
      let at = 0
      for (const list of lists) {
        all.set(list, at)
        at += list.length
      }
      return all
    }
  }
}
