import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { framesOf, lone, outcomeOf } from '../fixtures/lone.ts'
import { syncPair } from '../fixtures/pair.ts'
import { createUniverse, createUniverseHub } from '../fixtures/universe.ts'
import { createSession } from './session.ts'
import { createMeetings, meetingOf } from '../frontier/meetings.ts'
import type { Lone } from '../fixtures/lone.ts'
import type { PairOptions, PairResult, PairSide } from '../fixtures/pair.ts'
import type { UniverseHub } from '../fixtures/universe.ts'
import type { Meeting } from '../frontier/meetings.ts'
import type { SyncFrame } from '../frames.ts'
import type { SessionEffect, SessionInput, SessionRecord } from './outcome.ts'

const nowMs = 1_790_000_000_000
const size = 12_000
const feedOf = (number: number): number => number * 7 % 61
const isForked = (number: number): boolean => feedOf(number) < 3
const timestampOf = (number: number): number => nowMs - 3_600_000 - (size - number) * 90_000
const namespaceOf = (number: number): 0 | 1 => number % 100 === 0 ? 0 : 1
/** 61 feeds of some 200 messages, one every 90 s. */
const universe = createUniverse(size, createRandom(3).next, timestampOf, { namespaceOf, feedOf })
/** The same, but a few are forked at every third seq. */
const forked = createUniverse(size, createRandom(3).next, timestampOf, {
  namespaceOf, feedOf, seqOf: (number, next) => isForked(number) && next > 1 && next % 3 === 0 ? next - 1 : next
})

const range = (from: number, end: number): number[] => Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index)
const hubOf = (numbers: Iterable<number>, of = universe): UniverseHub => createUniverseHub(of, numbers)
const numbersOf = (hub: UniverseHub): number[] => range(0, size).filter(number => hub.has(number))
const sync = (initiator: PairSide, responder: PairSide, options: Partial<PairOptions> = {}): PairResult =>
  syncPair({ universe, initiator, responder, nowMs, random: createRandom(4).next, ...options })
const findingBytes = ({ bytesSent, bytesReceived, messageBytes }: SessionRecord): number => bytesSent + bytesReceived - messageBytes
const add = (hub: UniverseHub, numbers: Iterable<number>): void => { for (const number of numbers) hub.add(number) }

describe('two hubs that met before', () => {
  test('[S22] pay for the feeds that changed since, and not for the members', () => {
    const [one, other] = [hubOf(range(0, 10_000)), hubOf(range(0, 10_000))]
    const [first, second] = sync({ hub: one }, { hub: other }).records
    add(one, range(10_000, 11_000))
    add(other, range(11_000, 11_500))
    const { records: [record, its] } = sync({ hub: other, meeting: second.meeting }, { hub: one, meeting: first.meeting })
    expect(record).toMatchObject({ outcome: 'equal', fetched: 1_000, sent: 500, strategies: ['feeds'], symbols: 0 })
    expect(findingBytes(record)).toBeLessThan(1_900)
    expect(its.estimate?.feedsBytes).toBeLessThan(its.estimate?.sketchBytes ?? 0)
    expect(numbersOf(other)).toEqual(range(0, 11_500))
  })

  test('[S22] a peer that lost its data, all or some, is not skipped', () => {
    for (const kept of [[], range(0, 9_000), range(0, 9_990)]) {
      const [one, other] = [hubOf(range(0, 10_000)), hubOf(range(0, 10_000))]
      const [first, second] = sync({ hub: one }, { hub: other }).records
      // Its memory of the meeting may be gone with it or not.
      for (const meeting of [undefined, second.meeting]) {
        const lost = hubOf(kept)
        const { records: [record] } = sync({ hub: one, meeting: first.meeting }, { hub: lost, meeting })
        expect(record.outcome).toBe('equal')
        expect(numbersOf(lost)).toEqual(range(0, 10_000))
      }
    }
  })

  test('[S22] memories of different meetings are not used, and cost 16 bytes', () => {
    const [one, other] = [hubOf(range(0, 10_000)), hubOf(range(0, 9_000))]
    const [first] = sync({ hub: one }, { hub: other }).records
    const stale: Meeting = meetingOf([new Uint8Array(32)], 0, 0, 0, 5)
    add(one, range(10_000, 10_600))
    const { records: [record] } = sync({ hub: other, meeting: stale }, { hub: one, meeting: first.meeting })
    expect(record).toMatchObject({ outcome: 'equal', fetched: 600 })
    expect(numbersOf(other)).toEqual(numbersOf(one))
  })

  test('[S24] a meeting that both remember wrongly costs a pass, and hides nothing', () => {
    const [one, other] = [hubOf(range(0, 11_000)), hubOf(range(0, 8_000))]
    const never: Meeting = meetingOf([new Uint8Array(32)], 0, 0, nowMs, 10_500)
    const { records: [record] } = sync({ hub: one, meeting: never }, { hub: other, meeting: { ...never, event: 0 } })
    expect(record.outcome).toBe('equal')
    expect(record.strategies.length).toBeGreaterThan(1)
    expect(numbersOf(other)).toEqual(range(0, 11_000))
  })

  test('[S22] a meeting of a smaller range says nothing of a larger one', () => {
    const [one, other] = [hubOf(range(0, 10_000)), hubOf(range(0, 10_000))]
    const fromEpoch = universe.members.bucketOf(5_001) % 2 ** 28
    const [first, second] = sync({ hub: one, fromEpoch }, { hub: other, fromEpoch }).records
    other.remove(4_001)
    const { records: [record] } = sync({ hub: one, meeting: first.meeting }, { hub: other, meeting: second.meeting })
    expect(record).toMatchObject({ outcome: 'equal', sent: 1 })
  })

  test('[S22] any history of meetings, losses and forks ends equal, and a second session moves nothing for at most 100 bytes', () => {
    const length = fc.oneof(fc.nat(3), fc.nat(900))
    const change = fc.record({ side: fc.constantFrom(0, 1), from: fc.nat(size), length, step: fc.integer({ min: 1, max: 9 }), lose: fc.boolean() })
    const ways = new Set<string>()
    fc.assert(fc.property(fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(), (rounds, seed) => {
      const hubs = [hubOf([], forked), hubOf([], forked)] as const
      const meetings = [createMeetings(), createMeetings()] as const
      rounds.forEach((changes, round) => {
        for (const { side, from, length, step, lose } of changes) {
          for (const number of range(0, length).map(index => from + index * step).filter(number => number < size)) {
            if (lose) hubs[side === 0 ? 0 : 1].remove(number)
            else hubs[side === 0 ? 0 : 1].add(number)
          }
        }
        const union = [...new Set(hubs.flatMap(numbersOf))].sort((a, b) => a - b)
        const side = (index: 0 | 1): PairSide => ({ hub: hubs[index], meeting: meetings[index].recall('other') })
        const { records } = sync(side(0), side(1), { random: createRandom(seed + round).next })
        expect(records.map(({ outcome }) => outcome)).toEqual(['equal', 'equal'])
        expect(hubs.map(numbersOf)).toEqual([union, union])
        records.forEach(({ meeting, strategies }, index) => {
          if (meeting !== undefined) meetings[index]?.remember('other', meeting)
          for (const way of strategies) ways.add(way)
        })
        const { records: [again] } = sync(side(1), side(0), { random: createRandom(seed + round + 1).next })
        expect(again).toMatchObject({ outcome: 'equal', fetched: 0, sent: 0, rounds: 1 })
        expect(findingBytes(again)).toBeLessThanOrEqual(98)
      })
    }), { numRuns: 40, seed: 5 })
    expect([...ways].join()).toContain('feeds')
  })
})

describe('two hubs that meet for the first time', () => {
  test('[S23] one that has a third, of feeds that it has from the beginning, is filled for a listing of feeds', () => {
    const [one, other] = [hubOf(range(0, 4_000)), hubOf(range(0, size))]
    const { records: [record] } = sync({ hub: one }, { hub: other })
    expect(record).toMatchObject({ outcome: 'equal', fetched: 8_000 })
    expect(record.strategies[0]).toBe('feeds')
    expect(findingBytes(record)).toBeLessThan(3_000)
  })

  test('[S24] forks that both hold differently are found by the pass after', () => {
    const numbers = range(0, size)
    const [one, other] = [hubOf(numbers.filter(number => !isForked(number) || number % 2 === 0), forked), hubOf(range(3_000, size), forked)]
    const { records: [record] } = sync({ hub: one }, { hub: other })
    expect(record.outcome).toBe('equal')
    expect(numbersOf(one)).toEqual(numbersOf(other))
  })

  test('[S23] a set that cannot name its feeds compares without them, with one that can', () => {
    const [one, other] = [hubOf(range(0, 4_000)), hubOf(range(0, size))]
    const blind: UniverseHub = { ...one, has: one.has, size: one.size, set: { ...one.set, feeds: undefined } }
    expect(sync({ hub: other }, { hub: blind }).records[0]).toMatchObject({ outcome: 'equal', sent: 8_000, strategies: ['list'] })
    expect(numbersOf(one)).toEqual(range(0, size))
  })
})

describe('sessions that go on', () => {
  test('[S15] what arrived stays: after any number of frames the next session fetches only the rest', () => {
    for (const framesMax of [4, 8, 12, 20, 32]) {
      const [one, other] = [hubOf(range(0, 4_000)), hubOf(range(2_000, size))]
      const { records: [cut] } = sync({ hub: one }, { hub: other }, { framesMax })
      expect(cut.outcome).toBe('closed')
      expect(cut.again).toBe(cut.fetched + cut.sent > 0)
      const held = numbersOf(one).length
      const { records: [rest] } = sync({ hub: one }, { hub: other })
      expect(rest).toMatchObject({ outcome: 'equal', fetched: size - held })
    }
  })

  test('[S13] what one session may not move is moved by the next ones, and nobody is to blame', () => {
    const [one, other] = [hubOf(range(0, 500)), hubOf(range(400, 3_000))]
    const outcomes: string[] = []
    for (let round = 0; round < 5; round++) {
      const { records: [record, its] } = sync({ hub: one }, { hub: other }, { config: { messagesMax: 1_000 } })
      expect(record.fetched).toBeLessThanOrEqual(1_000)
      expect(['equal', 'closed', 'unequal']).toContain(its.outcome)
      expect(record.again).toBe(record.outcome !== 'equal')
      outcomes.push(record.outcome)
    }
    expect(outcomes).toEqual(['unequal', 'unequal', 'equal', 'equal', 'equal'])
  })
})

describe('several peers at once', () => {
  test('[S25] four that owe the same begin at different places, and what comes twice is what was under way', () => {
    /** Frames that a peer may be ahead by: it reads on when fewer wait. */
    const windowFrames = 4
    const empty = hubOf(range(0, 1_000))
    const wires = range(0, 4).map(number => ({
      hub: hubOf(range(0, size)), up: [] as Uint8Array[], down: [] as Uint8Array[], reads: [] as Uint32Array[], over: false,
      mine: createSession({ role: 'initiator', set: empty.set, fromEpoch: 0, turn: number * 4, random: createRandom(number).next }),
      peer: createSession({ role: 'responder', set: hubOf(range(0, size)).set, fromEpoch: 0, random: createRandom(number + 4).next })
    }))
    type Wire = (typeof wires)[number]
    let came = 0
    const take = (wire: Wire, messages: readonly Uint8Array[]): void => {
      for (const bytes of messages) {
        const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
        came++
        if (empty.add(number)) for (const other of wires) if (other !== wire && !other.over) give(other, 'mine', { type: 'arrived', member: number })
      }
    }
    const give = (wire: Wire, who: 'mine' | 'peer', input: SessionInput): void => {
      for (const effect of wire[who].handle(input, nowMs)) {
        switch (effect.type) {
          case 'send': wire[who === 'mine' ? 'up' : 'down'].push(effect.bytes); break
          case 'work': give(wire, who, effect); break
          case 'read': if (who === 'peer') wire.reads.push(effect.members); else give(wire, who, { type: 'read', messages: [] }); break
          case 'take':
            take(wire, effect.messages)
            give(wire, who, { type: 'taken', fetched: 0 })
            break
          case 'ended': wire.over = true
        }
      }
    }
    for (const wire of wires) give(wire, 'mine', { type: 'start' })
    for (let rounds = 0; wires.some(({ over }) => !over); rounds++) {
      expect(rounds).toBeLessThan(50_000)
      for (const wire of wires) {
        const up = wire.up.shift()
        if (up !== undefined) give(wire, 'peer', { type: 'frame', bytes: up })
        const members = wire.down.length < windowFrames ? wire.reads.shift() : undefined
        if (members !== undefined) give(wire, 'peer', { type: 'read', messages: Array.from(members, number => wire.hub.encode(number)) })
        const down = wire.mine.ready ? wire.down.shift() : undefined
        if (down !== undefined) give(wire, 'mine', { type: 'frame', bytes: down })
      }
    }
    expect(numbersOf(empty)).toEqual(range(0, size))
    expect(came).toBeGreaterThanOrEqual(11_000)
    // Two reads and the window of each; messages of this universe are small: a frame has what one read brings.
    expect(came - 11_000).toBeLessThan(wires.length * (windowFrames + 2) * 256)
  })
})

const none = new Uint8Array()
const compare: SyncFrame & { type: 'compare' } = {
  type: 'compare', version: 2, salt: new Uint8Array(8), fromEpoch: 0, untilMs: nowMs, splitEpoch: 0, roots: new Uint8Array(24), counts: [0, 5_000, 0], met: none, turn: 0
}
const differ: SyncFrame & { type: 'differ' } = { type: 'differ', spans: 7, counts: [0, 100, 0], strategy: 'feeds', estimate: none, since: false, turn: 0 }
const entry = (tag: number, ...rest: number[]): number[] => [tag, tag, tag, tag, tag, tag, ...rest]

describe('a hostile peer', () => {
  const initiator = (options = {}): Lone => {
    const made = lone('initiator', hubOf(range(0, 1_000)), nowMs, options)
    made.give({ type: 'start' })
    return made
  }
  /** A responder that listed its feeds, because the other claims to have far more members. */
  const lister = (): { readonly made: Lone, readonly effects: SessionEffect[] } => {
    const made = lone('responder', hubOf(range(0, 5_000)), nowMs)
    return { made, effects: made.frame({ ...compare, counts: [0, 12_000, 0] }) }
  }

  test('[S24] more members than it claimed to have end it', () => {
    const { frame } = initiator()
    frame(differ)
    expect(outcomeOf(frame({ type: 'feeds', feeds: Uint8Array.from(entry(1, 0, 1, 1, 100)), last: true }))).toBe('unexpected-frame')
  })

  test('[S24] endless feeds end it, at a bounded cost', () => {
    const { frame, calls } = initiator()
    frame({ ...differ, counts: [0, 2 ** 31, 0] })
    const feeds = Uint8Array.from(range(0, 1_600).flatMap(() => entry(7, 0, 1, 1, 0)))
    let frames = 0
    for (; frames < 2_000; frames++) if (outcomeOf(frame({ type: 'feeds', feeds, last: false })) !== undefined) break
    expect(frames).toBeLessThan(300)
    expect(calls()).toBeLessThan(1_000)
  })

  test('[S24] feeds with all seqs there can be, again and again, end it: 2²² members are the most', () => {
    const { frame } = initiator()
    frame({ ...differ, counts: [0, 2 ** 31, 0] })
    const feeds = Uint8Array.from(range(0, 10).flatMap(tag => entry(tag, 0, 1, 1, 0x9f, 0x8d, 6)))
    let frames = 0
    for (; frames < 100; frames++) if (outcomeOf(frame({ type: 'feeds', feeds, last: false })) !== undefined) break
    expect(frames).toBe(4)
  })

  test('[S16] one frame that speaks of a million members is held against ours in slices', () => {
    const { frame, calls } = initiator()
    frame({ ...differ, counts: [0, 2 ** 31, 0] })
    const feeds = Uint8Array.from(range(0, 10).flatMap(tag => entry(tag, 0, 1, 1, 0x9f, 0x8d, 6)))
    frame({ type: 'feeds', feeds, last: false }) // groups our own first
    const before = calls()
    frame({ type: 'feeds', feeds, last: false })
    expect(calls() - before).toBeGreaterThanOrEqual(10)
  })

  test('[S24] a meeting that this side does not remember ends it; one that it does is believed no further than the roots', () => {
    const { frame } = initiator()
    expect(outcomeOf(frame({ ...differ, since: true }))).toBe('unexpected-frame')
    const never: Meeting = meetingOf([none], 0, 0, nowMs, 10_000)
    const claimed = initiator({ meeting: never })
    expect(outcomeOf(claimed.frame({ ...differ, since: true }))).toBeUndefined()
    const effects = claimed.frame({ type: 'feeds', feeds: none, last: true })
    expect(framesOf(effects).map(({ type }) => type)).toEqual(['feed-wants', 'messages'])
  })

  test('[S24] a proof of a meeting that never was is not answered with since', () => {
    const { frame } = lone('responder', hubOf(range(0, 5_000)), nowMs, { meeting: meetingOf([none], 0, 0, nowMs, 10) })
    expect(framesOf(frame({ ...compare, met: new Uint8Array(8) }))[0]).toMatchObject({ type: 'differ', since: false })
  })

  test('[S24] wants for what was not listed, and feeds where none may come, end it', () => {
    const { made, effects } = lister()
    expect(framesOf(effects)[0]).toMatchObject({ type: 'differ', strategy: 'feeds' })
    expect(outcomeOf(made.frame({ type: 'feed-wants', wants: Uint8Array.of(127, 0), last: true }))).toBe('unexpected-frame')
    const { frame } = lone('responder', hubOf(range(0, 100)), nowMs)
    expect(outcomeOf(frame({ type: 'feeds', feeds: none, last: true }))).toBe('unexpected-frame')
  })

  test('[S24] whoever asks for everything gets each message once', () => {
    const { made, effects } = lister()
    const entries = framesOf(effects).filter(frame => frame.type === 'feeds').length
    expect(entries).toBeGreaterThan(0)
    const all = Uint8Array.from(range(0, 61).flatMap(index => [index === 0 ? 0 : 1, 0]))
    const sent = framesOf(made.frame({ type: 'feed-wants', wants: all, last: true })).flatMap(frame => frame.type === 'messages' ? frame.messages : [])
    expect(sent).toHaveLength(5_000)
  })

  test('[S25] endless haves end it', () => {
    const { made } = lister()
    made.frame({ type: 'feed-wants', wants: none, last: true })
    const ids = (round: number): Uint8Array => new Uint8Array(Uint32Array.from({ length: 4_000 }, (_, index) => round * 4_000 + index).buffer)
    let rounds = 0
    for (; rounds < 1_000; rounds++) if (outcomeOf(made.frame({ type: 'have', ids: ids(rounds) })) !== undefined) break
    expect(rounds).toBeLessThan(70)
    const { made: again } = lister()
    again.frame({ type: 'feed-wants', wants: none, last: true })
    for (rounds = 0; rounds < 1_000; rounds++) if (outcomeOf(again.frame({ type: 'have', ids: ids(0) })) !== undefined) break
    expect(rounds, 'the same ones, again and again').toBeLessThan(70)
  })

  test('[S8] a version that it does not speak is answered with the one that it does; once', () => {
    const { frame } = lone('responder', hubOf(range(0, 10)), nowMs)
    const told = frame({ ...compare, version: 3 })
    expect([framesOf(told), outcomeOf(told)]).toEqual([[{ type: 'version', highest: 2 }], undefined])
    expect(outcomeOf(frame({ ...compare, version: 4 }))).toBe('unsupported-version')
    const spoken = lone('responder', hubOf(range(0, 10)), nowMs)
    spoken.frame({ ...compare, version: 3 })
    expect(framesOf(spoken.frame(compare))[0]?.type).toBe('differ')
    expect(outcomeOf(initiator().frame({ type: 'version', highest: 1 }))).toBe('unsupported-version')
  })
})
