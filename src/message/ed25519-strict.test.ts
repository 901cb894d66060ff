import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex } from '../base/bytes.ts'
import { isStrictKey, isStrictSignature } from './ed25519-strict.ts'

const { Point } = ed25519
const numberBytes = (number: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => Number(number >> BigInt(8 * index) & 0xffn))

test('[M31] no point of small order, in any encoding', () => {
  expect(ED25519_TORSION_SUBGROUP).toHaveLength(8)
  for (const hex of ED25519_TORSION_SUBGROUP) {
    const point = fromHex(hex)!
    expect(isStrictKey(point)).toBe(false)
    point[31]! ^= 0x80
    expect(isStrictKey(point)).toBe(false)
  }
})

test('[M32] y and S only below their bounds', () => {
  const sound = Point.BASE.toBytes()
  const signature = (s: bigint): Uint8Array => Uint8Array.from([...sound, ...numberBytes(s)])
  for (let excess = 0n; excess < 19n; excess++) expect(isStrictKey(numberBytes(Point.Fp.ORDER + excess))).toBe(false)
  expect(isStrictKey(numberBytes(Point.Fp.ORDER - 2n))).toBe(true)
  expect(isStrictSignature(signature(Point.Fn.ORDER - 1n))).toBe(true)
  expect(isStrictSignature(signature(Point.Fn.ORDER))).toBe(false)
  expect(isStrictSignature(signature(2n ** 256n - 1n))).toBe(false)
})

test('[M31 M32] honest keys and signatures are strict; other lengths are not', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 40 }), (seed, message) => {
    const signature = ed25519.sign(message, seed)
    expect(isStrictKey(ed25519.getPublicKey(seed)) && isStrictSignature(signature)).toBe(true)
    expect(isStrictSignature(signature.subarray(1))).toBe(false)
    expect(isStrictKey(ed25519.getPublicKey(seed).subarray(1))).toBe(false)
  }), { numRuns: 20 })
})
