/**
 * Which way of finding the difference is cheaper, in bytes (SPEC.md, S11): a list of the smaller side's short ids, or a sketch of both. Pure arithmetic; the
 * session records what it said.
 */
import { estimateError } from './sketch/estimator.ts'
import { shortIdBytes } from './sketch/short-ids.ts'

/** Bytes of a symbol: 8 of sum, 4 of check, about 1 of count. */
const symbolBytes = 13
/** Symbols for each differing item, for many: the published curve falls from 1.40 at 1,000 to 1.35. Measured: 1.377 at 1,000, 1.362 at 10,000. */
const symbolsPerItem = 1.36
/** What few items need more, times the root of their number. Measured: 147 ± 10 symbols for 100 items, 17 ± 5 for 10. */
const symbolsPerRoot = 2
/** Standard deviations of the estimate that the first request allows for: nine requests of ten suffice, and the bytes stay near the floor. Guess. */
const estimateMargin = 1.3
/** When a request did not suffice: this much more. */
const furtherGrowth = 1.12
const furtherSymbols = 16
/** Symbols sent unasked with the first answer: decode up to about ten differences, which is what two hubs that met half a minute ago have. */
export const openingSymbols = 24
/** A side with so few members lists them rather than opens with symbols. */
export const smallList = 64
/** Short ids listed at most: 8 MiB on the wire. Two sets that both have more, and share little, want a snapshot, not a comparison. */
export const listMax = 2 ** 20
/** Symbols at most: 3.4 MB on the wire, about 190,000 differences. */
export const symbolsMax = 2 ** 18
/** No honest difference needs so many times the symbols of its estimate: the estimate would be off by thirty standard deviations. */
const despairFactor = 4

/** What the ways would cost, in bytes of finding the difference. */
export interface Estimate {
  /** Differing members, as far as known. */
  readonly differences: number
  readonly listBytes: number
  readonly sketchBytes: number
}

export function estimateCosts (ours: number, theirs: number, differences: number): Estimate {
  return { differences, listBytes: Math.min(ours, theirs) * shortIdBytes, sketchBytes: symbolsFor(differences) * symbolBytes }
}

/** How the side that answers opens: it knows both counts and nothing else. */
export function chooseOpening (ours: number, theirs: number): 'list' | 'list-yours' | 'sketch' | 'too-different' {
  const smaller = Math.min(ours, theirs)
  const { listBytes, sketchBytes } = estimateCosts(ours, theirs, Math.abs(ours - theirs))
  if (smaller > smallList && listBytes > sketchBytes) return Math.abs(ours - theirs) > symbolsMax ? 'too-different' : 'sketch'
  if (smaller > listMax) return 'too-different'
  return ours <= theirs ? 'list' : 'list-yours'
}

/** Symbols to ask for, or another way. */
export type Continuation = { readonly type: 'symbols', readonly end: number } | { readonly type: 'list' | 'list-theirs' | 'undecodable' | 'too-different' }

/** How the side that decodes goes on when `known` symbols were not enough. */
export function chooseContinuation (ours: number, theirs: number, differences: number, known: number): Continuation {
  const first = Math.ceil(symbolsFor(differences) * (1 + estimateMargin * estimateError))
  if (known > despairFactor * first + 2 * openingSymbols) return { type: 'undecodable' }
  const end = Math.max(first, Math.ceil(known * furtherGrowth) + furtherSymbols)
  const smaller = Math.min(ours, theirs)
  if ((end - known) * symbolBytes <= smaller * shortIdBytes && end <= symbolsMax) return { type: 'symbols', end }
  if (smaller > listMax) return { type: 'too-different' }
  return { type: ours <= theirs ? 'list' : 'list-theirs' }
}

function symbolsFor (differences: number): number {
  return Math.ceil(symbolsPerItem * differences + symbolsPerRoot * Math.sqrt(differences))
}
