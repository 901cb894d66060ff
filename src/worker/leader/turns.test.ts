import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  callMs, chargeMsMax, countsAfterMs, createShares, createTurns, creditMsMax, creditMsPerSecond, debtMsMax, readingsAtOnceMax, refusedAsCalls, restMsMax,
  wholeSharesMax, type Turns
} from './turns.ts'

describe('[T11] the turns of a page\'s calls', () => {
  let take: Turns['take']
  let end: Turns['end']
  let begun: number
  beforeEach(() => {
    vi.useFakeTimers()
    ;({ take, end } = createTurns())
    begun = 0
  })
  afterEach(() => { vi.useRealTimers() })

  const lasting = (ms: number) => async (): Promise<boolean> => {
    begun += 1
    await new Promise((resolve) => { setTimeout(resolve, ms) })
    return true
  }
  const atOnce = (isCarriedOut: boolean) => async (): Promise<boolean> => {
    begun += 1
    return isCarriedOut
  }
  /** How many of these calls are begun within `ms`, when there are always more of them. */
  const begunWithin = async (ms: number, path: string, work: () => Promise<boolean>): Promise<number> => {
    const before = begun
    for (let call = 0; call < 2 * calls; call += 1) take(path, work)
    await vi.advanceTimersByTimeAsync(ms)
    return begun - before
  }
  const calls = creditMsMax / callMs
  const callsPerSecond = creditMsPerSecond / callMs

  test('readings go four at a time, and rest as long as they took, a quarter of a second at most', async () => {
    for (let call = 0; call < 12; call += 1) take('query', lasting(100))
    expect(begun).toBe(readingsAtOnceMax)
    await vi.advanceTimersByTimeAsync(199)
    expect(begun, 'they took 100 ms and rest').toBe(readingsAtOnceMax)
    await vi.advanceTimersByTimeAsync(1)
    expect(begun).toBe(2 * readingsAtOnceMax)
    for (let call = 0; call < 4; call += 1) take('frontier', lasting(500))
    await vi.advanceTimersByTimeAsync(400)
    expect(begun).toBe(16)
    take('tree', lasting(1))
    await vi.advanceTimersByTimeAsync(499 + restMsMax)
    expect(begun).toBe(16)
    await vi.advanceTimersByTimeAsync(1)
    expect(begun, 'a long one rests no longer than the longest rest').toBe(17)
  })

  test('a page that draws ten things a second is never kept waiting', async () => {
    for (let second = 0; second < 120; second += 1) {
      for (let call = 0; call < 10; call += 1) take('status', lasting(1))
      await vi.advanceTimersByTimeAsync(6)
      expect(begun).toBe(10 * (second + 1))
      await vi.advanceTimersByTimeAsync(994)
    }
  })

  test('readings have the credit at once, and then what comes back of it', async () => {
    let running = 0
    let busyFrom = 0
    let busyMs = 0
    const work = async (): Promise<boolean> => {
      if (running === 0) busyFrom = performance.now()
      running += 1
      await lasting(30)()
      running -= 1
      if (running === 0) busyMs += performance.now() - busyFrom
      return true
    }
    await begunWithin(10_000, 'query', work)
    expect(busyMs).toBeGreaterThan(0.9 * creditMsMax)
    expect(busyMs).toBeLessThan(creditMsMax + 10.5 * creditMsPerSecond)
    const before = busyMs
    await begunWithin(60_000, 'query', work)
    expect(busyMs - before).toBeLessThan(61 * creditMsPerSecond)
    expect(busyMs - before).toBeGreaterThan(0.9 * 60 * creditMsPerSecond)
  })

  test('a reading that waits for long is charged no more than its limit', async () => {
    take('query', lasting(2 * chargeMsMax))
    await vi.advanceTimersByTimeAsync(2 * chargeMsMax + restMsMax)
    const left = await begunWithin(0, 'publish', atOnce(true)) * callMs
    expect(left).toBeGreaterThan(creditMsMax - chargeMsMax)
    expect(left).toBeLessThan(creditMsMax - chargeMsMax + 3 * creditMsPerSecond)
  })

  test('other calls are charged alike however long they wait, and keep their order', async () => {
    const order: number[] = []
    const all = calls + callsPerSecond
    for (let call = 0; call < all; call += 1) {
      take('apps.publish', async () => {
        order.push(call)
        return call > 0 || new Promise(() => { /* this one waits for ever */ })
      })
    }
    expect(order).toHaveLength(calls)
    await vi.advanceTimersByTimeAsync(500)
    expect(order.length).toBeLessThanOrEqual(calls + callsPerSecond / 2 + 1)
    await vi.advanceTimersByTimeAsync(600)
    expect(order).toEqual(Array.from({ length: all }, (_, call) => call))
  })

  test('what is refused costs as much as ten calls', async () => {
    expect(await begunWithin(0, 'publish', atOnce(false)), 'none of them is answered yet').toBe(calls)
    const backMs = debtMsMax / creditMsPerSecond * 1_000
    await vi.advanceTimersByTimeAsync(backMs - 10)
    expect(begun, 'that is all that can be owed').toBe(calls)
    const later = await begunWithin(60_000, 'query', atOnce(false))
    expect(later).toBeLessThan(62 * callsPerSecond / refusedAsCalls)
    expect(later).toBeGreaterThan(50 * callsPerSecond / refusedAsCalls)
  })

  test('what waits for a page that is gone is dropped', async () => {
    const before = await begunWithin(1_000, 'publish', atOnce(true))
    await begunWithin(1_000, 'query', atOnce(true))
    expect(begun).toBeLessThan(before + 3 * callsPerSecond)
    end()
    const atEnd = begun
    await vi.advanceTimersByTimeAsync(60_000)
    expect(begun).toBe(atEnd)
  })

  test('neither kind of call keeps the other waiting', async () => {
    await begunWithin(1_000, 'publish', atOnce(true))
    const before = begun
    let isRead = false
    take('status', async () => { isRead = true; return true })
    await vi.advanceTimersByTimeAsync(100)
    expect(isRead).toBe(true)
    expect(begun).toBeLessThan(before + callsPerSecond)
  })

  test('many pages have together what five have, and one that is loaded again and again does not begin anew', async () => {
    const shares = createShares()
    const enter = (): { leave: () => void, turns: Turns } => ({ leave: shares.enter(), turns: createTurns(shares.share) })
    const pages = Array.from({ length: 4 * wholeSharesMax }, enter)
    expect(shares.share()).toBe(1 / 4)
    await vi.advanceTimersByTimeAsync(1)
    begun = 0
    for (let call = 0; call < calls; call += 1) pages.at(-1)?.turns.take('publish', atOnce(true))
    await vi.advanceTimersByTimeAsync(1)
    expect(begun).toBe(calls / 4)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(begun / calls).toBeCloseTo((creditMsMax + 10 * creditMsPerSecond) / 4 / creditMsMax, 2)

    for (const { leave } of pages) leave()
    for (let load = 0; load < wholeSharesMax; load += 1) enter().leave()
    expect(shares.share()).toBe(1 / 5)
    await vi.advanceTimersByTimeAsync(countsAfterMs)
    enter()
    expect(shares.share()).toBe(1)
  })
})
