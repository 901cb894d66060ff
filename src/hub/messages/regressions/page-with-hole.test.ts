/**
 * A page that is written early over a hole in the numbers gives every message behind the hole another's number: other
 * messages are shown for it, and the next drop or erasure destroys another message.
 */
import { expect, test } from 'vitest'
import { createPen, openShelf, type Shelf } from '../fixtures/shelf.ts'
import type { Message } from '../../../message/types.ts'

/** Twenty-five devices, and a post of each: events 26 to 50. */
async function openWithHole (): Promise<{ shelf: Shelf, posts: Message[] }> {
  const shelf = await openShelf()
  const pens = Array.from({ length: 25 }, (_, number) => createPen(`pen ${number}`))
  for (const pen of pens) await shelf.take(pen.introduce())
  const posts: Message[] = []
  for (const [number, pen] of pens.entries()) {
    const post = pen.write({ kind: 'post', text: `${number}`, parent: undefined })
    posts.push(post)
    await shelf.take(post)
  }
  // The process is killed after the store has dropped, before the page is written. A damaged block, or a stored message that is refused, does the same.
  await shelf.store.drop([28])
  return { shelf: await shelf.reopened(), posts: posts.filter((_, index) => index !== 2) }
}

async function erase ({ messages, set }: Shelf, { id }: Message): Promise<void> {
  await messages.eraseBodies([id])
  set.bodyErased(id, 0)
}

test('a drop that was cut off before its page was written, and an erasure after the restart: each id gives its own message', async () => {
  const { shelf, posts } = await openWithHole()
  await erase(shelf, posts[15]!)
  const { messages } = await shelf.reopened()
  expect(await Promise.all(posts.map(async ({ id }) => (await messages.get(id))?.message.id))).toEqual(posts.map(({ id }) => id))
})

test('… and an erasure takes the body that was meant', async () => {
  const { shelf, posts } = await openWithHole()
  await erase(shelf, posts[15]!)
  const again = await shelf.reopened()
  await erase(again, posts[10]!)
  const bodyless = again.disk.events.flatMap(event => event != null && event.bytes.body == null ? [event.id] : [])
  expect(bodyless.sort()).toEqual([posts[10]!.id, posts[15]!.id].sort())
})
