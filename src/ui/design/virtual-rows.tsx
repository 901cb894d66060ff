/** Long tables: only the rows in sight are in the page. The rest is room above and below, so that scrolling and its bar are as if all were. */
import { useMemo, useSyncExternalStore } from 'react'

export interface RowsInSight {
  /** Indexes of the rows to draw, first to last. */
  readonly indexes: readonly number[]
  readonly abovePx: number
  readonly belowPx: number
}

/** Rows drawn beyond those in sight, so that a quick scroll shows no gap. */
const overscan = 6
/** Rows drawn before the height of the scroller is known. */
const rowsAtFirst = 60

/** All rows are `rowPx` high. `scroller` is what scrolls, null before it is on the page. */
export function useRowsInSight (scroller: HTMLElement | null, total: number, rowPx: number): RowsInSight {
  const sight = useMemo(() => sightOf(scroller, rowPx), [scroller, rowPx])
  // A number each, so that nothing is drawn again before a row comes into sight.
  const first = useSyncExternalStore(sight.subscribe, sight.first)
  const shown = useSyncExternalStore(sight.subscribe, sight.shown)
  const begin = Math.min(first, Math.max(0, total - shown))
  const end = Math.min(total, begin + shown)
  return { indexes: Array.from({ length: end - begin }, (_, index) => begin + index), abovePx: begin * rowPx, belowPx: (total - end) * rowPx }
}

function sightOf (scroller: HTMLElement | null, rowPx: number) {
  return {
    subscribe: (listener: () => void) => {
      if (scroller == null) return () => { /* nothing was followed */ }
      const observer = new ResizeObserver(listener)
      observer.observe(scroller)
      scroller.addEventListener('scroll', listener, { passive: true })
      return () => {
        observer.disconnect()
        scroller.removeEventListener('scroll', listener)
      }
    },
    first: () => Math.max(0, Math.floor((scroller?.scrollTop ?? 0) / rowPx) - overscan),
    shown: () => scroller == null ? rowsAtFirst : Math.ceil(scroller.clientHeight / rowPx) + 2 * overscan
  }
}

/**
 * Brings a row into sight, if it is not. `headPx` is the height of what stands still above the rows; what lies over the last ones is the
 * scroller's scroll padding.
 */
export function revealRow (scroller: HTMLElement | null, index: number, rowPx: number, headPx: number): void {
  if (scroller == null || index < 0) return
  const topPx = index * rowPx
  const footPx = Number.parseFloat(getComputedStyle(scroller).scrollPaddingBottom) || 0
  const lastPx = topPx + rowPx + headPx + footPx
  if (topPx < scroller.scrollTop) scroller.scrollTop = topPx
  else if (lastPx > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = lastPx - scroller.clientHeight
}

/** Room in a table body for rows that are not drawn. One cell: a row may have fewer than there are columns, of which a narrow table hides some. */
export function RowsAside ({ px }: { px: number }) {
  return px > 0 ? <tr className="rows-aside" aria-hidden="true"><td style={{ height: px }} /></tr> : null
}
