/**
 * Admission work (SPEC.md M40 to M42): what a new device costs, so that invented authors and feeds are not free. The proof is bound to
 * network, author and signer, so it can neither be reused nor be made before the key is. It does not know where proofs are kept.
 */
import { concat } from 'uint8arrays/concat'
import { blake3 } from '../base/blake3.ts'
import { bytesOf } from './canonical.ts'
import { workBytesMax } from './limits.ts'
import type { NetworkId, PublicKeyHex } from './types.ts'

const domain = new TextEncoder().encode('hubbub/admission/v1')

/** Whom a proof admits, and where. */
export interface WorkSubject {
  readonly network: NetworkId
  readonly author: PublicKeyHex
  readonly signer: PublicKeyHex
}

export interface WorkSearch {
  /** Tries up to `attempts` more proofs; the first that has the bits, else undefined. A million take about a second. */
  advance (attempts: number): Uint8Array<ArrayBuffer> | undefined
}

/** Whether the BLAKE3 hash of domain, network, author, signer and `work` starts with `bits` zero bits. */
export function hasWork (subject: WorkSubject, work: Uint8Array, bits: number): boolean {
  return bits === 0 || leadingZeroBits(blake3(prefixOf(subject), work)) >= bits
}

/** A search that the caller cuts into slices, so that it never holds up a thread. It counts from 0: the same subject gives the same proof. */
export function createWorkSearch (subject: WorkSubject, bits: number): WorkSearch {
  const prefix = prefixOf(subject)
  let next = 0
  return {
    advance (attempts) {
      for (const end = next + attempts; next < end; next++) {
        const work = new Uint8Array(bits === 0 ? 0 : workBytesMax)
        if (bits > 0) new DataView(work.buffer).setBigUint64(0, BigInt(next), true)
        if (bits === 0 || leadingZeroBits(blake3(prefix, work)) >= bits) return work
      }
      return undefined
    }
  }
}

function prefixOf ({ network, author, signer }: WorkSubject): Uint8Array {
  return concat([domain, bytesOf(network), bytesOf(author), bytesOf(signer)])
}

function leadingZeroBits (hash: Uint8Array): number {
  let bits = 0
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}
