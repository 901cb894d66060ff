/**
 * Drafts that a page without an engine has accepted, until they are messages: a small IndexedDB database beside the hub's, which every page may write to
 * and whoever leads empties. An entry's key is what keeps it from being published twice (hub/publications.ts).
 */
import { openDB, type DBSchema } from 'idb'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { Draft, HubApi } from '../api.ts'

interface Entry {
  readonly draft: Draft
  readonly options: { readonly traced?: boolean, readonly key?: string }
}

interface Schema extends DBSchema {
  drafts: { key: string, value: Entry }
}

/** Drafts that wait: as many as a few pages can have under way. More come only from a program that does not wait for answers. */
const draftsMax = 1_024

export interface Outbox {
  /** Resolves once it outlives this page. Codes: `invalid-argument` (not plain data), `too-many`, `storage-failed`. */
  readonly add: (key: string, draft: Draft, options: Entry['options']) => Promise<void>
  readonly remove: (key: string) => Promise<void>
  /** The oldest first. */
  readonly all: () => Promise<ReadonlyArray<readonly [key: string, entry: Entry]>>
  readonly clear: () => Promise<void>
  readonly close: () => void
}

/** Codes: `storage-failed`. */
export async function openOutbox (hubName: string): Promise<Outbox> {
  const database = await openDB<Schema>(`hubbub/${hubName}/outbox`, 1, {
    upgrade (created) { created.createObjectStore('drafts') },
    blocking (_current, _wanted, event) { (event.target as IDBDatabase).close() }
  }).catch((cause: unknown) => { throw failure(cause) })
  const told = async <T>(work: Promise<T>): Promise<T> => work.catch((cause: unknown) => { throw failure(cause) })
  return {
    async add (key, draft, options) {
      if (await told(database.count('drafts')) >= draftsMax) throw new HubError('too-many', `${draftsMax} drafts wait to be published: wait for some of them first.`)
      await told(database.put('drafts', { draft, options }, key))
    },
    remove: async key => told(database.delete('drafts', key)),
    async all () {
      return told((async () => {
        const transaction = database.transaction('drafts')
        const [keys, entries] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()])
        return keys.flatMap((key, index) => {
          const entry = entries[index]
          return entry == null ? [] : [[key, entry] as const]
        })
      })())
    },
    clear: async () => told(database.clear('drafts')),
    close: () => { database.close() }
  }
}

/** Publishes what waits. What can never be published goes, and the log says so; for the rest it is tried again at the next occasion. Never rejects. */
export async function publishWaiting (outbox: Outbox, publish: HubApi['publish'], report: (report: Report) => void): Promise<void> {
  try {
    await Promise.all((await outbox.all()).map(async ([key, { draft, options }]) => {
      try {
        await publish(draft, { ...options, key })
      } catch (thrown) {
        const code = thrown instanceof HubError ? thrown.code : 'internal'
        report({ type: 'draft-not-published', code, sentence: `A draft that another tab had accepted was not published: ${reasonOf(thrown)}` })
        if (!refused.has(code)) return
      }
      await outbox.remove(key)
    }))
  } catch (thrown) {
    report({ type: 'outbox-failed', code: 'storage-failed', sentence: `What other tabs had accepted could not be read: ${reasonOf(thrown)}` })
  }
}

/** Codes that the same draft would be refused with again. */
const refused: ReadonlySet<string> = new Set(['invalid-argument', 'message-invalid', 'device-revoked', 'outcome-unknown'])

function failure (cause: unknown): HubError {
  if (cause instanceof DOMException && cause.name === 'DataCloneError') {
    return new HubError('invalid-argument', 'An argument of publish cannot be handed to the engine: use plain data.', { cause })
  }
  if (cause instanceof DOMException && cause.name === 'QuotaExceededError') {
    return new HubError('storage-full', 'The browser gives this page no more space: free some on this device, or wipe this hub.', { cause })
  }
  return new HubError('storage-failed', `The browser could not keep what was written here: ${reasonOf(cause)}`, { cause })
}
