import { expect, test } from 'vitest'
import { framesIn, type TraceEvent } from './frames.ts'

const event = (name: string, ts: number, dur?: number, tid = 1): TraceEvent => ({ name, ph: 'X', ts, pid: 1, tid, ...dur != null && { dur } })
const frame = (ts: number, tid = 1): TraceEvent[] => [event('RunTask', ts - 100, 2_000, tid), event('BeginMainThreadFrame', ts, undefined, tid)]

test('a frame\'s work is all tasks from its own until the next one\'s, on the thread of the page', () => {
  const events = [...frame(10_000), event('RunTask', 15_000, 4_000), ...frame(26_000), ...frame(42_000), event('RunTask', 43_000, 90_000, 2), ...frame(50_000, 2)]
  expect(framesIn(events)).toEqual({ frames: 2, perSecond: 62.5, workMsP50: 6, workMsP95: 6, workMsMax: 6, workMsPerSecond: 250 })
})

test('a picture that a worker draws has the worker\'s frames, and costs the page what the page does meanwhile', () => {
  const drawn = [10_000, 20_000, 30_000, 40_000].map(ts => event('FireAnimationFrame', ts, 9_000, 7))
  expect(framesIn([...drawn, ...frame(21_000), event('RunTask', 31_000, 3_000), event('RunTask', 31_000, 8_000, 7)]))
    .toEqual({ frames: 3, perSecond: 100, workMsP50: 2, workMsP95: 3, workMsMax: 3, workMsPerSecond: 166.67 })
})

test('a task counts for the time that its thread was given a processor', () => {
  const events = [...frame(10_000), { ...event('RunTask', 15_000, 4_000), tdur: 500 }, ...frame(26_000)]
  expect(framesIn(events)).toMatchObject({ frames: 1, workMsMax: 2.5 })
})

test('where frames are seldom, work counts by the sixtieth of a second in which it fell', () => {
  const events = [...frame(0), event('RunTask', 400_000, 6_000), event('RunTask', 440_000, 7_000), ...frame(500_000)]
  expect(framesIn(events)).toMatchObject({ frames: 1, perSecond: 2, workMsP50: 0, workMsMax: 7, workMsPerSecond: 30 })
})

test('without frames nothing is known', () => {
  expect(framesIn([])).toEqual({ frames: 0, perSecond: 0, workMsP50: null, workMsP95: null, workMsMax: null, workMsPerSecond: null })
})
