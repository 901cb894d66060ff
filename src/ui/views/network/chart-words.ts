/** What the page and the chart's worker say to one another. */
import type { PackedFacts } from './chart-facts.ts'
import type { Colours } from './colours.ts'
import type { Flight } from './flights.ts'
import type { Point } from './geometry.ts'

/** How the page looks now, which a worker cannot see. */
export interface Look {
  readonly colours: Colours
  readonly fontFamily: string
  /** The reader wants no motion. */
  readonly still: boolean
}

/** The graph is on two canvases, the matrix on one. */
export type Picture = 'graph' | 'matrix'

export type ChartWord =
  /** On these canvases, the lower first, in the place of the one before. */
  | { readonly type: 'begin', readonly picture: Picture, readonly canvases: readonly OffscreenCanvas[], readonly look: Look }
  /** `started`: flights by ms from now. */
  | { readonly type: 'show', readonly facts: PackedFacts, readonly selected: string | null, readonly started: readonly Flight[] }
  | { readonly type: 'look', readonly look: Look }
  | { readonly type: 'resize', readonly width: number, readonly height: number, readonly ratio: number }
  /** Lights what is there, null for nothing, and answers. */
  | { readonly type: 'point', readonly at: Point | null }
  | { readonly type: 'press', readonly at: Point }
  /** The chart is no longer on the page. */
  | { readonly type: 'end' }

/** The hub that was pointed at or pressed; null: none. */
export interface ChartAnswer {
  readonly type: 'pointed' | 'pressed'
  readonly peerId: string | null
}
