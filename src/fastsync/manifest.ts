/**
 * A manifest (SPEC.md, F2 to F4): what a snapshot consists of, chunk by chunk, each by the hash of its ids. Bytes in one form only;
 * the decoder is total. It knows no messages and no peers.
 */
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import type { NetworkId } from '../message/types.ts'
import { isBefore, prefixBytes, prefixNibblesMax, nibbleAt, type ChunkKey } from './chunk-key.ts'
import { chunkMessagesMax, chunksMax } from './limits.ts'

export interface ChunkEntry extends ChunkKey {
  /** Messages, 1 or more. */
  readonly count: number
  /** F3. Of its ids: 32 bytes. */
  readonly hash: Uint8Array
}

export interface Manifest {
  readonly network: NetworkId
  /** The last epoch in it. */
  readonly height: number
  /** Ascending by key; none lies under another. */
  readonly chunks: readonly ChunkEntry[]
}

const version = 1
const hashBytes = 32
/** version ‖ network ‖ height ‖ count of chunks. */
const headBytes = 1 + hashBytes + 4 + 4
/** nibbles ‖ prefix ‖ count ‖ hash. */
export const entryBytes = 1 + prefixBytes + 4 + hashBytes
export const manifestBytesMax = headBytes + chunksMax * entryBytes

const manifestDomain = new TextEncoder().encode('hubbub/manifest/v1')
const chunkDomain = new TextEncoder().encode('hubbub/chunk/v1')

/** F3. `ids`: those of the chunk one after the other, ascending by key. */
export function chunkHash (ids: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3(chunkDomain, ids)
}

/** F4. What a checkpoint names a manifest by. */
export function manifestHash (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3(manifestDomain, bytes)
}

export function messagesIn ({ chunks }: Manifest): number {
  return chunks.reduce((sum, { count }) => sum + count, 0)
}

export function encodeManifest ({ network, height, chunks }: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + chunks.length * entryBytes)
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  bytes.set(fromHex(network, hashBytes) ?? new Uint8Array(hashBytes), 1)
  view.setUint32(1 + hashBytes, height)
  view.setUint32(5 + hashBytes, chunks.length)
  chunks.forEach((entry, index) => { writeEntry(entry, bytes, headBytes + index * entryBytes) })
  return bytes
}

/** Undefined for anything that is not a manifest. */
export function decodeManifest (bytes: Uint8Array): Manifest | undefined {
  if (bytes.byteLength < headBytes || bytes.byteLength > manifestBytesMax || bytes[0] !== version) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getUint32(5 + hashBytes)
  if (bytes.byteLength !== headBytes + count * entryBytes) return undefined
  const chunks: ChunkEntry[] = []
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(bytes, headBytes + index * entryBytes)
    const before = chunks.at(-1)
    if (entry === undefined || (before !== undefined && !isBefore(before, entry))) return undefined
    chunks.push(entry)
  }
  return { network: toHex(bytes.subarray(1, 1 + hashBytes)) as NetworkId, height: view.getUint32(1 + hashBytes), chunks }
}

export function writeEntry ({ nibbles, prefix, count, hash }: ChunkEntry, target: Uint8Array, offset: number): void {
  target[offset] = nibbles
  target.set(prefix, offset + 1)
  new DataView(target.buffer, target.byteOffset).setUint32(offset + 1 + prefixBytes, count)
  target.set(hash, offset + 5 + prefixBytes)
}

/** Undefined for anything that is not an entry. Its parts are copies. */
export function readEntry (bytes: Uint8Array, offset: number): ChunkEntry | undefined {
  if (bytes.byteLength < offset + entryBytes) return undefined
  const nibbles = bytes[offset] ?? 0
  const prefix = bytes.slice(offset + 1, offset + 1 + prefixBytes)
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset + 1 + prefixBytes)
  if (nibbles < 1 || nibbles > prefixNibblesMax || nibbleAt(prefix, 0) > 1 || count < 1 || count > chunkMessagesMax) return undefined
  for (let index = nibbles; index < prefixNibblesMax; index += 1) if (nibbleAt(prefix, index) !== 0) return undefined
  return { nibbles, prefix, count, hash: bytes.slice(offset + 5 + prefixBytes, offset + entryBytes) }
}
