/** The round-trip chart: you in the middle, the nearer the faster. A picture of the table beside it, which has the same facts for those who do not see it. */
import { type PointerEvent, useEffect, useRef } from 'react'
import { counted } from '../../design/format.ts'
import type { LinksSeen } from '../../data/link-samples.ts'
import { packFacts } from './chart-facts.ts'
import type { ChartAnswer, ChartWord, Look } from './chart-words.ts'
import { coloursAt } from './colours.ts'
import { flightsBetween } from './flights.ts'
import type { Point } from './geometry.ts'
import type { NetworkFacts } from './model.ts'

export interface GraphProperties {
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly selected: string | null
  readonly onSelect: (peerId: string | null) => void
}

/** Comets of one answer begin within this time, in ms: until the next one comes. */
const spreadMs = 900

export function Graph ({ facts, seen, selected, onSelect }: GraphProperties) {
  const room = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | null>(null)
  const seenBefore = useRef<LinksSeen | null>(null)

  useEffect(() => {
    const box = room.current
    if (box == null) return
    const opened = chart.current = openChart(box)
    return () => {
      chart.current = null
      opened.close()
    }
  }, [])
  useEffect(() => chart.current?.hear(({ type, peerId }) => {
    if (type === 'pressed') onSelect(peerId)
    else if (room.current != null) room.current.style.cursor = peerId == null ? '' : 'pointer'
  }), [onSelect])

  useEffect(() => {
    const [you] = facts.hubs
    const started = you == null ? [] : flightsBetween(you.peerId, seenBefore.current, seen, 0, spreadMs)
    seenBefore.current = seen
    chart.current?.show(facts, selected, started)
  }, [facts, seen, selected])

  const linked = facts.hubs.filter(({ standing }) => standing === 'linked').length
  return (
    <div
      ref={room}
      className="graph"
      role="img"
      aria-label={`The network as a chart: you, ${counted(linked, 'linked hub')} and ${counted(facts.hubs.length - 1 - linked, 'other hub')} heard of. The table has the same facts.`}
      onPointerMove={(event) => { chart.current?.tell({ type: 'point', at: pointOf(event) }) }}
      onPointerLeave={() => { chart.current?.tell({ type: 'point', at: null }) }}
      onPointerUp={(event) => { chart.current?.tell({ type: 'press', at: pointOf(event) }) }}
    />
  )
}

function pointOf ({ currentTarget, clientX, clientY }: PointerEvent): Point {
  const { left, top } = currentTarget.getBoundingClientRect()
  return { x: clientX - left, y: clientY - top }
}

interface Chart {
  tell: (word: ChartWord) => void
  show: (facts: NetworkFacts, selected: string | null, started: ReturnType<typeof flightsBetween>) => void
  /** Until the returned function is called. */
  hear: (listener: (answer: ChartAnswer) => void) => () => void
  close: () => void
}

/** One for all charts of this page, so that one is drawn at once when its reader comes back to it, and when its server is gone. */
let worker: Worker | undefined

/** Canvases in this room, drawn by the worker. */
function openChart (room: HTMLElement): Chart {
  const drawing = worker ??= new Worker(new URL('./chart-worker.ts', import.meta.url), { type: 'module', name: 'hubbub-chart' })
  const canvases = [document.createElement('canvas'), document.createElement('canvas')] as const
  room.append(...canvases)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const themeNow = (): string => `${document.documentElement.dataset.theme ?? ''} ${dark.matches} ${still.matches}`
  let theme = themeNow()
  const tell = (word: ChartWord, transfer: Transferable[] = []): void => { drawing.postMessage(word, transfer) }
  const [below, above] = [canvases[0].transferControlToOffscreen(), canvases[1].transferControlToOffscreen()]
  tell({ type: 'begin', below, above, look: lookOf(room, still.matches) }, [below, above])
  const observer = new ResizeObserver(() => { tell({ type: 'resize', width: room.clientWidth, height: room.clientHeight, ratio: globalThis.devicePixelRatio }) })
  observer.observe(room)
  return {
    tell,
    show (facts, selected, started) {
      if (themeNow() !== theme) {
        theme = themeNow()
        tell({ type: 'look', look: lookOf(room, still.matches) })
      }
      const packed = packFacts(facts)
      tell({ type: 'show', facts: packed, selected, started }, [packed.ends.buffer, packed.kinds.buffer, packed.times.buffer])
    },
    hear (listener) {
      const hear = ({ data }: MessageEvent<ChartAnswer>): void => { listener(data) }
      drawing.addEventListener('message', hear)
      return () => { drawing.removeEventListener('message', hear) }
    },
    close () {
      observer.disconnect()
      tell({ type: 'end' })
      for (const canvas of canvases) canvas.remove()
    }
  }
}

function lookOf (room: HTMLElement, still: boolean): Look {
  return { colours: coloursAt(room), fontFamily: getComputedStyle(room).fontFamily, still }
}
