/**
 * What one session moved, counted by place and by feed: where in the tree the two sets differed, and whose messages either side lacked. Counted as they
 * go by, so that it costs a lookup a message and knows nothing that did not move yet.
 */
import { bucketAt, type BucketRange } from '../../sync/buckets.ts'
import type { Header } from '../../message/types.ts'
import type { FeedDifference } from './api.ts'

/** A subtree of the comparison's tree by the leading nibbles of its key, with what was found to differ in it. */
export interface DifferingPlace {
  /** Hex nibbles: namespace, then epoch. */
  readonly prefix: string
  readonly range: BucketRange
  readonly differing: number
}

/** Of a message that moved. */
type Moved = Pick<Header, 'author' | 'signer' | 'timestamp'>

export interface Tally {
  fetched (moved: Moved): void
  sent (moved: Moved): void
  /** In the tree's order. */
  readonly places: readonly DifferingPlace[]
  /** Those with the most differences first. */
  readonly feeds: readonly FeedDifference[]
}

/** Places told apart: where there are more, neighbouring epochs are told of as one. What a page can draw, and 30 kB for a hundred reports. */
const placesMax = 256
/** Feeds told apart; what the others moved is in the report's sums. */
const feedsMax = 64
/** Feeds counted while the session runs: some 300 bytes each. */
const feedsCountedMax = 4_096
/** Nibbles of a bucket: namespace and epoch (sync/SPEC.md, S1). */
const bucketNibbles = 8

export function createTally (): Tally {
  let places = new Map<number, number>()
  /** How many of the bucket's nibbles tell two places apart. */
  let nibbles = bucketNibbles
  const feeds = new Map<string, { readonly author: string, readonly signer: string, fetched: number, sent: number }>()

  /** Tells places apart by one nibble less. */
  function coarsen (): void {
    nibbles -= 1
    const coarser = new Map<number, number>()
    for (const [place, differing] of places) coarser.set(place >>> 4, (coarser.get(place >>> 4) ?? 0) + differing)
    places = coarser
  }

  function count ({ author, signer, timestamp }: Moved, way: 'fetched' | 'sent'): void {
    const place = bucketAt(author === signer ? 0 : 1, timestamp) >>> 4 * (bucketNibbles - nibbles)
    places.set(place, (places.get(place) ?? 0) + 1)
    while (places.size > placesMax) coarsen()
    const key = `${author} ${signer}`
    const feed = feeds.get(key) ?? { author, signer, fetched: 0, sent: 0 }
    if (feeds.size < feedsCountedMax) feeds.set(key, feed)
    feed[way] += 1
  }

  return {
    fetched: (moved) => { count(moved, 'fetched') },
    sent: (moved) => { count(moved, 'sent') },
    get places () {
      const buckets = 16 ** (bucketNibbles - nibbles)
      return [...places].sort(([one], [other]) => one - other).map(([place, differing]) => ({
        prefix: place.toString(16).padStart(nibbles, '0'), range: { from: place * buckets, end: (place + 1) * buckets }, differing
      }))
    },
    get feeds () {
      return [...feeds.values()].sort((one, other) => other.fetched + other.sent - one.fetched - one.sent).slice(0, feedsMax).map(feed => ({ ...feed }))
    }
  }
}
