import { describe, expect, test } from 'vitest'
import { createSilence } from './silence.ts'

describe('[T3] silence', () => {
  test('is as many pings in a row as are unanswered', () => {
    const silence = createSilence()
    const echoedTick = (): string => {
      silence.echoed()
      return silence.tick(3)
    }
    expect([echoedTick(), echoedTick(), echoedTick()]).toEqual(['waiting', 'waiting', 'silent'])
    expect([echoedTick(), echoedTick()], 'it counts anew').toEqual(['waiting', 'waiting'])
    silence.heard()
    expect([echoedTick(), echoedTick(), echoedTick(), echoedTick()]).toEqual(['heard', 'waiting', 'waiting', 'silent'])
  })

  test('is none where this page\'s own pings do not come back', () => {
    const silence = createSilence()
    for (let tick = 0; tick < 100; tick += 1) expect(silence.tick(1)).toBe('heard')
    silence.echoed()
    expect(silence.tick(2)).toBe('waiting')
    for (let tick = 0; tick < 100; tick += 1) expect(silence.tick(2), 'it slept, which says nothing of the other').toBe('waiting')
    silence.echoed()
    expect(silence.tick(2)).toBe('silent')
  })

  test('an answer counts whether it comes before the echo or after it', () => {
    const silence = createSilence()
    for (let tick = 0; tick < 10; tick += 1) {
      if (tick % 2 === 0) silence.heard()
      silence.echoed()
      if (tick % 2 !== 0) silence.heard()
      expect(silence.tick(1)).toBe('heard')
    }
  })
})
