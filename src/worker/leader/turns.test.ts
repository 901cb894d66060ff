import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTurns, othersBurst, othersPerSecond, readingsAtOnceMax, restMsMax, type TakeTurn } from './turns.ts'

describe('[T11] the turns of a page\'s calls', () => {
  let take: TakeTurn
  let begun: number
  beforeEach(() => {
    vi.useFakeTimers()
    take = createTurns()
    begun = 0
  })
  afterEach(() => { vi.useRealTimers() })

  const lasting = (ms: number) => async (): Promise<void> => {
    begun += 1
    await new Promise((resolve) => { setTimeout(resolve, ms) })
  }

  test('readings go four at a time, and rest as long as they took, a quarter of a second at most', async () => {
    for (let call = 0; call < 12; call += 1) take('query', lasting(100))
    expect(begun).toBe(readingsAtOnceMax)
    await vi.advanceTimersByTimeAsync(199)
    expect(begun, 'they took 100 ms and rest').toBe(readingsAtOnceMax)
    await vi.advanceTimersByTimeAsync(1)
    expect(begun).toBe(2 * readingsAtOnceMax)
    for (let call = 0; call < 4; call += 1) take('frontier', lasting(2_000))
    await vi.advanceTimersByTimeAsync(400)
    expect(begun).toBe(16)
    take('tree', lasting(1))
    await vi.advanceTimersByTimeAsync(1_999 + restMsMax)
    expect(begun).toBe(16)
    await vi.advanceTimersByTimeAsync(1)
    expect(begun, 'a long one rests no longer than the longest rest').toBe(17)
  })

  test('short readings of a page that draws are not slowed', async () => {
    for (let call = 0; call < 10; call += 1) take('status', lasting(1))
    await vi.advanceTimersByTimeAsync(6)
    expect(begun).toBe(10)
  })

  test('other calls are carried out at their pace, in their order, and what waits long keeps nobody waiting', async () => {
    const order: number[] = []
    for (let call = 0; call < othersBurst + 100; call += 1) take('apps.publish', async () => { order.push(call) })
    expect(order).toHaveLength(othersBurst)
    await vi.advanceTimersByTimeAsync(100)
    expect(order.length).toBeLessThanOrEqual(othersBurst + othersPerSecond / 10 + 1)
    await vi.advanceTimersByTimeAsync(200)
    expect(order).toEqual(Array.from({ length: othersBurst + 100 }, (_, call) => call))
    take('whenSynced', lasting(30_000))
    take('publish', async () => { order.push(-1) })
    await vi.advanceTimersByTimeAsync(20)
    expect(order.at(-1)).toBe(-1)
  })
})
