/**
 * Finds the difference by a sketch (SPEC.md, S6, S10, S11): one side, the encoder, makes symbols of its members; the other, the decoder, takes its own out
 * of them, and knows. Few differences need the opening alone. For more the decoder sends counters, from which the encoder knows how many symbols it takes.
 */
import { createDecoder } from '../sketch/decoder.ts'
import { countersFor, createEstimator, estimateDifference, estimateFromSymbols, estimateItems, countersIn, writeCounters } from '../sketch/estimator.ts'
import { createShortIdTable, wholeHigh } from '../sketch/short-id-table.ts'
import { createSymbols, growSymbols } from '../sketch/symbols.ts'
import { readSymbols, symbolBytes, writeSymbols } from '../sketch/symbol-bytes.ts'
import { chooseContinuation, estimateCosts, openingSymbols, symbolsMax } from '../planner.ts'
import { payloadBytesMax } from '../frames.ts'
import { scan, sendWants } from './search.ts'
import type { DifferenceEstimate } from '../sketch/estimator.ts'
import type { Continuation, Estimate } from '../planner.ts'
import type { SearchPort } from './search.ts'
import type { Summary } from './summary.ts'

/** Requests for more symbols in one pass: each asks for twice as much more as the last, so honest ones end long before. */
export const symbolRequestsMax = 16
/** Items taken out of symbols in one slice: each touches about twenty symbols. Measured: 3 ms. */
const sliceItems = 2_048
/** Members counted in one slice. Measured: 1 ms. */
const sliceCounted = 131_072
const payloadSymbols = Math.floor(payloadBytesMax / symbolBytes)

/** Counters of our members, worked out in slices. */
export function countItems ({ list, ids }: Summary, counters: number, port: SearchPort, then: (counted: Int32Array) => void): void {
  const counted = createEstimator(counters)
  let from = 0
  port.run(() => {
    const end = Math.min(list.length, from + sliceCounted)
    estimateItems(counted, ids, from, end)
    from = end
    return from === list.length
  }, () => { then(counted) })
}

export interface Encoder {
  /** Sends our symbols before `end` that were not sent yet, worked out first. */
  send (end: number): void
  /** Holds our counters against theirs: about how much differs goes to `then`. */
  estimate (theirs: Uint8Array, then: (estimate: DifferenceEstimate) => void): void
  readonly sent: number
}

export function createEncoder (summary: Summary, port: SearchPort): Encoder {
  let sent = 0
  return {
    send (end) {
      port.run(() => summary.encode(end), () => {
        while (sent < end) {
          const next = Math.min(end, sent + payloadSymbols)
          port.send({ type: 'symbols', from: sent, symbols: writeSymbols(summary.symbols, sent, next), last: next === end })
          sent = next
        }
      })
    },
    estimate (theirs, then) {
      countItems(summary, countersIn(theirs.length) ?? 0, port, (counted) => { then(estimateDifference(counted, theirs)) })
    },
    get sent () { return sent }
  }
}

export interface Decoding {
  /** Takes symbols; false when they may not come so. */
  take (from: number, bytes: Uint8Array, last: boolean): boolean
  readonly received: number
  /** Whether the encoder got our counters and has not answered: it may answer with another way. */
  readonly hasAsked: boolean
}

export interface DecodingOptions {
  readonly summary: Summary
  readonly theirCount: number
  readonly seed: number
  readonly port: SearchPort
  /** Whether counters went out before the first symbols came. */
  readonly hasCounted: boolean
  /** The symbols do not suffice, and the planner says to go on otherwise. */
  readonly turn: (next: Exclude<Continuation['type'], 'symbols' | 'feeds'>) => void
  readonly planned: (estimate: Estimate) => void
}

export function createDecoding ({ summary, theirCount, seed, port, hasCounted, turn, planned }: DecodingOptions): Decoding {
  const { list, ids } = summary
  const theirs = createSymbols(0)
  const decoder = createDecoder()
  let received = 0
  let endMax = hasCounted ? symbolsMax : openingSymbols
  let counted = hasCounted
  let attempts = 0
  let isWaiting = true

  function decode (): void {
    decoder.extend(theirs, summary.symbols, received)
    port.run(() => decoder.work(sliceItems), () => {
      if (decoder.isDecoded) conclude()
      else goOn()
    })
  }

  function conclude (): void {
    const difference = decoder.result()
    const ours = createShortIdTable(wholeHigh, seed)
    difference.ours.low.forEach((low, item) => { ours.add(low, difference.ours.high[item] as number) })
    sendWants(port, difference.theirs)
    const isOwed = (item: number): boolean => ours.size > 0 && ours.find(ids.low[item] as number, ids.high[item] as number) >= 0
    scan(list, port, isOwed, (owed) => { port.found({ owed, wanted: difference.theirs.low.length }) })
  }

  function goOn (): void {
    // What is left of the difference, and what was decoded of it.
    const left = estimateFromSymbols(decoder.symbols, received, theirCount - list.length - decoder.surplus).differences
    const differences = left + decoder.decoded
    planned(estimateCosts(list.length, theirCount, Math.round(differences)))
    if (!counted) {
      counted = true
      endMax = symbolsMax
      isWaiting = true
      countItems(summary, countersFor(differences), port, (counters) => { port.send({ type: 'symbols-want', end: 0, estimate: writeCounters(counters) }) })
      return
    }
    const next = chooseContinuation(list.length, theirCount, differences, received, attempts++)
    if (next.type === 'symbols' && attempts <= symbolRequestsMax) {
      endMax = next.end
      isWaiting = true
      port.send({ type: 'symbols-want', end: next.end, estimate: new Uint8Array() })
    } else turn(next.type === 'symbols' || next.type === 'feeds' ? 'undecodable' : next.type)
  }

  return {
    take (from, bytes, last) {
      const end = from + bytes.length / symbolBytes
      if (!isWaiting || from !== received || end === from || end > endMax) return false
      growSymbols(theirs, end)
      readSymbols(bytes, theirs, from)
      received = end
      if (!last) return true
      isWaiting = false
      port.run(() => summary.encode(received), decode)
      return true
    },
    get received () { return received },
    get hasAsked () { return isWaiting && counted }
  }
}
