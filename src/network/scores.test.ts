import { expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { LinkRejection } from './link.ts'
import { createScores, refusedBelow } from './scores.ts'

const [ann, ben] = ['ann', 'ben'] as [PeerId, PeerId]

test('a peer starts at 0, loses by each offence, and nobody else does', () => {
  const scores = createScores(() => 0)
  expect(scores.of(ann)).toBe(0)
  scores.offence(ann, 'bad-signature')
  scores.offence(ann, 'frame-malformed')
  expect(scores.of(ann)).toBe(-50)
  expect(scores.of(ben)).toBe(0)
})

test('[G7] who goes on sending invalid bytes is refused, until it has recovered', () => {
  let nowMs = 0
  const scores = createScores(() => nowMs)
  for (let count = 0; count < 3; count += 1) scores.offence(ann, 'malformed')
  expect([scores.of(ann), scores.isRefused(ann)]).toEqual([refusedBelow, false])
  scores.offence(ann, 'malformed')
  expect(scores.isRefused(ann)).toBe(true)
  nowMs = 5 * 60_000
  expect([scores.of(ann), scores.isRefused(ann)]).toEqual([refusedBelow, false])
  nowMs = 20 * 60_000
  expect(scores.of(ann)).toBe(0)
  nowMs = 500 * 60_000
  expect(scores.of(ann)).toBe(0)
})

test.for<[LinkRejection]>([['unsupported-version'], ['wrong-network'], ['link-silent'], ['stream-silent'], ['inbound-overflow']])('[G2] %s says nothing of a peer\'s honesty', ([code]) => {
  const scores = createScores(() => 0)
  for (let count = 0; count < 10; count += 1) scores.offence(ann, code)
  expect([scores.of(ann), scores.isRefused(ann)]).toEqual([0, false])
})

test('of 1,025 peers the one that offended longest ago is forgotten', () => {
  const scores = createScores(() => 0)
  const peers = Array.from({ length: 1_025 }, (_, index) => `peer ${index}` as PeerId)
  scores.offence(peers[0]!, 'malformed')
  for (const peer of peers.slice(1, -1)) scores.offence(peer, 'malformed')
  scores.offence(peers[0]!, 'malformed')
  scores.offence(peers.at(-1)!, 'malformed')
  expect([0, 1, 2, 1_024].map(index => scores.of(peers[index]!))).toEqual([-50, 0, -25, -25])
})
