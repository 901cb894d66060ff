/**
 * Where each hub stands on the chart: its distance from the middle is its round trip, on a logarithm; beyond the last ring stand those
 * whose round trip was not measured, grouped by the linked hub that reported them. Pure, and the same for the same facts.
 */
import type { ChartFacts, ChartHub } from './chart-facts.ts'

/** In half widths and half heights of the chart: 0, 0 is the middle, 1 its edge. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** The rings, in ms. */
export const ringsMs = [25, 50, 100, 200] as const
/** Where 0 ms and the last ring stand. Nearer to the middle no two hubs would have room. */
const nearest = 0.24
const lastRing = 0.8
/** Round trips of this many ms stand a fair way out, so that a local network fills the chart too. */
const kneeMs = 8
/** A link whose round trip is not measured, or beyond the last ring, stands here. */
const unmeasured = 0.86
/** Rows beyond the rings, and their distance. */
const firstRow = 0.93
const rowGap = 0.065
const rowsMax = 4
/** Hubs in one row of a sector before the next row begins. */
const rowHubs = 6
/** The first sector begins here: the relay stands just above the middle. */
const startAngle = -97 * Math.PI / 180
const relayWeight = 0.9
/** Between two relays, in radians; and how much further out than its round trip a relay stands, clear of the hubs near the middle. */
const relayTurn = 0.22
const relayOut = 0.08
/** What a hub's reported neighbours add to the width of its sector: not in full, or one busy reporter would take the whole chart. */
const groupWeight = 0.3
const groupWeightMax = 6

export function ringRadius (ms: number): number {
  return nearest + (lastRing - nearest) * Math.log(1 + ms / kneeMs) / Math.log(1 + ringsMs[3] / kneeMs)
}

export function at (angle: number, radius: number): Place {
  return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius }
}

export interface Layout {
  readonly places: ReadonlyMap<string, Place>
  /** By address. */
  readonly relays: ReadonlyMap<string, Place>
}

export function layoutNetwork ({ hubs, relays }: Pick<ChartFacts, 'hubs' | 'relays'>): Layout {
  const places = new Map<string, Place>()
  const near = hubs.filter(({ standing }) => standing === 'linked' || standing === 'lost').sort((a, b) => spread(a.peerId) - spread(b.peerId))
  const groups = new Map<string, ChartHub[]>(near.map(({ peerId }) => [peerId, []]))
  const strays: ChartHub[] = []
  for (const hub of hubs) {
    if (hub.standing === 'you') places.set(hub.peerId, { x: 0, y: 0 })
    else if (!groups.has(hub.peerId)) (groups.get(hub.via ?? '') ?? strays).push(hub)
  }

  const sectors = [
    { hub: null, members: [] as readonly ChartHub[], weight: relays.length > 0 ? relayWeight : 0 },
    ...near.map((hub) => {
      const members = groups.get(hub.peerId) ?? []
      return { hub, members, weight: 1 + weightOf(members) }
    }),
    ...strays.length > 0 ? [{ hub: null, members: strays, weight: 0.5 + weightOf(strays) }] : []
  ]
  const whole = sectors.reduce((sum, { weight }) => sum + weight, 0)
  let angle = startAngle - Math.PI * (sectors[0]?.weight ?? 0) / Math.max(1, whole)
  for (const { hub, members, weight } of sectors) {
    const width = 2 * Math.PI * weight / whole
    if (hub != null) places.set(hub.peerId, at(angle + width / 2, distanceOf(hub)))
    placeBeyond(places, members, angle, width)
    angle += width
  }
  const relayPlaces = relays.map(({ address, rttMs }, index) => {
    const distance = Math.min(unmeasured, ringRadius(rttMs ?? 0) + relayOut)
    return [address, at(startAngle - index * relayTurn, distance)] as const
  })
  return { places, relays: new Map(relayPlaces) }
}

function weightOf (members: readonly ChartHub[]): number {
  return Math.min(groupWeightMax, members.length * groupWeight)
}

function distanceOf ({ peer }: ChartHub): number {
  return peer?.rttMs == null ? unmeasured : Math.min(unmeasured, ringRadius(peer.rttMs))
}

function placeBeyond (places: Map<string, Place>, members: readonly ChartHub[], angle: number, width: number): void {
  const rows = Math.min(rowsMax, Math.ceil(members.length / rowHubs))
  for (const [index, { peerId }] of members.entries()) {
    const row = index % Math.max(1, rows)
    places.set(peerId, at(angle + width * (index + 0.5) / members.length, firstRow + row * rowGap / Math.max(1, rows / 2)))
  }
}

/** A number that is the same for the same id, so that hubs keep their order whoever comes or goes. */
function spread (peerId: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < peerId.length; index += 1) hash = Math.imul(hash ^ peerId.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
