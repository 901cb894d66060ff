/**
 * The message store of a browser: blocks, values and the counter in one IndexedDB database.
 * One hub writes to it at a time (one leader tab per origin): whoever opened it last. An earlier one, which may have stood still meanwhile, notices before it
 * changes anything and is lost.
 *
 * A process can stop at any moment, and what it has begun then blocks every other one. So a transaction is never left waiting for its own page: all that
 * it does is asked for in one go, its commit too. That is why it cannot look before it writes, and whether it may write is a key that it adds (`endedKey`).
 *
 * It does not know what a block holds (blocks.ts) or why it is written (block-log.ts).
 */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'
import { deleteDB, openDB, unwrap } from 'idb'
import { HubError, reasonOf } from '../base/errors.ts'
import { copyOfValue } from './arguments.ts'
import type { Lose } from './block-log.ts'
import { openBlockLog } from './block-log.ts'
import type { BlockStorage } from './block-storage.ts'
import type { MessageStore, StoreOptions } from './message-store.ts'
import { schemaVersion } from './message-store.ts'

/**
 * What the database holds; its version number is `schemaVersion`. Keys are given beside the values, which stay plain.
 * `block-keys` has the keys of `blocks` again, with nothing under them: going through those of `blocks` reads all blocks from the disk.
 */
interface Schema extends DBSchema {
  blocks: { key: number, value: unknown }
  'block-keys': { key: number, value: 0 }
  values: { key: string, value: unknown }
  counters: { key: string, value: number }
}

type Database = IDBPDatabase<Schema>
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, StoreNames<Schema>[], Mode>

const stores: StoreNames<Schema>[] = ['blocks', 'block-keys', 'values', 'counters']
const lastEventKey = 'last-event'
/** How often the database was opened. */
const openingKey = 'opening'
/** Held by an opening that ended: the next one put it there. Each commit adds its own opening's and removes it again, which fails where it is held. */
const endedKey = (opening: number): string => `ended/${opening}`
/** Openings whose end is remembered. One that stood still while the database was opened as often again has no page any more. */
const endedMax = 1_000
/** How long, in ms, an open or erase waits for other tabs to let go. They do so at once when they are told, unless they are frozen. */
const blockedMs = 5_000
const tooLate = 'Another tab keeps this hub\'s data open: close the other tabs of this page, then load it again.'

/**
 * Opens, or creates, the database `name`.
 * Codes: `storage-newer` (a newer build wrote it), `storage-blocked` (another tab holds it open), `storage-full`, `storage-failed`.
 */
export function openIndexedDbStore (name: string, options?: StoreOptions): Promise<MessageStore> {
  return openBlockLog(lose => openStorage(name, lose), options)
}

async function openStorage (name: string, lose: Lose): Promise<BlockStorage> {
  const database = await openDatabase(name, lose)
  let lastEvent: number
  let opening: number
  let blockKeys: number[]
  try {
    // It reads what it writes, so for once it waits for its page.
    [lastEvent, opening, blockKeys] = await inTransaction('readwrite', async (transaction) => {
      const counters = transaction.objectStore('counters')
      const found = Promise.all([counters.get(lastEventKey), counters.get(openingKey), transaction.objectStore('block-keys').getAllKeys()])
      const [last = 0, before = 0, keys] = await found
      const own = before + 1
      await Promise.all([counters.put(own, openingKey), counters.put(0, endedKey(before)), counters.delete(endedKey(own - endedMax))])
      return [last, own, keys] as const
    })
  } catch (error) {
    database.close()
    throw error
  }

  /**
   * Runs `work` in a transaction of its own. Whatever fails leaves the database as it was. Work that only reads asks for all it wants before it first waits,
   * for then its transaction is ended; other work ends its own.
   */
  async function inTransaction<Mode extends 'readonly' | 'readwrite', T> (mode: Mode, work: (transaction: Transaction<Mode>) => Promise<T>): Promise<T> {
    let transaction: Transaction<Mode>
    try {
      transaction = database.transaction(stores, mode, { durability: 'relaxed' })
    } catch (cause) {
      // Some browsers close a database without an event (Safari after a long sleep); this is where it shows.
      throw nameOf(cause) === 'InvalidStateError' ? lose('terminated', 'The browser has closed this hub\'s data: load the page again.') : failure(cause)
    }
    const working = work(transaction)
    if (mode === 'readonly') transaction.commit()
    const [worked, done] = await Promise.allSettled([
      // What a failed piece of work has already asked for must not be committed.
      working.catch((cause: unknown) => { abort(transaction); throw cause }),
      transaction.done
    ])
    if (worked.status === 'rejected') throw failure(transaction.error ?? worked.reason)
    if (done.status === 'rejected') throw failure(done.reason)
    return worked.value
  }

  return {
    lastEvent,
    blockKeys,
    async commit ({ blocks, removed, values, lastEvent: { after } }) {
      const end = { isThere: false }
      const written = inTransaction('readwrite', async (transaction) => {
        // The browser's own objects, without promises: the shorter these lines take, the less likely a process stops within them.
        const raw = unwrap(transaction)
        const blockStore = raw.objectStore('blocks')
        const keyStore = raw.objectStore('block-keys')
        const valueStore = raw.objectStore('values')
        const counters = raw.objectStore('counters')
        const adding = counters.add(0, endedKey(opening))
        adding.onerror = () => { end.isThere = adding.error?.name === 'ConstraintError' }
        for (const key of removed) {
          blockStore.delete(key)
          keyStore.delete(key)
        }
        for (const { firstEvent, bytes } of blocks) {
          blockStore.add(bytes, firstEvent)
          keyStore.put(0, firstEvent)
        }
        for (const [key, value] of values) {
          if (value === undefined) valueStore.delete(key)
          else valueStore.put(value, key)
        }
        counters.put(after, lastEventKey)
        counters.delete(endedKey(opening))
        raw.commit()
      })
      try {
        await written
      } catch (error) {
        if (!end.isThere) throw error
        database.close()
        throw lose('superseded', 'Another tab has taken this hub over: load this page again.')
      }
    },
    // A request for each, all at once: measured two to three times as fast as `getAll`, and they need not be neighbours.
    readBlocks: keys => inTransaction('readonly', (transaction) => {
      const store = transaction.objectStore('blocks')
      return Promise.all(keys.map(async (key) => {
        const block = await store.get(key)
        return block instanceof Uint8Array ? block : undefined
      }))
    }),
    prepareValue: copyOfValue,
    getValue: key => inTransaction('readonly', transaction => transaction.objectStore('values').get(key)),
    async getValues ({ from, before }, limit) {
      const keys = await inTransaction('readonly', async transaction => transaction.objectStore('values').getAllKeys(IDBKeyRange.bound(from, before, false, true), limit))
      const values = await inTransaction('readonly', async (transaction) => {
        const store = transaction.objectStore('values')
        return Promise.all(keys.map(async (key): Promise<[string, unknown]> => [key, await store.get(key)]))
      })
      return values.filter(([, value]) => value !== undefined) // removed between the two
    },
    close () {
      database.close()
      return Promise.resolve()
    },
    async destroy () {
      database.close()
      await untilBlocked(blocked => deleteDB(name, { blocked }))
    }
  }
}

async function openDatabase (name: string, lose: Lose): Promise<Database> {
  return await untilBlocked(blocked => openDB<Schema>(name, schemaVersion, {
    upgrade (database, before, _now, transaction) {
      // What fails here fails the open, which says so: these promises have nobody else to tell.
      transaction.done.catch(() => undefined)
      for (const store of stores) if (!database.objectStoreNames.contains(store)) database.createObjectStore(store)
      if (before === 1) listBlocks(transaction).catch(() => abort(transaction))
    },
    blocked,
    blocking (_current, _wanted, event) {
      // Holding on would block the other tab; with a database that is about to change or go there is nothing left to do here.
      (event.target as IDBDatabase).close()
      lose('superseded', 'Another tab has upgraded or erased this hub\'s data: load this page again.')
    },
    terminated: () => lose('terminated', 'The browser has taken this hub\'s data away, for example because site data was cleared: load the page again.')
  }), database => database.close())
}

/** Schema 1 had no `block-keys`. */
async function listBlocks (transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>): Promise<void> {
  const store = transaction.objectStore('block-keys')
  const keys = await transaction.objectStore('blocks').getAllKeys()
  await Promise.all(keys.map(key => store.put(0, key)))
}

/** Waits for `start`, but after it called `blocked` only for `blockedMs`; what it still brings after that goes to `discard`. */
async function untilBlocked<T> (start: (blocked: () => void) => Promise<T>, discard?: (late: T) => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let expired = false
  try {
    return await new Promise<T>((resolve, reject) => {
      start(() => {
        timer ??= setTimeout(() => {
          expired = true
          reject(new HubError('storage-blocked', tooLate))
        }, blockedMs)
      }).then(value => expired ? discard?.(value) : resolve(value), reject)
    })
  } catch (cause) {
    throw failure(cause)
  } finally {
    clearTimeout(timer)
  }
}

function abort (transaction: { abort: () => void }): void {
  try {
    transaction.abort()
  } catch (cause) {
    // It has ended already, which is what was wanted.
    if (nameOf(cause) !== 'InvalidStateError') throw cause
  }
}

function failure (cause: unknown): HubError {
  if (cause instanceof HubError) return cause
  if (nameOf(cause) === 'QuotaExceededError') {
    return new HubError('storage-full', 'The browser gives this page no more space: free some on this device, or wipe this hub.', { cause })
  }
  if (nameOf(cause) === 'VersionError') {
    return new HubError('storage-newer', 'A newer version of this page wrote this hub\'s data: load the page again to get it.', { cause })
  }
  return new HubError('storage-failed', `The browser could not read or write this hub's data: ${reasonOf(cause)}`, { cause })
}

function nameOf (cause: unknown): string | undefined {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : undefined
}
