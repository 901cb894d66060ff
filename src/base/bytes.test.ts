import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, writeHex } from './bytes.ts'

describe('hex', () => {
  test('any bytes come back from their hex', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(fromHex(toHex(bytes), bytes.length)).toEqual(bytes)
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      const written = new Uint8Array(bytes.length)
      writeHex(toHex(bytes), written)
      expect(written).toEqual(bytes)
    }))
  })

  test.each(['0', 'AA', '0g', ' 00', '00 '])('%j is not hex', (text) => {
    expect(fromHex(text)).toBeUndefined()
  })

  test('a length that does not fit is refused', () => {
    expect(fromHex('0011', 1)).toBeUndefined()
  })
})
