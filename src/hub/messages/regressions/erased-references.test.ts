/** "Opening the same store again says the same": an erased answer becomes a post that answers nothing. */
import { expect, test } from 'vitest'
import { createPen, openShelf } from '../fixtures/shelf.ts'

test('an erased answer is the same after a restart', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  const first = ann.write({ kind: 'post', text: 'first', parent: undefined })
  const answer = ann.write({ kind: 'post', text: 'answer', parent: first.id })
  for (const message of [ann.introduce(), first, answer, ann.write({ kind: 'remove', target: answer.id })]) await shelf.take(message)
  await shelf.messages.eraseBodies([answer.id])
  shelf.set.bodyErased(answer.id, 0)
  const asked = async ({ messages }: typeof shelf): Promise<unknown> => ({
    answers: (await messages.query({ parent: first.id })).map(({ message }) => message.id),
    top: (await messages.query({ parent: null })).map(({ message }) => message.id)
  })
  const before = await asked(shelf)
  // As after a kill: the early page was not written; or an answer whose body never came.
  await shelf.messages.settled()
  await shelf.store.putValue('catalog/0000000000', undefined)
  expect(await asked(await shelf.reopened())).toEqual(before)
})
test('a message without its body is no post that answers nothing', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  const first = ann.write({ kind: 'post', text: 'first', parent: undefined })
  const answer = ann.write({ kind: 'post', text: 'answer', parent: first.id })
  const { id, header, bytes } = answer
  for (const message of [ann.introduce(), first, { id, header, body: undefined, bytes: { ...bytes, body: undefined } }]) await shelf.take(message)
  expect((await shelf.messages.query({ parent: null })).map(({ message }) => message.id)).toEqual([first.id])
})
