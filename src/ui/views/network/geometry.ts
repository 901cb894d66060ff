/** Lines between hubs as the chart bends them, and what lies under a pointer. Pure, in pixels. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** A quadratic curve: its ends and the point that bends it. */
export interface Curve {
  readonly from: Point
  readonly bend: Point
  readonly to: Point
}

/** How far a line is bent, as a share of its length: enough to tell two lines apart that would lie on one another. */
export const bendShare = 0.09

export function curveBetween (from: Point, to: Point, share = bendShare): Curve {
  return { from, to, bend: { x: (from.x + to.x) / 2 + (to.y - from.y) * share, y: (from.y + to.y) / 2 - (to.x - from.x) * share } }
}

/** The point at a share of the way, 0 to 1. */
export function pointOn ({ from, bend, to }: Curve, share: number): Point {
  const rest = 1 - share
  return {
    x: rest * rest * from.x + 2 * rest * share * bend.x + share * share * to.x,
    y: rest * rest * from.y + 2 * rest * share * bend.y + share * share * to.y
  }
}

/** Where the curve leads at a share of the way, in radians. */
export function directionOn ({ from, bend, to }: Curve, share: number): number {
  const rest = 1 - share
  return Math.atan2(rest * (bend.y - from.y) + share * (to.y - bend.y), rest * (bend.x - from.x) + share * (to.x - bend.x))
}

/** The one nearest to a point, and within reach of it. */
export function nearest<T> (point: Point, things: Iterable<T>, placeOf: (thing: T) => Point | undefined, reachPx: number): T | null {
  let found: T | null = null
  let distance = reachPx
  for (const thing of things) {
    const place = placeOf(thing)
    if (place == null) continue
    const away = Math.hypot(place.x - point.x, place.y - point.y)
    if (away <= distance) [found, distance] = [thing, away]
  }
  return found
}

/** A label's room. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export function overlaps (a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
