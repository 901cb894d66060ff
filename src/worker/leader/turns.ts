/**
 * The turns that the calls of one page take at the engine (SPEC.md T11): whatever a page asks for, and however often, it is served in the time that gossip
 * and the other pages leave. What is over the pace waits in its order; how much may wait is its caller's business.
 */
import { TokenBucket } from '../../base/bounded.ts'
import type { HubApi } from '../api.ts'

/** `path` is the call's name. `work` never rejects. */
export type TakeTurn = (path: string, work: () => Promise<void>) => void

/** What only reads: as much of it as the engine has time for, and no more. All others wait for something, or change something and have limits of their own. */
const readings: ReadonlySet<string> = new Set<keyof HubApi>([
  'status', 'query', 'count', 'message', 'thread', 'conversation', 'answers', 'waiting', 'forks', 'reactions', 'links', 'profile', 'records',
  'peers', 'candidates', 'hubs', 'diagnose', 'sessions', 'tree', 'frontier', 'events', 'settings'
])
/** Readings of one page at a time: a page that draws asks some ten together, most answered within a millisecond. */
export const readingsAtOnceMax = 4
/** A reading is followed by a rest as long as it took, up to this, in ms: a page has half of the engine at most, and whatever it asks next is not far off. */
export const restMsMax = 250
/** Others of one page a second, and at once: a script that publishes thousands is let in, and one that is refused without end costs some hundredths. */
export const othersPerSecond = 500
export const othersBurst = 4_000
/** Between two looks at what waits for its pace, in ms. */
const lookEveryMs = 20

export function createTurns (now: () => number = () => performance.now()): TakeTurn {
  const waiting = { reading: [] as Array<() => Promise<void>>, other: [] as Array<() => Promise<void>> }
  const pace = new TokenBucket(othersPerSecond, othersBurst)
  let free = readingsAtOnceMax
  let looking: ReturnType<typeof setTimeout> | undefined

  function read (): void {
    while (free > 0) {
      const work = waiting.reading.shift()
      if (work == null) return
      free -= 1
      const begunMs = now()
      void work().finally(() => {
        setTimeout(() => {
          free += 1
          read()
        }, Math.min(restMsMax, now() - begunMs))
      })
    }
  }

  function others (): void {
    looking = undefined
    while (waiting.other.length > 0 && pace.take(now())) void waiting.other.shift()?.()
    if (waiting.other.length > 0) looking = setTimeout(others, lookEveryMs)
  }

  return (path, work) => {
    if (readings.has(path)) {
      waiting.reading.push(work)
      read()
    } else {
      waiting.other.push(work)
      if (looking == null) others()
    }
  }
}
