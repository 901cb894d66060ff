/**
 * The turns that the calls of one page take at the engine (SPEC.md T11): each page has a credit of the engine's time, which what it asks for uses up, and
 * which comes back slowly; of many pages each has less. What is over it waits in its order; how much may wait is its caller's business. So whatever a page
 * asks for, and however often, gossip and the other pages have the rest.
 */
import type { HubApi } from '../api.ts'

export interface Turns {
  /** `path` is the call's name. `work` never rejects: it resolves with whether the call was carried out, false where it was refused. */
  readonly take: (path: string, work: () => Promise<boolean>) => void
  /** What waits is dropped: nobody hears its answers. */
  readonly end: () => void
}

/** What only reads: its time is the engine's, or the storage's. Others wait for something too, so theirs says nothing of what they take. */
const readings: ReadonlySet<string> = new Set<keyof HubApi>([
  'status', 'query', 'count', 'message', 'thread', 'conversation', 'answers', 'waiting', 'forks', 'reactions', 'links', 'profile', 'records',
  'peers', 'candidates', 'hubs', 'diagnose', 'sessions', 'tree', 'frontier', 'events', 'settings'
])
/** What a page has, in ms of the engine: a view that opens asks for some tens, a script that publishes thousands is let in. */
export const creditMsMax = 3_000
/** What comes back of it, in ms a second. A page that draws all the time asks for some 10 a second. */
export const creditMsPerSecond = 60
/** What a call costs beside what it reads: being carried here and back, and of one that writes its storing. */
export const callMs = 0.5
/** A call that is refused costs as much as this many: nobody needs many, and its caller has to wait before it asks again. */
export const refusedAsCalls = 10
/** What one look at a reading's time can charge: a call that waited for the storage for long leaves no debt that its page waits for in vain. */
export const chargeMsMax = 1_000
/** Readings of one page at a time: a page that draws asks some ten together, most answered within a millisecond. */
export const readingsAtOnceMax = 4
/** The most that a page can owe, in ms of the engine: what was begun together and refused together keeps its page waiting for some seconds, not minutes. */
export const debtMsMax = 600
/** Between two looks at what waits for credit, in ms. */
const lookEveryMs = 20
/** Also within its credit a page has half of the engine at most: a reading is followed by a rest as long as it took, up to this, in ms. */
export const restMsMax = 250

/** As many pages have all of that each. Of more each has less: many pages of one app have together what these have. A person seldom uses more at once. */
export const wholeSharesMax = 5
/** A page that is gone counts for so long, in ms: one that is loaded again and again has no new credit each time. */
export const countsAfterMs = 60_000

/** What the pages of an engine have of its time, together. */
export interface Shares {
  /** One page more. Call what it returns when that one is gone. */
  readonly enter: () => () => void
  /** Of `creditMsMax` and `creditMsPerSecond`, for each page: 0 to 1. */
  readonly share: () => number
}

export function createShares (): Shares {
  let pages = 0
  return {
    enter () {
      pages += 1
      return () => { setTimeout(() => { pages -= 1 }, countsAfterMs) }
    },
    share: () => Math.min(1, wholeSharesMax / pages)
  }
}

export function createTurns (share: Shares['share'] = () => 1, now: () => number = () => performance.now()): Turns {
  const waiting = { reading: [] as Array<() => Promise<boolean>>, other: [] as Array<() => Promise<boolean>> }
  let credit = creditMsMax * share()
  let creditAt = now()
  /** Places that are taken, by a reading or its rest. */
  let taken = 0
  let reading = 0
  /** Until when the readings are charged. The time of several at once is charged once. */
  let chargedTo = 0
  let looking: ReturnType<typeof setTimeout> | undefined

  function look (): void {
    if (looking != null) return // there is no credit before then
    const at = now()
    credit = Math.min(creditMsMax * share(), credit + (at - creditAt) / 1_000 * creditMsPerSecond * share())
    creditAt = at
    // One of each kind in turn: neither keeps the other waiting.
    for (let found = true; found && credit > 0;) {
      const other = waiting.other.shift()
      if (other != null) void carryOut(other)
      const one = taken < readingsAtOnceMax ? waiting.reading.shift() : undefined
      if (one != null) void read(one)
      found = other != null || one != null
    }
    const isWaiting = waiting.other.length > 0 || (waiting.reading.length > 0 && taken < readingsAtOnceMax)
    if (isWaiting) looking = setTimeout(lookAgain, Math.max(lookEveryMs, -credit / (creditMsPerSecond * share()) * 1_000))
  }

  function lookAgain (): void {
    looking = undefined
    look()
  }

  async function carryOut (work: () => Promise<boolean>): Promise<void> {
    spend(callMs)
    if (!await work()) spend(callMs * (refusedAsCalls - 1))
  }

  async function read (work: () => Promise<boolean>): Promise<void> {
    const begunMs = now()
    taken += 1
    charge(begunMs)
    reading += 1
    await carryOut(work)
    const endedMs = now()
    charge(endedMs)
    reading -= 1
    setTimeout(() => {
      taken -= 1
      look()
    }, Math.min(restMsMax, endedMs - begunMs))
  }

  function charge (until: number): void {
    if (reading > 0) spend(Math.min(chargeMsMax, until - chargedTo))
    chargedTo = until
  }

  function spend (ms: number): void {
    credit = Math.max(-debtMsMax, credit - ms)
  }

  return {
    take (path, work) {
      waiting[readings.has(path) ? 'reading' : 'other'].push(work)
      look()
    },
    end () {
      waiting.reading.length = 0
      waiting.other.length = 0
    }
  }
}
