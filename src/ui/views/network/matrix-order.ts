/** In which order the matrix lists hubs: those that link to each other stand together, so that clusters lie along the diagonal. Pure. */
import type { ChartFacts, ChartHub, ChartLink } from './chart-facts.ts'

/** Whether the matrix of both is the same: the same hubs, by the same names and in the same order, with the same links. */
export function hasSameMatrix (one: Pick<ChartFacts, 'hubs' | 'links'>, other: Pick<ChartFacts, 'hubs' | 'links'>): boolean {
  return one.hubs.length === other.hubs.length && one.links.length === other.links.length &&
    one.hubs.every((hub, index) => isSameHub(hub, other.hubs[index])) && one.links.every((link, index) => isSameLink(link, other.links[index]))
}

function isSameHub ({ peerId, person }: ChartHub, other: ChartHub | undefined): boolean {
  return peerId === other?.peerId && person === other.person
}

function isSameLink (link: ChartLink, other: ChartLink | undefined): boolean {
  return link === other || (other != null && (['from', 'to', 'link', 'path', 'by', 'oneWay'] as const).every(name => link[name] === other[name]))
}

/** You first, then each hub after the placed one that has most links with it, from the ends of what was placed last. */
export function clusterOrder ({ hubs, links }: Pick<ChartFacts, 'hubs' | 'links'>): string[] {
  const neighbours = new Map<string, Set<string>>(hubs.map(({ peerId }) => [peerId, new Set()]))
  for (const { from, to, by } of links) {
    if (by === 'dying') continue
    neighbours.get(from)?.add(to)
    neighbours.get(to)?.add(from)
  }
  const order: string[] = []
  const placed = new Set<string>()
  const visit = (peerId: string): void => {
    // Its neighbours with the fewest links first: they belong to it most.
    const stack = [peerId]
    while (stack.length > 0) {
      const next = stack.pop()
      if (next == null || placed.has(next)) continue
      placed.add(next)
      order.push(next)
      const others = [...neighbours.get(next) ?? []].filter(other => neighbours.has(other) && !placed.has(other))
      others.sort((a, b) => (neighbours.get(b)?.size ?? 0) - (neighbours.get(a)?.size ?? 0) || (a < b ? 1 : -1))
      stack.push(...others)
    }
  }
  for (const { peerId } of hubs) if (!placed.has(peerId)) visit(peerId)
  return order
}
