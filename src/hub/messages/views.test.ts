import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { keyOf } from '../../message/set/fixtures/build.ts'
import type { Body, Message, MessageId } from '../../message/types.ts'
import { startMs } from '../fixtures/author.ts'
import { createPen, openShelf, type Shelf } from './fixtures/shelf.ts'
import { createViews, type Views } from './views.ts'

const names = ['ann', 'ben', 'cem']
const targets = ['11'.repeat(32), '22'.repeat(32)] as MessageId[]

interface Write { readonly author: number, readonly timestamp: number, readonly target: number, readonly name: number, readonly set: boolean, readonly kind: 'reaction' | 'link' | 'profile' | 'record' }

const writes = fc.array(fc.record<Write>({
  author: fc.nat(2), timestamp: fc.nat(4), target: fc.nat(1), name: fc.nat(1), set: fc.boolean(), kind: fc.constantFrom('reaction', 'link', 'profile', 'record')
}), { maxLength: 30 })

function bodyOf ({ kind, target, name, set }: Write, number: number): Body {
  switch (kind) {
    case 'reaction': return { kind, target: targets[target]!, type: `type ${name}`, set }
    case 'link': return { kind, target: keyOf(`friend ${target}`), type: `type ${name}`, set }
    case 'profile': return { kind, field: `field ${name}`, value: `value ${number}` }
    case 'record': return { kind, collection: `collection ${name}`, key: `key ${target}`, value: set ? Uint8Array.of(number) : undefined }
  }
}

/** What counts at the end, as one would write it down: the last write of each slot, by (timestamp, unset before set, id). */
function lastWrites (messages: readonly Message[]): Message[] {
  const isSet = ({ body }: Message): boolean => (body?.kind === 'reaction' || body?.kind === 'link') ? body.set : body?.kind !== 'record' || body.value !== undefined
  const slotOf = ({ header, body }: Message): string | undefined => {
    if (body?.kind === 'reaction' || body?.kind === 'link') return [header.author, body.kind, body.target, body.type].join()
    if (body?.kind === 'profile') return [header.author, body.field].join()
    return body?.kind === 'record' ? [header.author, body.collection, body.key].join() : undefined
  }
  const order = (one: Message, other: Message): number => one.header.timestamp - other.header.timestamp ||
    Number(isSet(one)) - Number(isSet(other)) || (one.id < other.id ? -1 : 1)
  const last = new Map<string, Message>()
  for (const message of messages.toSorted(order)) {
    const slot = slotOf(message)
    if (slot !== undefined) last.set(slot, message)
  }
  return [...last.values()].filter(isSet)
}

async function shelfOf (messages: readonly Message[]): Promise<{ shelf: Shelf, views: Views }> {
  const shelf = await openShelf()
  for (const message of messages) await shelf.take(message)
  return { shelf, views: createViews(shelf.messages, shelf.set) }
}

test('the last write wins by time, unset before set, id; in any order of arrival', async () => {
  let shown = 0
  await fc.assert(fc.asyncProperty(writes, fc.nat(), async (given, seed) => {
    const random = createRandom(seed)
    const pens = names.map(createPen)
    const introductions = pens.map(pen => pen.introduce())
    const messages = given.map((write, number) => pens[write.author]!.write(bodyOf(write, number), { timestamp: startMs + write.timestamp }))
    const shuffled = messages.map(message => ({ message, at: random.next() })).sort((one, other) => one.at - other.at).map(({ message }) => message)
    const { views } = await shelfOf([...introductions, ...shuffled])
    const winners = lastWrites(messages)
    shown += winners.length

    const reactions = await views.reactions(targets, pens[0]!.author)
    for (const [place, target] of targets.entries()) {
      const set = winners.flatMap(({ header: { author }, body }) => body?.kind === 'reaction' && body.target === target ? [{ author, type: body.type }] : [])
      const types = [...new Set(set.map(({ type }) => type))]
      expect(await views.reactions([target], pens[0]!.author), 'asked for alone').toEqual([reactions[place]])
      expect(reactions[place]!.toSorted((one, other) => one.type < other.type ? -1 : 1)).toEqual(types.sort().map(type => ({
        type,
        count: set.filter(reaction => reaction.type === type).length,
        own: set.some(reaction => reaction.type === type && reaction.author === pens[0]!.author)
      })))
    }
    for (const { author } of pens) {
      const links = winners.flatMap(({ id, header: { author: by, timestamp }, body }) =>
        body?.kind === 'link' && by === author ? [{ id, author, target: body.target, type: body.type, timestamp }] : [])
      expect(new Set(await views.links({ author }, 99))).toEqual(new Set(links))
      const fields = winners.flatMap(({ header, body }) => body?.kind === 'profile' && header.author === author ? [[body.field, body.value]] : [])
      expect(await views.profile(author)).toEqual({ author, fields: Object.fromEntries(fields) as unknown })
    }
    for (const collection of ['collection 0', 'collection 1']) {
      const records = winners.flatMap(({ header: { author }, body }) => body?.kind === 'record' && body.collection === collection ? [[author, body.key, [...body.value ?? []]].join()] : [])
      const paged: string[] = []
      let after: MessageId | undefined
      for (;;) {
        const page = await views.records(collection, undefined, 2, after)
        paged.push(...page.map(({ author, key, value }) => [author, key, [...value]].join()))
        if (page.length < 2) break
        after = page[1]!.id as MessageId
      }
      expect(paged.toSorted()).toEqual(records.sort())
    }
  }), { numRuns: 150 })
  expect(shown).toBeGreaterThan(200)
})

test('a removed write counts no longer: what was before it does', async () => {
  const ann = createPen('ann')
  const messages = [ann.introduce(), ann.write({ kind: 'profile', field: 'name', value: 'Ann' }), ann.write({ kind: 'profile', field: 'name', value: 'Anna' })]
  const { shelf, views } = await shelfOf(messages)
  expect((await views.profile(ann.author)).fields).toEqual({ name: 'Anna' })
  await shelf.take(ann.write({ kind: 'remove', target: messages[2]!.id }))
  expect((await views.profile(ann.author)).fields).toEqual({ name: 'Ann' })
})

test('a thread: what a post answers, and how many answers there are', async () => {
  const ann = createPen('ann')
  const posts = [ann.write({ kind: 'post', text: 'first', parent: undefined })]
  for (let depth = 1; depth < 5; depth += 1) posts.push(ann.write({ kind: 'post', text: `${depth}`, parent: posts.at(-1)!.id }))
  const other = ann.write({ kind: 'post', text: 'another answer', parent: posts[0]!.id })
  const { shelf, views } = await shelfOf([ann.introduce(), ...posts, other])
  const entry = await shelf.messages.get(posts[3]!.id)
  expect((await views.ancestors(entry!)).map(({ message }) => message.id)).toEqual(posts.slice(0, 3).map(({ id }) => id))
  expect(views.replies([posts[0]!.id, posts[4]!.id, other.id])).toEqual([
    { id: posts[0]!.id, replies: 2 }, { id: posts[4]!.id, replies: 0 }, { id: other.id, replies: 0 }
  ])
})
