/**
 * Packing messages into blocks, the records of the log on disk. Pure functions; where a block lies and when blocks are merged is
 * block-log.ts's business.
 *
 *   block   = checksum ‖ firstEvent f64 ‖ count u32 ‖ senders u16 ‖ sender{senders} ‖ entry{count}
 *   sender  = length u16 ‖ UTF-8                      (each peer id once a block: it is as long as a small message)
 *   entry   = storedAt f64 ‖ sender u16 ‖ id 32 B ‖ header length u32 ‖ body length u32 ‖ signature length u32 ‖ header ‖ body ‖ signature
 *
 * Numbers are big-endian. Sender 0 is nobody (published here), n the nth of the list. A body length of 2³² − 1 is "no body", which is
 * not the same as an empty one; 2³² − 2 is "no message under this number", in an entry of zeros otherwise (since schema 2). `checksum` is
 * BLAKE3 over all that follows, cut to 8 bytes: it finds torn writes and rotten bits, not attackers, who would have to be on this disk.
 * The first event is under it, so a block in another's place is found as well.
 */
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { HubError } from '../base/errors.ts'
import type { MessageId } from '../message/types.ts'
import type { StoredEvent, StoredMessage } from './message-store.ts'

const checksumBytes = 8
const blockHeadBytes = checksumBytes + 8 + 4 + 2
const idBytes = 32
const entryHeadBytes = 8 + 2 + idBytes + 4 + 4 + 4
const noBody = 0xffff_ffff
const noMessage = 0xffff_fffe
/** Different senders of one block: what a u16 counts. A block of the usual size holds no more than about 1,200 messages. */
const sendersMax = 0xffff

/** The messages that `unpackBlock` makes of a block's. */
export interface UnpackRange {
  /** @default the first */
  readonly fromEvent?: number
  /** @default the last */
  readonly toEvent?: number
  /** @default all */
  readonly limit?: number
  /** Those with these numbers. @default all */
  readonly only?: ReadonlySet<number>
}

/** A block as it is written: `bytes` belongs under the key `firstEvent`. */
export interface PackedBlock {
  readonly firstEvent: number
  /** Numbers that it covers, those without a message included. */
  readonly count: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What is wrong with a block. */
export type BlockDamageCode = 'checksum-mismatch' | 'malformed'

export type UnpackedBlock =
  /** `count`: as in `PackedBlock`. */
  | { readonly ok: true, readonly count: number, readonly events: StoredEvent[] }
  | { readonly ok: false, readonly code: BlockDamageCode }

/** What a message takes of a block at most, in bytes (less when its sender is already in there). */
export function packedBytes ({ bytes: { header, body, signature }, from }: StoredMessage): number {
  // Three bytes a UTF-16 unit is the most that UTF-8 can need.
  return entryHeadBytes + header.length + (body?.length ?? 0) + signature.length + (from == null ? 0 : 2 + from.length * 3)
}

/**
 * Packs messages, the first of which is event `firstEvent`, into as many blocks as needed, all of about the same size and at most
 * about `blockBytes`: an even cut leaves no small rest that would have to be merged later.
 * Throws `invalid-argument` for a message that is not one (an id that is not 32 bytes of lower-case hex).
 */
export function packBlocks (firstEvent: number, messages: readonly StoredMessage[], blockBytes: number): PackedBlock[] {
  const sizes = messages.map(packedBytes)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const count = Math.ceil(total / blockBytes)
  const blocks: PackedBlock[] = []
  let start = 0
  let packed = 0
  for (let index = 0; index < messages.length; index += 1) {
    packed += sizes[index] ?? 0
    // Measured from the beginning, so that what one block is over does not add up to a last block of almost nothing.
    const full = packed >= total / count * (blocks.length + 1) && blocks.length + 1 < count
    if (!full && index + 1 < messages.length) continue
    blocks.push(packBlock(firstEvent + start, messages.slice(start, index + 1)))
    start = index + 1
  }
  return blocks
}

/** Packs what is left of a block, or of neighbours: ascending numbers, at least one, with gaps where messages were dropped. */
export function repackBlock (events: readonly StoredEvent[]): PackedBlock {
  const firstEvent = events[0]?.event ?? 0
  const messages: (StoredMessage | undefined)[] = []
  for (const event of events) {
    while (firstEvent + messages.length < event.event) messages.push(undefined)
    messages.push(event)
  }
  return packBlock(firstEvent, messages)
}

/** Packs messages into exactly one block, whatever its size; undefined is a number without a message. Throws as `packBlocks` does. */
export function packBlock (firstEvent: number, messages: ReadonlyArray<StoredMessage | undefined>): PackedBlock {
  const senders = new Map<string, number>()
  const names: Uint8Array[] = []
  let length = blockHeadBytes + entryHeadBytes * messages.length
  for (const message of messages) {
    if (message == null) continue
    const { bytes, from } = message
    length += bytes.header.length + (bytes.body?.length ?? 0) + bytes.signature.length
    if (from == null || senders.has(from)) continue
    const name = new TextEncoder().encode(from)
    names.push(name)
    senders.set(from, names.length)
    length += 2 + name.length
  }
  if (names.length > sendersMax) throw new HubError('internal', `A block cannot name ${names.length} senders.`)

  const block = new Uint8Array(length)
  const view = new DataView(block.buffer)
  view.setFloat64(checksumBytes, firstEvent)
  view.setUint32(checksumBytes + 8, messages.length)
  view.setUint16(checksumBytes + 12, names.length)
  let offset = blockHeadBytes
  for (const name of names) {
    view.setUint16(offset, name.length)
    block.set(name, offset + 2)
    offset += 2 + name.length
  }
  for (const message of messages) {
    if (message == null) {
      view.setUint32(offset + 46, noMessage)
      offset += entryHeadBytes
      continue
    }
    const { bytes: { header, body, signature }, id, storedAt, from } = message
    const rawId = fromHex(id, idBytes)
    if (rawId == null) throw new HubError('invalid-argument', 'A message to store has an id that is not 32 bytes of lower-case hex.')
    view.setFloat64(offset, storedAt)
    view.setUint16(offset + 8, from == null ? 0 : senders.get(from) ?? 0)
    block.set(rawId, offset + 10)
    view.setUint32(offset + 42, header.length)
    view.setUint32(offset + 46, body?.length ?? noBody)
    view.setUint32(offset + 50, signature.length)
    offset += entryHeadBytes
    block.set(header, offset)
    offset += header.length
    if (body != null) block.set(body, offset)
    offset += body?.length ?? 0
    block.set(signature, offset)
    offset += signature.length
  }
  block.set(checksumOf(block))
  return { firstEvent, count: messages.length, bytes: block }
}

/** Whether these bytes are the block that was written under the key `firstEvent`; undefined: they are. Total: any bytes give an answer. */
export function checkBlock (firstEvent: number, block: Uint8Array): BlockDamageCode | undefined {
  if (block.length < blockHeadBytes) return 'malformed'
  if (!checksumOf(block).every((byte, index) => byte === block[index])) return 'checksum-mismatch'
  return new DataView(block.buffer, block.byteOffset).getFloat64(checksumBytes) === firstEvent ? undefined : 'malformed'
}

/** As `unpackChecked`, for a block that was not checked yet. Total: any bytes give an answer. */
export function unpackBlock (firstEvent: number, block: Uint8Array, range?: UnpackRange): UnpackedBlock {
  const code = checkBlock(firstEvent, block)
  return code == null ? unpackChecked(firstEvent, block, range) : { ok: false, code }
}

/**
 * The messages of a block that `checkBlock` has passed, of which only those in `range` are made; `count` is that of all numbers.
 * Each message's parts are views of one fresh buffer; nothing refers to `block` afterwards.
 */
export function unpackChecked (firstEvent: number, block: Uint8Array, range: UnpackRange = {}): UnpackedBlock {
  const { fromEvent = firstEvent, toEvent = Infinity, limit = Infinity, only } = range
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  const count = view.getUint32(checksumBytes + 8)
  const senders = view.getUint16(checksumBytes + 12)
  let offset = blockHeadBytes

  const names: (string | null)[] = [null]
  for (let index = 0; index < senders; index += 1) {
    if (offset + 2 > block.length) return { ok: false, code: 'malformed' }
    const end = offset + 2 + view.getUint16(offset)
    if (end > block.length) return { ok: false, code: 'malformed' }
    names.push(new TextDecoder().decode(block.subarray(offset + 2, end)))
    offset = end
  }

  const events: StoredEvent[] = []
  for (let event = firstEvent; event < firstEvent + count; event += 1) {
    if (event > toEvent || events.length >= limit) return { ok: true, count, events }
    if (offset + entryHeadBytes > block.length) return { ok: false, code: 'malformed' }
    const headerLength = view.getUint32(offset + 42)
    const bodyField = view.getUint32(offset + 46)
    const bodyLength = bodyField === noBody || bodyField === noMessage ? 0 : bodyField
    const start = offset + entryHeadBytes
    const end = start + headerLength + bodyLength + view.getUint32(offset + 50)
    const from = names[view.getUint16(offset + 8)]
    if (end > block.length || from === undefined) return { ok: false, code: 'malformed' }
    if (event >= fromEvent && bodyField !== noMessage && (only == null || only.has(event))) {
      // One copy a message, so that whoever keeps a message keeps its bytes and not 64 KiB of its neighbours.
      // (Not `slice`: on a Buffer, which is what LevelDB gives, that is a view.)
      const own = new Uint8Array(block.subarray(start, end))
      events.push({
        event,
        id: toHex(block.subarray(offset + 10, offset + 10 + idBytes)) as MessageId,
        storedAt: view.getFloat64(offset),
        from,
        bytes: {
          header: own.subarray(0, headerLength),
          body: bodyField === noBody ? undefined : own.subarray(headerLength, headerLength + bodyLength),
          signature: own.subarray(headerLength + bodyLength)
        }
      })
    }
    offset = end
  }
  if (offset !== block.length) return { ok: false, code: 'malformed' }
  return { ok: true, count, events }
}

function checksumOf (block: Uint8Array): Uint8Array {
  return blake3(block.subarray(checksumBytes)).subarray(0, checksumBytes)
}
