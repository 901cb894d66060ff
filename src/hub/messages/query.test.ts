import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HubError } from '../../base/errors.ts'
import { keyOf } from '../../message/set/fixtures/build.ts'
import type { Body, Message, MessageId } from '../../message/types.ts'
import type { Query } from '../api.ts'
import { startMs } from '../fixtures/author.ts'
import { createPen, openShelf, type Shelf } from './fixtures/shelf.ts'
import { checkQuery, limitMax } from './query.ts'

const parents = ['aa'.repeat(32), 'bb'.repeat(32)]
const names = ['ann', 'ben']
const authors = names.map(name => createPen(name).author)

interface Written { readonly author: number, readonly timestamp: number, readonly shape: 'post' | 'answer' | 'note' | 'task' }

const written = fc.record<Written>({ author: fc.nat(1), timestamp: fc.nat(8), shape: fc.constantFrom('post', 'answer', 'note', 'task') })
const fullQueries: fc.Arbitrary<Required<Query>> = fc.record({
  author: fc.constantFrom(...authors, keyOf('nobody')),
  kind: fc.constantFrom('post', 'record', 'remove', 'no-kind'),
  collection: fc.constantFrom('notes', 'tasks'),
  parent: fc.constantFrom<(string | null)[]>(...parents, null),
  since: fc.integer({ min: startMs - 1, max: startMs + 10 }),
  until: fc.integer({ min: startMs - 1, max: startMs + 10 }),
  limit: fc.integer({ min: 1, max: 30 }),
  offset: fc.nat(10),
  order: fc.constantFrom('ascending', 'descending'),
  standing: fc.constantFrom('live', 'barred', 'removed'),
  after: fc.constant('')
})
const filters = ['author', 'kind', 'collection', 'parent', 'since', 'until', 'limit', 'offset', 'order', 'standing'] as const
/** A few filters at once: all of them together let nothing through. */
const queries: fc.Arbitrary<Query> = fc.tuple(fullQueries, fc.subarray([...filters], { maxLength: 3 }))
  .map(([query, chosen]) => Object.fromEntries(chosen.map(name => [name, query[name]])))

function bodyOf (shape: Written['shape'], number: number): Body {
  switch (shape) {
    case 'post': return { kind: 'post', text: `post ${number}`, parent: undefined }
    case 'answer': return { kind: 'post', text: `answer ${number}`, parent: parents[0] as MessageId }
    case 'note': return { kind: 'record', collection: 'notes', key: `${number}`, value: new Uint8Array(1) }
    case 'task': return { kind: 'record', collection: 'tasks', key: `${number}`, value: undefined }
  }
}

/** A shelf with these, and the messages that are shown: introductions too. */
async function shelfOf (history: readonly Written[]): Promise<{ shelf: Shelf, shown: Message[] }> {
  const shelf = await openShelf()
  const pens = names.map(createPen)
  const shown = pens.map(pen => pen.introduce())
  history.forEach(({ author, timestamp, shape }, number) => { shown.push(pens[author]!.write(bodyOf(shape, number), { timestamp: startMs + timestamp })) })
  for (const message of shown) await shelf.take(message)
  return { shelf, shown }
}

/** CONTRACT's query as one would write it down. */
function expected (messages: readonly Message[], { author, kind, collection, parent, since, until, limit = 100, offset = 0, order = 'descending', standing = 'live' }: Query): MessageId[] {
  const sorted = messages.filter(({ header, body }) =>
    standing === 'live' &&
    (author === undefined || header.author === author) &&
    (kind === undefined || header.kind === kind) &&
    (collection === undefined || (body?.kind === 'record' && body.collection === collection)) &&
    (parent === undefined || (body?.kind === 'post' && (body.parent ?? null) === parent)) &&
    (since === undefined || header.timestamp >= since) &&
    (until === undefined || header.timestamp <= until)
  ).toSorted((a, b) => a.header.timestamp - b.header.timestamp || (a.id < b.id ? -1 : 1)).map(({ id }) => id)
  return (order === 'ascending' ? sorted : sorted.reverse()).slice(offset, offset + limit)
}

const idsOf = async ({ messages }: Shelf, query: Query): Promise<MessageId[]> => (await messages.query(query)).map(({ message }) => message.id)

test('a query gives what a filter and a sort of all messages would, and its pages, put together, give it again', async () => {
  let found = 0
  await fc.assert(fc.asyncProperty(fc.array(written, { maxLength: 40 }), fc.array(queries, { minLength: 10, maxLength: 10 }), async (history, asked) => {
    const { shelf, shown } = await shelfOf(history)
    for (const query of asked) {
      const whole = await idsOf(shelf, query)
      expect(whole).toEqual(expected(shown, query))
      found += whole.length
      const paged: MessageId[] = []
      for (;;) {
        const page = await idsOf(shelf, { ...query, limit: 3, ...(paged.length === 0 ? {} : { after: paged.at(-1)!, offset: 0 }) })
        paged.push(...page)
        if (page.length < 3) break
      }
      expect(paged).toEqual(expected(shown, { ...query, limit: 1_000 }))
      expect(shelf.messages.count(query)).toBe(expected(shown, { ...query, limit: 1_000, offset: 0 }).length)
    }
  }), { numRuns: 50 })
  expect(found).toBeGreaterThan(500)
})

test('without a limit a query gives the newest hundred', async () => {
  const { shelf, shown } = await shelfOf(Array.from({ length: 150 }, (_, timestamp) => ({ author: 0, timestamp: timestamp + 9, shape: 'post' })))
  expect(await idsOf(shelf, {})).toEqual(shown.slice(-100).reverse().map(({ id }) => id))
})

describe('queries from outside', () => {
  const refused: unknown = expect.objectContaining({ code: 'invalid-argument' } satisfies Partial<HubError>)
  test.for<[unknown]>([
    [{ author: 7 }], [{ kind: {} }], [{ collection: true }], [{ parent: 0 }], [{ since: 'today' }], [{ until: NaN }], [{ since: Infinity }],
    [{ limit: 0 }], [{ limit: -1 }], [{ limit: 1.5 }], [{ limit: '10' }], [{ limit: limitMax + 1 }], [{ order: 'random' }], [{ order: 1 }],
    [{ after: 1 }], [{ after: 'abc' }], [{ offset: -1 }], [{ offset: 'first' }], [{ standing: 'lost' }]
  ])('%o is refused', async ([query]) => {
    expect(() => { checkQuery(query as Query) }).toThrow(refused)
    await expect((await openShelf()).messages.query(query as Query)).rejects.toEqual(refused)
  })

  test('a page after a message that is not here is refused', async () => {
    await expect((await openShelf()).messages.query({ after: 'ab'.repeat(32) })).rejects.toEqual(refused)
  })
})
