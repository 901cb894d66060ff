import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { createTrails, stages, stageShownBy, type Stage, type Trails } from './diagnosis.ts'

const ann = 'ann' as PeerId
const outcomes = (trails: Trails, peer = ann): Array<boolean | null> => trails.of(peer).stages.map(({ ok }) => ok)
const reached = (trails: Trails, ...given: Stage[]): void => { for (const stage of given) trails.note(ann, stage, true, `${stage} was reached`) }

describe('a trail', () => {
  test('of an unknown peer has no stage, and says so', () => {
    const { peerId, sentence, stages: seen } = createTrails(() => 5).of(ann)
    expect(peerId).toBe(ann)
    expect(sentence).toMatch(/^Nothing was heard/)
    expect(seen.map(({ stage, ok, at }) => [stage, ok, at])).toEqual(stages.map(stage => [stage, null, null]))
  })

  test('says when and what of each stage; reaching one implies those before it', () => {
    let nowMs = 10
    const trails = createTrails(() => nowMs)
    reached(trails, 'discovered')
    nowMs = 20
    reached(trails, 'ice')
    expect(outcomes(trails)).toEqual([true, true, true, true, null, null])
    expect(trails.of(ann).stages.map(({ at }) => at)).toEqual([10, 20, 20, 20, null, null])
    expect(trails.of(ann).stages[0]?.sentence).toBe('discovered was reached')
  })

  test.for(stages.map((stage, index) => [stage, index] as const))('a failure after all before %s is that of %s', ([stage, index]) => {
    const trails = createTrails(() => 0)
    reached(trails, ...stages.slice(0, index))
    trails.failed(ann, 'the reason')
    expect(outcomes(trails)).toEqual(stages.map((_, other) => other < index ? true : other === index ? false : null))
    expect(trails.of(ann).sentence).toMatch(/^Not connected/)
    expect(trails.of(ann).sentence).toContain('the reason')
    expect(trails.of(ann).stages.find(seen => seen.stage === stage)?.ok).toBe(false)
  })

  test('failing at a stage forgets those after it', () => {
    const trails = createTrails(() => 0)
    reached(trails, ...stages)
    expect(trails.of(ann).sentence).toMatch(/^Connected/)
    trails.note(ann, 'signalled', false, 'no answer')
    expect(outcomes(trails)).toEqual([true, true, false, null, null, null])
  })

  test('a new attempt forgets what an earlier one reached, so that its failure is named where it happened', () => {
    const trails = createTrails(() => 0)
    reached(trails, ...stages)
    trails.note(ann, 'gossiping', false, 'The link ended.')
    trails.attempt(ann)
    expect(outcomes(trails)).toEqual([true, null, null, null, null, null])
    reached(trails, 'reserved', 'signalled')
    trails.failed(ann, 'no path')
    expect(outcomes(trails)).toEqual([true, true, true, false, null, null])
  })

  test('a stage that failed and is reached later has not failed', () => {
    const trails = createTrails(() => 0)
    trails.note(ann, 'reserved', false, 'no')
    reached(trails, 'encrypted')
    expect(outcomes(trails)).toEqual([true, true, true, true, true, null])
  })

  test('of 257 peers the one to which nothing happened for longest is forgotten', () => {
    const trails = createTrails(() => 0)
    const peers = Array.from({ length: 257 }, (_, index) => `peer ${index}` as PeerId)
    for (const peer of peers.slice(0, -1)) trails.note(peer, 'discovered', true, 'heard')
    trails.note(peers[0]!, 'reserved', true, 'more')
    trails.note(peers.at(-1)!, 'discovered', true, 'heard')
    expect([0, 1, 2, 256].map(index => outcomes(trails, peers[index])[0])).toEqual([true, null, true, true])
  })
})

test('what libp2p says of a dial shows a stage, and what it does not know shows none', () => {
  expect(stageShownBy('webrtc:read-ice-candidates', 'the relay')?.stage).toBe('signalled')
  expect(stageShownBy('connection:opened', 'the relay')?.stage).toBe('encrypted')
  expect(stageShownBy('dial-queue:start-dial', 'the relay')).toBeUndefined()
})
