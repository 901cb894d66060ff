/**
 * Finds the difference by feeds (SPEC.md, S22 to S24): one side lists its feeds as runs of seqs; the other holds them against its own, asks for the
 * seqs that it lacks, and owes what was not listed. What this cannot see (forks, and what either side came to have otherwise than the other thinks)
 * the roots show afterwards.
 */
import { createEntryWriter, createWantReader, seqsIn } from '../frontier/feed-bytes.ts'
import { mark, membersIn } from '../frontier/listing.ts'
import { payloadBytesMax } from '../frames.ts'
import { feedsBytesMax } from '../planner.ts'
import { scan } from './search.ts'
import type { FeedEntry } from '../frontier/feed-bytes.ts'
import type { Listing } from '../frontier/listing.ts'
import type { SearchPort } from './search.ts'

/** Members that one listing speaks of at most: each may cost the reader a look at one of its own. */
export const listedMax = 2 ** 22
/** Members that entries are held against in one slice, and what an entry costs beside, in members: one frame may speak of 300,000. */
const sliceMembers = 32_768
const entryCost = 30

export interface FeedSearch {
  /** Lists our feeds; `listing` is gathered. */
  send (): void
  /** Takes a part of their listing; false when it may not come so. */
  takeFeeds (bytes: Uint8Array, last: boolean): boolean
  /** Takes a part of what they want of ours; false when it may not come so. */
  takeWants (bytes: Uint8Array, last: boolean): boolean
}

/** `theirCount`: members that they say they have. `wantsMax`: messages that this side takes. */
export function createFeedSearch (list: Uint32Array, listing: Listing, theirCount: number, wantsMax: number, port: SearchPort): FeedSearch {
  const wants = createEntryWriter(payloadBytesMax)
  const reader = createWantReader(listing.entries)
  let entries = 0
  let listed = 0
  let wanted = 0
  let bytesRead = 0

  function isWithin (bytes: Uint8Array): boolean {
    bytesRead += bytes.length
    return bytesRead <= feedsBytesMax
  }

  function conclude (asked: number | undefined): void {
    scan(list, port, item => listing.marks[item] === mark.owed, (owed) => { port.found({ owed, wanted: asked }) })
  }

  /** Holds an entry of theirs against ours. */
  function hold (entry: FeedEntry): void {
    const lacking = listing.match(entry)
    const seqs = seqsIn(lacking)
    // What does not fit this session is for the next one.
    if (seqs > 0 && wanted + seqs + entry.further <= wantsMax) {
      wanted += seqs + entry.further
      wants.addWant(entries, seqs === entry.seqs ? undefined : lacking)
    }
    entries++
  }

  function askForThem (): void {
    const payloads = wants.payloads()
    payloads.forEach((payload, index) => { port.send({ type: 'feed-wants', wants: payload, last: index === payloads.length - 1 }) })
    if (payloads.length === 0) port.send({ type: 'feed-wants', wants: new Uint8Array(), last: true })
    conclude(wanted)
  }

  return {
    send () {
      const payloads = listing.payloads()
      payloads.forEach((feeds, index) => { port.send({ type: 'feeds', feeds, last: index === payloads.length - 1 }) })
      if (payloads.length === 0) port.send({ type: 'feeds', feeds: new Uint8Array(), last: true })
      listing.awaitWants()
    },
    takeFeeds (bytes, last) {
      const found = isWithin(bytes) ? listing.read(bytes, Math.min(theirCount, listedMax) - listed) : undefined
      if (found === undefined) return false
      listed += membersIn(found)
      let matched = 0
      port.run(() => {
        for (let left = sliceMembers; left > 0 && matched < found.length; matched++) {
          const entry = found[matched] as FeedEntry
          left -= entry.seqs + entryCost
          hold(entry)
        }
        return matched === found.length
      }, () => { if (last) askForThem() })
      return true
    },
    takeWants (bytes, last) {
      const read = isWithin(bytes) ? reader.read(bytes) : undefined
      if (read === undefined) return false
      for (const want of read) listing.takeWant(want)
      if (last) conclude(undefined)
      return true
    }
  }
}
