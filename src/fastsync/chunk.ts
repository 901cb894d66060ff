/** A chunk that came, checked against the manifest (SPEC.md, F7). How its messages travel is piece.ts's business, compression whoever carries them's. */
import type { Message, MessageRejection, NetworkGenesis } from '../message/types.ts'
import { compareBytes, holds, keyBytes, writeKey } from './chunk-key.ts'
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
  for (const piece of pieces) {
    const unpacked = unpackPiece(piece, rules, entry.count - messages.length)
    if (!unpacked.ok) return unpacked
    messages.push(...unpacked.messages)
  }
  if (messages.length !== entry.count) return { ok: false, code: 'chunk-wrong' }
  const keys = messages.map((message) => {
    const key = new Uint8Array(keyBytes)
    writeKey(message, key)
    return key
  }).sort(compareBytes)
  const ids = new Uint8Array(entry.count * 32)
  keys.forEach((key, index) => { ids.set(key.subarray(4), index * 32) })
  const isWhole = keys.every(key => holds(entry, key, height)) && compareBytes(chunkHash(ids), entry.hash) === 0
  return isWhole ? { ok: true, messages } : { ok: false, code: 'chunk-wrong' }
}
