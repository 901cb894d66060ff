/** A picture of the network on the page, drawn by the chart's worker (chart-worker.ts), which sees neither the page nor its theme: it is told them. */
import type { PointerEvent } from 'react'
import { packFacts } from './chart-facts.ts'
import type { ChartAnswer, ChartWord, Look, Picture } from './chart-words.ts'
import { coloursAt } from './colours.ts'
import type { Flight } from './flights.ts'
import type { Point } from './geometry.ts'
import type { NetworkFacts } from './model.ts'

export interface Chart {
  tell: (word: ChartWord) => void
  show: (facts: NetworkFacts, selected: string | null, started: readonly Flight[]) => void
  /** Until the returned function is called. */
  hear: (listener: (answer: ChartAnswer) => void) => () => void
  close: () => void
}

/** Canvases that lie on one another. */
const canvasesOf = { graph: 2, matrix: 1 } as const

/** One for all charts of this page, so that one is drawn at once when its reader comes back to it, and when its server is gone. */
let worker: Worker | undefined

/** In this room. Whoever opens it closes it. */
export function openChart (room: HTMLElement, picture: Picture): Chart {
  const drawing = worker ??= new Worker(new URL('./chart-worker.ts', import.meta.url), { type: 'module', name: 'hubbub-chart' })
  const canvases = Array.from({ length: canvasesOf[picture] }, () => document.createElement('canvas'))
  room.append(...canvases)
  const tell = (word: ChartWord, transfer: Transferable[] = []): void => { drawing.postMessage(word, transfer) }
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const lookNow = (): Look => ({ colours: coloursAt(room), fontFamily: getComputedStyle(room).fontFamily, still: still.matches })
  const given = canvases.map(canvas => canvas.transferControlToOffscreen())
  tell({ type: 'begin', picture, canvases: given, look: lookNow() }, given)

  const closing = new AbortController()
  const dress = (): void => { tell({ type: 'look', look: lookNow() }) }
  for (const media of [still, matchMedia('(prefers-color-scheme: dark)')]) media.addEventListener('change', dress, { signal: closing.signal })
  const themes = new MutationObserver(dress)
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const sizes = new ResizeObserver(() => { tell({ type: 'resize', width: room.clientWidth, height: room.clientHeight, ratio: globalThis.devicePixelRatio }) })
  sizes.observe(room)
  return {
    tell,
    show (facts, selected, started) {
      const packed = packFacts(facts)
      tell({ type: 'show', facts: packed, selected, started }, [packed.ends.buffer, packed.kinds.buffer, packed.times.buffer])
    },
    hear (listener) {
      const hear = ({ data }: MessageEvent<ChartAnswer>): void => { listener(data) }
      drawing.addEventListener('message', hear)
      return () => { drawing.removeEventListener('message', hear) }
    },
    close () {
      closing.abort()
      themes.disconnect()
      sizes.disconnect()
      tell({ type: 'end' })
      for (const canvas of canvases) canvas.remove()
    }
  }
}

export function pointOf ({ currentTarget, clientX, clientY }: PointerEvent): Point {
  const { left, top } = currentTarget.getBoundingClientRect()
  return { x: clientX - left, y: clientY - top }
}
