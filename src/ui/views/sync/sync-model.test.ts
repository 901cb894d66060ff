import { describe, expect, test } from 'vitest'
import type { FrontierView, JoinView, SyncSession } from '../../../worker/api.ts'
import { sampleTime } from '../../data/samples.ts'
import { heatRows, heatStep } from './heat-model.ts'
import { costs, findingBytes, joinSentence, phases, phaseState, progressOf, sessionSentence, strategyWords } from './sync-model.ts'

const session = (changes: Partial<SyncSession> = {}): SyncSession => ({
  id: 1, peer: '12D3KooWPeer', initiated: true, phase: 'ended', outcome: 'equal', strategy: 'sketch', estimate: null, symbols: 0, rounds: 3,
  bytesSent: 600, bytesReceived: 900,
  messageBytes: 1_000, fetched: 3, sent: 2, spared: 0, ms: 40, at: sampleTime, startedAt: sampleTime - 40, done: 5, total: 5, rate: 0, etaMs: null,
  differing: [], feeds: [], alternatives: [],
  ...changes
})

describe('what is said of a comparison', () => {
  test.each([
    [session(), /^Both hold the same now: 3 messages fetched, 2 sent\.$/],
    [session({ fetched: 0, sent: 0 }), /^Both held the same\.$/],
    [session({ outcome: 'link-down' }), /the link went down\. 5 messages moved before that/],
    [session({ outcome: 'never-heard-of' }), /never heard of/],
    [session({ phase: 'moving', outcome: null, total: 5 }), /^5 messages differ, as far as is known\.$/],
    [session({ phase: 'finding', outcome: null, total: 0 }), /being found/]
  ])('%#', (shown, sentence) => {
    expect(sessionSentence(shown)).toMatch(sentence)
  })

  test('finding the difference costs all bytes but the messages, and computed ways say that they are', () => {
    expect(findingBytes(session())).toBe(500)
    const shown = costs(session({ alternatives: [{ by: 'merkle-walk', bytes: 50_000, computed: true }, { by: 'negentropy', bytes: 20_000, computed: true }] }))
    expect(shown.map(({ name, by, times }) => [name, by, times])).toEqual([['This one', 'measured', null], ['negentropy', 'computed', 40], ['Tree walk', 'computed', 100]])
    expect(costs(session({ alternatives: [{ by: 'list', bytes: 400, computed: true }] }))[1]?.times, 'cheaper is not so many times dearer').toBeNull()
  })

  test('steps that were not needed, or of which nothing is told, are not shown as done', () => {
    const states = (changes: Partial<SyncSession>): string[] => phases.map(step => phaseState(session(changes), step))
    expect(states({})).toEqual(['done', 'done', 'done', 'done'])
    expect(states({ strategy: 'none' })).toEqual(['done', 'ahead', 'ahead', 'done'])
    expect(states({ outcome: 'link-down' })).toEqual(['ahead', 'ahead', 'ahead', 'failed'])
    expect(states({ phase: 'moving', outcome: null })).toEqual(['done', 'done', 'now', 'ahead'])
  })

  test('progress is of the current difference, and there is none without one', () => {
    expect(progressOf(session())).toBeNull()
    expect(progressOf(session({ phase: 'moving', outcome: null, total: 0 }))).toBeNull()
    expect(progressOf(session({ phase: 'moving', outcome: null, done: 2, total: 8, rate: 3, etaMs: 2_000 }))).toMatchObject({ share: 0.25, left: '2 s left at 3/s' })
  })
})

test('a way that was taken for several parts is named once', () => {
  expect([strategyWords('list, list, sketch'), strategyWords('sketch-then-list'), strategyWords('some-other')]).toEqual(['list of ids, sketch', 'sketch, then list', 'some other'])
})

test('a join by a snapshot says where it is, and how it ended', () => {
  const join = (changes: Partial<JoinView>): string => joinSentence({
    phase: 'offers', catchUp: 'optimistic', height: null, certified: false, chunks: 0, chunksKept: 0, messages: 0, messagesKept: 0, hubs: [], outcome: null, reason: null, startedAt: sampleTime,
    ms: 4_000, etaMs: null, ...changes
  })
  expect(join({})).toBe('Hubs are asked what they serve.')
  expect(join({ phase: 'ended', outcome: 'taken', messagesKept: 3_000, reason: 'Every chunk was verified and taken.' })).toMatch(/^3,000 messages in 4 s\. Every chunk/)
  expect(join({ phase: 'ended', outcome: 'refused', reason: 'Nobody had it.' })).toBe('No snapshot was taken: Nobody had it. Comparing goes on.')
})

describe('the heat map', () => {
  const frontier: FrontierView = {
    count: 2,
    feeds: [{ author: 'a', signer: 's', count: 9, firstSeq: 1, lastSeq: 10, missing: 1 }, { author: 'a', signer: 't', count: 1, firstSeq: 1, lastSeq: 1, missing: 0 }],
    hubs: [
      { peerId: 'equal', session: 1, at: 0, outcome: 'equal', feeds: [{ author: 'a', signer: 's', fetched: 0, sent: 4 }, { author: 'b', signer: 'u', fetched: 2, sent: 0 }] },
      { peerId: 'ended', session: 2, at: 0, outcome: 'link-down', feeds: [] }
    ]
  }

  test('what was sent is what was missing; a hub that was not compared with to the end is not known, never complete', () => {
    expect(heatRows(frontier, ['equal', 'ended', 'never'])).toEqual([
      { author: 'a', held: 10, own: 1, cells: [4, null, null] }, { author: 'b', held: 0, own: 0, cells: [0, null, null] }
    ])
  })

  test('five steps, and unknown apart from nothing', () => {
    expect([null, 0, 1, 9, 10, 999, 1_000].map(heatStep)).toEqual(['none', '0', '1', '1', '2', '3', '4'])
  })
})
