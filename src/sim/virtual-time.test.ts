import { describe, expect, test } from 'vitest'
import { createVirtualTime } from './virtual-time.ts'

describe('virtual time', () => {
  test('jumps to what is due, in order, and ends where it was told to', async () => {
    const time = createVirtualTime()
    const happened: Array<[number, string]> = []
    const note = (what: string) => () => { happened.push([time.nowMs, what]) }
    time.at(500, note('late'))
    time.at(20.2, note('after a fraction'))
    time.timer(500, note('late too'))
    const callOff = time.timer(30, note('never'))
    callOff()
    await time.runUntil(400)
    expect([time.nowMs, happened]).toEqual([400, [[21, 'after a fraction']]])
    await time.runUntil(1_000)
    expect(happened.slice(1)).toEqual([[500, 'late'], [500, 'late too']])
  })

  test('lets promises go on, however many steps they take, before it moves', async () => {
    const time = createVirtualTime()
    const seen: number[] = []
    async function work (): Promise<void> {
      for (let step = 0; step < 100; step += 1) await Promise.resolve()
      seen.push(time.nowMs)
      await time.wait(0)
      seen.push(time.nowMs)
      await time.wait(5)
      seen.push(time.nowMs)
    }
    time.at(10, () => { void work() })
    time.at(11, () => { seen.push(-1) })
    await time.runUntil(20)
    expect(seen).toEqual([10, 10, -1, 15])
  })

  test('waits for work that takes virtual time, and says when it does not end', async () => {
    const time = createVirtualTime()
    const slow = async (): Promise<string> => {
      await time.wait(3_600_000)
      return 'an hour later'
    }
    expect([await time.done(slow()), time.nowMs]).toEqual(['an hour later', 3_600_000])
    await expect(time.done(new Promise(() => undefined))).rejects.toThrow(/did not come/)
    await expect(time.done(time.wait(100), 50)).rejects.toThrow(/did not come/)
  })
})
