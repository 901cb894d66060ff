import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { samplePost } from '../../data/samples.ts'
import type { MessageView } from '../../../worker/api.ts'
import { threadOrder } from './thread-order.ts'

const answer = (index: number, to: MessageView | string): MessageView =>
  samplePost(index, { body: { text: `post ${index}`, parent: typeof to === 'string' ? to : to.id } })
const shown = (posts: ReturnType<typeof threadOrder>): string[] => posts.map(({ message, depth }) => `${' '.repeat(depth)}${String(message.body?.text)}`)

describe('a thread', () => {
  const first = samplePost(0)

  test('has each answer below what it answers, and says whom it answers where that is further up', () => {
    const one = answer(1, first)
    const two = answer(2, first)
    const below = answer(3, one)
    const posts = threadOrder({ first, answers: [one, two, below], count: 3, reactions: [{ id: two.id, reactions: [{ type: 'agree', count: 1, own: false }] }] })
    expect(shown(posts)).toEqual(['post 0', ' post 1', '  post 3', ' post 2'])
    expect(posts.map(({ answers }) => answers?.id ?? null)).toEqual([null, null, null, first.id])
    expect(posts.at(-1)?.reactions).toHaveLength(1)
  })

  test('has answers to what is not shown below its first post', () => {
    expect(shown(threadOrder({ first, answers: [answer(4, 'ff'.repeat(32))], count: 9, reactions: [] }))).toEqual(['post 0', ' post 4'])
  })

  test('has every post once, whatever they answer', () => {
    fc.assert(fc.property(fc.array(fc.nat(12), { maxLength: 12 }), (parents) => {
      const answers = parents.map((parent, index) => answer(index + 1, samplePost(parent).id))
      const posts = threadOrder({ first, answers, count: answers.length, reactions: [] })
      const ids = posts.map(({ message }) => message.id)
      expect(new Set(ids).size).toBe(ids.length)
      // What answers itself in a circle stands below nothing; nobody can sign such messages, as an id is a hash.
      const acyclic = parents.every((parent, index) => parent <= index)
      if (acyclic) expect(ids).toHaveLength(answers.length + 1)
    }))
  })
})
