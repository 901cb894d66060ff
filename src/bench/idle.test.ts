import { expect, test } from 'vitest'
import { idle } from './idle.ts'

test('bench idle: two equal hubs compare twice a minute each, for at most 100 bytes', async () => {
  const result = await idle.run({ messages: 200, ticks: 24 })
  expect(result).toMatchObject({ messages: 200, ticks: 24 })
  expect(result.comparisons).toBeGreaterThanOrEqual(4)
  expect(result.comparisons).toBeLessThanOrEqual(12)
  expect(result.bytesPerComparison).toBeLessThanOrEqual(100)
})
