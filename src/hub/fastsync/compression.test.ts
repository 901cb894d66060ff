import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { pieceBytesMax, pieceRawBytesMax } from '../../fastsync/limits.ts'
import { deflate, inflate } from './compression.ts'

test('[F8] a piece comes out as it went in, and the largest one fits on the wire', async () => {
  const random = createRandom(1)
  for (const piece of [new Uint8Array(1), new Uint8Array(pieceRawBytesMax).fill(7), random.bytes(pieceRawBytesMax)]) {
    const compressed = await deflate(piece)
    expect(compressed.byteLength).toBeLessThanOrEqual(pieceBytesMax)
    const inflated = await inflate(compressed, pieceBytesMax)
    expect(typeof inflated !== 'string' && Buffer.from(inflated).equals(piece)).toBe(true)
  }
})

test('[F8] a bomb is cut off, and what is cut short or spoiled is malformed', async () => {
  const bomb = await deflate(new Uint8Array(64 * pieceBytesMax))
  expect(bomb.byteLength).toBeLessThan(pieceBytesMax / 3)
  expect(await inflate(bomb, pieceBytesMax)).toBe('piece-too-large')
  const good = await deflate(createRandom(2).bytes(1_000))
  for (const bad of [good.slice(0, -1), new Uint8Array(0), new Uint8Array(50).fill(0xff)]) expect(await inflate(bad, pieceBytesMax)).toBe('chunk-malformed')
})
