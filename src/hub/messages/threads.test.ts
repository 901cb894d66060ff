import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Message } from '../../message/types.ts'
import { startMs } from '../fixtures/author.ts'
import { createPen, openShelf } from './fixtures/shelf.ts'
import { postsBelow } from './threads.ts'

const hourMs = 3_600_000

test('below a post is everything that answers it, or answers such an answer, however late its clock; oldest first', async () => {
  let deep = 0
  const posts = fc.array(fc.record({ parent: fc.nat(12), clockMs: fc.constantFrom(0, 0, 0, -hourMs) }), { minLength: 1, maxLength: 12 })
  await fc.assert(fc.asyncProperty(posts, async (given) => {
    const shelf = await openShelf()
    const ann = createPen('ann')
    await shelf.take(ann.introduce())
    const written: Message[] = []
    const rootOf: Message[] = []
    let late = 0
    for (const [index, { parent, clockMs }] of given.entries()) {
      const answered = index === 0 ? undefined : written[parent % (index + 1)]
      // As many late clocks one after the other as are followed.
      const isLate = clockMs < 0 && late < 3
      if (isLate) late += 1
      const post = ann.write({ kind: 'post', text: `${index}`, parent: answered?.id }, { timestamp: startMs + 9 * hourMs + index + (isLate ? clockMs * late : 0) })
      await shelf.take(post)
      written.push(post)
      rootOf.push(answered === undefined ? post : rootOf[written.indexOf(answered)]!)
    }
    const roots = written.filter(post => rootOf[written.indexOf(post)] === post)
    const below = postsBelow(roots.map(({ id }) => id), shelf.messages, shelf.set)
    for (const [place, root] of roots.entries()) {
      const answers = written.filter((post, index) => post !== root && rootOf[index] === root)
        .toSorted((one, other) => one.header.timestamp - other.header.timestamp || (one.id < other.id ? -1 : 1))
      deep = Math.max(deep, answers.length)
      expect(below[place]!.members.map(member => shelf.set.idOf(member))).toEqual(answers.map(({ id }) => id))
    }
  }), { numRuns: 60 })
  expect(deep).toBeGreaterThan(4)
})

test('below a post that is not here, and of no posts at all, is what is known of it', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  await shelf.take(ann.introduce())
  const absent = 'ab'.repeat(32) as Message['id']
  const answer = ann.write({ kind: 'post', text: 'to what is not here', parent: absent })
  await shelf.take(answer)
  expect(postsBelow([absent], shelf.messages, shelf.set)[0]!.members.map(member => shelf.set.idOf(member))).toEqual([answer.id])
  expect(postsBelow([], shelf.messages, shelf.set)).toEqual([])
})
