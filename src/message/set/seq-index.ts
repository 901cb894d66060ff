/**
 * The first member of each seq of every feed, in pages of one pool: 4 bytes a seq where a feed is dense, one page where it is not, so that a
 * lone message with a huge seq costs 256 bytes. Pages are never given back: of a seq's members the lowest id never leaves (R4).
 */
import { createColumn } from '../../base/column.ts'
import { none } from './id-index.ts'

const pageBits = 6
const pageSeqs = 1 << pageBits

/** Where the pages of one feed are, by their number in it; undefined while the feed is empty. */
export interface SeqPages {
  pages: Map<number, number> | undefined
  /** The page that was asked for last, and where it is: seqs come in order, mostly. */
  recent: number
  recentAt: number
}

export interface SeqIndex {
  memoryBytes (): number
  /** The first member of this seq, or `none`. */
  firstAt (feed: SeqPages, seq: number): number
  setFirstAt (feed: SeqPages, seq: number, member: number): void
  /** Visits the first member of every seq that has one. */
  forEachFirst (feed: SeqPages, visit: (member: number) => void): void
}

export function createSeqPages (): SeqPages {
  return { pages: undefined, recent: none, recentAt: none }
}

export function createSeqIndex (): SeqIndex {
  /** One more than the member; 0: none. */
  const places = createColumn(length => new Uint32Array(length))
  let pagesUsed = 0

  /** Where a page is; undefined: nowhere. */
  const find = (feed: SeqPages, page: number): number | undefined => {
    if (page === feed.recent) return feed.recentAt
    const at = feed.pages?.get(page)
    if (at !== undefined) {
      feed.recent = page
      feed.recentAt = at
    }
    return at
  }

  return {
    memoryBytes: () => places.memoryBytes(),
    firstAt (feed, seq) {
      const page = find(feed, seq >>> pageBits)
      return page === undefined ? none : places.get(page * pageSeqs + (seq & (pageSeqs - 1))) - 1
    },
    setFirstAt (feed, seq, member) {
      let page = find(feed, seq >>> pageBits)
      if (page === undefined) {
        page = pagesUsed++
        feed.pages = (feed.pages ?? new Map<number, number>()).set(seq >>> pageBits, page)
      }
      places.set(page * pageSeqs + (seq & (pageSeqs - 1)), member + 1)
    },
    forEachFirst ({ pages }, visit) {
      for (const page of pages?.values() ?? []) {
        for (let place = page * pageSeqs; place < (page + 1) * pageSeqs; place++) {
          const member = places.get(place) - 1
          if (member !== none) visit(member)
        }
      }
    }
  }
}
