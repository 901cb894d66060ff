import { expect, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import { createClock } from './clock.ts'

const serverMs = Date.UTC(2026, 4, 1, 12)
const hourMs = 3_600_000

function clockAt (offMs: number): { readonly clock: ReturnType<typeof createClock>, readonly reports: Report[], setOff: (ms: number) => void } {
  const reports: Report[] = []
  let off = offMs
  // Half a second into the second that the server's date names.
  const clock = createClock(() => serverMs + 500 + off, { report: (one) => { reports.push(one) } })
  return { clock, reports, setOff: (ms) => { off = ms } }
}

test('a clock is compared with the server\'s, half of the way there and back allowed for', () => {
  const { clock, reports } = clockAt(0)
  expect(clock.status).toBeNull()
  clock.noted('hub.example', serverMs + 500 - 80, serverMs)
  expect(clock.status).toEqual({ aheadMs: -40, by: 'hub.example', at: serverMs + 500 })
  expect(reports).toEqual([])
})

test('one that is off by minutes is reported once, until it was right', () => {
  const { clock, reports, setOff } = clockAt(-hourMs)
  const note = (off: number): void => {
    setOff(off)
    clock.noted('hub.example', serverMs + 500 + off, serverMs)
  }
  for (const off of [-hourMs, -hourMs, 0, hourMs]) note(off)
  expect(reports.map(({ sentence }) => sentence)).toEqual([
    'This computer\'s clock is 60 min behind that of hub.example.', 'This computer\'s clock is 60 min ahead of that of hub.example.'
  ])
  expect(clock.status?.aheadMs).toBe(hourMs)
})
