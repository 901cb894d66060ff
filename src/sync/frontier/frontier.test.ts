import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { createUniverse, createUniverseHub } from '../fixtures/universe.ts'
import { createEntryWriter, createWantReader, entryRunsMax, readFeeds, seqsIn } from './feed-bytes.ts'
import { seqMax } from './feeds.ts'
import { createListing, mark } from './listing.ts'
import { createMeetings, meetingOf, proofOf } from './meetings.ts'
import type { Runs } from './feed-bytes.ts'
import type { Listing } from './listing.ts'
import type { Meeting } from './meetings.ts'

const payloadMax = 16_128
const range = (from: number, end: number): number[] => Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index)
const anyRuns = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 1_500 }).map((steps) => {
  const runs: number[] = []
  let at = 0
  for (const [gap, length] of steps) runs.push(at += gap, at += length)
  return runs.map(seq => Math.min(seq, seqMax + 1))
}).filter(runs => runs.at(-1)! <= seqMax)

describe('feeds as bytes', () => {
  test('[S23] listings come back from their payloads, long feeds in several entries', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(2 ** 31), fc.nat(3), anyRuns), { maxLength: 12 }), (feeds) => {
      const writer = createEntryWriter(payloadMax)
      const expected = feeds.flatMap(([tag, further, runs]) => {
        const bytes = new Uint8Array(6)
        new DataView(bytes.buffer).setUint32(0, tag, true)
        return writer.addFeed(bytes, further, runs).map((part, index) => ({ tag, further: index === 0 ? further : 0, runs: part, seqs: seqsIn(part) }))
      })
      const payloads = writer.payloads()
      for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(payloadMax)
      expect(payloads.reduce((sum, { length }) => sum + length, 0)).toBe(writer.bytes)
      expect(payloads.flatMap(payload => readFeeds(payload))).toEqual(expected)
      for (const { runs } of expected) expect(runs.length / 2).toBeLessThanOrEqual(entryRunsMax)
    }), { numRuns: 60 })
  })

  test('[S23] wants come back, of all and of parts, in several payloads', () => {
    const wanted = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.option(anyRuns, { nil: undefined })), { maxLength: 12 })
    fc.assert(fc.property(wanted, (wants) => {
      const writer = createEntryWriter(payloadMax)
      let entry = -1
      const expected = new Map<number, Runs | undefined>()
      for (const [gap, runs] of wants) {
        writer.addWant(entry += gap, runs)
        expected.set(entry, runs)
      }
      const reader = createWantReader(entry + 1)
      const read = new Map<number, Runs | undefined>()
      for (const want of writer.payloads().flatMap(payload => reader.read(payload) ?? [])) {
        read.set(want.entry, want.runs === undefined ? undefined : [...read.get(want.entry) ?? [], ...want.runs])
      }
      expect(read).toEqual(expected)
    }), { numRuns: 60 })
  })

  test('[S24] any bytes are entries or none, and wants never ask twice for one seq', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
      for (const { runs, seqs } of readFeeds(junk) ?? []) {
        expect(runs[0]).toBeGreaterThanOrEqual(1)
        expect(runs.at(-1)).toBeLessThanOrEqual(seqMax + 1)
        expect(seqs).toBeLessThanOrEqual(seqMax)
      }
      const asked = new Set<string>()
      for (const { entry, runs = [] } of createWantReader(50).read(junk) ?? []) {
        for (let place = 0; place < runs.length; place += 2) {
          for (let seq = runs[place]!; seq < runs[place + 1]!; seq++) {
            expect(asked.has(`${entry} ${seq}`)).toBe(false)
            asked.add(`${entry} ${seq}`)
          }
        }
      }
    }), { numRuns: 2_000 })
  })

  test.each([
    ['a run of 2⁵³', [1, 2, 3, 4, 5, 6, 0, 1, 1, 255, 255, 255, 255, 255, 255, 255, 15]],
    ['a run beyond the highest seq', [1, 2, 3, 4, 5, 6, 0, 1, 1, 0xa0, 0x8d, 6]],
    ['a run from 0', [1, 2, 3, 4, 5, 6, 0, 1, 0, 3]],
    ['no runs', [1, 2, 3, 4, 5, 6, 0, 0]],
    ['more runs than an entry has', [1, 2, 3, 4, 5, 6, 0, 0x81, 8, ...range(0, 2_050).map(() => 1)]],
    ['half a tag', [1, 2, 3]],
    ['an end in the middle', [1, 2, 3, 4, 5, 6, 0, 2, 1, 1]]
  ])('[S24] %s is no entry', (_, bytes) => {
    expect(readFeeds(Uint8Array.from(bytes))).toBeUndefined()
  })

  test('[S24] wants that go back, or ask again, or for what was not listed, are none', () => {
    expect(createWantReader(2).read(Uint8Array.of(2, 0))).toBeUndefined()
    expect(createWantReader(2).read(Uint8Array.of(1, 0, 0, 0))).toBeUndefined()
    expect(createWantReader(2).read(Uint8Array.of(0, 0, 0, 1, 1, 1))).toBeUndefined()
    const reader = createWantReader(2)
    expect(reader.read(Uint8Array.of(0, 1, 5, 4))).toEqual([{ entry: 0, runs: [5, 10] }])
    expect(reader.read(Uint8Array.of(0, 1, 1, 0))).toEqual([{ entry: 0, runs: [11, 12] }])
    expect(reader.read(Uint8Array.of(0, 0))).toBeUndefined()
  })
})

describe('a listing', () => {
  const universe = createUniverse(3_000, createRandom(1).next, number => number * 1_000, { feedOf: number => number % 37 })

  function listingOf (numbers: readonly number[], since?: Meeting, before: readonly number[] = []): { listing: Listing, list: Uint32Array } {
    const hub = createUniverseHub(universe, [...before, ...numbers])
    const list = Uint32Array.from([...before, ...numbers].sort((one, other) => one - other))
    const listing = createListing(list, universe.members, hub.set.feeds!, new Uint8Array(8), since, payloadMax)
    while (!listing.gather());
    return { listing, list }
  }

  test('[S23] held against another one gives exactly what each side lacks, holes and all', () => {
    const numbers = fc.array(fc.tuple(fc.nat(2_999), fc.nat(400)), { maxLength: 4 })
      .map(parts => [...new Set(parts.flatMap(([from, length]) => range(from, Math.min(3_000, from + length))))])
    fc.assert(fc.property(numbers, numbers, (mine, yours) => {
      const [ours, theirs] = [listingOf(mine), listingOf(yours)]
      const wants = createEntryWriter(payloadMax)
      let entries = 0
      for (const payload of theirs.listing.payloads()) {
        for (const lacking of ours.listing.read(payload, 3_000)!.map(entry => ours.listing.match(entry))) {
          if (lacking.length > 0) wants.addWant(entries, lacking)
          entries++
        }
      }
      theirs.listing.awaitWants()
      const reader = createWantReader(theirs.listing.entries)
      for (const payload of wants.payloads()) for (const want of reader.read(payload)!) theirs.listing.takeWant(want)
      const owed = ({ listing, list }: typeof ours): number[] => [...list].filter((_, position) => listing.marks[position] === mark.owed)
      expect(owed(ours)).toEqual([...ours.list].filter(number => !yours.includes(number)))
      expect(owed(theirs)).toEqual([...theirs.list].filter(number => !mine.includes(number)))
    }), { numRuns: 80 })
  })

  test('[S22] since a meeting only what came or was published after it counts', () => {
    const since: Meeting = { digest: new Uint8Array(32), fromEpoch: 0, untilMs: 2_500_000, event: 100 }
    const { listing, list } = listingOf([150, 151, 2_990], since, range(0, 99).concat([2_900]))
    expect([...list].filter((_, position) => listing.marks[position] === mark.owed)).toEqual([150, 151, 2_900, 2_990])
    expect(listing.entries).toBe(4)
  })

  test('[S24] a listing that speaks of more members than there can be is none', () => {
    const { listing } = listingOf(range(0, 10))
    expect(listing.read(Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 1, 1, 9), 10)).toHaveLength(1)
    expect(listing.read(Uint8Array.of(1, 2, 3, 4, 5, 6, 1, 1, 1, 9), 10)).toBeUndefined()
  })

  test('[S23] a member that has left the set since is passed over', () => {
    const gone = { ...universe.feeds, eventOf: () => 1, lastEvent: 1, seqOf: (number: number) => number === 5 ? 0 : 1 }
    const listing = createListing(Uint32Array.of(4, 5, 6), universe.members, gone, new Uint8Array(8), undefined, payloadMax)
    while (!listing.gather());
    expect([...listing.marks]).toEqual([mark.owed, mark.common, mark.owed])
  })
})

describe('meetings', () => {
  const meeting = (event: number, root = 1): Meeting => meetingOf([new Uint8Array(32).fill(root)], 3, 5, 1_000, event)

  test('[S22] both sides prove the same one, whatever their events, and no other', () => {
    const salt = new Uint8Array(8).fill(9)
    expect(proofOf(meeting(1), salt)).toEqual(proofOf(meeting(2), salt))
    expect(proofOf(meeting(1), salt)).not.toEqual(proofOf(meeting(1, 2), salt))
    expect(proofOf(meeting(1), salt)).not.toEqual(proofOf(meeting(1), new Uint8Array(8)))
  })

  test('[S22] are kept as text, the last of each peer, and not more than 256', () => {
    const meetings = createMeetings()
    for (const number of range(0, 300)) meetings.remember(`peer${number}`, meeting(number))
    meetings.remember('peer299', meeting(7))
    meetings.forget('peer298')
    const again = createMeetings(meetings.save())
    expect(range(0, 300).filter(number => again.recall(`peer${number}`) !== undefined)).toEqual([...range(44, 298), 299])
    expect(again.recall('peer299')).toEqual(meeting(7))
  })

  test('[S22] what is no saved meeting is passed over', () => {
    for (const saved of [7, null, '', 'peer', 'peer 00 1 2 3', `peer ${'00'.repeat(32)} 1 -2 3`, `peer ${'00'.repeat(32)} 1 2`, `peer ${'zz'.repeat(32)} 1 2 3`]) {
      expect(createMeetings(saved).save()).toBe('')
    }
  })
})
