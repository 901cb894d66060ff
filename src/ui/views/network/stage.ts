/**
 * The chart in motion, on two canvases: below, hubs and links, drawn when something changed or moves to its place; above, the messages
 * on their way, drawn while there are any. Nothing is drawn while nothing moves. The lines, which are most of the work, stand on a ground of their own that is
 * drawn only when one of them changed. It runs in a worker (chart-worker.ts) and knows no page.
 */
import type { ChartFacts } from './chart-facts.ts'
import type { Look } from './chart-words.ts'
import { nearest, type Point } from './geometry.ts'
import { type Flight, fly, hopMs, rippleMs } from './flights.ts'
import { type Layout, layoutNetwork } from './layout.ts'
import { type Context, paintComet, paintGround, paintHubs, paintRipple } from './painter.ts'
import { buildScene, hasSameGround, hasSameHubs, type Line, type Scene } from './scene.ts'

export interface Stage {
  show: (facts: ChartFacts, selected: string | null, started: readonly Flight[]) => void
  dress: (look: Look) => void
  /** In the page's pixels, and how many of the screen's each is wide. */
  resize: (width: number, height: number, ratio: number) => void
  /** Lights a hub and its links; the hub at this point, null for none. */
  point: (at: Point | null) => string | null
  close: () => void
}

/** A hub moves to its new place by this share of the way in each of these times, in ms: as good as there after 600. */
const settleMs = 120
/** Nearer than this it is there: a fraction of a pixel, in the chart's coordinates. */
const thereShare = 0.0008
/** A hub stays until its place is further away than this, in the chart's coordinates: round trips waver, and a move draws every line. Some pixels. */
const nudgeShare = 0.03
/** Less than this it is there at once: each step of a move draws everything, and nobody follows so short a way with the eye. */
const hopShare = 0.1
/** More hubs than this are a crowd, of which new facts are drawn once in so many ms: a picture of hundreds costs many frames' time. */
const crowdHubs = 100
const crowdDrawMs = 1_000
/** While hubs move, drawing takes a fifth of the time at most: a slow picture moves in fewer steps, and leaves the rest to comets and the engine. */
const restShare = 4
/** One step moves no further than in this time, in ms: after a long frame hubs go on from where they are seen. */
const stepMaxMs = 200
/** A pointer within this of a hub's middle points at it, in px. */
const reachPx = 24

export function createStage (below: OffscreenCanvas, above: OffscreenCanvas, firstLook: Look): Stage {
  const ground = new OffscreenCanvas(0, 0)
  const contexts = [below, above, ground].map(canvas => canvas.getContext('2d'))
  const [onBelow, onAbove, onGround] = contexts
  /** Where each hub is drawn, and where it is going. */
  const places = new Map<string, Point>()
  const targets = new Map<string, Point>()
  let size = { width: 0, height: 0, ratio: 1 }
  let facts: ChartFacts | null = null
  let relayPlaces: Layout['relays'] = new Map()
  let scene: Scene | null = null
  /** Of the scene, by both ends in either order. */
  let lines: ReadonlyMap<string, Line> = new Map()
  let look = firstLook
  /** What is drawn; null: nothing. */
  let drawn: { readonly scene: Scene, readonly look: Look, readonly selected: string | null, readonly hovered: string | null } | null = null
  let hasFlights = false
  let isStale = false
  let isResized = false
  let isMoving = false
  let drawnAt = -Infinity
  let restUntil = -Infinity
  let drawing: ReturnType<typeof setTimeout> | undefined
  let selected: string | null = null
  let hovered: string | null = null
  let flights: readonly Flight[] = []
  let frame = 0
  let lastAt = 0

  const draw = (): void => {
    isStale = false
    if (onBelow == null || onGround == null || facts == null || ground.width === 0 || ground.height === 0) return
    const begunAt = performance.now()
    drawnAt = begunAt
    scene = buildScene(facts, places, relayPlaces, size, selected)
    lines = new Map(scene.lines.flatMap(line => [[`${line.link.from} ${line.link.to}`, line] as const, [`${line.link.to} ${line.link.from}`, line] as const]))
    const isGroundDrawn = drawn?.look === look && drawn.hovered === hovered && hasSameGround(drawn.scene, scene)
    if (isGroundDrawn && drawn?.selected === selected && hasSameHubs(drawn.scene, scene)) return
    drawn = { scene, look, selected, hovered }
    if (!isGroundDrawn) {
      clear(onGround)
      paintGround(onGround, scene, look, hovered)
    }
    clear(onBelow, ground)
    paintHubs(onBelow, scene, look, { selected, hovered })
    restUntil = performance.now() + restShare * (performance.now() - begunAt)
  }

  /** Takes the places of the newest facts for where hubs are going, but those that are as good as there. */
  const aim = (next: Layout['places']): void => {
    for (const [peerId, place] of next) {
      const target = targets.get(peerId)
      const away = target == null ? Infinity : Math.hypot(place.x - target.x, place.y - target.y)
      if (away < nudgeShare) continue
      if (away < hopShare && places.get(peerId) === target) places.set(peerId, place)
      targets.set(peerId, place)
    }
    for (const peerId of targets.keys()) {
      if (next.has(peerId)) continue
      targets.delete(peerId)
      places.delete(peerId)
    }
  }

  /** Moves every hub towards its place; false: all are there. */
  const settle = (elapsedMs: number): boolean => {
    const share = look.still ? 1 : 1 - Math.exp(-elapsedMs / settleMs)
    let moving = false
    for (const [peerId, target] of targets) {
      const place = places.get(peerId)
      if (place === target) continue
      moving = true
      if (place == null) {
        // A new hub comes from the middle, where it was met.
        places.set(peerId, look.still ? target : { x: target.x * 0.4, y: target.y * 0.4 })
        continue
      }
      const next = { x: place.x + (target.x - place.x) * share, y: place.y + (target.y - place.y) * share }
      const there = Math.abs(next.x - target.x) < thereShare && Math.abs(next.y - target.y) < thereShare
      places.set(peerId, there ? target : next)
    }
    return moving
  }

  const drawFlights = (now: number): void => {
    if (onAbove == null || scene == null || (flights.length === 0 && !hasFlights)) return
    hasFlights = flights.length > 0
    clear(onAbove)
    const nodes = new Map(scene.nodes.map(node => [node.peerId, node]))
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
        if (curve != null) paintComet(onAbove, forward ? curve : { from: curve.to, bend: curve.bend, to: curve.from }, forward ? part : 1 - part, look.colours)
      } else if (arrival != null) {
        paintRipple(onAbove, arrival.place, arrival.radius, Math.min(1, (now - startsAt - hopMs) / rippleMs), look.colours)
      }
    }
  }

  /** The newest facts, drawn where they stand, or begin to move to it. */
  const arrange = (): void => {
    clearTimeout(drawing)
    drawing = undefined
    if (facts == null) return
    const { places: next, relays } = layoutNetwork(facts)
    relayPlaces = relays
    aim(next)
    isMoving = settle(0)
    isStale = true
    wakeFromRest()
  }

  const step = (): void => {
    frame = 0
    const now = performance.now()
    if (isResized) takeSize()
    const rests = isMoving && now < restUntil
    if (!rests) {
      isMoving = settle(Math.min(stepMaxMs, now - lastAt))
      lastAt = now
    }
    if (isStale || (isMoving && !rests)) draw()
    flights = fly(flights, [], now)
    drawFlights(now)
    if (isMoving || flights.length > 0) wake()
  }
  const wake = (): void => { if (frame === 0) frame = requestAnimationFrame(step) }
  const wakeFromRest = (): void => {
    if (frame === 0) lastAt = performance.now()
    wake()
  }

  function takeSize (): void {
    isResized = false
    for (const context of contexts) {
      if (context == null) continue
      context.canvas.width = Math.round(size.width * size.ratio)
      context.canvas.height = Math.round(size.height * size.ratio)
      context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0)
    }
    drawn = null
    isStale = true
  }

  return {
    show (next, nextSelected, started) {
      const isSelectedElsewhere = nextSelected !== selected
      facts = next
      selected = nextSelected
      if (!look.still) flights = fly(flights, started, performance.now())
      const waitMs = next.hubs.length <= crowdHubs || isSelectedElsewhere ? 0 : drawnAt + crowdDrawMs - performance.now()
      if (waitMs <= 0) arrange()
      else drawing ??= setTimeout(arrange, waitMs)
      if (flights.length > 0) wakeFromRest()
    },
    dress (next) {
      look = next
      isStale = true
      wake()
    },
    resize (width, height, ratio) {
      size = { width, height, ratio }
      isResized = true
      wake()
    },
    point (at) {
      const found = at == null || scene == null ? null : nearest(at, scene.nodes, ({ place }) => place, reachPx)?.peerId ?? null
      if (found !== hovered) {
        hovered = found
        isStale = true
        wake()
      }
      return found
    },
    close () {
      clearTimeout(drawing)
      cancelAnimationFrame(frame)
    }
  }
}

/** Leaves nothing, or what is to be drawn over. */
function clear (context: Context, ground?: OffscreenCanvas): void {
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  if (ground != null) context.drawImage(ground, 0, 0)
  context.restore()
}
