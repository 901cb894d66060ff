/**
 * Threads, the newest first: of any number of them only those in sight are in the page, and asked for. What comes while one has scrolled away, or has the
 * pointer or the focus among the rows, is counted above and moves nothing.
 */
import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useHubState } from '../../data/use-live.ts'
import { counted, dayName, machineTime } from '../../design/format.ts'
import { CoverageMark, Sigil } from '../../design/marks.tsx'
import { revealRow, useRowsInSight } from '../../design/virtual-rows.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useCommand } from '../../shell/commands.ts'
import { useLink, useRouter } from '../../shell/router.ts'
import { coverageWords } from '../../words/sentences.ts'
import type { HubApi, Query } from '../../../worker/api.ts'
import { followPlaces, type Place, placeAt, placeOf, type Places, type PlacesSnapshot } from './places.ts'
import { timeOrDay } from './when.ts'

/** A row's height, in px: a name, two lines, how far it came (thread-list.css). */
export const rowPx = 92
/** Rows that a scroll bar reaches: browsers draw nothing higher than some 17 million px. */
const rowsMax = 180_000

export interface ThreadListProperties {
  readonly filter: Query
  readonly threads: boolean
  readonly label: string
  /** The message whose thread is shown, and the first message of it. */
  readonly selected: string | null
  readonly first: string | null
  /** While it returns false nothing moves on the keys: they belong to something else. */
  readonly keys: boolean
  readonly empty: React.ReactNode
  readonly onEnter: () => void
}

export function ThreadList ({ filter, threads, label, selected, first, keys, empty, onEnter }: ThreadListProperties) {
  const { places, snapshot: { total, above, pages, failure } } = usePlaces(filter, threads)
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const router = useRouter()
  const shownRows = Math.min(total ?? 0, rowsMax)
  const { indexes, abovePx, belowPx } = useRowsInSight(scroller, shownRows, rowPx)
  const chosen = placeOf(pages, first ?? selected ?? '')
  const hold = useHolding(scroller, places)
  useSteadySight(scroller, pages, indexes[0] ?? 0)

  const begin = indexes[0] ?? 0
  const end = indexes.at(-1) ?? 0
  useEffect(() => { places?.see(begin, end) }, [places, begin, end])

  const move = useCallback((by: -1 | 1): void => {
    const inSight = Math.ceil((scroller?.scrollTop ?? 0) / rowPx)
    const to = chosen === -1 ? inSight : Math.min(Math.max(0, chosen + by), shownRows - 1)
    const next = placeAt(pages, to)
    revealRow(scroller, to, rowPx, 0)
    if (next != null) router.select({ ...router.route(), path: [next.message.id] })
  }, [scroller, chosen, pages, shownRows, router])
  useCommand('next', keys && total != null ? () => { move(1) } : null)
  useCommand('previous', keys && total != null ? () => { move(-1) } : null)
  useCommand('inspect', keys && selected != null ? onEnter : null)

  const showNewest = (): void => {
    scroller?.scrollTo({ top: 0 })
    hold(false)
    scroller?.focus()
  }
  if (total === 0 && failure == null) return <div className="thread-list"><div className="empty">{empty}</div></div>
  return (
    <div className="thread-list">
      {failure != null && <p className="failure-note" role="alert">{failure} What is shown is how it was before; it is tried again.</p>}
      {above > 0 && <button type="button" className="button newer" onClick={showNewest}>{counted(above, 'new message')} above</button>}
      <div className="thread-rows" ref={setScroller} role="region" aria-label={label} tabIndex={0} data-testid="thread-list" data-total={total ?? undefined}>
        {total == null && <p className="quiet" role="status">Reading the messages.</p>}
        <ol aria-label={label} style={{ paddingTop: abovePx, paddingBottom: belowPx }}>
          {indexes.map((index) => {
            const place = placeAt(pages, index)
            const chosenHere = index === chosen
            if (place == null) return <li key={index} className="thread-row" aria-hidden="true" />
            return (
              <li key={place.message.id} className="thread-row" data-testid="message" data-id={place.message.id} aria-posinset={index + 1} aria-setsize={shownRows}>
                <ThreadRow place={place} chosen={chosenHere} reachable={!keys || chosenHere || (chosen === -1 && index === 0)} />
              </li>
            )
          })}
        </ol>
        {total != null && total > rowsMax && <p className="quiet">Older ones are kept and not listed here; a link to one opens it.</p>}
      </div>
      <p className="hidden" role="status">{above > 0 ? `${counted(above, 'new message')} above.` : ''}</p>
    </div>
  )
}

interface RowProperties {
  readonly place: Place
  readonly chosen: boolean
  /** Whether Tab leads to it: one row does, the others are reached with J and K. */
  readonly reachable: boolean
}

/** What a row says; its place in the list, which changes with every message that comes, is its parent's. */
const ThreadRow = memo(function ThreadRow ({ place: { message, answers }, chosen, reachable }: RowProperties) {
  const link = useLink()
  const { id, author, timestamp, body, state } = message
  const answered = answers != null && answers.count > 0 ? `, ${counted(answers.count, 'answer')}` : ''
  return (
    <a {...link({ view: 'messages', path: [id], query: {} })} aria-current={chosen ? 'true' : undefined} tabIndex={reachable ? 0 : -1}>
      <Sigil id={author} size={20} />
      <span className="thread-who"><AuthorName author={author} /></span>
      <time dateTime={machineTime(timestamp)} title={dayName(timestamp)}>{timeOrDay(timestamp)}</time>
      <span className="thread-text" dir="auto">{textOf(body) ?? 'Removed by its author.'}</span>
      <span className="thread-state"><CoverageMark state={state} part={shareOf(message.reach)} /><span>{coverageWords(message)}{answered}</span></span>
    </a>
  )
})

export function textOf (body: Place['message']['body']): string | null {
  return typeof body?.text === 'string' ? body.text : null
}

export function shareOf ({ held, of }: Place['message']['reach']): number {
  return of === 0 ? 0 : held / of
}

const nothing: PlacesSnapshot = { total: null, above: 0, pages: new Map(), failure: null }

/** The list of the running hub, followed while this view is open. */
function usePlaces (filter: Query, threads: boolean): { readonly places: Places | null, readonly snapshot: PlacesSnapshot } {
  const state = useHubState()
  const hub = state.type === 'running' ? state.hub : null
  const held = useMemo(() => placesWhileSubscribed(hub, filter, threads), [hub, filter, threads])
  const snapshot = useSyncExternalStore(held.subscribe, held.snapshot)
  return { places: held.places, snapshot }
}

function placesWhileSubscribed (hub: HubApi | null, filter: Query, threads: boolean) {
  let followed: Places | null = null
  const own: Pick<Places, 'see' | 'hold' | 'look'> = {
    see: (first, last) => followed?.see(first, last),
    hold: held => followed?.hold(held),
    look: () => followed?.look()
  }
  return {
    places: { ...own, subscribe: () => () => undefined, snapshot: () => nothing, close: () => undefined } satisfies Places,
    subscribe: (listener: () => void) => {
      if (hub == null) return () => { /* there is nothing to follow */ }
      const begun = followed = followPlaces({ hub, filter, threads, isVisible: () => document.visibilityState === 'visible', now: () => performance.now() })
      begun.subscribe(listener)
      return () => {
        begun.close()
        followed = null
      }
    },
    snapshot: () => followed?.snapshot() ?? nothing
  }
}

/** Holds the list while its newest row is out of sight, or someone is about to press a row. Returns how to let it go by hand. */
function useHolding (scroller: HTMLElement | null, places: Places | null): (held: boolean) => void {
  const letGo = useRef<(held: boolean) => void>(() => undefined)
  useEffect(() => {
    if (scroller == null || places == null) return
    let pointed = false
    const settle = (): void => { places.hold(pointed || scroller.scrollTop > rowPx / 2 || scroller.querySelector(':focus-visible') != null) }
    const point = (event: PointerEvent): void => {
      pointed = event.type !== 'pointerleave' && event.pointerType === 'mouse'
      settle()
    }
    const ends = [
      listen(scroller, 'scroll', settle), listen(scroller, 'focusin', settle), listen(scroller, 'focusout', () => { setTimeout(settle) }),
      listen(scroller, 'pointerenter', point), listen(scroller, 'pointerleave', point)
    ]
    letGo.current = (held) => { if (held) settle(); else places.hold(false) }
    return () => { for (const end of ends) end() }
  }, [scroller, places])
  return useCallback(held => letGo.current(held), [])
}

function listen<K extends keyof HTMLElementEventMap> (element: HTMLElement, type: K, listener: (event: HTMLElementEventMap[K]) => void): () => void {
  element.addEventListener(type, listener, { passive: true })
  return () => element.removeEventListener(type, listener)
}

/** When messages are put in above what is read (a comparison brings old ones), the rows that are read stay where they are. */
function useSteadySight (scroller: HTMLElement | null, pages: PlacesSnapshot['pages'], firstDrawn: number): void {
  const before: RefObject<{ pages: PlacesSnapshot['pages'], place: number, id: string | undefined }> = useRef({ pages, place: 0, id: undefined })
  useLayoutEffect(() => {
    const { pages: pagesBefore, place, id } = before.current
    if (scroller != null && pagesBefore !== pages && id != null && scroller.scrollTop > rowPx / 2) {
      const now = placeOf(pages, id)
      if (now !== -1 && now !== place) scroller.scrollBy({ top: (now - place) * rowPx })
    }
    const inSight = Math.floor((scroller?.scrollTop ?? 0) / rowPx)
    before.current = { pages, place: inSight, id: placeAt(pages, inSight)?.message.id }
  }, [scroller, pages, firstDrawn])
}
