import { describe, expect, test } from 'vitest'
import { createRandom } from '../base/seeded-random.ts'
import { createOverlay, type Pair } from '../sim/overlay.ts'
import { gossip } from './gossip.ts'
import { distancesFrom, stretchOf } from './gossip/graph.ts'
import { runGossipsub } from './gossip/gossipsub.ts'
import { bytesPerDelivered, textSizes } from './gossip/row.ts'
import { runSimulated } from './gossip/simulated.ts'

describe('bench gossip', () => {
  test('the tree sends each message once, flooding and gossipsub several times, on one graph', async () => {
    const run = { hubs: 10, senders: 1, messages: 6, seed: 1 }
    const tree = await runSimulated('ebt', run)
    const flood = await runSimulated('flood', run)
    expect(flood.links).toEqual(tree.links)
    expect(tree.row.rmr).toBeLessThanOrEqual(0.02)
    expect(flood.row.rmr).toBeGreaterThan(1)
    for (const { row } of [tree, flood]) {
      expect(row.stretch).toBeGreaterThanOrEqual(1)
      expect(row.healMs).toBeGreaterThanOrEqual(0)
      for (const size of textSizes) expect(row.bytesPerDelivered[size]).toBeGreaterThan(1 + row.rmr)
    }
    const pace = { warmUp: 2, everyMs: 20, meshMs: 1_500, settleMs: 500 }
    const gossipsub = await runGossipsub({ hubs: 10, links: tree.links, senders: tree.senders, messages: 2, seed: 1, pace })
    expect(gossipsub.rmr).toBeGreaterThan(0.1)
    expect(gossipsub.bytesPerDelivered[256]).toBeGreaterThan(1)
  })

  test('too few hubs are refused', async () => {
    await expect(gossip.run({ hubs: 3, senders: 1, messages: 1, seed: 1 })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('paths', () => {
  const ring: Pair[] = [[0, 1], [1, 2], [2, 3], [0, 3]]

  test('are as short as the graph allows, and none leads where no link does', () => {
    expect([...distancesFrom(0, 5, ring)]).toEqual([0, 1, 2, 1, -1])
    const overlay = createOverlay(100, 6, createRandom(3))
    expect(Math.max(...distancesFrom(0, 100, overlay))).toBeLessThanOrEqual(5)
  })

  test('stretch is the mean of what messages went over by what they might have', () => {
    expect(stretchOf([{ author: 0, hub: 1, hops: 3 }, { author: 0, hub: 2, hops: 2 }, { author: 0, hub: 0, hops: 0 }], 5, ring)).toBe(2)
  })
})

test('bytes are those of real frames: one payload of 256 B costs a few bytes more than the message, a note some 45', () => {
  const nothing = { payloads: 0, notes: 0, notesPerFrame: 1, grafts: 0, prunes: 0 }
  const payload = bytesPerDelivered({ ...nothing, payloads: 1 })
  expect(payload[256]).toBeGreaterThan(1)
  expect(payload[256]).toBeLessThan(1.03)
  expect(payload[8000]).toBeLessThan(1.002)
  const note = bytesPerDelivered({ ...nothing, notes: 1 })
  expect(note[256] / note[8000]).toBeGreaterThan(10)
})
