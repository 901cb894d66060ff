import { expect, test } from 'vitest'
import type { Message } from '../../message/types.ts'
import { checkedAtOnceMax, createChecking } from './checking.ts'

const messages = (count: number): Message[] => Array.from({ length: count }, () => ({} as unknown as Message))

test('[S14] no more signatures are asked for at once than the verifier has room for, and all are answered', async () => {
  let [open, most] = [0, 0]
  const check = createChecking(async (asked) => {
    most = Math.max(most, open += asked.length)
    await new Promise((resolve) => { setImmediate(resolve) })
    open -= asked.length
    return asked.map(() => true)
  })
  const answers = await Promise.all(Array.from({ length: 100 }, async () => check(messages(60))))
  expect(answers.every(({ length }) => length === 60)).toBe(true)
  expect(most).toBeGreaterThan(checkedAtOnceMax - 60)
  expect(most).toBeLessThanOrEqual(checkedAtOnceMax)
})

test('[S14] what the platform fails at is told to who asked, and holds up nobody else; a batch above the limit goes alone', async () => {
  let fails = true
  const check = createChecking(async (asked) => {
    await Promise.resolve()
    if (fails) throw new Error('no platform')
    return asked.map(() => true)
  })
  await expect(check(messages(checkedAtOnceMax))).rejects.toThrow('no platform')
  fails = false
  expect(await check(messages(2 * checkedAtOnceMax))).toHaveLength(2 * checkedAtOnceMax)
})
