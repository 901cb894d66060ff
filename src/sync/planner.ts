/**
 * Which way of finding the difference is cheapest, in bytes (SPEC.md, S11): a list of the smaller side's short ids, a sketch of both, or the feeds of one
 * side. Pure arithmetic; the session records what it said.
 */
import { shortIdBytes } from './sketch/short-ids.ts'
import { symbolBytes } from './sketch/symbol-bytes.ts'
import type { DifferenceEstimate } from './sketch/estimator.ts'

/**
 * Symbols for each differing item, for many, and what few items need more, times the root of their number. Measured: 17.3 symbols for 10 items, 145
 * for 100, 1,382 for 1,000, 13,639 for 10,000.
 */
const symbolsPerItem = 1.357
const symbolsPerRoot = 0.8
/** The standard deviation of that number is about the root of the number of items. Measured: 10 for 100 items, 33 for 1,000, 92 for 10,000. */
const deviationPerRoot = 1
/** Standard deviations that a request allows for: five of six suffice, and symbols stay below 1.45 an item for a thousand and more … */
const margin = 1
/** … and more of them for fewer differences, whose symbols cost less than another round trip: twice as many for a hundred. */
const marginOfFew = 100
const marginMax = 2.5
/** When a request did not suffice: this much more, and twice as much each time. */
const furtherGrowth = 0.04
const furtherSymbols = 16
/** Symbols sent unasked with the first answer: decode up to about ten differences, which is what two hubs that met half a minute ago have. */
export const openingSymbols = 24
/** As many differences as those symbols most likely do not decode. */
const openingDifferences = 20
/** A side with so few members lists them rather than opens with symbols. */
export const smallList = 64
/** Short ids listed at most: 6 MiB on the wire. Two sets that both have more, and share little, want a snapshot, not a comparison. */
export const listMax = 2 ** 20
/** Symbols at most: 2.4 MB on the wire, about 190,000 differences. */
export const symbolsMax = 2 ** 18
/** Bytes of a listing of feeds at most: 400,000 feeds, more than a set of a million should have. */
export const feedsBytesMax = 2 ** 22
/** Finding by feeds saves nothing worth the work of listing them where another way costs no more than this. Guess. */
const feedsFromBytes = 1_024
/** Bytes of a feed in a listing, at least. */
const feedBytesMin = 10
/** What is wanted of the feeds is named too, by as much as half of what listed them. */
const feedWantsShare = 0.5
/** No honest difference needs so many times the symbols of its estimate: the estimate would be off by thirty standard deviations. */
const despairFactor = 4

/** What the ways would cost, in bytes of finding the difference. */
export interface Estimate {
  /** Differing members, as far as known. */
  readonly differences: number
  readonly listBytes: number
  readonly sketchBytes: number
  /** undefined where feeds were not listed: they could not have been cheaper, or are not known. */
  readonly feedsBytes: number | undefined
}

export function estimateCosts (ours: number, theirs: number, differences: number, listingBytes?: number): Estimate {
  return {
    differences, listBytes: Math.min(ours, theirs) * shortIdBytes, sketchBytes: symbolsFor(differences) * symbolBytes,
    feedsBytes: listingBytes === undefined ? undefined : Math.ceil(listingBytes * (1 + feedWantsShare))
  }
}

/** Whether to list the feeds and see, where the best other way costs `bytes`. `feeds`: how many there are, at least; undefined: few, but not known. */
export function mayPayForFeeds (bytes: number, feeds: number | undefined): boolean {
  return bytes > feedsFromBytes && (feeds ?? 0) * feedBytesMin < bytes
}

export type Opening = 'list' | 'list-yours' | 'sketch' | 'sketch-yours' | 'feeds' | 'too-different'

/**
 * How the side that answers opens: it knows both counts, and maybe the bytes that list its own feeds. Whoever has more decodes, and so has less to
 * ask for.
 */
export function chooseOpening (ours: number, theirs: number, listingBytes?: number): { readonly opening: Opening, readonly bytes: number } {
  const least = Math.abs(ours - theirs)
  const smaller = Math.min(ours, theirs)
  const { listBytes, sketchBytes, feedsBytes = Infinity } = estimateCosts(ours, theirs, least, listingBytes)
  if (feedsBytes < Math.min(listBytes, sketchBytes)) return { opening: 'feeds', bytes: feedsBytes }
  if (smaller > smallList && listBytes > sketchBytes && symbolsFor(least) <= symbolsMax) {
    return { opening: ours > theirs ? 'sketch-yours' : 'sketch', bytes: sketchBytes }
  }
  return { opening: smaller > listMax ? 'too-different' : ours <= theirs ? 'list' : 'list-yours', bytes: listBytes }
}

/** Whether the opening symbols most likely do not decode, so that whoever decodes sends its counters at once. */
export function isBeyondOpening (differences: number): boolean {
  return differences > openingDifferences
}

/** Symbols to send or to ask for, or another way; `list` is this side's. */
export type Continuation = { readonly type: 'symbols', readonly end: number } | { readonly type: 'list' | 'list-theirs' | 'feeds' | 'undecodable' | 'too-different' }

/** What the side that makes symbols answers to the counters of the other: both know about how much differs now. */
export function chooseAnswer (ours: number, theirs: number, { differences, error }: DifferenceEstimate, sent: number, listingBytes?: number): Continuation {
  const deviation = Math.hypot(error * differences * symbolsPerItem, deviationPerRoot * Math.sqrt(differences))
  const margins = Math.min(marginMax, margin + marginOfFew / Math.max(1, differences))
  const end = Math.max(sent + furtherSymbols, Math.ceil(symbolsFor(differences) + margins * deviation))
  const { feedsBytes = Infinity } = estimateCosts(ours, theirs, differences, listingBytes)
  if (feedsBytes < Math.min((end - sent) * symbolBytes, Math.min(ours, theirs) * shortIdBytes)) return { type: 'feeds' }
  return symbolsOrList(ours, theirs, sent, end)
}

/** How the side that decodes goes on when `known` symbols were not enough for about so many differences, for the `attempt`th time, from 0. */
export function chooseContinuation (ours: number, theirs: number, differences: number, known: number, attempt: number): Continuation {
  if (known > despairFactor * symbolsFor(differences) + 2 * openingSymbols) return { type: 'undecodable' }
  const further = Math.ceil(known * furtherGrowth * 2 ** attempt) + furtherSymbols
  return symbolsOrList(ours, theirs, known, Math.max(symbolsFor(differences), known + further))
}

function symbolsOrList (ours: number, theirs: number, known: number, end: number): Continuation {
  const smaller = Math.min(ours, theirs)
  if ((end - known) * symbolBytes <= smaller * shortIdBytes && end <= symbolsMax) return { type: 'symbols', end }
  if (smaller > listMax) return { type: 'too-different' }
  return { type: ours <= theirs ? 'list' : 'list-theirs' }
}

function symbolsFor (differences: number): number {
  return Math.max(openingSymbols, Math.ceil(symbolsPerItem * differences + symbolsPerRoot * Math.sqrt(differences)))
}
