import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventQueue } from './event-queue.ts'

test('events come out by time, those of one time in the order in which they went in', () => {
  fc.assert(fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
    const queue = createEventQueue<{ readonly atMs: number, readonly order: number }>()
    const events = times.map((atMs, order) => ({ atMs, order }))
    for (const event of events) queue.push(event.atMs, event)
    expect(queue.size()).toBe(times.length)
    const out = events.map(() => {
      const dueMs = queue.nextMs()
      const event = queue.pop()
      expect(event?.atMs).toBe(dueMs)
      return event
    })
    expect(out).toEqual(events.sort((a, b) => a.atMs - b.atMs || a.order - b.order))
    expect(queue.pop()).toBeUndefined()
  }))
})
