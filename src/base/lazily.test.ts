import { describe, expect, test } from 'vitest'
import { HubError } from './errors.ts'
import { lazily } from './lazily.ts'

describe('a part that is loaded when it is needed', () => {
  test('is loaded once, and not before', async () => {
    let loads = 0
    const part = lazily(async () => ++loads)
    expect(loads).toBe(0)
    expect(await Promise.all([part(), part()])).toEqual([1, 1])
    expect(await part()).toBe(1)
  })

  test('is loaded again when that failed, and says so with a code', async () => {
    const outcomes: Error[] = [new TypeError('Failed to fetch'), new HubError('storage-full', 'Full.')]
    const part = lazily(async () => {
      const outcome = outcomes.shift()
      if (outcome != null) throw outcome
      return 'here'
    })
    await expect(part()).rejects.toMatchObject({ code: 'stopped' })
    await expect(part()).rejects.toMatchObject({ code: 'storage-full' })
    expect(await part()).toBe('here')
  })
})
