import { expect, test } from 'vitest'
import { messageStoreContract } from './contract-suite.ts'
import { numbered, sampleMessages } from './fixtures/sample-messages.ts'
import { createMemoryDisk, openMemoryStore } from './memory.ts'

messageStoreContract('memory', () => {
  const disk = createMemoryDisk()
  return Promise.resolve({ open: options => openMemoryStore(disk, options) })
}, { hasDisk: false, canFill: false })

test('[S8] opening a memory disk again cuts off who had it open, as a crash would', async () => {
  const disk = createMemoryDisk()
  const crashed = await openMemoryStore(disk)
  await crashed.append(sampleMessages(2))
  const restarted = await openMemoryStore(disk)
  await expect(crashed.append(sampleMessages(1))).rejects.toMatchObject({ code: 'stopped' })
  expect(await restarted.read(1, 10)).toEqual(numbered(sampleMessages(2)))
  await expect(crashed.destroy()).rejects.toMatchObject({ code: 'storage-blocked' })
  expect(restarted.lastEvent).toBe(2)
})
