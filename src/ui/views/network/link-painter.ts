/** Draws one line of the chart by the line alphabet: stroke = link, end = direction, broken = dying; thinner and paler where only reported. */
import { type Curve, directionOn, pointOn } from './geometry.ts'
import type { Colours } from './colours.ts'
import type { Line } from './scene.ts'

/** Where along the line the mark of a one-way link stands. */
const oneWayShare = 0.62

export function paintLink (context: OffscreenCanvasRenderingContext2D, { link, curves, stale }: Line, colours: Colours): void {
  const reported = link.by === 'reported'
  const dying = link.by === 'dying'
  const colour = dying ? 'error' : link.path === 'relayed' ? 'relayed' : link.link === 'none' ? 'ink-3' : link.link
  const alpha = context.globalAlpha
  context.strokeStyle = colours[colour]
  context.lineWidth = dying ? 1.8 : link.link === 'eager' ? reported ? 1.4 : 2.4 : reported ? 1.2 : 1.6
  context.setLineDash(dying ? [10, 5, 4, 5, 1, 7] : link.link === 'eager' ? [] : link.link === 'lazy' ? reported ? [3, 4] : [5, 4] : [1, 4])
  context.globalAlpha = alpha * (reported ? stale ? 0.38 : 0.66 : 1)
  for (const curve of curves) {
    context.beginPath()
    context.moveTo(curve.from.x, curve.from.y)
    context.quadraticCurveTo(curve.bend.x, curve.bend.y, curve.to.x, curve.to.y)
    context.stroke()
  }
  context.setLineDash([])
  context.globalAlpha = alpha
  const last = curves.at(-1)
  if (link.oneWay && last != null) paintOneWay(context, last, colours[colour], colours.paper)
}

/** An arrow that runs into a bar. */
function paintOneWay (context: OffscreenCanvasRenderingContext2D, curve: Curve, colour: string, paper: string): void {
  const place = pointOn(curve, oneWayShare)
  context.save()
  context.translate(place.x, place.y)
  context.rotate(directionOn(curve, oneWayShare))
  context.fillStyle = paper
  context.fillRect(-9, -8, 20, 16)
  context.strokeStyle = colour
  context.lineWidth = 2
  context.beginPath()
  context.moveTo(-6, -5.5)
  context.lineTo(0, 0)
  context.lineTo(-6, 5.5)
  context.moveTo(6, -6.5)
  context.lineTo(6, 6.5)
  context.stroke()
  context.restore()
}
