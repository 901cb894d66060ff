import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { stripped } from '../../message/set/fixtures/build.ts'
import { keyOf } from '../../message/set/fixtures/build.ts'
import type { Message, MessageId } from '../../message/types.ts'
import { createPen, openShelf, type Pen, type Shelf } from './fixtures/shelf.ts'
import { pageKey } from './page-keeper.ts'
import { pageRows, readPage, rowShapes } from './pages.ts'

/** All that can be asked of a shelf. */
async function stateOf ({ messages, set }: Shelf): Promise<unknown> {
  const rows = (await messages.query({ limit: 1_000, order: 'ascending' })).concat(await messages.query({ limit: 1_000, standing: 'barred' }))
  const ids: MessageId[] = []
  messages.catalog.walk({}, 'ascending', (member) => { ids.push(set.idOf(member)); return false })
  return {
    size: messages.size,
    members: set.size(),
    newest: messages.newest(300),
    wanted: [...set.closuresWanted()].sort(),
    ids: ids.map((id) => {
      const member = set.memberOf(id)
      const { catalog } = messages
      const row = [set.standingOf(member), set.hasBody(member), set.seqOf(member), set.authorOf(member), set.signerOf(member), set.kindOf(member)]
      const previous = set.previousOf(member)
      return [id, ...row, previous === -1 ? null : set.idOf(previous), catalog.eventOf(member), catalog.timestampOf(member), catalog.referencesOf(member)]
    }),
    rows
  }
}

/** More than two pages of what a network has: forks, revocations, removes, records, headers without bodies, feeds that came backwards. */
function historyOf (random: (below: number) => number, count: number): Message[] {
  const pens = ['ann', 'ben', 'cem'].map(createPen)
  const second = (pen: Pen): Pen['device'] => keyOf(`${pen.author} second`)
  const messages = pens.flatMap(pen => [pen.introduce(), pen.introduce(second(pen), random(2) === 0 ? undefined : { kinds: ['post', 'remove'], collections: [] })])
  const written = new Map<Pen, Message[]>(pens.map(pen => [pen, []]))
  while (messages.length < count) {
    const pen = pens[random(pens.length)]!
    const own = written.get(pen)!
    const target = own[random(Math.max(1, own.length))]
    const signer = random(3) === 0 ? second(pen) : pen.device
    let message: Message
    switch (random(20)) {
      case 0: message = target == null ? pen.write({ kind: 'post', text: 'first', parent: undefined }) : pen.write({ kind: 'remove', target: target.id }, { signer }); break
      case 1: message = target == null ? pen.introduce() : pen.write({ kind: 'post', text: `fork ${messages.length}`, parent: undefined }, { signer: target.header.signer, seq: target.header.seq, prev: target.header.prev }); break
      case 2: message = pen.write({ kind: 'record', collection: `c${random(3)}`, key: `k${random(9)}`, value: random(3) === 0 ? undefined : new Uint8Array(3) }, { signer }); break
      case 3: message = pen.write({ kind: 'reaction', target: (target?.id ?? keyOf('x')) as MessageId, type: 'like', set: random(2) === 0 }, { signer }); break
      case 4: message = random(8) > 0 || target == null ? pen.write({ kind: 'profile', field: 'name', value: `${random(9)}` }) : pen.root({ kind: 'signer-remove', signer: second(pen), keepHead: target.id }); break
      default: message = pen.write({ kind: 'post', text: `post ${messages.length}`, parent: random(3) === 0 ? target?.id : undefined }, { signer, timestamp: 1_700_000_060_000 + random(4_000_000) })
    }
    if (message.header.kind === 'post') own.push(message)
    messages.push(random(50) === 0 && message.header.kind === 'post' ? stripped(message) : message)
  }
  // A stretch that came backwards, as from a sync.
  const at = random(count)
  const stretch = messages.splice(at, 200).reverse()
  messages.splice(at, 0, ...stretch)
  return messages
}

describe('a hub that is opened again', () => {
  test('[R17] has the set and the catalog that it had, from pages and from the log, whatever happened before', async () => {
    let pages = 0
    const shapes = new Set<number>()
    await fc.assert(fc.asyncProperty(fc.nat(), async (seed) => {
      const { below: random } = createRandom(seed)
      const first = await openShelf()
      for (const message of historyOf(random, 2 * pageRows + 300)) await first.take(message)
      const expected = await stateOf(first)
      const second = await first.reopened()
      expect(await stateOf(second)).toEqual(expected)
      for (const [, value] of await second.store.getValues('catalog/', { limit: 9 })) {
        pages += 1
        for (const shape of readPage(value)?.shapes ?? []) shapes.add(shape)
      }
      // Without its pages it is the same again.
      for (const event of [1, pageRows + 1]) await second.store.putValue(pageKey(event), undefined)
      const third = await second.reopened()
      expect(await stateOf(third)).toEqual(expected)
      expect(await stateOf(await third.reopened())).toEqual(expected)
    }), { numRuns: 6 })
    expect(pages).toBeGreaterThanOrEqual(12)
    expect([...shapes].sort()).toEqual([rowShapes.whole, rowShapes.ordinary, rowShapes.bodyless])
  })

  test('a damaged page is made again from the log', async () => {
    const shelf = await openShelf()
    const ann = createPen('ann')
    await shelf.take(ann.introduce())
    for (let count = 0; count < pageRows; count += 1) await shelf.take(ann.write({ kind: 'post', text: `${count}`, parent: undefined }))
    const expected = await stateOf(shelf)
    await shelf.store.append([])
    const page = await shelf.store.getValue(pageKey(1)) as Uint8Array
    page[500] = (page[500] ?? 0) ^ 1
    await shelf.store.putValue(pageKey(1), page)
    const opened = await shelf.reopened()
    expect(await stateOf(opened)).toEqual(expected)
    await opened.store.append([])
    expect(readPage(await opened.store.getValue(pageKey(1)))).toBeDefined()
  })

  test('what was dropped stays a member, out of sight; erased bodies stay away', async () => {
    const shelf = await openShelf()
    const ann = createPen('ann')
    await shelf.take(ann.introduce())
    const posts: Message[] = []
    for (let count = 0; count < 2 * pageRows; count += 1) {
      const post = ann.write({ kind: 'post', text: `${count}`, parent: undefined })
      posts.push(post)
      await shelf.take(post)
    }
    const dropped = posts.slice(10, 20)
    const erased = posts.slice(30, 40)
    await shelf.messages.drop(dropped.map(({ id }) => shelf.set.memberOf(id)))
    await shelf.messages.eraseBodies(erased.map(({ id }) => id))
    for (const { id } of erased) shelf.set.bodyErased(id, 0)
    await shelf.messages.bodiesErased(erased.map(({ id }) => id))
    for (const reopened of [false, true]) {
      const { messages, set } = reopened ? await shelf.reopened() : shelf
      for (const { id } of dropped) {
        expect(set.has(id)).toBe(true)
        expect(await messages.get(id)).toBeUndefined()
      }
      for (const { id } of erased) {
        expect((await messages.get(id))?.message.body).toBeUndefined()
        expect(set.hasBody(set.memberOf(id))).toBe(false)
      }
      expect(await messages.query({ until: posts[25]!.header.timestamp, since: posts[5]!.header.timestamp })).toHaveLength(21 - 10)
    }
  })
})
