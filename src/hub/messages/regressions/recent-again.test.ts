/** Who resumes from memory hears what who resumes from the log does not: dropped messages, erased bodies, a completed message twice. */
import { expect, test } from 'vitest'
import type { Message } from '../../../message/types.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'

test('resuming from memory and from the log says the same', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  const posts: Message[] = ['late body', 'erased', 'dropped', 'plain'].map(text => ann.write({ kind: 'post', text, parent: undefined }))
  const [late, erased, dropped] = posts as [Message, Message, Message]
  await shelf.take(ann.introduce())
  await shelf.take({ ...late, body: undefined, bytes: { ...late.bytes, body: undefined } })
  for (const message of posts.slice(1)) await shelf.take(message)
  await shelf.take(late)
  await shelf.messages.eraseBodies([erased.id])
  shelf.set.bodyErased(erased.id, 0)
  await shelf.messages.drop([shelf.set.memberOf(dropped.id)])
  const told = async ({ messages }: typeof shelf): Promise<unknown> =>
    (await messages.fromEvent(1, 100)).entries.map(({ event, message: { id, body } }) => [event, id, body])
  const before = await told(shelf)
  expect(before).toEqual(await told(await shelf.reopened()))
})
