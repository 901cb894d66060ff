import { describe, expect, test } from 'vitest'
import { followState, type Reducer, type ReducingHub } from './reduce.ts'

type Told = Parameters<Parameters<ReducingHub['subscribe']>[1]>[0]

/** How many messages there are. */
const counting: Reducer<number> = {
  name: 'count', version: 1, empty: () => 0, add: count => count + 1, encode: count => Uint8Array.of(count), decode: ([count = 0]) => count
}

/** A hub that holds as many messages as it says, and answers when it is let. */
function hubOf (size: number): { hub: ReducingHub, grow: () => void, hold: () => () => void, subscribers: Set<(told: Told) => Promise<void>> } {
  const subscribers = new Set<(told: Told) => Promise<void>>()
  let open = Promise.resolve()
  return {
    subscribers,
    grow () {
      size += 1
      for (const hear of subscribers) hear({ event: size } as Told).catch(() => { subscribers.delete(hear) })
    },
    hold () {
      let release = (): void => undefined
      open = new Promise((resolve) => { release = resolve })
      return release
    },
    hub: {
      states: {
        restore: async () => Promise.resolve(null),
        async later ({ from = 1 } = {}) {
          const messages = Array.from({ length: Math.max(0, size - from + 1) }, (_, index) => ({ event: from + index, message: {} as never }))
          await open
          return { messages, next: from + messages.length, done: true }
        }
      } as Partial<ReducingHub['states']> as ReducingHub['states'],
      async subscribe (_filter, callback) {
        const hear = async (told: Told): Promise<void> => { await callback(told) }
        subscribers.add(hear)
        return Promise.resolve(() => { subscribers.delete(hear) })
      }
    }
  }
}

describe('[F33] an app that follows', () => {
  test('has all that is stored when it begins, also what comes meanwhile', async () => {
    const { hub, grow, hold, subscribers } = hubOf(3)
    const following = followState({
      ...hub,
      async subscribe (filter, callback) {
        const stop = await hub.subscribe(filter, callback)
        const release = hold()
        grow()
        setTimeout(release, 5)
        return stop
      }
    }, counting, () => undefined)
    expect((await following).state).toBe(4)
    expect(subscribers.size).toBe(1)
  })

  test('hears nothing more once it has stopped, and leaves nothing behind where its reducer throws', async () => {
    const { hub, grow, hold, subscribers } = hubOf(3)
    const heard: number[] = []
    const followed = await followState(hub, counting, (state) => { heard.push(state) })
    grow()
    await expect.poll(() => heard, { interval: 1 }).toEqual([4])
    const release = hold()
    grow()
    followed.stop()
    release()
    await new Promise((resolve) => { setTimeout(resolve, 5) })
    expect(heard).toEqual([4])

    const failing: Reducer<number> = { ...counting, add: (count) => { if (count === 5) throw new Error('of the app'); return count + 1 } }
    const grown = { ...hub, async subscribe (...given: Parameters<typeof hub.subscribe>) { grow(); return hub.subscribe(...given) } }
    await expect(followState(grown, failing, () => undefined)).rejects.toThrow('of the app')
    expect(subscribers.size).toBe(0)
  })
})
