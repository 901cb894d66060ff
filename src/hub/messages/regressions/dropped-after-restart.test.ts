/** "What a hub drops to make room stays a member of its set": not where the page was written early before. */
import { expect, test } from 'vitest'
import { createPen, openShelf } from '../fixtures/shelf.ts'
import type { Message } from '../../../message/types.ts'

test('what is dropped after a restart behind a page that was written early stays a member', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  await shelf.take(ann.introduce())
  const posts: Message[] = []
  for (let count = 0; count < 100; count += 1) posts.push(ann.write({ kind: 'post', text: `${count}`, parent: undefined }))
  for (const post of posts.slice(0, 50)) await shelf.take(post)
  await shelf.messages.drop(posts.slice(0, 5).map(({ id }) => shelf.set.memberOf(id))) // writes the page early: 51 rows
  const second = await shelf.reopened()
  for (const post of posts.slice(50)) await second.take(post)
  await second.messages.drop(posts.slice(60, 65).map(({ id }) => second.set.memberOf(id)))
  const members = second.set.size()
  const third = await second.reopened()
  expect(third.set.size()).toBe(members)
  for (const { id } of posts) expect(third.set.has(id)).toBe(true)
})
