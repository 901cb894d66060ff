/** One drop that fails, and room is never made again; and the epoch that is kept from can lie in the future. */
import { expect, test } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import { createEventLog } from '../../../base/event-log.ts'
import { epochOf } from '../../../message/epoch.ts'
import { startMs } from '../../fixtures/author.ts'
import { createPen, openShelf } from '../../messages/fixtures/shelf.ts'
import { createRetention, type Retention } from '../../retention.ts'

const hourMs = 3_600_000
const full = new HubError('storage-full', 'full')
const log = createEventLog(() => startMs)
const once = (): (() => Promise<string>) => {
  let writes = 0
  return async () => { if (writes++ === 0) throw full; return 'written' }
}

test('room is made after a drop that failed once', async () => {
  const shelf = await openShelf()
  const pen = createPen('other')
  await shelf.take(pen.introduce())
  for (let hour = 0; hour < 600; hour += 1) await shelf.take(pen.write({ kind: 'post', text: `hour ${hour}`, parent: undefined }, { timestamp: startMs + hour * hourMs }))
  const retention = await createRetention({ store: shelf.store, set: shelf.set, messages: shelf.messages, isOwn: () => false, log, now: () => Date.now() })
  const drop = shelf.store.drop.bind(shelf.store)
  shelf.store.drop = async () => Promise.reject(new HubError('storage-busy', 'busy'))
  await expect(withRoom(retention, once())).rejects.toMatchObject({ code: 'storage-busy' })
  shelf.store.drop = drop
  expect(await withRoom(retention, once())).toBe('written')
})

test('making room never refuses what is written from now on', async () => {
  const shelf = await openShelf()
  const pen = createPen('other')
  await shelf.take(pen.introduce())
  const nowMs = startMs + 600 * hourMs
  for (let count = 0; count < 600; count += 1) await shelf.take(pen.write({ kind: 'post', text: `${count}`, parent: undefined }, { timestamp: nowMs - count }))
  const retention = await createRetention({ store: shelf.store, set: shelf.set, messages: shelf.messages, isOwn: () => false, log, now: () => nowMs })
  await withRoom(retention, once()).catch(() => undefined)
  expect(retention.minEpoch).toBeLessThanOrEqual(epochOf(nowMs))
  expect(retention.keeps(pen.write({ kind: 'post', text: 'new', parent: undefined }, { timestamp: nowMs + 1 }).header)).toBe(true)
})

/** As the runtime writes. */
async function withRoom<T> (retention: Retention, write: () => Promise<T>): Promise<T> {
  return write().catch(async (thrown: unknown) => retention.writeAgain(thrown, write))
}
