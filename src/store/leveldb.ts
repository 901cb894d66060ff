/**
 * The message store of a Node hub: blocks, values and counters in one LevelDB folder, which one process at a time can open.
 * Writes are not flushed one by one: they are in the operating system's hands when they resolve, and outlive this process (S4).
 * It does not know what a block holds (blocks.ts) or why it is written (block-log.ts).
 */
import { deserialize, serialize } from 'node:v8'
import type { BatchOperation } from 'classic-level'
import { ClassicLevel } from 'classic-level'
import { HubError, reasonOf } from '../base/errors.ts'
import type { Lose } from './block-log.ts'
import { openBlockLog } from './block-log.ts'
import type { BlockStorage, Commit } from './block-storage.ts'
import type { MessageStore, StoreOptions } from './message-store.ts'
import { schemaVersion } from './message-store.ts'

type Database = ClassicLevel<Uint8Array, Uint8Array>
type Operation = BatchOperation<Database, Uint8Array, Uint8Array>

// The first byte of a key says what is under it. Block keys go on with the event number, big-endian, so that bytes sort as numbers do.
const blockPrefix = 0x62 // b
const counterPrefix = 0x63 // c
// The block keys again, with nothing under them: going through those of the blocks reads all blocks from the disk.
const listPrefix = 0x6b // k
const valuePrefix = 0x76 // v
const lastEventKey = textKey(counterPrefix, 'last-event')
const schemaKey = textKey(counterPrefix, 'schema')

/**
 * Opens, or creates, the store in `folder`. It holds structured-cloneable values, but no CryptoKey.
 * Codes: `data-folder-unusable` (not writable, not a folder, damaged, or open in another process), `storage-full`, `storage-newer`,
 * `storage-failed`.
 */
export function openLevelDbStore (folder: string, options?: StoreOptions): Promise<MessageStore> {
  return openBlockLog(lose => openStorage(folder, lose), options)
}

async function openStorage (folder: string, lose: Lose): Promise<BlockStorage> {
  const database = await openDatabase(folder)
  try {
    await checkSchema(database, folder)
    const keys = await keysUnder(database, listPrefix)
    return blockStorage(database, folder, await readCounter(database, lastEventKey) ?? 0, keys.map(eventOf), lose)
  } catch (cause) {
    await database.close()
    throw failure(cause)
  }
}

function blockStorage (database: Database, folder: string, lastEvent: number, blockKeys: number[], lose: Lose): BlockStorage {
  return {
    lastEvent,
    blockKeys,
    async commit (commit) {
      try {
        await database.batch(operationsOf(commit))
      } catch (cause) {
        // After a failed write LevelDB may or may not have kept it, and what it writes next may be unreadable. Opening again settles both.
        const error = failure(cause)
        lose('write-failed', `${error.message} Then start this hub again.`)
        throw error
      }
    },
    readBlocks: keys => reading(() => database.getMany(keys.map(blockKey))),
    prepareValue (value) {
      try {
        return serialize(value)
      } catch (cause) {
        throw new HubError('invalid-argument', `This value cannot be stored: ${reasonOf(cause)}`, { cause })
      }
    },
    getValue: key => reading(async () => {
      const bytes = await database.get(textKey(valuePrefix, key))
      return bytes == null ? undefined : valueOf(bytes)
    }),
    getValues: ({ from, before }, limit) => reading(async () => {
      const found = await database.iterator({ gte: textKey(valuePrefix, from), lt: textKey(valuePrefix, before), limit }).all()
      return found.map(([key, bytes]) => [new TextDecoder().decode(key.subarray(1)), valueOf(bytes)] as const)
    }),
    close: () => reading(() => database.close()),
    destroy: () => reading(async () => {
      await database.close()
      await ClassicLevel.destroy(folder)
    })
  }
}

function operationsOf ({ blocks, removed, values, lastEvent: { before, after } }: Commit): Operation[] {
  const operations: Operation[] = []
  for (const firstEvent of removed) {
    operations.push({ type: 'del', key: blockKey(firstEvent) }, { type: 'del', key: eventKey(listPrefix, firstEvent) })
  }
  for (const { firstEvent, bytes } of blocks) {
    operations.push({ type: 'put', key: blockKey(firstEvent), value: bytes }, { type: 'put', key: eventKey(listPrefix, firstEvent), value: new Uint8Array() })
  }
  for (const [name, prepared] of values) {
    const key = textKey(valuePrefix, name)
    operations.push(prepared === undefined ? { type: 'del', key } : { type: 'put', key, value: prepared as Uint8Array })
  }
  if (after !== before) operations.push({ type: 'put', key: lastEventKey, value: numberBytes(after) })
  return operations
}

async function openDatabase (folder: string): Promise<Database> {
  const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    // Blocks are mostly keys, hashes and signatures, which do not compress: trying costs more than it saves.
    compression: false
  })
  try {
    await database.open()
    return database
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    if (isDiskFull(reason)) throw failure(reason)
    const sentence = codeOf(reason) === 'LEVEL_LOCKED'
      ? `Another hub is running on the data folder ${folder}: stop it, or choose another folder.`
      : `The data folder ${folder} cannot be used (${reasonOf(reason)}): make it writable, or choose another folder.`
    throw new HubError('data-folder-unusable', sentence, { cause })
  }
}

async function checkSchema (database: Database, folder: string): Promise<void> {
  const found = await readCounter(database, schemaKey)
  if (found != null && found > schemaVersion) {
    throw new HubError('storage-newer', `A newer version of this hub wrote the data folder ${folder}: use that version, or choose another folder.`)
  }
  if (found === schemaVersion) return
  // Schema 1 had no list of the block keys.
  const keys = await keysUnder(database, blockPrefix)
  await database.batch([
    ...keys.map(key => ({ type: 'put' as const, key: eventKey(listPrefix, eventOf(key)), value: new Uint8Array() })),
    { type: 'put', key: schemaKey, value: numberBytes(schemaVersion) }
  ])
}

function keysUnder (database: Database, prefix: number): Promise<Uint8Array[]> {
  return database.keys({ gte: Uint8Array.of(prefix), lt: Uint8Array.of(prefix + 1) }).all()
}

/** LevelDB gives views of what it read, and so does `deserialize`: bytes get a buffer of their own. */
function valueOf (bytes: Uint8Array): unknown {
  const value = deserialize(bytes) as unknown
  return value instanceof Uint8Array ? new Uint8Array(value) : value
}

async function readCounter (database: Database, key: Uint8Array): Promise<number | undefined> {
  const bytes = await database.get(key)
  if (bytes == null) return undefined
  const number = bytes.length === 8 ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0) : NaN
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new HubError('storage-failed', 'The data folder is damaged: move it away and start again; this hub then fetches from others what they hold.')
  }
  return number
}

async function reading<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw failure(cause)
  }
}

function failure (cause: unknown): HubError {
  if (cause instanceof HubError) return cause
  if (isDiskFull(cause)) {
    return new HubError('storage-full', 'The disk with the data folder is full: free some space.', { cause })
  }
  return new HubError('storage-failed', `The data folder could not be read or written: ${reasonOf(cause)}.`, { cause })
}

/** LevelDB passes the operating system's sentence on, and no error number with it. */
function isDiskFull (cause: unknown): boolean {
  return /no space left|disk quota exceeded|file too large/i.test(reasonOf(cause))
}

function codeOf (cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

function blockKey (event: number): Uint8Array {
  return eventKey(blockPrefix, event)
}

function eventKey (prefix: number, event: number): Uint8Array {
  const key = new Uint8Array(9)
  key[0] = prefix
  new DataView(key.buffer).setBigUint64(1, BigInt(event))
  return key
}

function eventOf (key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset).getBigUint64(1))
}

function textKey (prefix: number, name: string): Uint8Array {
  return Uint8Array.of(prefix, ...new TextEncoder().encode(name))
}

function numberBytes (value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return bytes
}
