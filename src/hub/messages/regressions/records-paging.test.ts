/** Paging through records ends early when the record of the cursor was written again, deleted or removed meanwhile. */
import { expect, test } from 'vitest'
import type { MessageId } from '../../../message/types.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'
import { createViews } from '../views.ts'

for (const change of ['written again', 'deleted', 'removed'] as const) {
  test(`the next page of records is there when the record of the cursor was ${change} meanwhile`, async () => {
    const shelf = await openShelf()
    const ann = createPen('ann')
    await shelf.take(ann.introduce())
    for (let key = 0; key < 10; key += 1) await shelf.take(ann.write({ kind: 'record', collection: 'todo', key: `${key}`, value: Uint8Array.of(key) }))
    const views = createViews(shelf.messages, shelf.set)
    const first = await views.records('todo', undefined, 5, undefined)
    expect(first.map(({ key }) => key)).toEqual(['9', '8', '7', '6', '5'])
    const cursor = first.at(-1)!.id as MessageId
    await shelf.take(ann.write(change === 'removed' ? { kind: 'remove', target: cursor } : { kind: 'record', collection: 'todo', key: '5', value: change === 'deleted' ? undefined : Uint8Array.of(55) }))
    const second = await views.records('todo', undefined, 5, cursor)
    expect(second.map(({ key }) => key)).toEqual(['4', '3', '2', '1', '0'])
  })
}
