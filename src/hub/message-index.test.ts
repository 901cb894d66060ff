import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HubError } from '../base/errors.ts'
import { createBuilder, keyOf, post, record, startMs } from '../message/set/fixtures/build.ts'
import type { Body, MessageId } from '../message/types.ts'
import type { Query } from './api.ts'
import { checkQuery, createMessageIndex, limitMax, type IndexedMessage, type MessageIndex } from './message-index.ts'

const authors = [keyOf('ann'), keyOf('ben')]
const parents = ['aa'.repeat(32), 'bb'.repeat(32)]

interface Written { readonly author: number, readonly timestamp: number, readonly shape: 'post' | 'answer' | 'note' | 'task' }

const written = fc.record<Written>({ author: fc.nat(1), timestamp: fc.nat(8), shape: fc.constantFrom('post', 'answer', 'note', 'task') })
const fullQueries: fc.Arbitrary<Required<Query>> = fc.record({
  author: fc.constantFrom(...authors, keyOf('nobody')),
  kind: fc.constantFrom('post', 'record', 'remove'),
  collection: fc.constantFrom('notes', 'tasks'),
  parent: fc.constantFrom(...parents),
  since: fc.integer({ min: startMs - 1, max: startMs + 10 }),
  until: fc.integer({ min: startMs - 1, max: startMs + 10 }),
  limit: fc.integer({ min: 1, max: 30 }),
  order: fc.constantFrom('ascending', 'descending')
})
const filters = ['author', 'kind', 'collection', 'parent', 'since', 'until', 'limit', 'order'] as const
/** A few filters at once: all of them together let nothing through. */
const queries: fc.Arbitrary<Query> = fc.tuple(fullQueries, fc.subarray([...filters], { maxLength: 3 }))
  .map(([query, names]) => Object.fromEntries(names.map(name => [name, query[name]])))

function bodyOf (shape: Written['shape']): Body {
  switch (shape) {
    case 'post': return post()
    case 'answer': return { kind: 'post', text: 'yes', parent: parents[0] as MessageId }
    case 'note': return record('notes')
    case 'task': return record('tasks')
  }
}

function entriesOf (messages: readonly Written[]): IndexedMessage[] {
  const build = createBuilder()
  return messages.map(({ author, timestamp, shape }, index) => ({
    message: build({ author: authors[author]!, signer: keyOf('device'), seq: index + 1, timestamp: startMs + timestamp, body: bodyOf(shape) }),
    event: index * 2 + 1, // numbers have gaps
    storedAt: startMs,
    from: null
  }))
}

function indexOf (entries: readonly IndexedMessage[]): MessageIndex {
  const index = createMessageIndex()
  for (const entry of entries) index.add(entry)
  return index
}

/** CONTRACT's query as one would write it down. */
function expected (entries: readonly IndexedMessage[], { author, kind, collection, parent, since, until, limit = 100, order = 'descending' }: Query): IndexedMessage[] {
  const sorted = entries.filter(({ message: { header, body } }) =>
    (author === undefined || header.author === author) &&
    (kind === undefined || header.kind === kind) &&
    (collection === undefined || (body?.kind === 'record' && body.collection === collection)) &&
    (parent === undefined || (body?.kind === 'post' && body.parent === parent)) &&
    (since === undefined || header.timestamp >= since) &&
    (until === undefined || header.timestamp <= until)
  ).toSorted((a, b) => a.message.header.timestamp - b.message.header.timestamp || (a.message.id < b.message.id ? -1 : 1))
  return (order === 'ascending' ? sorted : sorted.reverse()).slice(0, limit)
}

test('a query gives what a filter and a sort of all messages would', () => {
  let found = 0
  fc.assert(fc.property(fc.array(written, { maxLength: 40 }), queries, (messages, query) => {
    const entries = entriesOf(messages)
    const answer = indexOf(entries).query(query)
    found += answer.length
    expect(answer).toEqual(expected(entries, query))
  }), { numRuns: 500 })
  expect(found).toBeGreaterThan(500)
})

test('reading from an event gives all from there on, oldest first', () => {
  fc.assert(fc.property(fc.array(written, { maxLength: 20 }), fc.nat(45), fc.integer({ min: 1, max: 25 }), (messages, event, limit) => {
    const entries = entriesOf(messages)
    expect(indexOf(entries).fromEvent(event, limit)).toEqual(entries.filter(entry => entry.event >= event).slice(0, limit))
  }))
})

test('the newest are the last by event, oldest first', () => {
  const entries = entriesOf([5, 1, 3].map(timestamp => ({ author: 0, timestamp, shape: 'post' })))
  const ids = entries.map(({ message }) => message.id)
  expect(indexOf(entries).newest(2)).toEqual(ids.slice(1))
  expect(indexOf(entries).newest(9)).toEqual(ids)
})

test('a message that is stored again because its body came keeps its event', () => {
  const [entry] = entriesOf([{ author: 0, timestamp: 1, shape: 'note' }]) as [IndexedMessage]
  const bare = { ...entry, message: { ...entry.message, body: undefined } }
  const index = indexOf([bare])
  expect(index.query({ collection: 'notes' })).toEqual([])
  index.add({ ...entry, event: 99 })
  expect(index.size).toBe(1)
  expect(index.get(entry.message.id)).toMatchObject({ event: 1, message: entry.message })
  expect(index.query({ collection: 'notes' })).toHaveLength(1)
  expect(index.fromEvent(0, 9)).toHaveLength(1)
})

test('without a limit a query gives the newest hundred', () => {
  const entries = entriesOf(Array.from({ length: 150 }, (_, timestamp) => ({ author: 0, timestamp, shape: 'post' })))
  expect(indexOf(entries).query({}).map(({ event }) => event)).toEqual(entries.slice(50).reverse().map(({ event }) => event))
})

describe('queries from outside', () => {
  test.for<[unknown]>([
    [{ author: 7 }], [{ kind: {} }], [{ collection: true }], [{ parent: 0 }], [{ since: 'today' }], [{ until: NaN }], [{ since: Infinity }],
    [{ limit: 0 }], [{ limit: -1 }], [{ limit: 1.5 }], [{ limit: '10' }], [{ limit: limitMax + 1 }], [{ order: 'random' }], [{ order: 1 }]
  ])('%o is refused', ([query]) => {
    const refused = (run: () => unknown): void => { expect(run).toThrow(expect.objectContaining({ code: 'invalid-argument' } satisfies Partial<HubError>)) }
    refused(() => { checkQuery(query as Query) })
    refused(() => createMessageIndex().query(query as Query))
  })
})
