/**
 * The port between a hub and its disk: an append-only log of messages under event numbers, and a few small values beside it.
 * Implementations: memory.ts, indexeddb.ts, leveldb.ts; contract-suite.ts holds what all of them promise.
 * It does not know what a message means: whether it is valid, a member, live or removed is decided before and derived after.
 *
 * Invariants, each held by a test that carries its number:
 * S1 Event numbers are consecutive, grow from 1, and are never given twice, not even after a crash or over a damaged block.
 * S2 What is read is what was appended, byte for byte, in the order of the calls to `append`.
 * S3 The messages of one `append` and their numbers are committed together or not at all.
 * S4 A resolved write survives the end of the process (a killed browser or tab included), but not power loss: transactions are
 *    not flushed to the disk one by one ("relaxed"), which is what makes them fast; other hubs hold what a power cut takes.
 * S5 Writes are committed in the order of the calls: a value put after an append is never there without it.
 * S6 A block that the disk has damaged is reported once and skipped; it neither stops an open or a read nor moves a number.
 * S7 How the log is packed (blocks.ts), and repacked in the background, cannot be seen through the port.
 * S8 After `close`, `destroy` or a loss every call rejects; nothing is written any more.
 * S9 What `get` gives is what `read` would give under the same numbers, in the order asked for.
 * S10 Once `eraseBodies` has resolved, no call gives these bodies again and no record of the store holds them; all else of these messages
 *    stays, under the same numbers. What the database underneath keeps of a replaced record until it compacts its files is its own affair.
 * S11 Once `drop` has resolved, no call gives these messages again and no record of the store holds them; their numbers stay gaps for ever.
 * S12 An erasure or a drop that is interrupted is done for some blocks and not for the others, never by halves within one; doing it again ends it.
 * S13 A storage that is full refuses what needs room and goes on otherwise: what is erased or dropped makes room, and then appends succeed again.
 * S14 `getValues` gives each value once, in the order of the keys, and of keys that begin with the prefix only.
 * S15 A database that an older build wrote is upgraded when it is opened; an upgrade that is interrupted leaves it to that build as it was.
 */
import type { MessageId, SignedBytes } from '../message/types.ts'

/**
 * The layout of what is on disk. Raised with every change that an older build would misread; a newer one is refused, not guessed at.
 * 1: blocks, values, counters. 2: besides them the keys of the blocks; blocks may have numbers without a message (blocks.ts).
 */
export const schemaVersion = 2

/** A message as the store keeps it. The store owns nothing of it: the bytes must not be changed while an append is under way. */
export interface StoredMessage {
  readonly bytes: SignedBytes
  readonly id: MessageId
  /** Milliseconds since 1970, by this hub's clock. */
  readonly storedAt: number
  /** The peer id it came from; null when it was published here. */
  readonly from: string | null
}

/** A message with its event number. The three parts of `bytes` are views of one buffer that belongs to this message alone. */
export interface StoredEvent extends StoredMessage {
  readonly event: number
}

/** Which values `getValues` gives. */
export interface ValuesOptions {
  /** @default from the first on */
  readonly after?: string | undefined
  readonly limit: number
}

/** The log, and small things beside it (keys, watermarks, pages derived from it). `undefined` is no value: putting it removes the key. */
export interface MessageStore {
  /** The number of the newest committed message, 0 before the first. Kept by the store itself: asking costs nothing. */
  readonly lastEvent: number
  /**
   * Adds messages at the end and resolves, once they are committed, with the event number of the first; the others follow it.
   * Calls need not wait for one another: what queues up while a transaction runs goes into the next one together.
   * An empty list resolves with the number that the next message will get, once everything before it is committed.
   *
   * Codes: `storage-busy` (the queue is full: wait for an earlier append, then try again), `storage-full` (no space or quota left;
   * nothing of this append was kept), `invalid-argument` (over `appendBytesMax`, or not a message), `storage-failed`, `storage-lost`, `stopped`.
   */
  append (messages: readonly StoredMessage[]): Promise<number>
  /**
   * The messages from `fromEvent` on, at most `limit` (1 to `readMessagesMax`). Fewer than `limit` means that the end was reached.
   * Numbers grow but can have gaps (S6, S11).
   *
   * Codes: `invalid-argument`, `storage-failed`, `storage-lost`, `stopped`.
   */
  read (fromEvent: number, limit: number): Promise<readonly StoredEvent[]>
  /**
   * The messages from `fromEvent` to `toEvent`, both included, a block a step: for walking the whole log in bounded memory.
   * Messages appended while it runs are not visited unless `toEvent` says so. Steps are never empty. Codes as for `read`.
   *
   * @default toEvent = lastEvent at the first step
   */
  scan (fromEvent: number, toEvent?: number): AsyncIterable<readonly StoredEvent[]>
  /**
   * The messages under these numbers, at most `readMessagesMax`, in the order asked for and as often; undefined where there is none: never
   * given, dropped, or lost to damage. For numbers that lie anywhere: each block is read once, and the last ones read stay in memory.
   * Codes as for `read`.
   */
  get (events: readonly number[]): Promise<ReadonlyArray<StoredEvent | undefined>>
  /**
   * Erases the bodies of these messages, at most `readMessagesMax` of them: from then on `bytes.body` is undefined. It comes after the
   * appends called before it. Numbers without a message, and messages without a body, are passed over. A damaged block that may hold one
   * of them goes as a whole: nobody can read it, but the body could be in it.
   *
   * Codes: as for `append`; `storage-full` when there is no room even for what replaces the blocks: then some may be done already (S12).
   */
  eraseBodies (events: readonly number[]): Promise<void>
  /** Lets go of these messages, at most `readMessagesMax`. For the rest as `eraseBodies`. */
  drop (events: readonly number[]): Promise<void>
  /** The value under `key`, or undefined. A Uint8Array has a buffer of its own, and nothing else in it. */
  getValue (key: string): Promise<unknown>
  /**
   * The values whose keys begin with `prefix`, in the order of their keys, at most `limit` (1 to `valuesPerCallMax`); only those after the
   * key `after` when that is given. Fewer than `limit` means that there are no more. For going through many pages of bytes quickly.
   * Codes as for `read`.
   */
  getValues (prefix: string, options: ValuesOptions): Promise<ReadonlyArray<readonly [key: string, value: unknown]>>
  /**
   * Replaces the value under `key` (1 to `valueKeyLengthMax` printable ASCII characters), or removes it when `value` is undefined. Values are
   * structured-cloneable, and small unless they are a Uint8Array, which may have `pageBytesMax`; in Chromium, those under 64 KiB read more
   * than twice as fast. IndexedDB and memory hold CryptoKey objects too, LevelDB does not. The value is copied before this returns.
   *
   * Codes: `invalid-argument` (this store cannot hold such a value, or not under such a key), otherwise as for `append`.
   */
  putValue (key: string, value: unknown): Promise<void>
  /** Commits what is queued, then lets go of the disk. Calling it again is harmless. */
  close (): Promise<void>
  /** Drops what is queued, and erases messages and values for good. Codes: `storage-blocked` (something else holds the data open), `storage-failed`. */
  destroy (): Promise<void>
}

/** A block that was not what was written. Its messages are lost here; sync brings them back under new event numbers. */
export interface BlockDamage {
  readonly code: 'checksum-mismatch' | 'malformed'
  readonly firstEvent: number
  /** The last event that the block can have held. */
  readonly lastEvent: number
  /** One plain sentence. */
  readonly sentence: string
}

/**
 * Why a store was taken away while it was open:
 * - `terminated`: the browser closed it (data cleared by the person, or the disk failed);
 * - `superseded`: another tab upgrades or erases it, or has opened it since;
 * - `write-failed`: a write ended in a state that only opening again can tell.
 */
export type StoreLossCode = 'terminated' | 'superseded' | 'write-failed'

export interface StoreOptions {
  /** Told once about each damaged block that a read meets. */
  readonly onDamage?: ((damage: BlockDamage) => void) | undefined
  /** Told at most once, after which every call rejects with `storage-lost`: open the store again, or tell the person. */
  readonly onLost?: ((code: StoreLossCode, sentence: string) => void) | undefined
  /** For tests. */
  readonly limits?: Partial<StoreLimits> | undefined
}

export interface StoreLimits {
  /** Packed bytes of one `append`. More at once would hold one transaction, and memory, for too long. */
  readonly appendBytesMax: number
  /** Packed bytes that may wait to be written. At the slowest disk measured (6 MB/s) this is 5 s of work; more only hides that it is too slow. */
  readonly queueBytesMax: number
  /** Waiting appends are put into one transaction up to here, in bytes. Larger ones delay the first caller more than they save. */
  readonly transactionBytesMax: number
  /**
   * What a block should have, in bytes. Measured in Chromium: records from 64 KiB on read three times slower than those just below, and a
   * merged block has up to half as much again as this; 16 KiB write at half the speed. A read of scattered messages costs a block each.
   */
  readonly blockBytes: number
  /** Blocks kept in memory for `get`, in bytes: of 300 B messages about the 25,000 last looked at. Guess: some pages of a view and their neighbours. */
  readonly cacheBytesMax: number
}

export const storeLimits: StoreLimits = {
  appendBytesMax: 8 * 1024 * 1024,
  queueBytesMax: 32 * 1024 * 1024,
  transactionBytesMax: 1024 * 1024,
  blockBytes: 32 * 1024,
  cacheBytesMax: 8 * 1024 * 1024
}

/** Messages that one call reads, erases or drops. At 300 B about 3 MB; whoever wants to read more uses `scan`. */
export const readMessagesMax = 10_000

/** Characters of a value's key. Guess: names, not data. */
export const valueKeyLengthMax = 256

/** Bytes of a Uint8Array that is put as a value: as much as a transaction should have at once. */
export const pageBytesMax = 1024 * 1024

/** Values of one `getValues`. Of pages of 64 KiB, which is what they are for, 64 MB; callers who have larger ones ask for fewer. */
export const valuesPerCallMax = 1_000

/** UTF-16 units of a peer id; libp2p's have 46 to 52. */
export const peerIdLengthMax = 128
