/** A chunk that came, checked against the manifest (SPEC.md, F7). How its messages travel is piece.ts's business, compression whoever carries them's. */
import { hashBytes } from '../message/limits.ts'
import type { Message, MessageRejection, NetworkGenesis } from '../message/types.ts'
import { bucketOf, compareBytes, holds, inOrder, keyBytes } from './chunk-key.ts'
import { chunkHash, type ChunkEntry } from './manifest.ts'
import { unpackPiece } from './piece.ts'

/** What is wrong with a chunk: its sender's fault, whatever it is. */
export type ChunkFault = MessageRejection | 'chunk-malformed' | 'chunk-wrong'

/**
 * F7. The messages of a chunk, if they are those that the manifest names, each feed's in their order; signatures are not looked at. A missing body is no
 * fault: its author may have taken the message back. `pieces`: decompressed.
 */
export function checkChunk (pieces: readonly Uint8Array[], entry: ChunkEntry, height: number, rules: NetworkGenesis):
  { readonly ok: true, readonly messages: readonly Message[] } | { readonly ok: false, readonly code: ChunkFault } {
  const messages: Message[] = []
  const ids = new Uint8Array(entry.count * hashBytes)
  for (const piece of pieces) {
    const unpacked = unpackPiece(piece, rules, entry.count - messages.length)
    if (!unpacked.ok) return unpacked
    unpacked.ids.forEach((id, index) => { ids.set(id, (messages.length + index) * hashBytes) })
    messages.push(...unpacked.messages)
  }
  const wrong = { ok: false, code: 'chunk-wrong' } as const
  if (messages.length !== entry.count) return wrong
  const key = new Uint8Array(keyBytes)
  const view = new DataView(key.buffer)
  const buckets = messages.map(({ header }) => bucketOf(header))
  for (const [index, bucket] of buckets.entries()) {
    view.setUint32(0, bucket)
    key.set(ids.subarray(index * hashBytes, (index + 1) * hashBytes), 4)
    if (!holds(entry, key, height)) return wrong
  }
  return compareBytes(chunkHash(inOrder(buckets, ids).ids), entry.hash) === 0 ? { ok: true, messages } : wrong
}
