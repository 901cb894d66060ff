/**
 * The chart as it is drawn: facts and places turned into nodes, lines and labels in pixels. Pure. Labels that have no room are left
 * out, the least telling first; the table has all of them.
 */
import { hubWords } from '../../data/person.ts'
import { isSame } from '../../data/same.ts'
import { roundTrip } from '../../design/format.ts'
import type { ChartFacts, ChartHub, ChartLink } from './chart-facts.ts'
import { type Box, type Curve, curveBetween, overlaps, type Point } from './geometry.ts'
import { type Layout, ringRadius, ringsMs } from './layout.ts'
import type { HubFact, RelayFact } from './model.ts'

export interface Size { readonly width: number, readonly height: number }

/** What is drawn of a hub, and no more: two that are equal look the same. */
export interface Node {
  readonly peerId: string
  readonly standing: HubFact['standing']
  readonly server: boolean
  readonly place: Point
  readonly radius: number
  /** What is known of it is older than two minutes. */
  readonly stale: boolean
  /** As HubFact has it; only hubs that are near are drawn so. */
  readonly catchingUp: HubFact['catchingUp']
}

export interface Line {
  readonly link: ChartLink
  readonly curves: readonly Curve[]
  readonly stale: boolean
}

export interface Label {
  readonly peerId: string
  readonly words: string
  readonly detail: string
  readonly at: Point
  readonly align: 'start' | 'center' | 'end'
}

export interface Ring { readonly ms: number, readonly width: number, readonly height: number }

export interface Scene {
  readonly centre: Point
  readonly rings: readonly Ring[]
  readonly lines: readonly Line[]
  readonly nodes: readonly Node[]
  readonly relays: ReadonlyArray<{ readonly relay: RelayFact, readonly place: Point }>
  readonly labels: readonly Label[]
  readonly narrow: boolean
}

const staleMs = 120_000
/** Narrower than this the chart is drawn smaller, and only what is near is named. */
const narrowPx = 600
/** Characters' width at 12 px, on average: labels are placed before they are drawn. */
const characterPx = 7.2

/** The legend's height at the foot of the chart. */
const legendPx = 28

/** Hubs that are tried for a label, the most telling first: where there are more, there is no room for theirs. */
const labelsTriedMax = 120

/** The chart fills its room as far as the last ring, or as far as hubs stand beyond it. */
const reachMin = 0.88

/** From the chart's coordinates (layout.ts) to pixels. */
interface Stretch { readonly centre: Point, readonly across: number, readonly down: number, readonly narrow: boolean }

function stretchOf ({ width, height }: Size, places: Iterable<Point>): Stretch {
  const narrow = width < narrowPx
  let reach = reachMin
  for (const { x, y } of places) reach = Math.max(reach, Math.hypot(x, y))
  return { centre: { x: width / 2, y: height / 2 - (narrow ? 10 : 14) }, across: width * 0.435 / reach, down: height * (narrow ? 0.41 : 0.425) / reach, narrow }
}

export function buildScene (facts: ChartFacts, places: ReadonlyMap<string, Point>, relayPlaces: Layout['relays'], size: Size, selected: string | null): Scene {
  const { centre, across, down, narrow } = stretchOf(size, places.values())
  const toPixels = ({ x, y }: Point): Point => ({ x: centre.x + x * across, y: centre.y + y * down })
  const relays = facts.relays.flatMap((relay) => {
    const place = relayPlaces.get(relay.address)
    return place == null ? [] : [{ relay, place: toPixels(place) }]
  })
  const named = facts.hubs.flatMap((hub): Named[] => {
    const place = places.get(hub.peerId)
    if (place == null) return []
    const { peerId, standing, peer, at, catchingUp } = hub
    const node: Node = {
      peerId, standing, server: peer?.path === 'server', place: toPixels(place), radius: radiusOf(hub, narrow), stale: at == null || facts.at - at >= staleMs,
      catchingUp: standing === 'you' || standing === 'linked' ? catchingUp : null
    }
    return [{ hub, node }]
  })
  const nodes = named.map(({ node }) => node)
  const byId = new Map(nodes.map(({ peerId, place }) => [peerId, place]))
  const lines = facts.links.flatMap((link): Line[] => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)]
    if (from == null || to == null) return []
    const through = link.path === 'relayed' ? relays[0]?.place : undefined
    const curves = through == null ? [curveBetween(from, to)] : [curveBetween(from, through, 0), curveBetween(through, to)]
    return [{ link, curves, stale: link.by === 'reported' && facts.at - link.at >= staleMs }]
  })
  const rings = ringsMs.map(ms => ({ ms, width: across * ringRadius(ms), height: down * ringRadius(ms) }))
  return { centre, rings, lines, nodes, relays, labels: labelsOf(named, relays.map(({ place }) => place), selected, narrow, size), narrow }
}

/** Whether hubs, relays and names are the same in both. */
export function hasSameHubs (one: Scene, other: Scene): boolean {
  return isSame(one.nodes, other.nodes) && isSame(one.relays, other.relays) && isSame(one.labels, other.labels)
}

/** Whether rings and lines are the same in both, so that what was drawn of them still holds. */
export function hasSameGround (one: Scene, other: Scene): boolean {
  return one.narrow === other.narrow && isSamePoint(one.centre, other.centre) && one.lines.length === other.lines.length &&
    one.rings.every(({ width, height }, index) => width === other.rings[index]?.width && height === other.rings[index].height) &&
    one.lines.every((line, index) => isSameLine(line, other.lines[index]))
}

function isSameLine (one: Line, other: Line | undefined): boolean {
  return other != null && one.stale === other.stale && one.curves.length === other.curves.length &&
    (['from', 'to', 'link', 'path', 'by', 'oneWay'] as const).every(name => one.link[name] === other.link[name]) &&
    one.curves.every(({ from, bend, to }, index) => {
      const curve = other.curves[index]
      return curve != null && isSamePoint(from, curve.from) && isSamePoint(bend, curve.bend) && isSamePoint(to, curve.to)
    })
}

function isSamePoint (one: Point, other: Point): boolean {
  return one.x === other.x && one.y === other.y
}

function radiusOf ({ standing }: Pick<HubFact, 'standing'>, narrow: boolean): number {
  if (standing === 'you') return narrow ? 15 : 19
  if (standing === 'linked') return narrow ? 11 : 15
  return narrow ? 4.5 : 6
}

const priority: Readonly<Record<HubFact['standing'], number>> = { you: 1, linked: 2, lost: 3, failed: 4, known: 5 }

interface Named { readonly hub: ChartHub, readonly node: Node }

function labelsOf (all: readonly Named[], relays: readonly Point[], selected: string | null, narrow: boolean, size: Size): Label[] {
  const taken: Box[] = [...all.map(({ node: { place, radius } }) => boxAround(place, radius)), ...relays.map(place => boxAround(place, 12))]
  const ranked = [...all].sort((a, b) => rank(a.node, selected) - rank(b.node, selected)).slice(0, labelsTriedMax)
  const labels: Label[] = []
  for (const named of ranked) {
    const { peerId, standing, place } = named.node
    if (narrow && standing === 'known' && peerId !== selected) continue
    const leftOfCentre = place.x < size.width / 2
    const choices = labelChoices(named, narrow, leftOfCentre).map(label => ({ label, box: boxOfLabel(label) })).filter(({ box }) => isInside(box, size))
    const free = choices.find(({ box }) => !taken.some(other => overlaps(box, other)))
    const chosen = free ?? (standing === 'you' || peerId === selected ? choices[0] : undefined)
    if (chosen == null) continue
    taken.push(chosen.box)
    labels.push(chosen.label)
  }
  return labels
}

function rank ({ peerId, standing }: Node, selected: string | null): number {
  return peerId === selected ? 0 : priority[standing]
}

/** Outwards first, then below, then above. */
function labelChoices ({ hub, node: { place, radius } }: Named, narrow: boolean, leftOfCentre: boolean): Label[] {
  const { peerId, standing, peer } = hub
  const words = standing === 'you' ? 'You' : hubWords(peerId, hub.person)
  const detail = standing === 'you' ? '' : standing === 'linked' ? detailOf(hub) : standing === 'lost' ? 'link ended' : standing === 'failed' ? 'not connected' : ''
  const below: Label = { peerId, words, detail: narrow ? '' : detail, at: { x: place.x, y: place.y + radius + 13 }, align: 'center' }
  if (standing === 'you') return [below]
  const right: Label = { peerId, words, detail: narrow && peer == null ? '' : detail, at: { x: place.x + radius + 7, y: place.y + 4 }, align: 'start' }
  const left: Label = { ...right, at: { x: place.x - radius - 7, y: place.y + 4 }, align: 'end' }
  const above: Label = { ...below, at: { x: place.x, y: place.y - radius - 8 - (below.detail === '' ? 0 : 13) } }
  const [outwards, inwards] = leftOfCentre ? [left, right] : [right, left]
  return narrow ? [below, outwards, inwards, above] : [outwards, below, above, inwards]
}

function detailOf ({ peer }: Pick<HubFact, 'peer'>): string {
  if (peer == null) return ''
  return [roundTrip(peer.rttMs), peer.oneWay ? 'one-way' : null, peer.link === 'none' ? 'introduces only' : null].filter(part => part != null).join(', ')
}

/** A label has its words on one line, and its detail on the next. */
function boxOfLabel ({ words, detail, at: { x, y }, align }: Label): Box {
  const width = Math.max(words.length, detail.length * 0.92) * characterPx
  const left = align === 'start' ? x : align === 'end' ? x - width : x - width / 2
  return { left, right: left + width, top: y - 11, bottom: y + (detail === '' ? 3 : 16) }
}

/** Labels that would be cut off, or lie under the legend, are no choice. */
function isInside ({ left, right, top, bottom }: Box, { width, height }: Size): boolean {
  return left >= 0 && right <= width && top >= 0 && bottom <= height - legendPx
}

function boxAround ({ x, y }: Point, radius: number): Box {
  return { left: x - radius - 2, right: x + radius + 2, top: y - radius - 2, bottom: y + radius + 2 }
}
