/**
 * Ed25519 verification where the platform has none (SPEC.md M34), loaded only then. The library's own `verify` checks the equation times the
 * cofactor; the platforms check it as it stands, and so does this: the answers must be the same for crafted keys too.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sameBytes } from './canonical.ts'
import { hashBytes } from './limits.ts'

const { Point } = ed25519

/** Whether `[S]B − [k]A` is R, for a strict key A and signature R ‖ S (ed25519-strict.ts). `challenge` is SHA-512(R ‖ A ‖ input), which gives k. */
export function verifyFallback (key: Uint8Array, signature: Uint8Array, challenge: Uint8Array): boolean {
  const publicPoint = pointOf(key)
  if (publicPoint == null) return false
  const scalar = Point.Fn.create(littleEndian(signature.subarray(hashBytes)))
  const k = Point.Fn.create(littleEndian(challenge))
  const expected = Point.BASE.multiplyUnsafe(scalar).subtract(publicPoint.multiplyUnsafe(k))
  return sameBytes(expected.toBytes(), signature.subarray(0, hashBytes))
}

function pointOf (key: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(key)
  } catch {
    return undefined // Off the curve: no signature is valid under it.
  }
}

function littleEndian (bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => number << 8n | BigInt(byte), 0n)
}
