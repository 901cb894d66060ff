/**
 * The first member of each seq of one feed, in pages: 4 bytes a seq where the feed is dense, one small page where it is not, so that
 * a lone message with a huge seq costs little. Plain data, for there is one a signer.
 */
import { none } from './member-table.ts'

const pageBits = 6
const pageSeqs = 1 << pageBits

/** Pages by number; undefined while the feed is empty. */
export interface SeqIndex {
  pages: Map<number, Int32Array> | undefined
}

/** The first member of this seq, or `none`. */
export function firstAt (index: SeqIndex, seq: number): number {
  return index.pages?.get(seq >>> pageBits)?.[seq & (pageSeqs - 1)] ?? none
}

export function setFirstAt (index: SeqIndex, seq: number, member: number): void {
  const pages = index.pages ??= new Map<number, Int32Array>()
  const number = seq >>> pageBits
  const page = pages.get(number) ?? new Int32Array(pageSeqs).fill(none)
  page[seq & (pageSeqs - 1)] = member
  pages.set(number, page)
}

/** Visits the first member of every seq that has one. */
export function forEachFirst (index: SeqIndex, visit: (member: number) => void): void {
  for (const page of index.pages?.values() ?? []) for (const member of page) if (member !== none) visit(member)
}
