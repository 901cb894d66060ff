/**
 * Finds the difference of one pass (SPEC.md, S5, S6, S11, S12): by a list, by a sketch or by feeds, as the planner says, and from one to another when
 * that turns out cheaper. One side comes to know the difference and tells the other what it wants; both then have the members that they owe. Works in
 * slices, through `run`.
 *
 * Invariants: 1. `expected` says which frames may come; every other is refused. 2. `found` is called once.
 */
import { countersFor, writeCounters } from '../sketch/estimator.ts'
import { createListing } from '../frontier/listing.ts'
import {
  chooseAnswer, chooseOpening, estimateCosts, feedsBytesMax, isBeyondOpening, listMax, mayPayForFeeds, openingSymbols, symbolsMax
} from '../planner.ts'
import { payloadBytesMax } from '../frames.ts'
import { createFeedSearch, listedMax } from './feed-search.ts'
import { createListReader, sendList } from './list-search.ts'
import { createWants } from './search.ts'
import { countItems, createDecoding, createEncoder, symbolRequestsMax } from './sketch-search.ts'
import type { Feeds } from '../frontier/feeds.ts'
import type { Listing } from '../frontier/listing.ts'
import type { Meeting } from '../frontier/meetings.ts'
import type { Strategy, SyncFrame } from '../frames.ts'
import type { Continuation, Estimate } from '../planner.ts'
import type { FeedSearch } from './feed-search.ts'
import type { Way } from './outcome.ts'
import type { SearchPort } from './search.ts'
import type { Decoding } from './sketch-search.ts'
import type { Summary } from './summary.ts'
import type { Members } from '../buckets.ts'

export interface Finding {
  /** The responder's part: chooses how to begin, says so to `begin`, and goes on with it. */
  open (begin: (strategy: Strategy, estimate: Uint8Array) => void): void
  /** The initiator's part after what the responder chose. */
  follow (strategy: Strategy, estimate: Uint8Array): void
  /** Takes a frame of the search; false when it may not come now. */
  take (frame: SyncFrame): boolean
  /** What the planner said, once it had to. */
  readonly estimate: Estimate | undefined
  readonly symbols: number
  /** How the search goes or went; undefined before it began. */
  readonly way: Way | undefined
}

export interface FindingOptions {
  readonly summary: Summary
  readonly members: Members
  /** Members that the other side says it has in the compared spans. */
  readonly theirCount: number
  readonly salt: Uint8Array
  /** 32 bits that the other side does not know. */
  readonly seed: number
  /** undefined: this pass does not go by feeds. */
  readonly feeds: Feeds | undefined
  /** What both sides remember. */
  readonly since: Meeting | undefined
  /** Messages that this side takes. */
  readonly wantsMax: number
  readonly port: SearchPort
}

const nothing = new Uint8Array()

export function createFinding ({ summary, members, theirCount, salt, seed, feeds, since, wantsMax, port }: FindingOptions): Finding {
  const { list } = summary
  const encoder = createEncoder(summary, port)
  let expected: 'nothing' | 'list' | 'symbols' | 'wants' | 'feeds' | 'feed-wants' = 'nothing'
  let estimate: Estimate | undefined
  let way: Way | undefined
  let decoding: Decoding | undefined
  let listing: Listing | undefined
  let feedSearch: FeedSearch | undefined
  let listReader: { take (bytes: Uint8Array, last: boolean): boolean } | undefined
  let wants: { take (bytes: Uint8Array, last: boolean): boolean } | undefined
  let requests = 0
  let hasEstimated = false

  const fill = (then: () => void): void => { port.run(() => summary.fill(), then) }

  function onWay (next: 'list' | 'sketch' | 'feeds'): void {
    way = way === 'sketch' && next !== 'sketch' ? `sketch-then-${next}` : next
  }

  /** Groups our members by feed. */
  function gather (then: (gathered: Listing) => void): void {
    if (feeds === undefined) return
    const gathered = listing ??= createListing(list, members, feeds, salt, since, payloadBytesMax)
    port.run(() => gathered.gather(), () => { then(gathered) })
  }

  /** Whether feeds may be cheaper than `bytes`. */
  function mayList (bytes: number): boolean {
    return feeds !== undefined && listing === undefined && list.length <= listedMax && mayPayForFeeds(bytes, since === undefined ? feeds.count : undefined)
  }
  const bytesOf = (gathered: Listing): number | undefined => gathered.bytes <= feedsBytesMax ? gathered.bytes : undefined

  function listOurs (): void {
    onWay('list')
    expected = 'wants'
    sendList(summary, port)
  }

  function listTheirs (): void {
    onWay('list')
    expected = 'list'
    listReader = createListReader(summary, theirCount, seed, port)
  }

  function feedsOurs (gathered: Listing): void {
    onWay('feeds')
    expected = 'feed-wants'
    feedSearch = createFeedSearch(list, gathered, theirCount, wantsMax, port)
    feedSearch.send()
  }

  function encode (): void {
    onWay('sketch')
    expected = 'wants'
  }

  function decode (hasCounted: boolean): void {
    onWay('sketch')
    expected = 'symbols'
    decoding = createDecoding({
      summary, theirCount, seed, port, hasCounted, planned: (planned) => { estimate ??= planned },
      turn (next) {
        if (next === 'list') listOurs()
        else if (next === 'list-theirs') {
          listTheirs()
          port.send({ type: 'list-want' })
        } else port.fail(next === 'undecodable' ? 'sketch-undecodable' : 'too-different')
      }
    })
  }

  /** The encoder's answer to counters. */
  function answer (next: Continuation): void {
    if (next.type === 'symbols') encoder.send(next.end)
    else if (next.type === 'list') listOurs()
    else if (next.type === 'list-theirs') {
      listTheirs()
      port.send({ type: 'list-want' })
    } else port.fail('too-different')
  }

  function takeCounters (counters: Uint8Array): void {
    hasEstimated = true
    encoder.estimate(counters, (differences) => {
      const next = chooseAnswer(list.length, theirCount, differences, encoder.sent)
      const costs = estimateCosts(list.length, theirCount, Math.round(differences.differences))
      estimate = costs
      if (!mayList(Math.min(costs.listBytes, costs.sketchBytes))) { answer(next); return }
      gather((gathered) => {
        estimate = estimateCosts(list.length, theirCount, Math.round(differences.differences), gathered.bytes)
        const better = chooseAnswer(list.length, theirCount, differences, encoder.sent, bytesOf(gathered))
        if (better.type === 'feeds') feedsOurs(gathered)
        else answer(better)
      })
    })
  }

  function beginWith (strategy: Strategy, begin: (strategy: Strategy, estimate: Uint8Array) => void): void {
    fill(() => {
      const least = Math.abs(list.length - theirCount)
      if (strategy === 'sketch-yours' && isBeyondOpening(least)) {
        countItems(summary, countersFor(least), port, (counted) => {
          begin(strategy, writeCounters(counted))
          decode(true)
        })
        return
      }
      begin(strategy, nothing)
      if (strategy === 'list') listOurs()
      else if (strategy === 'list-yours') listTheirs()
      else if (strategy === 'sketch-yours') decode(false)
      else {
        encode()
        encoder.send(openingSymbols)
      }
    })
  }

  /** Whoever made symbols may be asked for more, or to go over to a list. */
  const mayTurn = (): boolean => way === 'sketch' && expected === 'wants' && wants === undefined
  /** Whoever asked for symbols may be answered with another way. */
  const mayBeTurned = (): boolean => expected === 'symbols' && decoding?.hasAsked === true

  function takeFeeds (bytes: Uint8Array, last: boolean): boolean {
    if (expected !== 'feeds') {
      if (!mayBeTurned() || feeds === undefined) return false
      onWay('feeds')
      expected = 'feeds'
    }
    if (feedSearch !== undefined) return feedSearch.takeFeeds(bytes, last)
    gather((gathered) => {
      feedSearch = createFeedSearch(list, gathered, theirCount, wantsMax, port)
      if (!feedSearch.takeFeeds(bytes, last)) port.fail('unexpected-frame')
    })
    return true
  }

  function takeList (bytes: Uint8Array, last: boolean): boolean {
    if (expected !== 'list') {
      if (!mayTurn() && !mayBeTurned()) return false
      listTheirs()
    }
    return listReader?.take(bytes, last) === true
  }

  function takeSymbolsWant (end: number, counters: Uint8Array): boolean {
    if (!mayTurn() || ++requests > symbolRequestsMax + 1) return false
    if (counters.length > 0) {
      if (hasEstimated) return false
      takeCounters(counters)
      return true
    }
    if (end <= encoder.sent || end > symbolsMax) return false
    encoder.send(end)
    return true
  }

  return {
    open (begin) {
      const { opening, bytes } = chooseOpening(list.length, theirCount)
      if (!mayList(bytes)) {
        if (opening === 'too-different') port.fail(opening)
        else beginWith(opening, begin)
        return
      }
      gather((gathered) => {
        const better = chooseOpening(list.length, theirCount, bytesOf(gathered))
        estimate = estimateCosts(list.length, theirCount, Math.abs(list.length - theirCount), gathered.bytes)
        if (better.opening === 'feeds') {
          begin('feeds', nothing)
          feedsOurs(gathered)
        } else if (better.opening === 'too-different') port.fail(better.opening)
        else beginWith(better.opening, begin)
      })
    },
    follow (strategy, counters) {
      if (strategy === 'feeds') {
        if (feeds === undefined) { port.fail('unexpected-frame'); return }
        onWay('feeds')
        expected = 'feeds'
        return
      }
      fill(() => {
        if (strategy === 'list') listTheirs()
        else if (strategy === 'list-yours') listOurs()
        else if (strategy === 'sketch') decode(false)
        else {
          encode()
          if (counters.length > 0) takeCounters(counters)
          else encoder.send(openingSymbols)
        }
      })
    },
    take (frame) {
      switch (frame.type) {
        case 'list': return takeList(frame.ids, frame.last)
        case 'list-want':
          if ((!mayTurn() && !mayBeTurned()) || list.length > listMax) return false
          listOurs()
          return true
        case 'symbols': return expected === 'symbols' && decoding?.take(frame.from, frame.symbols, frame.last) === true
        case 'symbols-want': return takeSymbolsWant(frame.end, frame.estimate)
        case 'wants': {
          if (expected !== 'wants') return false
          wants ??= createWants(summary, seed, port)
          if (frame.last) expected = 'nothing'
          return wants.take(frame.ids, frame.last)
        }
        case 'feeds': return takeFeeds(frame.feeds, frame.last)
        case 'feed-wants': return expected === 'feed-wants' && feedSearch?.takeWants(frame.wants, frame.last) === true
        case 'compare': case 'range': case 'equal': case 'differ': case 'messages': case 'version': case 'have': return false
      }
    },
    get estimate () { return estimate },
    get symbols () { return Math.max(decoding?.received ?? 0, encoder.sent) },
    get way () { return way }
  }
}
