/**
 * A chunk's messages on the wire (SPEC.md, F7 and F8): packed into pieces, and checked against the manifest when they come. Compression is whoever carries
 * them's business.
 */
import { decodeSignedBytes } from '../message/codec.ts'
import { messageBytesMax } from '../message/limits.ts'
import type { Message, MessageRejection, NetworkGenesis } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'
import { compareBytes, holds, keyBytes, writeKey } from './chunk-key.ts'
import { pieceRawBytesMax } from './limits.ts'
import { chunkHash, type ChunkEntry } from './manifest.ts'

/** What is wrong with a chunk: its sender's fault, whatever it is. */
export type ChunkFault = MessageRejection | 'chunk-malformed' | 'chunk-wrong'

/** F8. Messages as they travel, each after two bytes of its length, in pieces of at most `pieceRawBytesMax`. */
export function packPieces (messages: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let start = 0
  while (start < messages.length) {
    let end = start
    let size = 0
    for (let next = 2 + (messages[end]?.length ?? 0); end < messages.length && size + next <= pieceRawBytesMax; next = 2 + (messages[end]?.length ?? 0)) {
      size += next
      end += 1
    }
    pieces.push(pack(messages.slice(start, end), size))
    start = end
  }
  return pieces
}

function pack (messages: readonly Uint8Array[], size: number): Uint8Array {
  const piece = new Uint8Array(size)
  let at = 0
  for (const message of messages) {
    piece[at] = message.length >> 8
    piece[at + 1] = message.length & 255
    piece.set(message, at + 2)
    at += 2 + message.length
  }
  return piece
}

/** The messages of a piece, views of it; undefined: it is none. */
export function unpackPiece (piece: Uint8Array): Uint8Array[] | undefined {
  const messages: Uint8Array[] = []
  for (let at = 0; at < piece.length;) {
    const length = ((piece[at] ?? 0) << 8) + (piece[at + 1] ?? 0)
    if (length === 0 || length > messageBytesMax || at + 2 + length > piece.length) return undefined
    messages.push(piece.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return messages
}

/**
 * F7. The messages of a chunk, if they are those that the manifest names; signatures are not looked at. A missing body is no fault: its author may
 * have taken the message back. `pieces`: decompressed.
 */
export function checkChunk (pieces: readonly Uint8Array[], entry: ChunkEntry, height: number, rules: NetworkGenesis):
  { readonly ok: true, readonly messages: readonly Message[] } | { readonly ok: false, readonly code: ChunkFault } {
  const messages: Message[] = []
  const ids = new Uint8Array(entry.count * 32)
  const key = new Uint8Array(keyBytes)
  const before = new Uint8Array(keyBytes)
  for (const piece of pieces) {
    const packed = unpackPiece(piece)
    if (packed === undefined || messages.length + packed.length > entry.count) return { ok: false, code: 'chunk-malformed' }
    for (const bytes of packed) {
      const decoded = decodeSignedBytes(bytes)
      if (!decoded.ok) return decoded
      const validated = validateMessage(decoded.value, rules)
      if (!validated.ok) return validated
      writeKey(validated.value, key)
      if (!holds(entry, key, height) || (messages.length > 0 && compareBytes(before, key) >= 0)) return { ok: false, code: 'chunk-wrong' }
      before.set(key)
      ids.set(key.subarray(4), messages.length * 32)
      messages.push(validated.value)
    }
  }
  if (messages.length !== entry.count || compareBytes(chunkHash(ids), entry.hash) !== 0) return { ok: false, code: 'chunk-wrong' }
  return { ok: true, messages }
}
