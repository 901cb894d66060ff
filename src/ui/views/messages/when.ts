/** When something was written, as short as tells it from other days. */
import { clockTime, dayName, shortDayName } from '../../design/format.ts'

/** The time of today's message; the day of another one. */
export function timeOrDay (at: number, nowMs: number = Date.now()): string {
  return isSameDay(at, nowMs) ? clockTime(at) : shortDayName(at)
}

/** The time, with its day unless that is today. */
export function timeAndDay (at: number, nowMs: number = Date.now()): string {
  return isSameDay(at, nowMs) ? clockTime(at) : `${shortDayName(at)}, ${clockTime(at)}`
}

function isSameDay (one: number, other: number): boolean {
  return dayName(one) === dayName(other)
}
