import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { pieceBytesMax, pieceRawBytesMax } from '../../fastsync/limits.ts'
import { packed, unpacked } from './compression.ts'

test('[F8] a piece comes out as it went in, and the largest one fits on the wire', async () => {
  const random = createRandom(1)
  for (const piece of [new Uint8Array(1), new Uint8Array(pieceRawBytesMax).fill(7), random.bytes(pieceRawBytesMax)]) {
    for (const isCompressed of [false, true]) {
      const travelling = await packed(piece, isCompressed)
      expect(travelling.byteLength).toBeLessThanOrEqual(pieceBytesMax)
      const came = await unpacked(travelling, pieceBytesMax)
      expect(typeof came !== 'string' && Buffer.from(came).equals(piece)).toBe(true)
    }
  }
})

test('[F8] a bomb is cut off, and what is cut short or spoiled is malformed', async () => {
  const bomb = await packed(new Uint8Array(64 * pieceBytesMax), true)
  expect(bomb.byteLength).toBeLessThan(pieceBytesMax / 3)
  expect(await unpacked(bomb, pieceBytesMax)).toBe('piece-too-large')
  const good = await packed(createRandom(2).bytes(1_000), true)
  for (const bad of [good.slice(0, -1), new Uint8Array(0), good.with(0, 2), new Uint8Array(50).fill(0xff).with(0, 1)]) expect(await unpacked(bad, pieceBytesMax)).toBe('chunk-malformed')
})
