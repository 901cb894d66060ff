import { describe, expect, test } from 'vitest'
import { createEventLog } from './event-log.ts'

describe('event log', () => {
  test('entries have growing numbers, and a reader resumes where it was', () => {
    const log = createEventLog(() => 5)
    log.report({ type: 'link-up', peer: 'ann', sentence: 'Linked.' })
    log.report({ type: 'link-down', peer: 'ann', sentence: 'Gone.' })
    const [first] = log.read()
    expect(log.read({ since: first!.event }).map(({ type, at, peer, code }) => ({ type, at, peer, code }))).toEqual([{ type: 'link-down', at: 5, peer: 'ann', code: null }])
  })

  test('one cause that repeats is counted, not listed, until it pauses', () => {
    let now = 0
    const log = createEventLog(() => now)
    const junk = { type: 'rejected', peer: 'ann', code: 'frame-malformed', sentence: 'Junk.' }
    for (let times = 0; times < 1_000; times += 1) log.report(junk)
    log.report({ ...junk, peer: 'ben' })
    now = 20_000
    log.report(junk)
    expect(log.read().map(({ peer, times }) => [peer, times])).toEqual([['ann', 1_000], ['ben', 1], ['ann', 1]])
  })

  test('a cause about several messages is listed for the first eight, then counted; about one message always counted', () => {
    const log = createEventLog(() => 0)
    const pending = { type: 'message-pending', peer: 'ann', code: 'pending', sentence: 'Waits.' }
    for (let round = 0; round < 2; round += 1) for (let message = 0; message < 10; message += 1) log.report({ ...pending, message: `m${message}` })
    expect(log.read().map(({ message, times }) => [message, times])).toEqual([['m0', 6], ...Array.from({ length: 7 }, (_, index) => [`m${index + 1}`, 2])])
  })

  test('what has no code is never folded', () => {
    const log = createEventLog(() => 0)
    log.report({ type: 'message-stored', sentence: 'One.' })
    log.report({ type: 'message-stored', sentence: 'Two.' })
    expect(log.read()).toHaveLength(2)
  })

  test('a busy type washes out only itself, and is bounded', () => {
    const log = createEventLog(() => 0)
    log.report({ type: 'relay-gone', sentence: 'Gone.' })
    for (let times = 0; times < 10_000; times += 1) log.report({ type: 'message-stored', sentence: 'Stored.' })
    expect(log.read({ type: 'relay-gone' })).toHaveLength(1)
    expect(log.read({ type: 'message-stored', limit: 10_000 }).length).toBeLessThanOrEqual(1_200)
  })

  test('limit, type and the length of a sentence are held', () => {
    const log = createEventLog(() => 0)
    for (let times = 0; times < 5; times += 1) log.report({ type: 'a', sentence: 'x'.repeat(5_000) })
    log.report({ type: 'b', sentence: '' })
    expect(log.read({ limit: 2 }).map(({ event }) => event)).toEqual([1, 2])
    expect(log.read({ type: 'b' })).toHaveLength(1)
    expect(log.read()[0]!.sentence).toHaveLength(500)
  })
})
