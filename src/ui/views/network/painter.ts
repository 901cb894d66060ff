/** Draws the chart on canvases of a worker. It decides nothing: where things stand and what is named comes from the scene, colours from the tokens. */
import { roundTrip } from '../../design/format.ts'
import { sigilCells } from '../../design/sigil.ts'
import { type Curve, type Point, pointOn } from './geometry.ts'
import type { Look } from './chart-words.ts'
import type { Colours } from './colours.ts'
import { paintLink } from './link-painter.ts'
import type { RelayFact } from './model.ts'
import type { Node, Scene } from './scene.ts'

export type Context = OffscreenCanvasRenderingContext2D

export interface Emphasis {
  readonly selected: string | null
  readonly hovered: string | null
}

/** How much of a line's ink is left while something else is pointed at. */
const restShare = 0.3
/** How much of the ring stands for "catching up, nobody here knows how far": dashed, so that it is not read as a share. */
const indeterminateShare = 1
/** A share that has only begun is seen too. */
const leastShare = 0.03

/** Rings and lines. */
export function paintGround (context: Context, scene: Scene, look: Look, hovered: string | null): void {
  paintRings(context, scene, look)
  for (const line of scene.lines) {
    context.globalAlpha = hovered == null || line.link.from === hovered || line.link.to === hovered ? 1 : restShare
    paintLink(context, line, look.colours)
  }
  context.globalAlpha = 1
}

/** Hubs, relays and their names, over the ground. */
export function paintHubs (context: Context, scene: Scene, look: Look, { selected, hovered }: Emphasis): void {
  const ends = scene.lines.flatMap(({ link: { from, to } }) => from === hovered ? [to] : to === hovered ? [from] : [])
  const near = hovered == null ? null : new Set([hovered, ...ends])
  for (const { relay, place } of scene.relays) paintRelay(context, place, relay, look)
  for (const node of scene.nodes) {
    context.globalAlpha = near == null || near.has(node.peerId) ? 1 : restShare
    paintNode(context, node, look.colours, node.peerId === selected)
  }
  context.globalAlpha = 1
  paintLabels(context, scene, look, selected, near)
}

function paintRings (context: Context, { centre, rings, narrow }: Scene, { colours, fontFamily }: Look): void {
  for (const { width, height } of rings.toReversed()) {
    context.beginPath()
    context.ellipse(centre.x, centre.y, width, height, 0, 0, 2 * Math.PI)
    context.globalAlpha = 0.5
    context.fillStyle = colours.surface
    context.fill()
    context.globalAlpha = 1
    context.strokeStyle = colours.line
    context.lineWidth = 1
    context.stroke()
  }
  const angle = (narrow ? 62 : 118) * Math.PI / 180
  context.font = `11px ${fontFamily}`
  context.textAlign = 'center'
  for (const { ms, width, height } of rings) {
    if (narrow && ms !== 50 && ms !== 200) continue
    haloText(context, `${ms}${ms === 200 ? ' ms' : ''}`, centre.x + Math.cos(angle) * width, centre.y + Math.sin(angle) * height + 4, colours.paper, colours['ink-3'], 4)
  }
}

/** Filled by the theme's ink for you, by the surface for others; a square for a server; smaller where only heard of. */
function paintNode (context: Context, { peerId, standing, server, place, radius, stale, catchingUp }: Node, colours: Colours, isSelected: boolean): void {
  const near = standing === 'you' || standing === 'linked'
  if (isSelected) ring(context, place, radius + 5, colours.accent, 2.4)
  context.beginPath()
  if (server) context.roundRect(place.x - radius, place.y - radius, 2 * radius, 2 * radius, 4)
  else context.arc(place.x, place.y, radius, 0, 2 * Math.PI)
  context.fillStyle = standing === 'you' ? colours.ink : colours.surface
  context.fill()
  context.strokeStyle = standing === 'failed' || standing === 'lost' ? colours.error : near ? colours.ink : colours['ink-3']
  context.lineWidth = standing === 'failed' || standing === 'lost' ? 1.7 : near ? 1.5 : 1.3
  context.setLineDash(standing === 'failed' || standing === 'lost' ? [3, 2.5] : stale ? [2, 2] : [])
  context.stroke()
  context.setLineDash([])
  if (standing === 'failed' || standing === 'lost') cross(context, place, 2.8, colours.error, 1.6)
  if (near) sigil(context, peerId, place, radius * 0.205, standing === 'you' ? colours.paper : colours.ink)
  if (catchingUp != null) ring(context, place, radius + 3.5, colours.accent, 3, catchingUp === 'some' ? indeterminateShare : Math.max(leastShare, catchingUp), catchingUp === 'some' ? [2, 3] : [])
}

function paintRelay (context: Context, { x, y }: Point, { state, rttMs }: RelayFact, { colours, fontFamily }: Look): void {
  const answers = state === 'reserved' || state === 'connected'
  const half = 11
  context.beginPath()
  context.moveTo(x, y - half)
  context.lineTo(x + half, y)
  context.lineTo(x, y + half)
  context.lineTo(x - half, y)
  context.closePath()
  context.fillStyle = colours.surface
  context.fill()
  context.strokeStyle = answers ? colours.relayed : colours.error
  context.lineWidth = 1.8
  context.setLineDash(answers ? [] : [3, 2.5])
  context.stroke()
  context.setLineDash([])
  if (!answers) cross(context, { x, y }, 4, colours.error, 1.8)
  context.font = `600 12px ${fontFamily}`
  context.textAlign = 'end'
  haloText(context, 'Relay', x - 16, y - 1, colours.paper, colours.ink, 6)
  context.font = `11px ${fontFamily}`
  haloText(context, answers ? roundTrip(rttMs) : state === 'refused' ? 'refused' : 'no answer', x - 16, y + 12, colours.paper, colours['ink-2'], 5)
}

function paintLabels (
  context: Context, { labels, nodes }: Scene, { colours, fontFamily }: Look, selected: string | null, near: ReadonlySet<string> | null
): void {
  const standings = new Map(nodes.map(({ peerId, standing }) => [peerId, standing]))
  for (const { peerId, words, detail, at, align } of labels) {
    const far = ['known', 'failed', 'lost'].includes(standings.get(peerId) ?? '')
    context.globalAlpha = near == null || near.has(peerId) ? 1 : restShare
    context.textAlign = align
    context.font = `${far && peerId !== selected ? 400 : 600} ${far ? 11 : 12}px ${fontFamily}`
    const raise = detail === '' || align === 'center' ? 0 : -6
    haloText(context, words, at.x, at.y + raise, colours.paper, peerId === selected ? colours.accent : far ? colours['ink-2'] : colours.ink, 5)
    if (detail === '') continue
    context.font = `11px ${fontFamily}`
    haloText(context, detail, at.x, at.y + raise + 13, colours.paper, colours['ink-2'], 5)
  }
  context.globalAlpha = 1
}

/** A message on its way: a head, a tail that thins out, and a rim of paper that lifts both off the line. */
export function paintComet (context: Context, curve: Curve, share: number, colours: Colours): void {
  const tail = 9
  const head = pointOn(curve, share)
  context.fillStyle = colours.paper
  context.beginPath()
  context.arc(head.x, head.y, 6.2, 0, 2 * Math.PI)
  context.fill()
  context.strokeStyle = colours.accent
  context.lineCap = 'round'
  let before = head
  for (let step = 1; step <= tail; step += 1) {
    const point = pointOn(curve, Math.max(0, share - step * 0.026))
    context.globalAlpha = 0.75 * (1 - step / (tail + 1))
    context.lineWidth = 5.5 * (1 - step / (tail + 2))
    context.beginPath()
    context.moveTo(before.x, before.y)
    context.lineTo(point.x, point.y)
    context.stroke()
    before = point
  }
  context.globalAlpha = 1
  context.lineCap = 'butt'
  context.fillStyle = colours.accent
  context.beginPath()
  context.arc(head.x, head.y, 4.2, 0, 2 * Math.PI)
  context.fill()
}

/** Where a message came in or went out: a ring that widens. */
export function paintRipple (context: Context, place: Point, radius: number, share: number, colours: Colours): void {
  context.globalAlpha = 0.6 * (1 - share)
  ring(context, place, radius + 4 + share * 16, colours.accent, 1.5)
  context.globalAlpha = 1
}

function sigil (context: Context, id: string, { x, y }: Point, cell: number, colour: string): void {
  context.fillStyle = colour
  for (const { x: column, y: row } of sigilCells(id)) context.fillRect(x + (column - 2.5) * cell, y + (row - 2.5) * cell, cell + 0.3, cell + 0.3)
}

function ring (
  context: Context, { x, y }: Point, radius: number, colour: string, width: number, share = 1, dashes: readonly number[] = []
): void {
  context.beginPath()
  context.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + share * 2 * Math.PI)
  context.strokeStyle = colour
  context.lineWidth = width
  context.setLineDash([...dashes])
  context.stroke()
  context.setLineDash([])
}

export function cross (context: Context, { x, y }: Point, half: number, colour: string, width: number): void {
  context.beginPath()
  context.moveTo(x - half, y - half)
  context.lineTo(x + half, y + half)
  context.moveTo(x + half, y - half)
  context.lineTo(x - half, y + half)
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke()
}

function haloText (context: Context, words: string, x: number, y: number, halo: string, ink: string, width: number): void {
  context.lineJoin = 'round'
  context.strokeStyle = halo
  context.lineWidth = width
  context.strokeText(words, x, y)
  context.fillStyle = ink
  context.fillText(words, x, y)
}
