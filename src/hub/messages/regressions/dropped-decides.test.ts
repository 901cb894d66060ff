/**
 * "What a hub drops to make room stays a member of its set" and R1: after a restart a dropped member is gone where it is out of
 * the ordinary (R17): a feed that was revoked before it, a fork, a target whose remove came first, a scope by collection. With it go what it decided.
 */
import { expect, test } from 'vitest'
import { keyOf } from '../../../message/set/fixtures/build.ts'
import type { Message } from '../../../message/types.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'

test('what a dropped keepHead keeps stays so: a removed message does not show again after a restart', async () => {
  const shelf = await openShelf()
  const ann = createPen('ann')
  const stolen = keyOf('stolen')
  const target = ann.write({ kind: 'post', text: 'removed', parent: undefined })
  const remove = ann.write({ kind: 'remove', target: target.id }, { signer: stolen })
  const head = ann.write({ kind: 'post', text: 'the last that ann wrote there', parent: undefined }, { signer: stolen })
  const introductions = [ann.introduce(), ann.introduce(stolen)]
  const revocation = ann.root({ kind: 'signer-remove', signer: stolen, keepHead: head.id })
  for (const message of [...introductions, target, remove, revocation, head]) await shelf.take(message) // the revocation came first, as from a sync
  expect(shelf.set.standing(target.id)).toBe('removed')
  await shelf.messages.drop([shelf.set.memberOf(head.id)])
  expect(shelf.set.standing(target.id)).toBe('removed')
  const again = await shelf.reopened()
  expect(again.set.standing(target.id)).toBe('removed')
  expect(again.set.has(head.id)).toBe(true)
})

const cases: Array<[string, (pen: ReturnType<typeof createPen>) => { before: Message[], dropped: Message[] }]> = [
  ['of a revoked device', (ann) => {
    const second = keyOf('second')
    const introductions = [ann.introduce(), ann.introduce(second)]
    return { before: [...introductions, ann.root({ kind: 'signer-remove', signer: second, keepHead: undefined })], dropped: [ann.write({ kind: 'post', text: 'x', parent: undefined }, { signer: second })] }
  }],
  ['that was removed before it came', (ann) => {
    const post = ann.write({ kind: 'post', text: 'x', parent: undefined })
    return { before: [ann.introduce(), ann.write({ kind: 'remove', target: post.id })], dropped: [post] }
  }],
  ['that is a fork', (ann) => {
    const forks = ['1', '2'].map(text => ann.write({ kind: 'post', text, parent: undefined }, { seq: 1 }))
    return { before: [ann.introduce()], dropped: forks }
  }],
  ['whose device may write one collection', (ann) => {
    const device = keyOf('app')
    return {
      before: [ann.introduce(device, { kinds: ['record'], collections: ['todo'] })],
      dropped: [ann.write({ kind: 'record', collection: 'todo', key: 'k', value: new Uint8Array(1) }, { signer: device })]
    }
  }]
]

test.each(cases)('a dropped message %s stays a member', async (_, make) => {
  const shelf = await openShelf()
  const { before, dropped } = make(createPen('ann'))
  for (const message of [...before, ...dropped]) await shelf.take(message)
  await shelf.messages.drop(dropped.map(({ id }) => shelf.set.memberOf(id)))
  const again = await shelf.reopened()
  expect(dropped.map(({ id }) => again.set.has(id))).toEqual(dropped.map(() => true))
})
