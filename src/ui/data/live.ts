/**
 * What the page knows of its hub, read from the engine as topics: an external store for React's useSyncExternalStore. A topic is
 * read at its own pace while somebody follows it and the page is visible; what it gave last is kept as one immutable reading.
 * It knows neither React nor the DOM, and no topic by name (topics.ts).
 *
 * Invariants:
 * 1. Nothing is asked that nobody follows, and nothing at all while the page is hidden. One question a topic is under way at most.
 * 2. A reading is replaced, never changed. Answers that come close together are told together, once. One that says the same as before keeps its value, and is
 *    told once in `agesEveryMs`, for ages to go on.
 * 3. Answers that arrive after the hub they came from was left are dropped, and so are all readings of it.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import { isSame } from './same.ts'
import type { HubApi } from '../../worker/api.ts'
import type { HubClient, HubState } from '../../worker/client.ts'

/** Something the engine can be asked again and again. Two topics of the same name are the same. */
export interface Topic<T> {
  readonly name: string
  /** Between two questions, in ms. */
  readonly everyMs: number
  /** `before` is what the last reading gave: to ask only for what is new, and to keep what did not change. */
  readonly read: (hub: HubApi, before: T | null, now: () => number) => Promise<T>
  /** Whether a later value tells a reader nothing but that time went on; without it, whether they are equal. */
  readonly saysTheSame?: (before: T, after: T) => boolean
}

export interface Reading<T> {
  /** null: not answered yet. */
  readonly value: T | null
  /** When it was answered, by this page's clock: ages on the page count from here. */
  readonly at: number | null
  /** Why the newest question was not answered, a sentence; null: it was. */
  readonly failure: string | null
}

export interface Live {
  subscribe: (listener: () => void) => () => void
  state: () => HubState
  /** Why the figures shown are old, a sentence; null: they are not. */
  silence: () => string | null
  /** Asks for the topic at its pace until the returned function is called. The listener is told of each new reading. */
  readonly follow: <T>(topic: Topic<T>, listener: () => void) => () => void
  reading: <T>(topic: Topic<T>) => Reading<T>
  /** Something was changed that the topic tells of: asks for it now, if somebody follows it. */
  refresh: (topic: Pick<Topic<unknown>, 'name'>) => void
  /** The engine, for what a person asks of it. Codes: `stopped`. */
  hub: () => HubApi
  /** Stops asking. */
  close: () => void
}

/** How often it is looked which topics are due, in ms: a fraction of the fastest topic's pace. */
const lookEveryMs = 250
/** A question that is open for this long makes the page say so, in ms. Guess: five turns of the fastest topic; a busy engine answers within one. */
const silentAfterMs = 5_000
/** Answers are told together once in this time, in ms: each telling draws a view. Guess: what a busy engine takes for a handful of answers, and no eye sees. */
const gatherMs = 40
/** An answer that says nothing new is told once in this time, in ms, for ages to go on: a page at rest draws no more. Guess: seconds are read no closer. */
const agesEveryMs = 5_000
/** Readings kept of topics that nobody follows any more, the latest first: what one returns to is there at once, with its age. */
const keptMax = 64

const unread: Reading<never> = { value: null, at: null, failure: null }

interface Followed {
  topic: Topic<unknown>
  readonly listeners: Set<() => void>
  askedAt: number
  asking: boolean
  toldAt: number
  /** What is under way may be answered with how it was before. */
  isDue: boolean
}

export function createLive (client: Pick<HubClient, 'state' | 'onChange'>, isVisible: () => boolean, now: () => number = Date.now): Live {
  const listeners = new Set<() => void>()
  const followed = new Map<string, Followed>()
  const readings = new Map<string, Reading<unknown>>()
  const changed = new Set<() => void>()
  let state = client.state()
  let silence: string | null = null
  let gathering: ReturnType<typeof setTimeout> | undefined

  const tell = (those: Iterable<() => void>): void => {
    for (const listener of those) changed.add(listener)
    gathering ??= setTimeout(() => {
      gathering = undefined
      const told = [...changed]
      changed.clear()
      for (const listener of told) listener()
    }, gatherMs)
  }
  const setSilence = (sentence: string | null): void => {
    if (sentence === silence) return
    silence = sentence
    tell(listeners)
  }
  const keep = (name: string, reading: Reading<unknown>): void => {
    readings.delete(name)
    readings.set(name, reading)
    for (const oldest of readings.keys()) {
      if (readings.size <= keptMax) break
      if (!followed.has(oldest)) readings.delete(oldest)
      else break
    }
  }

  function ask (hub: HubApi, name: string, follower: Followed): void {
    const before = readings.get(name) ?? unread
    follower.askedAt = now()
    follower.asking = true
    const { read, saysTheSame } = follower.topic
    const answered = (reading: Reading<unknown>, isNews: boolean): void => {
      follower.asking = false
      if (follower.isDue) Object.assign(follower, { askedAt: -Infinity, isDue: false })
      if (state.type !== 'running' || state.hub !== hub) return
      keep(name, reading)
      if (!isNews && !isNextTurn(follower.toldAt, now(), agesEveryMs)) return
      follower.toldAt = now()
      tell(follower.listeners)
    }
    read(hub, before.value, now).then((value) => {
      const isNews = before.at == null || before.failure != null || !(saysTheSame ?? isSame)(before.value, value)
      answered({ value: isNews || saysTheSame != null ? value : before.value, at: now(), failure: null }, isNews)
      setSilence(null)
    }, (thrown: unknown) => { answered({ ...before, failure: reasonOf(thrown) }, reasonOf(thrown) !== before.failure) })
  }

  function look (): void {
    if (state.type !== 'running' || !isVisible()) return
    const at = now()
    for (const [name, follower] of followed) {
      if (follower.asking) {
        if (at - follower.askedAt >= silentAfterMs) setSilence('The engine of this hub has stopped answering: what is shown here is old.')
      } else if (isDue(follower, at)) ask(state.hub, name, follower)
    }
  }

  /** All topics beat with the clock, the slow ones with the fast: their answers come together, and are drawn once. */
  function isDue ({ askedAt, topic: { everyMs } }: Followed, at: number): boolean {
    return isNextTurn(askedAt, at, everyMs)
  }

  const leaveOrBegin = (): void => {
    const next = client.state()
    if (next === state) return
    state = next
    readings.clear()
    for (const follower of followed.values()) Object.assign(follower, { askedAt: -Infinity, asking: false, toldAt: -Infinity, isDue: false })
    silence = null
    tell(listeners)
    for (const { listeners: those } of followed.values()) tell(those)
    look()
  }
  const stopHearing = client.onChange(leaveOrBegin)
  const looking = setInterval(look, lookEveryMs)

  return {
    subscribe (listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
    silence: () => silence,
    follow (topic, listener) {
      const asked = topic as unknown as Topic<unknown> // its readings go back to those who follow this very topic
      const follower = followed.get(topic.name) ?? { topic: asked, listeners: new Set(), askedAt: -Infinity, asking: false, toldAt: -Infinity, isDue: false }
      follower.topic = asked
      follower.listeners.add(listener)
      followed.set(topic.name, follower)
      look()
      return () => {
        follower.listeners.delete(listener)
        if (follower.listeners.size === 0 && followed.get(topic.name) === follower) followed.delete(topic.name)
      }
    },
    reading: <T>({ name }: Topic<T>) => (readings.get(name) ?? unread) as Reading<T>,
    refresh ({ name }) {
      const follower = followed.get(name)
      if (follower == null) return
      if (follower.asking) follower.isDue = true
      else follower.askedAt = -Infinity
      look()
    },
    hub () {
      if (state.type !== 'running') throw new HubError('stopped', state.sentence)
      return state.hub
    },
    close () {
      stopHearing()
      clearInterval(looking)
      clearTimeout(gathering)
      followed.clear()
    }
  }
}

function isNextTurn (before: number, at: number, everyMs: number): boolean {
  return before === -Infinity || Math.floor(at / everyMs) > Math.floor(before / everyMs)
}
