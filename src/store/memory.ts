/**
 * The message store without a disk: for tests, the simulator, and hubs that keep nothing. It holds references, not packed bytes, so
 * that a thousand simulated hubs share one copy of a message; and it uses no clock and no timer, so runs repeat exactly.
 * What outlives a close is the `MemoryDisk`: opening it again is a restart, and cuts off whoever had it open, as a crash would.
 */
import { HubError } from '../base/errors.ts'
import { checkEvents, checkMessages, checkRange, checkRead, checkValue, checkValueKey, checkValuesOptions, copyOfValue } from './arguments.ts'
import type { MessageStore, StoredEvent, StoreOptions } from './message-store.ts'
import { storeLimits } from './message-store.ts'

/** What is left when a memory store is closed. Its contents are the store's; hand it to `openMemoryStore` only. */
export interface MemoryDisk {
  /** Event n at n − 1; undefined: dropped. */
  events: (StoredEvent | undefined)[]
  values: Map<string, unknown>
  /** Who has it open. */
  holder: object | null
}

/** Numbers that a scan goes through in one step: about what a block holds. */
const scanStepEvents = 200

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
  /** What `change` makes of these messages takes their place. They are shared with other stores: nothing is changed in them. */
  function replace (events: readonly number[], change: (event: StoredEvent) => StoredEvent | undefined): void {
    checkOpen()
    checkEvents(events)
    for (const number of events) {
      const event = disk.events[number - 1]
      if (event != null) disk.events[number - 1] = change(event)
    }
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
      const found: StoredEvent[] = []
      for (let event = Math.max(fromEvent, 1); event <= disk.events.length && found.length < limit; event += 1) {
        const message = disk.events[event - 1]
        if (message != null) found.push(message)
      }
      return found
    },
    async* scan (fromEvent, toEvent = disk.events.length) {
      checkRange(fromEvent, toEvent)
      for (let next = Math.max(fromEvent, 1); next <= Math.min(toEvent, disk.events.length); next += scanStepEvents) {
        await Promise.resolve()
        checkOpen()
        const step = disk.events.slice(next - 1, Math.min(next + scanStepEvents - 1, toEvent)).filter(event => event != null)
        if (step.length > 0) yield step
      }
    },
    async get (events) {
      checkOpen()
      checkEvents(events)
      await Promise.resolve()
      return events.map(event => disk.events[event - 1])
    },
    async eraseBodies (events) {
      replace(events, event => ({ ...event, bytes: { ...event.bytes, body: undefined } }))
      await Promise.resolve()
    },
    async drop (events) {
      replace(events, () => undefined)
      await Promise.resolve()
    },
    async getValue (key) {
      checkOpen()
      checkValueKey(key)
      await Promise.resolve()
      return structuredClone(disk.values.get(key))
    },
    async getValues (prefix, options) {
      checkOpen()
      const range = checkValuesOptions(prefix, options)
      await Promise.resolve()
      if (range == null) return []
      const keys = [...disk.values.keys()].filter(key => key >= range.from && key < range.before).sort()
      return keys.slice(0, options.limit).map(key => [key, structuredClone(disk.values.get(key))])
    },
    async putValue (key, value) {
      checkOpen()
      checkValueKey(key)
      checkValue(value)
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
