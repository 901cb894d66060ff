import { describe, expect, test } from 'vitest'
import { sync } from './sync.ts'
import { shapes } from './sync-scene.ts'
import type { HubbubRow } from './sync-hubbub.ts'
import type { Row } from './sync-scene.ts'

describe('bench sync', () => {
  test.each(shapes)('compares three ways on the same sets, %s, and ours is cheapest', async (shape) => {
    const result = await sync.run({ n: 5_000, d: 50, shape })
    expect(result).toMatchObject({ n: 5_000, d: 50, shape })
    const [ours, negentropy, walk] = result.rows as readonly [HubbubRow, Row, Row]
    expect([ours.by, negentropy.by, walk.by]).toEqual(['hubbub', 'negentropy', 'merkle-walk'])
    expect(ours.equalBytes).toBeLessThanOrEqual(100)
    expect(ours.bytes).toBeLessThan(negentropy.bytes)
    expect(ours.bytes).toBeLessThan(walk.bytes)
    expect(ours.rounds).toBeLessThanOrEqual(3)
  })

  test('an unknown shape is refused', async () => {
    await expect(sync.run({ n: 10, d: 1, shape: 'round' })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
