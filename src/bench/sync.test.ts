import { describe, expect, test } from 'vitest'
import { sync } from './sync.ts'
import { shapes } from './sync-scene.ts'
import type { HubbubRow } from './sync-hubbub.ts'
import type { Row } from './sync-scene.ts'

/** Of a meeting that is remembered, once in each of two comparisons. */
const proofBytes = 24

describe('bench sync', () => {
  test.each(shapes)('compares three ways on the same sets, %s, and ours is cheapest', async (shape) => {
    const result = await sync.run({ n: 5_000, d: 60, shape, feeds: 0 })
    expect(result).toMatchObject({ n: 5_000, d: 60, shape })
    const [ours, negentropy, walk] = result.rows as readonly [HubbubRow, Row, Row]
    expect([ours.by, negentropy.by, walk.by]).toEqual(['hubbub', 'negentropy', 'merkle-walk'])
    expect(ours.equalBytes).toBeLessThanOrEqual(100)
    expect(ours.bytes).toBeLessThan(negentropy.bytes)
    expect(ours.bytes).toBeLessThan(walk.bytes)
    expect(ours.rounds).toBeLessThanOrEqual(3)
    expect(ours.metBefore.bytes).toBeLessThanOrEqual(ours.withoutFeeds.bytes + proofBytes)
  })

  test('an unknown shape is refused', async () => {
    await expect(sync.run({ n: 10, d: 1, shape: 'round', feeds: 0 })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
