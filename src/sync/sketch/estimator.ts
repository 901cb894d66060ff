/**
 * Estimates how many items two sets differ by (SPEC.md, S10). Each item adds +1 or −1 to one of many counters, and only the last three bits of a counter are
 * told: enough, because the differences of the counters are small where there are about as many counters as differing items, and what wraps around is
 * allowed for. With λ differing items a counter, each of either sign by chance, the mean of cos(π/4 · difference) is exp(−λ(1 − cos(π/4))): the
 * characteristic function of a Skellam distribution, whose exponent adds up over items. 768 bytes for a thousand differences tell them to 4 %; whole
 * counters would take four times that.
 */
import type { ShortIds } from './short-ids.ts'
import { cellNumbers } from './symbols.ts'
import type { Symbols } from './symbols.ts'

/** Counters, a power of two: fewer say little for what the frame costs anyway; more would not fit a frame. */
export const countersMin = 64
export const countersMax = 32_768
/** Eight counters of three bits fill three bytes. */
const counterBits = 3
const angle = Math.PI / 4
const perItem = 1 - Math.cos(angle)
/** Counters for each differing item to the power of 2/3: where a byte of counters saves a byte of symbols. */
const countersFactor = 15

/** As many counters as pay for a difference of about so many. */
export function countersFor (differences: number): number {
  const wanted = countersFactor * Math.cbrt(Math.max(1, differences)) ** 2
  return Math.min(countersMax, Math.max(countersMin, 2 ** Math.ceil(Math.log2(wanted))))
}

/** The number of counters in so many bytes; undefined when there is no such estimate. */
export function countersIn (byteCount: number): number | undefined {
  const counters = byteCount * 8 / counterBits
  return counters >= countersMin && counters <= countersMax && Number.isInteger(Math.log2(counters)) ? counters : undefined
}

export function createEstimator (counters: number): Int32Array {
  return new Int32Array(counters)
}

export function estimateItems (counters: Int32Array, { low, high }: ShortIds, from: number, end: number): void {
  const mask = counters.length - 1
  for (let item = from; item < end; item++) {
    const counter = (low[item] as number) & mask
    counters[counter] = counters[counter] as number + (((high[item] as number) & 1) === 0 ? 1 : -1)
  }
}

/** The last three bits of each counter, eight in three bytes. */
export function writeCounters (counters: Int32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(counters.length / 8 * counterBits)
  for (let counter = 0, at = 0; counter < counters.length; counter += 8, at += counterBits) {
    let bits = 0
    for (let index = 7; index >= 0; index--) bits = bits << counterBits | (counters[counter + index] as number) & 7
    bytes[at] = bits
    bytes[at + 1] = bits >>> 8
    bytes[at + 2] = bits >>> 16
  }
  return bytes
}

export interface DifferenceEstimate {
  readonly differences: number
  /** Its standard deviation, as a share of it. */
  readonly error: number
}

/** How many items our counters differ by from theirs, as `writeCounters` made them of as many. */
export function estimateDifference (ours: Int32Array, theirs: Uint8Array): DifferenceEstimate {
  const count = ours.length
  let sum = 0
  for (let counter = 0; counter < count; counter++) {
    const at = (counter >>> 3) * counterBits
    const bits = (theirs[at] as number) | (theirs[at + 1] as number) << 8 | (theirs[at + 2] as number) << 16
    sum += Math.cos(angle * ((ours[counter] as number) - (bits >>> (counter & 7) * counterBits & 7)))
  }
  // Below three standard deviations of what chance alone makes, it says no more than "very many".
  const mean = Math.max(sum / count, 3 / Math.sqrt(2 * count))
  const exponent = -Math.log(Math.min(1, mean))
  if (exponent === 0) return { differences: 0, error: 1 }
  // The square of a cosine is half of one more than the cosine of twice the angle, which is a right one: its mean is exp(−λ).
  const variance = Math.max(0, (1 + Math.exp(-exponent / perItem)) / 2 - mean ** 2)
  const differences = exponent / perItem * count
  // Of that, what comes from the number of items being one by chance is not an error here: it is what is asked for.
  const error = Math.sqrt(Math.max(0, variance / count / (mean * exponent) ** 2 - 1 / differences))
  return { differences, error }
}

/**
 * How many items two sets differ by, from what is left of `known` symbols of both (theirs less ours): an item adds ±1 to the count of symbol i with
 * probability p = 1 / (1 + i / 2), so the squares of the counts, less what the difference of the sizes alone makes, add up to the sum of p(1 − p) for
 * each item.
 */
export function estimateFromSymbols (symbols: Symbols, known: number, sizeDifference: number): DifferenceEstimate {
  let [squares, expected] = [0, 0]
  for (let symbol = 1; symbol < known; symbol++) {
    const share = 1 / (1 + symbol / 2)
    const beyond = Math.round((symbols.cells[symbol * cellNumbers + 2] as number) - sizeDifference * share) << 24 >> 24
    squares += beyond ** 2
    expected += share * (1 - share)
  }
  return { differences: Math.max(Math.abs(sizeDifference), squares / expected), error: Math.sqrt(symbolVariance / known) }
}

/** Of the square of one count, as a share of the square of its mean: 2 where many items meet in a symbol, more where few do. Measured. */
const symbolVariance = 2.5
