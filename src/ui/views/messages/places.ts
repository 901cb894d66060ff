/**
 * Messages by their place in a list, the newest first: how many there are, those in sight and near it, and how many came above the first one meanwhile.
 * Asked of one hub in pages while the list is looked at; a list of 100,000 holds some hundreds. An external store for React's useSyncExternalStore; it knows
 * neither React nor the DOM.
 *
 * Invariants:
 * 1. Nothing is asked while `isVisible` is false, and one look is under way at most. The next begins no sooner than `restShare` times what the last one took.
 * 2. A snapshot is replaced, never changed, and only when something in it changed.
 * 3. While held, places count from the same first message: what comes above is counted and moves nothing.
 * 4. Nothing is told after `close`.
 */
import { reasonOf } from '../../../base/errors.ts'
import type { AnswersView, HubApi, MessageView, Query } from '../../../worker/api.ts'

export interface Place {
  readonly message: MessageView
  /** What stands below it; null: not asked for in this list, or not answered yet. */
  readonly answers: AnswersView | null
}

export interface PlacesSnapshot {
  /** Messages from the first place on; null: not answered yet. */
  readonly total: number | null
  /** Newer ones than the first place. */
  readonly above: number
  readonly pages: ReadonlyMap<number, readonly Place[]>
  /** Why the newest question was not answered, a sentence. */
  readonly failure: string | null
}

export interface Places {
  subscribe: (listener: () => void) => () => void
  snapshot: () => PlacesSnapshot
  /** Which places are in sight, the first and the last. */
  see: (first: number, last: number) => void
  /** Stays with the first message of now, or follows what comes. */
  hold: (held: boolean) => void
  /** Looks now: something was just written here. */
  look: () => void
  close: () => void
}

export interface PlacesOptions {
  readonly hub: Pick<HubApi, 'query' | 'count' | 'answers'>
  /** Which messages; without order, offset and limits. */
  readonly filter: Query
  /** Whether answers are counted. */
  readonly threads: boolean
  readonly isVisible: () => boolean
  readonly now: () => number
}

/** Messages of one page: what is in sight is in two of them, mostly. */
export const pageLength = 50
/** Pages kept beside those in sight. */
const pagesKeptMax = 12
/** Between two looks while something changes, in ms: sooner is not seen. */
const lookEveryMs = 250
/** Between two looks while nothing new is found, in ms: each rest is twice the one before until then. Guess: soon enough for a list that stood still. */
const lookAtRestMs = 1_000
/** Times its length that a look is followed by rest: a busy engine is asked less. */
const restShare = 4

export function followPlaces ({ hub, filter, threads, isVisible, now }: PlacesOptions): Places {
  const listeners = new Set<() => void>()
  let snapshot: PlacesSnapshot = { total: null, above: 0, pages: new Map(), failure: null }
  let sight = { first: 0, last: pageLength - 1 }
  /** The time of the first place while it is held. */
  let heldAt: number | undefined
  let looking = false
  let restUntil = 0
  let restMs = lookEveryMs
  let over = false

  const change = (changes: Partial<PlacesSnapshot>): void => {
    const entries = Object.entries(changes) as Array<[keyof PlacesSnapshot, unknown]>
    const isNews = entries.some(([name, value]) => snapshot[name] !== value)
    restMs = isNews ? lookEveryMs : Math.min(lookAtRestMs, 2 * restMs)
    if (over || !isNews) return
    snapshot = { ...snapshot, ...changes }
    for (const listener of listeners) listener()
  }
  const from = (): Query => heldAt == null ? filter : { ...filter, until: heldAt }

  async function readPage (page: number): Promise<readonly Place[]> {
    const messages = await hub.query({ ...from(), order: 'descending', limit: pageLength, offset: page * pageLength })
    const answers = threads && messages.length > 0 ? await hub.answers(messages.map(({ id }) => id)) : []
    const before = new Map((snapshot.pages.get(page) ?? []).map(place => [place.message.id, place]))
    const read = messages.map((message, index) => sameOr(before.get(message.id), { message, answers: answers[index] ?? null }))
    const known = snapshot.pages.get(page)
    return known?.length === read.length && read.every((place, index) => place === known[index]) ? known : read
  }

  async function lookOnce (): Promise<void> {
    const asked = heldAt
    const [all, total] = await Promise.all([hub.count(filter), heldAt == null ? null : hub.count(from())])
    const wanted = pagesOf(sight)
    const read = await Promise.all(wanted.map(async page => [page, await readPage(page)] as const))
    // Held or let go meanwhile: these places counted from another message.
    if (over || asked !== heldAt) return
    const pages = new Map(snapshot.pages)
    for (const [page, places] of read) {
      pages.delete(page)
      pages.set(page, places)
    }
    for (const page of pages.keys()) if (pages.size > pagesKeptMax + wanted.length) pages.delete(page)
    const isSame = pages.size === snapshot.pages.size && [...pages].every(([page, places]) => snapshot.pages.get(page) === places)
    change({ total: total ?? all, above: total == null ? 0 : Math.max(0, all - total), pages: isSame ? snapshot.pages : pages, failure: null })
  }

  const look = (): void => {
    if (looking || over || !isVisible() || now() < restUntil) return
    looking = true
    const begunAt = now()
    const seen = sight
    lookOnce().catch((thrown: unknown) => { change({ failure: reasonOf(thrown) }) }).finally(() => {
      looking = false
      restUntil = now() + Math.max(restMs, (now() - begunAt) * restShare)
      // What came into sight meanwhile is not kept waiting.
      if (seen !== sight && isMissing()) lookNow()
    })
  }
  const lookNow = (): void => {
    restUntil = 0
    look()
  }
  const isMissing = (): boolean => pagesOf(sight).some(page => !snapshot.pages.has(page))

  const timer = setInterval(look, lookEveryMs)
  look()
  return {
    subscribe (listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => snapshot,
    see (first, last) {
      if (first === sight.first && last === sight.last) return
      sight = { first, last }
      if (isMissing()) lookNow()
    },
    hold (held) {
      if (held === (heldAt != null)) return
      const first = snapshot.pages.get(0)?.[0]
      if (held && first == null) return
      heldAt = held ? first?.message.timestamp : undefined
      if (!held) lookNow()
    },
    look: lookNow,
    close () {
      over = true
      clearInterval(timer)
    }
  }
}

/** The place of a message, as far as pages are here; -1: not among them. */
export function placeOf (pages: PlacesSnapshot['pages'], id: string): number {
  for (const [page, places] of pages) {
    const index = places.findIndex(({ message }) => message.id === id)
    if (index !== -1) return page * pageLength + index
  }
  return -1
}

export function placeAt (pages: PlacesSnapshot['pages'], place: number): Place | undefined {
  return pages.get(Math.floor(place / pageLength))?.[place % pageLength]
}

function pagesOf ({ first, last }: { first: number, last: number }): number[] {
  const begin = Math.floor(Math.max(0, first) / pageLength)
  const end = Math.floor(Math.max(0, last) / pageLength)
  return Array.from({ length: end - begin + 1 }, (_, index) => begin + index)
}

function sameOr (before: Place | undefined, place: Place): Place {
  return before != null && isSameMessage(before.message, place.message) && before.answers?.count === place.answers?.count &&
    before.answers?.newestAt === place.answers?.newestAt
    ? before
    : place
}

/** Whether a later view of a message says what an earlier one did. */
export function isSameMessage (one: MessageView, other: MessageView): boolean {
  return one.id === other.id && one.state === other.state && one.reach.held === other.reach.held && one.reach.of === other.reach.of &&
    (one.body == null) === (other.body == null)
}
