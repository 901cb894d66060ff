/**
 * The canonical digest of a set of members (SPEC.md, S2): what a path-compressed radix-16 tree over their keys has at its root. It depends on the
 * keys alone; how tree.ts stores them does not show.
 *
 *     digest of one member       = its id
 *     digest of several members  = BLAKE3(domain ‖ nibbles of the prefix ‖ prefix ‖ count ‖ (nibble ‖ digest of the child)…)
 *
 * where prefix is the longest that all their keys share, and the children are what follows it, by nibble.
 */
import { blake3 } from '../../base/blake3.ts'
import { digestBytes } from './digest-store.ts'
import type { Members } from '../buckets.ts'

/** Nibbles of a key: 8 of the bucket, 64 of the id. */
export const keyNibbles = 72
/** A header begins with a small protobuf tag, so no id is the hash of bytes that begin with this. */
const domain = new TextEncoder().encode('hubbub/tree/v1')
const prefixBytesMax = keyNibbles / 2
const countBytes = 6
const prefixOffset = domain.length + 1
const headBytes = prefixOffset + prefixBytesMax + countBytes
const childBytes = 1 + digestBytes
const nibblesOfByte = 2

/** Collects the children of one node of its depth and hashes them. One for each depth is enough: a node is finished before its next sibling begins. */
export interface NodeHasher {
  begin (): void
  /** Where the next child's digest goes: write it there, then `commit`. */
  readonly buffer: Uint8Array
  readonly childOffset: number
  commit (nibble: number, count: number): void
  readonly children: number
  readonly count: number
  /** The digest, to `target` at `offset`; one child stands for itself. `key` has the prefix (packed, two nibbles a byte). */
  finish (key: Uint8Array, target: Uint8Array, offset: number): void
}

/** `depth`: nibbles of the prefix. What follows it in the buffer stays 0. */
export function createNodeHasher (depth: number): NodeHasher {
  const buffer = new Uint8Array(headBytes + 16 * childBytes)
  const counts = new DataView(buffer.buffer, prefixOffset + prefixBytesMax)
  const wholeBytes = Math.floor(depth / nibblesOfByte)
  buffer.set(domain)
  buffer[domain.length] = depth
  let children = 0
  let count = 0
  return {
    begin () {
      children = 0
      count = 0
    },
    buffer,
    get childOffset () { return headBytes + children * childBytes + 1 },
    commit (nibble, childCount) {
      buffer[headBytes + children * childBytes] = nibble
      children++
      count += childCount
    },
    get children () { return children },
    get count () { return count },
    finish (key, target, offset) {
      if (children === 1) {
        target.set(buffer.subarray(headBytes + 1, headBytes + childBytes), offset)
        return
      }
      for (let byte = 0; byte < wholeBytes; byte++) buffer[prefixOffset + byte] = key[byte] as number
      if (wholeBytes * nibblesOfByte < depth) buffer[prefixOffset + wholeBytes] = (key[wholeBytes] as number) & 0xf0
      counts.setUint32(0, count, true)
      counts.setUint16(4, Math.floor(count / 2 ** 32), true)
      target.set(blake3(buffer.subarray(0, headBytes + children * childBytes)), offset)
    }
  }
}

/** Writes the key of a member: 4 bytes of bucket, 32 of id. */
export function copyKey (members: Members, member: number, target: Uint8Array, offset: number): void {
  const bucket = members.bucketOf(member)
  target[offset] = bucket >>> 24
  target[offset + 1] = bucket >>> 16
  target[offset + 2] = bucket >>> 8
  target[offset + 3] = bucket
  members.copyId(member, target, offset + 4)
}

/** The nibble of a packed key at `depth`. */
export function nibbleAt (keys: Uint8Array, offset: number, depth: number): number {
  const byte = keys[offset + (depth >>> 1)] as number
  return (depth & 1) === 0 ? byte >>> 4 : byte & 15
}

/** Bytes of a packed key. */
export const keyBytes = keyNibbles / 2
