/**
 * A drop or a damaged block that the page does not know of: queries count rows that cannot be read towards their limit, and
 * give fewer messages than asked for, or none, though there are more. Who pages by "fewer than limit" ends there; who gets none has no cursor to go on.
 */
import { expect, test } from 'vitest'
import type { Message } from '../../../message/types.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'
import { pageRows } from '../pages.ts'

test('a full page of messages is given as long as there are that many', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  await shelf.take(ann.introduce())
  const posts: Message[] = []
  for (let count = 0; count < pageRows; count += 1) posts.push(ann.write({ kind: 'post', text: `${count}`, parent: undefined }))
  for (const post of posts) await shelf.take(post)
  await shelf.messages.settled()
  await shelf.store.drop(Array.from({ length: 100 }, (_, index) => index + 2)) // killed before the page was written
  const again = await shelf.reopened()
  const page = await again.messages.query({ kind: 'post', order: 'ascending', limit: 50 })
  expect(page.map(({ message }) => message.id)).toEqual(posts.slice(100, 150).map(({ id }) => id))
})
