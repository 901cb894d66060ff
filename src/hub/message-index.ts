/**
 * The stored messages in memory: by id, by event and by time, with CONTRACT's query over them. Rebuilt from the store on opening.
 * It holds whole messages; that is for networks of up to some 100,000 messages, until indexes on disk take its place.
 */
import { HubError } from '../base/errors.ts'
import type { Message, MessageId } from '../message/types.ts'
import type { Query } from './api.ts'

export interface IndexedMessage {
  message: Message
  readonly event: number
  /** When this hub stored it, by its own clock. */
  readonly storedAt: number
  /** The peer it came from; null: written here. */
  readonly from: string | null
}

export interface MessageIndex {
  readonly size: number
  /** Entries come in event order. */
  add: (entry: IndexedMessage) => void
  get: (id: MessageId) => IndexedMessage | undefined
  /** Entries with an event number of at least `event`, oldest first. */
  fromEvent: (event: number, limit: number) => IndexedMessage[]
  /** Ids of the newest entries by event, oldest first. */
  newest: (limit: number) => MessageId[]
  /** What `isShown` refuses is passed over, and does not count towards the limit. */
  query: (query: Query, isShown?: (entry: IndexedMessage) => boolean) => IndexedMessage[]
}

const limitDefault = 100
export const limitMax = 1_000

export function createMessageIndex (): MessageIndex {
  const byId = new Map<MessageId, IndexedMessage>()
  const byEvent: IndexedMessage[] = []
  const byTime: IndexedMessage[] = []

  return {
    get size () { return byId.size },
    add (entry) {
      const known = byId.get(entry.message.id)
      if (known != null) {
        known.message = entry.message // stored again because its body came
        return
      }
      byId.set(entry.message.id, entry)
      byEvent.push(entry)
      byTime.splice(firstIndex(byTime, other => isBefore(entry, other)), 0, entry)
    },
    get: id => byId.get(id),
    fromEvent: (event, limit) => {
      const start = firstIndex(byEvent, entry => entry.event >= event)
      return byEvent.slice(start, start + limit)
    },
    newest: limit => byEvent.slice(-limit).map(({ message }) => message.id),
    query (query, isShown = () => true) {
      checkQuery(query)
      const { since = 0, until = Infinity, limit = limitDefault, order = 'descending' } = query
      const start = firstIndex(byTime, entry => entry.message.header.timestamp >= since)
      const end = firstIndex(byTime, entry => entry.message.header.timestamp > until)
      const found: IndexedMessage[] = []
      for (let step = 0; step < end - start && found.length < limit; step += 1) {
        const entry = byTime[order === 'ascending' ? start + step : end - 1 - step]
        if (entry != null && matches(entry, query) && isShown(entry)) found.push(entry)
      }
      return found
    }
  }
}

/** Whether a message passes a filter's author, kind, collection, parent and times. */
export function matches ({ message }: IndexedMessage, { author, kind, collection, parent, since, until }: Query): boolean {
  const { header, body } = message
  return (author == null || header.author === author) &&
    (kind == null || header.kind === kind) &&
    (collection == null || (body?.kind === 'record' && body.collection === collection)) &&
    (parent == null || (body?.kind === 'post' && body.parent === parent)) &&
    (since == null || header.timestamp >= since) &&
    (until == null || header.timestamp <= until)
}

/** A query from outside. Codes: `invalid-argument`. */
export function checkQuery (query: Query): void {
  const texts: ReadonlyArray<keyof Query> = ['author', 'kind', 'collection', 'parent']
  for (const name of texts) {
    if (query[name] != null && typeof query[name] !== 'string') throw new HubError('invalid-argument', `${name} must be a text.`)
  }
  for (const name of ['since', 'until'] as const) {
    if (query[name] != null && !Number.isFinite(query[name])) throw new HubError('invalid-argument', `${name} must be a time in milliseconds.`)
  }
  const { limit, order } = query
  if (limit != null && !(Number.isInteger(limit) && limit >= 1 && limit <= limitMax)) {
    throw new HubError('invalid-argument', `limit must be a whole number from 1 to ${limitMax}.`)
  }
  if (order != null && !['ascending', 'descending'].includes(order)) throw new HubError('invalid-argument', 'order must be "ascending" or "descending".')
}

/** By time, then id: the same order at every hub. */
function isBefore (a: IndexedMessage, b: IndexedMessage): boolean {
  const difference = a.message.header.timestamp - b.message.header.timestamp
  return difference === 0 ? a.message.id < b.message.id : difference < 0
}

/** The first index whose entry passes `test`, in a list in which all that pass come last; its length if none does. */
function firstIndex (entries: readonly IndexedMessage[], test: (entry: IndexedMessage) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry != null && test(entry)) high = middle
    else low = middle + 1
  }
  return low
}
