/** checkQuery lets null through as "not given", and so does a subscription's filter; a query takes it as a value. */
import { expect, test } from 'vitest'
import type { Query } from '../../api.ts'
import { createPen, openShelf } from '../fixtures/shelf.ts'

for (const name of ['author', 'kind', 'collection', 'since', 'until', 'limit', 'offset', 'order', 'after', 'standing']) {
  test(`${name}: null is as if it were left out`, async () => {
    const shelf = await openShelf()
    const ann = createPen('ann')
    await shelf.take(ann.introduce())
    for (let count = 0; count < 3; count += 1) await shelf.take(ann.write({ kind: 'post', text: `${count}`, parent: undefined }))
    const query = { [name]: null } as unknown as Query
    expect(await shelf.messages.query(query)).toHaveLength(4)
  })
}
