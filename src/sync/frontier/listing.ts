/**
 * The members that are compared, by feed (SPEC.md, S22 to S24): all of them, or those that came since the last meeting with the peer. One side lists its
 * feeds; the other holds that list against its own, and marks what it owes. Works in slices. It knows positions in the pinned list of members, not ids.
 */
import { blake3 } from '../../base/blake3.ts'
import { createEntryWriter, readFeeds, seqsIn } from './feed-bytes.ts'
import { feedKeyBytes } from './feeds.ts'
import type { Members } from '../buckets.ts'
import type { FeedEntry, FeedWant, Runs } from './feed-bytes.ts'
import type { Feeds } from './feeds.ts'
import type { Meeting } from './meetings.ts'

/** Members looked at, put in their places, or sorted by seq, in one slice. Measured: 3 ms. */
const sliceMembers = 32_768
/** A member's key: seq · 2³² + position. */
const seqFactor = 2 ** 32
const tagBytes = 6
/** What a feed's tag and entry cost, in members. */
const feedCost = 30
/** Room for so many feeds, and for twice as many each time that it is too small. */
const feedsAtStart = 1_024

/** What a position is, in `marks`. */
export const mark = {
  /** Neither listed nor owed: the other side had it when the two met. */
  common: 0,
  /** The other side did not list it. */
  owed: 1,
  /** The other side has its seq too. */
  matched: 2
} as const

export interface Listing {
  /** A slice of grouping the members; whether it is done. */
  gather (): boolean
  /** Of all members, what they are to the other side. */
  readonly marks: Uint8Array
  /** Bytes that list these feeds; valid once gathered. */
  readonly bytes: number
  payloads (): ReadonlyArray<Uint8Array<ArrayBuffer>>
  /** From now on only what is wanted is owed: for the side that listed. */
  awaitWants (): void
  takeWant (want: FeedWant): void
  /** How many entries were listed. */
  readonly entries: number
  /** Reads entries of the other side's listing; undefined when they are none, or speak of more than `membersMax` members. */
  read (bytes: Uint8Array, membersMax: number): readonly FeedEntry[] | undefined
  /** Marks what an entry of theirs matches, which costs a look at as many members; the seqs that this side lacks. */
  match (entry: FeedEntry): Runs
}

/** Its keys, ascending. */
type OwnFeed = Float64Array

/** `list` is pinned. `since`: list only what came after this; both sides remember it. `payloadBytesMax`: of one frame. */
export function createListing (
  list: Uint32Array, members: Pick<Members, 'timestampOf'>, feeds: Feeds, salt: Uint8Array, since: Meeting | undefined, payloadBytesMax: number
): Listing {
  const marks = new Uint8Array(list.length)
  /** By feed: how many of its members count, and, while keys are put in their places, where the next one goes. */
  let counts = new Uint32Array(feedsAtStart)
  let places = new Uint32Array(0)
  /** Of each member that counts, its feed and its seq. */
  const feedAt = new Uint32Array(list.length)
  let seqAt = new Uint32Array(list.length)
  let keys = new Float64Array(0)
  const byTag = new Map<number, OwnFeed>()
  const writer = createEntryWriter(payloadBytesMax)
  /** Which feed each entry lists, and which of its runs. */
  const listed: Array<{ readonly feed: OwnFeed, readonly runs: Runs }> = []
  const feedKey = new Uint8Array(feedKeyBytes)
  let grouped = 0
  let placed = 0
  let sorted = 0

  const isNew = (member: number): boolean => since === undefined || feeds.eventOf(member) > since.event || members.timestampOf(member) > since.untilMs

  function group (end: number): void {
    for (let at = grouped; at < end; at++) {
      const member = list[at] as number
      const seq = isNew(member) ? feeds.seqOf(member) : 0
      if (seq === 0) continue
      const feed = feeds.feedOf(member)
      if (feed >= counts.length) counts = roomFor(feed, counts)
      counts[feed] = counts[feed] as number + 1
      marks[at] = mark.owed
      feedAt[at] = feed
      seqAt[at] = seq
    }
    grouped = end
    if (grouped < list.length) return
    places = new Uint32Array(counts.length)
    let before = 0
    for (let feed = 0; feed < counts.length; feed++) {
      places[feed] = before
      before += counts[feed] as number
    }
    keys = new Float64Array(before)
  }

  function place (end: number): void {
    for (let at = placed; at < end; at++) {
      if (marks[at] !== mark.owed) continue
      const feed = feedAt[at] as number
      const to = places[feed] as number
      keys[to] = (seqAt[at] as number) * seqFactor + at
      places[feed] = to + 1
    }
    placed = end
    if (placed === list.length) seqAt = new Uint32Array(0)
  }

  function sort (number: number): void {
    const count = counts[number] as number
    if (count === 0) return
    const end = places[number] as number
    const feed = keys.subarray(end - count, end)
    if (!isAscending(feed)) feed.sort()
    const tag = tagOf(number)
    byTag.set(tagNumber(tag), feed)
    const runs = runsOf(feed)
    for (const part of writer.addFeed(tag, feed.length - seqsIn(runs), runs)) listed.push({ feed, runs: part })
  }

  function tagOf (feed: number): Uint8Array {
    feeds.copyFeed(feed, feedKey, 0)
    return blake3(tagDomain, salt, feedKey).slice(0, tagBytes)
  }

  /** Marks the positions of these seqs. */
  function markRuns (feed: OwnFeed, runs: Runs, as: number): void {
    for (let run = 0; run < runs.length; run += 2) {
      const end = (runs[run + 1] as number) * seqFactor
      for (let at = firstFrom(feed, (runs[run] as number) * seqFactor); at < feed.length && (feed[at] as number) < end; at++) {
        marks[(feed[at] as number) >>> 0] = as // the position: the lower 32 bits
      }
    }
  }

  return {
    gather () {
      if (grouped < list.length) group(Math.min(list.length, grouped + sliceMembers))
      else if (placed < list.length) place(Math.min(list.length, placed + sliceMembers))
      else for (let left = sliceMembers; left > 0 && sorted < counts.length; sorted++) {
        left -= counts[sorted] as number + feedCost
        sort(sorted)
      }
      return placed === list.length && sorted === counts.length
    },
    marks,
    get bytes () { return writer.bytes },
    payloads: () => writer.payloads(),
    awaitWants () { marks.fill(mark.matched) },
    takeWant ({ entry, runs }) {
      const asked = listed[entry]
      if (asked !== undefined) markRuns(asked.feed, runs ?? asked.runs, mark.owed)
    },
    get entries () { return listed.length },
    read (bytes, membersMax) {
      const entries = readFeeds(bytes)
      return entries === undefined || membersIn(entries) > membersMax ? undefined : entries
    },
    match ({ tag, runs }) {
      const feed = byTag.get(tag)
      if (feed === undefined) return runs
      markRuns(feed, runs, mark.matched)
      return gaps(runs, feed)
    }
  }
}

/** How many members these entries speak of. */
export function membersIn (entries: readonly FeedEntry[]): number {
  return entries.reduce((sum, { seqs, further }) => sum + seqs + further, 0)
}

const tagDomain = new TextEncoder().encode('hubbub/sync/feed')

function tagNumber (tag: Uint8Array): number {
  let number = 0
  for (let byte = tagBytes - 1; byte >= 0; byte--) number = number * 256 + (tag[byte] as number)
  return number
}

function seqIn (key: number): number {
  return Math.floor(key / seqFactor)
}

function roomFor (feed: number, counts: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(Math.max(feed + 1, counts.length * 2))
  longer.set(counts)
  return longer
}

function isAscending (keys: Float64Array): boolean {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] as number) > (keys[at] as number)) return false
  return true
}

function runsOf (keys: Float64Array): number[] {
  const runs: number[] = []
  let end = 0
  for (let at = 0; at < keys.length; at++) {
    const seq = seqIn(keys[at] as number)
    if (seq === end) runs[runs.length - 1] = end = seq + 1
    else if (seq > end) runs.push(seq, end = seq + 1)
  }
  return runs
}

/** The first place whose key is not below `key`. */
function firstFrom (keys: Float64Array, key: number): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as number) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** The seqs of `runs` that no key has. */
function gaps (runs: Runs, keys: Float64Array): Runs {
  const lacking: number[] = []
  for (let place = 0; place < runs.length; place += 2) {
    let from = runs[place] as number
    const end = runs[place + 1] as number
    for (let at = firstFrom(keys, from * seqFactor); from < end; at++) {
      const seq = Math.min(end, at < keys.length ? seqIn(keys[at] as number) : end)
      if (seq > from) lacking.push(from, seq)
      if (seq >= from) from = seq + 1
    }
  }
  return lacking
}
