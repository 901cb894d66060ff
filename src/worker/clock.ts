/**
 * How far this computer's clock is from the one of the page's server, by the `Date` of its answers. Whole seconds, and half of the way there and back:
 * enough to tell a clock that is wrong by minutes, at which messages are put off (message/set/limits.ts), from one that is not.
 */
import type { EventLog } from '../base/event-log.ts'
import type { HubStatus } from '../hub/api.ts'

export interface Clock {
  readonly status: HubStatus['clock']
  /** An answer of `by`, asked for at `askedAt` and dated `dateMs`. */
  noted: (by: string, askedAt: number, dateMs: number) => void
}

/** Reported from here on, in ms. Other hubs put off what is dated ten minutes ahead of them, and both clocks may be a little wrong. */
export const clockOffMs = 120_000
/** `Date` has no fraction: on average it is half a second old. */
const dateRoundedMs = 500

export function createClock (now: () => number, log: Pick<EventLog, 'report'>): Clock {
  let status: HubStatus['clock'] = null
  return {
    get status () { return status },
    noted (by, askedAt, dateMs) {
      const at = now()
      const aheadMs = Math.round((askedAt + at) / 2 - dateMs - dateRoundedMs)
      const wasOff = Math.abs(status?.aheadMs ?? 0) >= clockOffMs
      status = { aheadMs, by, at }
      if (Math.abs(aheadMs) < clockOffMs || wasOff) return
      const minutes = Math.round(Math.abs(aheadMs) / 60_000)
      log.report({ type: 'clock-off', code: 'clock-off', sentence: `This computer's clock is ${minutes} min ${aheadMs > 0 ? 'ahead of' : 'behind'} that of ${by}.` })
    }
  }
}
