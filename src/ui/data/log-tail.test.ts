import { describe, expect, test } from 'vitest'
import { logLinesMax, mergeLog } from './log-tail.ts'
import type { LogEvent } from '../../worker/api.ts'

const line = (event: number, times = 1): LogEvent => ({ event, at: event, type: 'rejected', peer: null, code: null, message: null, sentence: 'So.', times })

describe('the log that the page keeps', () => {
  test('takes what is new, and counts that have grown', () => {
    const known = [line(1), line(2)]
    expect(mergeLog(known, [line(2, 7), line(3)])).toEqual([line(1), line(2, 7), line(3)])
  })

  test('is the same array when nothing is new', () => {
    const known = [line(1), line(2)]
    expect(mergeLog(known, [line(2)])).toBe(known)
    expect(mergeLog(known, [])).toBe(known)
  })

  test('keeps the newest lines only', () => {
    const many = Array.from({ length: logLinesMax }, (_, index) => line(index + 1))
    const merged = mergeLog(many, [line(logLinesMax + 1)])
    expect(merged).toHaveLength(logLinesMax)
    expect(merged.at(0)?.event).toBe(2)
  })
})
