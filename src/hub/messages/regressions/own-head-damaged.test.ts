/** The page says that the newest message of this device is a member; its bytes cannot be read: the device begins again with number 1. */
import { expect, test } from 'vitest'
import { pageRows } from '../../messages/pages.ts'
import { createWriter, say } from '../../fixtures/writer.ts'

test('a damaged block does not make a device give numbers twice that the set knows', async () => {
  const first = await createWriter('a')
  let last = await say(first, 'first')
  while (first.disk.events.length < pageRows) last = await say(first, `${first.disk.events.length}`)
  await first.runtime.settled()
  await first.store.close()
  first.disk.events[pageRows - 1] = undefined // the disk has damaged the last block
  const second = await createWriter('a', { disk: first.disk })
  expect(second.runtime.set.has(last.id)).toBe(true)
  const next = await say(second, 'next')
  expect(next.seq).toBe(last.seq + 1)
  expect(second.log.read({ type: 'fork' })).toEqual([])
})
