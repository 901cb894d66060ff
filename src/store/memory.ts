/**
 * The message store without a disk: for tests, the simulator, and hubs that keep nothing. It holds references, not packed bytes, so
 * that a thousand simulated hubs share one copy of a message; and it uses no clock and no timer, so runs repeat exactly.
 * What outlives a close is the `MemoryDisk`: opening it again is a restart, and cuts off whoever had it open, as a crash would.
 */
import { HubError } from '../base/errors.ts'
import { checkMessages, checkRange, checkRead, checkValueKey, copyOfValue } from './arguments.ts'
import type { MessageStore, StoredEvent, StoreOptions } from './message-store.ts'
import { storeLimits } from './message-store.ts'

/** What is left when a memory store is closed. Its contents are the store's; hand it to `openMemoryStore` only. */
export interface MemoryDisk {
  events: StoredEvent[]
  values: Map<string, unknown>
  /** Who has it open. */
  holder: object | null
}

/** Messages that a scan gives in one step: about what a block holds. */
const scanStepMessages = 200

export function createMemoryDisk (): MemoryDisk {
  return { events: [], values: new Map(), holder: null }
}

/** Opens a store on `disk`. It is never busy, full or damaged. */
export function openMemoryStore (disk: MemoryDisk = createMemoryDisk(), { limits }: StoreOptions = {}): Promise<MessageStore> {
  const { appendBytesMax } = { ...storeLimits, ...limits }
  const holder = {}
  disk.holder = holder

  function checkOpen (): void {
    if (disk.holder !== holder) throw new HubError('stopped', 'The message store is closed.')
  }
  function between (fromEvent: number, toEvent: number): readonly StoredEvent[] {
    return disk.events.slice(Math.max(fromEvent, 1) - 1, toEvent)
  }

  return Promise.resolve({
    get lastEvent () { return disk.events.length },
    // Every method is async so that a failure is a rejection; the work itself is done before the first await.
    async append (messages) {
      checkOpen()
      checkMessages(messages, appendBytesMax)
      const first = disk.events.length + 1
      messages.forEach(({ bytes, id, storedAt, from }, index) => disk.events.push({ bytes, id, storedAt, from, event: first + index }))
      await Promise.resolve()
      return first
    },
    async read (fromEvent, limit) {
      checkOpen()
      checkRead(fromEvent, limit)
      await Promise.resolve()
      return between(fromEvent, Math.max(fromEvent, 1) - 1 + limit)
    },
    async* scan (fromEvent, toEvent = disk.events.length) {
      checkRange(fromEvent, toEvent)
      for (let next = Math.max(fromEvent, 1); next <= toEvent; next += scanStepMessages) {
        await Promise.resolve()
        checkOpen()
        const step = between(next, Math.min(next + scanStepMessages - 1, toEvent))
        if (step.length === 0) return
        yield step
      }
    },
    async getValue (key) {
      checkOpen()
      checkValueKey(key)
      await Promise.resolve()
      return structuredClone(disk.values.get(key))
    },
    async putValue (key, value) {
      checkOpen()
      checkValueKey(key)
      if (value === undefined) disk.values.delete(key)
      else disk.values.set(key, copyOfValue(value))
      await Promise.resolve()
    },
    async close () {
      if (disk.holder === holder) disk.holder = null
      await Promise.resolve()
    },
    async destroy () {
      if (disk.holder !== holder && disk.holder != null) throw new HubError('storage-blocked', 'The data is open elsewhere.')
      disk.holder = null
      disk.events = []
      disk.values = new Map()
      await Promise.resolve()
    }
  })
}
