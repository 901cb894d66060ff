import { expect, test } from 'vitest'
import { clockTime } from '../../design/format.ts'
import { timeAndDay, timeOrDay } from './when.ts'

test('what is of today has its time, what is older its day too', () => {
  const now = new Date(2026, 10, 21, 14, 0).getTime()
  const [today, earlier] = [new Date(2026, 10, 21, 0, 1).getTime(), new Date(2026, 10, 20, 23, 59).getTime()]
  expect([timeOrDay(today, now), timeAndDay(today, now)]).toEqual([clockTime(today), clockTime(today)])
  expect([timeOrDay(earlier, now), timeAndDay(earlier, now)]).toEqual(['20 Nov 2026', `20 Nov 2026, ${clockTime(earlier)}`])
})
