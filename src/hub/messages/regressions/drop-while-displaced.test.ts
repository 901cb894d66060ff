/** `drop` marks members by the numbers they had before it waited for the disk. */
import { expect, test } from 'vitest'
import type { Message } from '../../../message/types.ts'
import { startMs } from '../../fixtures/author.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'

test('a message that gets the number of one that was displaced while it was dropped is found', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  const ben = createPen('ben')
  for (const pen of [ann, ben]) await shelf.take(pen.introduce())
  const forks: Message[] = []
  for (let count = 0; count < 12; count += 1) forks.push(ann.write({ kind: 'post', text: `fork ${count}`, parent: undefined }, { seq: 1 }))
  forks.sort((one, other) => one.id < other.id ? 1 : -1) // the highest first
  for (const fork of forks.slice(0, 4)) await shelf.take(fork)
  const dropping = shelf.messages.drop(forks.slice(0, 4).map(({ id }) => shelf.set.memberOf(id)))
  // Meanwhile a lower fork comes and takes the place of the highest.
  const lower = forks[4]!
  for (const change of shelf.set.offer(lower, startMs, { stored: true }).changes) if (change.type === 'displaced') shelf.messages.displaced(change.member, change.id)
  await dropping
  const post = ben.write({ kind: 'post', text: 'innocent', parent: undefined })
  await shelf.take(post)
  expect((await shelf.messages.query({ author: ben.author, kind: 'post' })).map(({ message }) => message.id)).toEqual([post.id])
})
