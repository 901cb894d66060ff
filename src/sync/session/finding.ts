/**
 * Finds the difference of one pass (SPEC.md, S5, S6, S11, S12). One side comes to know it: it decodes the symbols of the other, or holds the other's
 * list against its own members. It tells the other what it wants; both then have the members that they owe. Works in slices, through `run`.
 *
 * Invariants: 1. `expected` says which frames may come; every other is refused. 2. `found` is called once.
 */
import { createShortIdTable, wantedHigh, wholeHigh } from '../sketch/short-id-table.ts'
import { createDecoder } from '../sketch/decoder.ts'
import { estimateDifference } from '../sketch/estimator.ts'
import { createSymbols, growSymbols } from '../sketch/symbols.ts'
import { readSymbols, writeSymbols } from '../sketch/symbol-bytes.ts'
import { shortIdBytes } from '../sketch/short-ids.ts'
import { chooseContinuation, estimateCosts, listMax, openingSymbols, symbolsMax } from '../planner.ts'
import { payloadBytesMax, wantBytes } from '../frames.ts'
import { sliceMembers } from './summary.ts'
import type { SessionOutcome } from './outcome.ts'
import type { ShortIdTable } from '../sketch/short-id-table.ts'
import type { Estimate } from '../planner.ts'
import type { SyncFrame } from '../frames.ts'
import type { Summary } from './summary.ts'

/** Requests for more symbols in one pass: each asks for an eighth more, so honest ones end long before. */
const symbolRequestsMax = 32
/** Items taken out of symbols in one slice: each touches about twenty symbols. Measured: 4 ms. */
const sliceItems = 2_048
const payloadIds = Math.floor(payloadBytesMax / shortIdBytes)
const payloadWants = Math.floor(payloadBytesMax / wantBytes)

export interface FindingPort {
  send (frame: SyncFrame): void
  /** Calls `slice` again and again until it is true, with rests between, then `then`. No frame comes meanwhile. */
  run (slice: () => boolean, then: () => void): void
  /** The members that this side owes, and how many messages the other was asked for: undefined when the other side knows, not this one. */
  found (owed: Uint32Array<ArrayBuffer>, wanted: number | undefined): void
  fail (outcome: SessionOutcome): void
}

export interface Finding {
  /** The responder's ways to begin, once its summary is filled. */
  openList (): void
  openSketch (): void
  /** The initiator's part after what the responder chose, once its summary is filled. */
  sendList (): void
  expectList (): void
  expectSymbols (estimate: Int32Array): void
  /** Takes a frame of the search; false when it may not come now. */
  take (frame: SyncFrame): boolean
  /** What the planner said, once it had to. */
  readonly estimate: Estimate | undefined
  readonly symbols: number
  readonly usedList: boolean
  readonly usedSketch: boolean
}

/** `theirCount`: members that the other side says it has in the compared spans. `seed`: 32 bits that it does not know. */
export function createFinding (summary: Summary, theirCount: number, seed: number, port: FindingPort): Finding {
  const { ids, list } = summary
  let expected: 'nothing' | 'list' | 'symbols' | 'wants' = 'nothing'
  let table: ShortIdTable | undefined
  let estimate: Estimate | undefined
  let usedList = false
  let usedSketch = false
  const theirs = createSymbols(0)
  const decoder = createDecoder(symbolsMax)
  let received = 0
  let requested = 0
  let requests = 0
  let sentSymbols = 0

  function sendList (): void {
    usedList = true
    expected = 'wants'
    for (let from = 0; from === 0 || from < list.length; from += payloadIds) {
      const end = Math.min(list.length, from + payloadIds)
      const bytes = new Uint8Array((end - from) * shortIdBytes)
      const view = new DataView(bytes.buffer)
      for (let item = from; item < end; item++) {
        view.setInt32((item - from) * shortIdBytes, ids.low[item] as number, true)
        view.setInt32((item - from) * shortIdBytes + 4, ids.high[item] as number, true)
      }
      port.send({ type: 'list', ids: bytes, last: end === list.length })
    }
  }

  function expectList (): void {
    usedList = true
    expected = 'list'
    table = createShortIdTable(wholeHigh, seed)
  }

  function takeList (bytes: Uint8Array, last: boolean): boolean {
    if (expected !== 'list' || table === undefined) return false
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length; at += shortIdBytes) table.add(view.getInt32(at, true), view.getInt32(at + 4, true))
    if (table.size > Math.min(theirCount, listMax)) return false
    if (last) holdAgainst(table)
    return true
  }

  /** Their list against our members: what it lacks we owe, and what we lack we want. */
  function holdAgainst (theirList: ShortIdTable): void {
    const isOurs = new Uint8Array(theirList.size)
    expected = 'nothing'
    scan((item) => {
      const entry = theirList.find(ids.low[item] as number, ids.high[item] as number)
      if (entry >= 0) isOurs[entry] = 1
      return entry < 0
    }, (owed) => {
      const missing = Uint32Array.from(entriesThatAre(0, isOurs))
      sendWants(missing.length, index => theirList.lowOf(missing[index] as number), index => theirList.highOf(missing[index] as number))
      port.found(owed, missing.length)
    })
  }

  /** The members for which `chosen` is true, found in slices. */
  function scan (chosen: (item: number) => boolean, then: (members: Uint32Array<ArrayBuffer>) => void): void {
    const members = new Uint32Array(list.length)
    let count = 0
    let scanned = 0
    port.run(() => {
      const end = Math.min(list.length, scanned + sliceMembers * 4)
      for (; scanned < end; scanned++) if (chosen(scanned)) members[count++] = list[scanned] as number
      return scanned === list.length
    }, () => { then(members.slice(0, count)) })
  }

  function sendWants (count: number, lowOf: (index: number) => number, highOf: (index: number) => number): void {
    for (let from = 0; from === 0 || from < count; from += payloadWants) {
      const end = Math.min(count, from + payloadWants)
      const bytes = new Uint8Array((end - from) * wantBytes)
      const view = new DataView(bytes.buffer)
      for (let index = from; index < end; index++) {
        view.setInt32((index - from) * wantBytes, lowOf(index), true)
        view.setUint8((index - from) * wantBytes + 4, highOf(index) & wantedHigh)
      }
      port.send({ type: 'wants', ids: bytes, last: end === count })
    }
  }

  function takeWants (bytes: Uint8Array, last: boolean): boolean {
    if (expected !== 'wants') return false
    const wanted = table ??= createShortIdTable(wantedHigh, seed)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length; at += wantBytes) wanted.add(view.getInt32(at, true), view.getUint8(at + 4))
    if (wanted.size > list.length) return false
    if (!last) return true
    expected = 'nothing'
    scan(item => wanted.size > 0 && wanted.find(ids.low[item] as number, ids.high[item] as number) >= 0, (owed) => { port.found(owed, undefined) })
    return true
  }

  /** Sends our symbols up to `end`, worked out first. */
  function sendSymbols (end: number): void {
    port.run(() => summary.encode(end), () => {
      while (sentSymbols < end) {
        const { bytes, next } = writeSymbols(summary.symbols, list.length, sentSymbols, end, payloadBytesMax)
        port.send({ type: 'symbols', from: sentSymbols, symbols: bytes })
        sentSymbols = next
      }
    })
  }

  function takeSymbols (from: number, bytes: Uint8Array): boolean {
    if (expected !== 'symbols' || from !== received || received === requested) return false
    const next = readSymbols(bytes, theirs, theirCount, from, requested)
    if (next === undefined || next === from) return false
    received = next
    if (received === requested) port.run(() => summary.encode(requested), decode)
    return true
  }

  function decode (): void {
    decoder.extend(theirs, summary.symbols, requested)
    port.run(() => decoder.work(sliceItems), () => {
      if (decoder.isBroken) port.fail('sketch-undecodable')
      else if (decoder.isDecoded) conclude()
      else continueSearch()
    })
  }

  function conclude (): void {
    const difference = decoder.result()
    const ours = createShortIdTable(wholeHigh, seed)
    for (let item = 0; item < difference.ours.low.length; item++) ours.add(difference.ours.low[item] as number, difference.ours.high[item] as number)
    expected = 'nothing'
    const wanted = difference.theirs.low.length
    sendWants(wanted, item => difference.theirs.low[item] as number, item => difference.theirs.high[item] as number)
    scan(item => ours.size > 0 && ours.find(ids.low[item] as number, ids.high[item] as number) >= 0, (owed) => { port.found(owed, wanted) })
  }

  function continueSearch (): void {
    const next = chooseContinuation(list.length, theirCount, estimate?.differences ?? 0, requested)
    if (next.type === 'symbols') {
      requested = next.end
      growSymbols(theirs, requested)
      port.send({ type: 'symbols-want', end: requested })
    } else if (next.type === 'list') {
      sendList()
    } else if (next.type === 'list-theirs') {
      expectList()
      port.send({ type: 'list-want' })
    } else {
      port.fail(next.type === 'undecodable' ? 'sketch-undecodable' : 'too-different')
    }
  }

  return {
    openList: sendList,
    openSketch () {
      usedSketch = true
      expected = 'wants'
      sendSymbols(openingSymbols)
    },
    sendList,
    expectList,
    expectSymbols (counters) {
      usedSketch = true
      expected = 'symbols'
      const differences = Math.max(Math.abs(list.length - theirCount), estimateDifference(summary.counters, counters))
      estimate = estimateCosts(list.length, theirCount, differences)
      requested = openingSymbols
      growSymbols(theirs, requested)
    },
    take (frame) {
      // Whoever opened with symbols may be asked for more, or to go over to a list.
      const mayTurn = usedSketch && !usedList && expected === 'wants' && table === undefined
      switch (frame.type) {
        case 'list':
          if (mayTurn) expectList()
          return takeList(frame.ids, frame.last)
        case 'list-want':
          if (!mayTurn || list.length > listMax) return false
          sendList()
          return true
        case 'symbols': return takeSymbols(frame.from, frame.symbols)
        case 'symbols-want':
          if (!mayTurn || frame.end <= sentSymbols || frame.end > symbolsMax || ++requests > symbolRequestsMax) return false
          sendSymbols(frame.end)
          return true
        case 'wants': return takeWants(frame.ids, frame.last)
        case 'compare': case 'range': case 'equal': case 'differ': case 'messages': return false
      }
    },
    get estimate () { return estimate },
    get symbols () { return Math.max(received, sentSymbols) },
    get usedList () { return usedList },
    get usedSketch () { return usedSketch }
  }
}

function* entriesThatAre (value: number, marks: Uint8Array): Iterable<number> {
  for (let entry = 0; entry < marks.length; entry++) if (marks[entry] === value) yield entry
}
