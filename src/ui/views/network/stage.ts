/**
 * The chart in motion, on two canvases: below, hubs and links, drawn when something changed or moves to its place; above, the messages
 * on their way, drawn while there are any. Nothing is drawn while nothing moves. It knows no React.
 */
import { nearest, type Point } from './geometry.ts'
import { type Flight, fly, hopMs, rippleMs } from './flights.ts'
import { type Layout, layoutNetwork } from './layout.ts'
import type { NetworkFacts } from './model.ts'
import { type Colours, coloursAt } from './colours.ts'
import { paintComet, paintRipple, paintScene } from './painter.ts'
import { buildScene, type Line, type Scene } from './scene.ts'

export interface Stage {
  show: (facts: NetworkFacts, selected: string | null, started: readonly Flight[]) => void
  resize: (width: number, height: number) => void
  /** Lights a hub and its links; the hub at this point, null for none. */
  point: (at: Point | null) => string | null
  close: () => void
}

/** A hub moves to its new place by this share of the way in each of these times, in ms: as good as there after 600. */
const settleMs = 120
/** Nearer than this it is there: a fraction of a pixel, in the chart's coordinates. */
const thereShare = 0.0008
/** A move of less than this is not shown as one, in the chart's coordinates: round trips waver, and each step of a move draws everything. Some pixels. */
const nudgeShare = 0.02
/** More hubs than this are a crowd, of which new facts are drawn once in so many ms: a picture of hundreds costs many frames' time. */
const crowdHubs = 100
const crowdDrawMs = 1_000
/** While hubs move, drawing takes a fifth of the time at most: a slow picture moves in fewer steps, and leaves the rest to the reader and the engine. */
const restShare = 4
/** One step moves no further than in this time, in ms: after a long frame hubs go on from where they are seen. */
const stepMaxMs = 200
/** A pointer within this of a hub's middle points at it, in px. */
const reachPx = 24

export function createStage (below: HTMLCanvasElement, above: HTMLCanvasElement, isStill: () => boolean): Stage {
  const places = new Map<string, Point>()
  let size = { width: 0, height: 0 }
  let facts: NetworkFacts | null = null
  let layout: Layout = { places: new Map(), relays: new Map() }
  let scene: Scene | null = null
  /** Of the scene, by both ends in either order. */
  let lines: ReadonlyMap<string, Line> = new Map()
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let colours: Colours = coloursAt(below.parentElement ?? document.body)
  let coloursOf = ''
  let drawnAt = -Infinity
  let restUntil = -Infinity
  let drawing: ReturnType<typeof setTimeout> | undefined
  let selected: string | null = null
  let hovered: string | null = null
  let flights: readonly Flight[] = []
  let frame = 0
  let lastAt = 0

  const draw = (): void => {
    const context = below.getContext('2d')
    if (context == null || facts == null || size.width === 0) return
    drawnAt = performance.now()
    clearTimeout(drawing)
    drawing = undefined
    scene = buildScene(facts, places, layout.relays, size, selected)
    lines = new Map(scene.lines.flatMap(line => [[`${line.link.from} ${line.link.to}`, line] as const, [`${line.link.to} ${line.link.from}`, line] as const]))
    clear(context)
    paintScene(context, scene, colours, { selected, hovered })
    restUntil = performance.now() + restShare * (performance.now() - drawnAt)
  }

  /** Moves every hub towards its place; false: all are there. */
  const settle = (elapsedMs: number): boolean => {
    const share = isStill() ? 1 : 1 - Math.exp(-elapsedMs / settleMs)
    let moving = false
    for (const [peerId, target] of layout.places) {
      const place = places.get(peerId)
      if (place == null) {
        // A new hub comes from the middle, where it was met.
        places.set(peerId, isStill() ? target : { x: target.x * 0.4, y: target.y * 0.4 })
        moving = true
        continue
      }
      if (place.x === target.x && place.y === target.y) continue
      if (Math.hypot(target.x - place.x, target.y - place.y) < nudgeShare) {
        places.set(peerId, target)
        if (elapsedMs > 0) moving = true
        continue
      }
      const next = { x: place.x + (target.x - place.x) * share, y: place.y + (target.y - place.y) * share }
      const there = Math.abs(next.x - target.x) < thereShare && Math.abs(next.y - target.y) < thereShare
      places.set(peerId, there ? target : next)
      moving = true
    }
    for (const peerId of places.keys()) if (!layout.places.has(peerId)) places.delete(peerId)
    return moving
  }

  const drawFlights = (now: number): void => {
    const context = above.getContext('2d')
    if (context == null || scene == null) return
    clear(context)
    const nodes = new Map(scene.nodes.map(node => [node.hub.peerId, node]))
    for (const { from, to, startsAt } of flights) {
      const share = (now - startsAt) / hopMs
      const line = lines.get(`${from} ${to}`)
      const arrival = nodes.get(to)
      if (line == null || share < 0) continue
      if (share < 1) {
        const forward = line.link.from === from
        const along = forward ? share : 1 - share
        const curve = line.curves[Math.min(line.curves.length - 1, Math.floor(along * line.curves.length))]
        const part = along * line.curves.length % 1
        if (curve != null) paintComet(context, forward ? curve : { from: curve.to, bend: curve.bend, to: curve.from }, forward ? part : 1 - part, colours)
      } else if (arrival != null) {
        paintRipple(context, arrival.place, arrival.radius, Math.min(1, (now - startsAt - hopMs) / rippleMs), colours)
      }
    }
  }

  /** The newest facts, drawn where they stand, or begin to move to it. */
  const arrange = (): void => {
    if (facts == null) return
    layout = layoutNetwork(facts)
    settle(0)
    draw()
    wakeFromRest()
  }

  const step = (now: number): void => {
    frame = 0
    const rests = performance.now() < restUntil
    const moving = rests || settle(Math.min(stepMaxMs, now - lastAt))
    if (!rests) {
      lastAt = now
      if (moving) draw()
    }
    flights = fly(flights, [], now)
    drawFlights(now)
    if (moving || flights.length > 0) wake()
  }
  const wake = (): void => { if (frame === 0) frame = requestAnimationFrame(step) }
  const wakeFromRest = (): void => {
    if (frame === 0) lastAt = performance.now()
    wake()
  }

  return {
    show (next, nextSelected, started) {
      const isSelectedElsewhere = nextSelected !== selected
      facts = next
      selected = nextSelected
      const theme = `${document.documentElement.dataset.theme ?? ''} ${dark.matches}`
      if (theme !== coloursOf) {
        colours = coloursAt(below.parentElement ?? document.body)
        coloursOf = theme
      }
      if (!isStill()) flights = fly(flights, started, performance.now())
      const waitMs = next.hubs.length <= crowdHubs || isSelectedElsewhere ? 0 : drawnAt + crowdDrawMs - performance.now()
      if (waitMs <= 0) arrange()
      else drawing ??= setTimeout(arrange, waitMs)
      wakeFromRest()
    },
    resize (width, height) {
      if (width === size.width && height === size.height && below.width > 0) return
      size = { width, height }
      const ratio = globalThis.devicePixelRatio
      for (const canvas of [below, above]) {
        canvas.width = Math.round(width * ratio)
        canvas.height = Math.round(height * ratio)
        canvas.getContext('2d')?.setTransform(ratio, 0, 0, ratio, 0, 0)
      }
      draw()
    },
    point (at) {
      const found = at == null || scene == null ? null : nearest(at, scene.nodes, ({ place }) => place, reachPx)?.hub.peerId ?? null
      if (found !== hovered) {
        hovered = found
        draw()
      }
      return found
    },
    close () {
      clearTimeout(drawing)
      cancelAnimationFrame(frame)
    }
  }
}

function clear (context: CanvasRenderingContext2D): void {
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  context.restore()
}
