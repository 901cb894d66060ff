/**
 * What a message refers to, as hashes that fit into columns: its target (a parent, what is reacted to, who is linked to, a record's key) and its name
 * (a type, a field, a collection). Keyed by a number that nobody else knows, so that nobody can make two targets look alike; at 64
 * bits two of a million do so by chance once in 10⁷ hubs. A query finds candidates by them, and reads no message that it does not show.
 */
import { blake3 } from '../../base/blake3.ts'
import type { Body } from '../../message/types.ts'

/** Numbers of 32 bits. All 0: the message refers to nothing. */
export interface References {
  readonly targetHigh: number
  readonly targetLow: number
  /** 31 bits of the name's hash, and in the lowest bit whether the message sets (1) or unsets and deletes (0). */
  readonly name: number
}

export interface ReferenceHash {
  of (body: Body | undefined): References
  target (target: string): Pick<References, 'targetHigh' | 'targetLow'>
  /** The hash of a name, the lowest bit 0. */
  name (name: string): number
}

/** Bytes of the key: 128 bits are not guessed. */
export const referenceKeyBytes = 16

export const noReferences: References = { targetHigh: 0, targetLow: 0, name: 0 }
/** Of a message without its body: what it refers to is not known here. */
export const unknownReferences: References = { targetHigh: 0xffff_ffff, targetLow: 0xffff_ffff, name: 0 }
const setBit = 1

/** Whether a column's name is `hash`, set or not. */
export function isNamed (column: number, hash: number): boolean {
  return ((column ^ hash) & ~setBit) === 0
}

export function isSet (column: number): boolean {
  return (column & setBit) !== 0
}

export function createReferenceHash (key: Uint8Array): ReferenceHash {
  const encoder = new TextEncoder()
  const hash = (text: string): DataView => new DataView(blake3(key, encoder.encode(text)).buffer)

  function target (text: string): Pick<References, 'targetHigh' | 'targetLow'> {
    const hashed = hash(`target ${text}`)
    return { targetHigh: hashed.getUint32(0), targetLow: hashed.getUint32(4) }
  }

  function name (text: string): number {
    return (hash(`name ${text}`).getUint32(0) & ~setBit) >>> 0
  }

  return {
    target,
    name,
    of (body) {
      switch (body?.kind) {
        case undefined: return unknownReferences
        case 'signer-add': case 'signer-remove': return noReferences
        case 'post': return body.parent == null ? noReferences : { ...target(body.parent), name: 0 }
        case 'remove': return { ...target(body.target), name: 0 }
        case 'reaction': case 'link': return { ...target(body.target), name: name(body.type) | (body.set ? setBit : 0) }
        case 'profile': return { ...noReferences, name: name(body.field) | setBit }
        case 'record': return { ...target(body.key), name: name(body.collection) | (body.value == null ? 0 : setBit) }
      }
    }
  }
}
