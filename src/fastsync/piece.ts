/**
 * Messages of a chunk on the wire (SPEC.md, F34): without what their reader knows or works out, which is two thirds of a small message. Total: any bytes
 * give messages, or the reason why they are none.
 */
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { assert } from '../base/errors.ts'
import { writeFieldsAt } from '../message/canonical-form.ts'
import { decodeHeader } from '../message/codec.ts'
import { kindNumber, kindOf } from '../message/kinds.ts'
import { hashBytes, headerBytesMax, messageVersion, signatureBytes } from '../message/limits.ts'
import type { Header, Message, MessageId, MessageRejection, NetworkGenesis, PublicKeyHex, SignedBytes } from '../message/types.ts'
import { judge } from '../message/validate.ts'
import { pieceRawBytesMax } from './limits.ts'

/** A message as it is stored: its header is sound. */
export interface Packable {
  readonly id: MessageId
  readonly bytes: SignedBytes
}

export type Unpacked =
  /** `ids`: 32 bytes of each. */
  | { readonly ok: true, readonly messages: readonly Message[], readonly ids: readonly Uint8Array[] }
  | { readonly ok: false, readonly code: MessageRejection | 'chunk-malformed' }

/** Beside its kind, in the first byte of a message: it comes after the one of its feed before it in this piece, or has no body. */
const follows = 16
const bodyless = 32
const kindMask = 15
/** A message's bytes before those of its body and signature, at most. */
const frontBytesMax = 1 + 2 + 2 * hashBytes + 4 + hashBytes + 6 + 2 + hashBytes
/** Headers that share a buffer: one for each costs as much as all else of it. */
const headersTogether = 64
/** Written to and copied from. */
const scratch = new Uint8Array(pieceRawBytesMax)
const scratchView = new DataView(scratch.buffer)

interface PackedFeed {
  readonly number: number
  seq: number
  last: MessageId | undefined
}

/** Pieces of at most `pieceRawBytesMax`. Each feed's messages in their order, whatever that of `messages` is. */
export function packPieces (messages: readonly Packable[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let feeds = new Map<string, PackedFeed>()
  let at = 0

  function put (bytes: Uint8Array): void {
    scratch.set(bytes, at)
    at += bytes.byteLength
  }

  function number (value: number, bytes: 2 | 4): void {
    if (bytes === 2) scratchView.setUint16(at, value)
    else scratchView.setUint32(at, value)
    at += bytes
  }

  function end (): void {
    pieces.push(scratch.slice(0, at))
    feeds = new Map()
    at = 0
  }

  const headed = messages.map(({ id, bytes }) => ({ id, bytes, header: headerOf(bytes.header) })).sort((one, other) => one.header.seq - other.header.seq)
  for (const { id, header, bytes: { body, signature } } of headed) {
    const { author, signer, seq, prev, timestamp, kind, bodyHash, bodySize } = header
    if (at + frontBytesMax + (body?.byteLength ?? 0) + signatureBytes > pieceRawBytesMax) end()
    const name = author + signer
    const known = feeds.get(name)
    const isNext = known !== undefined && known.seq + 1 === seq && known.last === prev
    scratch[at++] = kindNumber(kind) | (isNext ? follows : 0) | (body === undefined ? bodyless : 0)
    const feed = known ?? { number: feeds.size, seq, last: undefined }
    number(feed.number, 2)
    if (known === undefined) {
      feeds.set(name, feed)
      put(bytesOf(name))
    }
    if (!isNext) {
      number(seq, 4)
      if (prev !== undefined) put(bytesOf(prev))
    }
    feed.seq = seq
    feed.last = id
    number(Math.floor(timestamp / 2 ** 32), 2)
    number(timestamp % 2 ** 32, 4)
    number(bodySize, 2)
    put(body ?? bodyHash)
    put(signature)
  }
  if (at > 0) end()
  return pieces
}

function headerOf (bytes: Uint8Array): Header {
  const decoded = decodeHeader(bytes)
  assert(decoded.ok, 'what is stored has a header')
  return decoded.value
}

function bytesOf (hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes !== undefined, 'ids and keys are hex')
  return bytes
}

interface UnpackedFeed {
  readonly author: Uint8Array
  readonly signer: Uint8Array
  readonly authorKey: PublicKeyHex
  readonly signerKey: PublicKeyHex
  seq: number
  last: Uint8Array | undefined
  lastId: MessageId | undefined
}

/** At most `countMax` messages of this network, views of the piece. Signatures are not looked at. */
export function unpackPiece (piece: Uint8Array, rules: NetworkGenesis, countMax: number): Unpacked {
  const malformed = { ok: false, code: 'chunk-malformed' } as const
  const network = bytesOf(rules.network)
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
  const feeds: UnpackedFeed[] = []
  const messages: Message[] = []
  const ids: Uint8Array[] = []
  let headers = new Uint8Array(0)
  let headersEnd = 0
  let at = 0

  /** The next bytes, of which it was seen that they are there. */
  function take (bytes: number): Uint8Array {
    at += bytes
    return piece.subarray(at - bytes, at)
  }

  const has = (bytes: number): boolean => at + bytes <= piece.byteLength

  while (at < piece.byteLength) {
    if (messages.length === countMax || !has(3)) return malformed
    const form = piece[at] ?? 0
    const kind = kindOf(form & kindMask)
    const number = view.getUint16(at + 1)
    at += 3
    if (kind === undefined || form >= 2 * bodyless || number > feeds.length) return malformed
    if (number === feeds.length) {
      if (!has(2 * hashBytes)) return malformed
      const [author, signer] = [take(hashBytes), take(hashBytes)]
      const [authorKey, signerKey] = [toHex(author) as PublicKeyHex, toHex(signer) as PublicKeyHex]
      feeds.push({ author, signer, authorKey, signerKey, seq: 0, last: undefined, lastId: undefined })
    }
    const feed = feeds[number] as UnpackedFeed
    let [seq, prev, prevId]: [number, Uint8Array | undefined, MessageId | undefined] = [feed.seq + 1, feed.last, feed.lastId]
    if ((form & follows) === 0) {
      if (!has(4)) return malformed
      seq = view.getUint32(at)
      at += 4
      if (seq > 1 && !has(hashBytes)) return malformed
      prev = seq > 1 ? take(hashBytes) : undefined
      prevId = prev && toHex(prev) as MessageId
    } else if (prevId === undefined) return malformed
    if (!has(8)) return malformed
    const timestamp = view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)
    const bodySize = view.getUint16(at + 6)
    at += 8
    const isBodyless = (form & bodyless) !== 0
    if (!has((isBodyless ? hashBytes : bodySize) + signatureBytes)) return malformed
    const body = isBodyless ? undefined : take(bodySize)
    const bodyHash = body === undefined ? take(hashBytes) : blake3(body)
    const signature = take(signatureBytes)

    if (headersEnd + headerBytesMax > headers.byteLength) [headers, headersEnd] = [new Uint8Array(headersTogether * headerBytesMax), 0]
    const start = headersEnd
    headersEnd = writeFieldsAt([
      messageVersion, network, feed.author, feed.signer, seq, prev, timestamp, kindNumber(kind), bodyHash, bodySize
    ], headers, start)
    const bytes: SignedBytes = { header: headers.subarray(start, headersEnd), body, signature }
    const header: Header = {
      version: messageVersion, network: rules.network, author: feed.authorKey, signer: feed.signerKey, seq, prev: prevId, timestamp, kind, bodyHash, bodySize
    }
    const judged = judge(header, bytes, rules, body && bodyHash)
    if (!judged.ok) return judged
    feed.seq = seq
    feed.last = blake3(bytes.header)
    ids.push(feed.last)
    feed.lastId = toHex(feed.last) as MessageId
    messages.push({ id: feed.lastId, header, body: judged.value, bytes })
  }
  return { ok: true, messages, ids }
}
