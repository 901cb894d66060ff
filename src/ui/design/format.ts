/**
 * How single figures are written on the page: ids, times, spans, sizes. Pure: what is not known is `—`, never 0.
 * It knows no sentences (sentences.ts).
 */

export const unknown = '—'

/** A peer id by its tail: all begin alike. `…k3Qf` */
export function peerTail (peerId: string): string {
  return `…${peerId.slice(-4)}`
}

/** A key or hash by its head. `ab3f…` */
export function keyHead (hex: string): string {
  return `${hex.slice(0, 4)}…`
}

/** A key or hash by both ends, where there is room. `ab3f…04b9` */
export function keyEnds (hex: string): string {
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`
}

const figures = new Intl.NumberFormat('en-GB')

export function count (value: number | null | undefined): string {
  return value == null ? unknown : figures.format(value)
}

/** `3 hubs`, `1 hub`; `plural` where an s will not do. */
export function counted (value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`
}

/** From here on a time is read in its largest unit: nobody tells apart millions of milliseconds. */
export const spanFromMs = 10_000

/** A round trip, or how long something was on its way, from ms. */
export function roundTrip (ms: number | null | undefined): string {
  return ms == null ? unknown : ms >= spanFromMs ? span(ms) : ms < 1 ? '< 1 ms' : `${count(Math.round(ms))} ms`
}

/** A span of time in its largest whole unit, from ms; below zero, as clocks may have it, it is `0 s`. */
export function span (ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5_400) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

/** Bytes in decimal units, as browsers and disks count them. */
export function bytes (value: number | null | undefined): string {
  if (value == null) return unknown
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? ''}`
}

/** When an epoch (`timestamp >> 20`) began, in ms. */
export function epochStart (epoch: number): number {
  return epoch * 2 ** 20
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** `14:12:07`, in this browser's time zone. */
export function clockTime (at: number): string {
  return clock.format(at)
}

/** `Saturday 21 November 2026`, in this browser's time zone. */
export function dayName (at: number): string {
  return day.format(at)
}

const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** `21 Nov 2026`, in this browser's time zone. */
export function shortDayName (at: number): string {
  return shortDay.format(at)
}

/** For `<time datetime>`. Times that no calendar holds, which a stranger may claim, give undefined. */
export function machineTime (at: number): string | undefined {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : undefined
}

/** A rate of events a second: what is rare with a decimal, what is frequent without. */
export function rate (perSecond: number | null | undefined): string {
  if (perSecond == null) return unknown
  return perSecond === 0 ? '0' : perSecond < 0.1 ? '< 0.1' : perSecond < 100 ? perSecond.toFixed(1) : count(Math.round(perSecond))
}
