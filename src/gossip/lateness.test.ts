import { expect, test } from 'vitest'
import { createLateness } from './lateness.ts'

test('[G29] what is expected follows the latest message at once, and forgets it by half in 700 messages', () => {
  const lateness = createLateness()
  expect(lateness.expectedMs()).toBe(625)
  lateness.observe(1_000)
  expect(lateness.expectedMs()).toBe(1_250)
  for (let count = 0; count < 700; count += 1) lateness.observe(0)
  expect(lateness.expectedMs() / 1_250).toBeCloseTo(0.5, 1)
})
