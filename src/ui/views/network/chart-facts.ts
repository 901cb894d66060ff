/**
 * What the chart's worker is told: the facts that are drawn and no others, links as numbers in typed arrays, which cross in one piece. A crowd's reports hold
 * thousands of links; as objects, each would be copied with both its ids. Pure.
 */
import type { HubFact, LinkFact, NetworkFacts, RelayFact } from './model.ts'

export type ChartHub = Pick<HubFact, 'peerId' | 'standing' | 'peer' | 'person' | 'via' | 'catchingUp' | 'at'>
export type ChartLink = Pick<LinkFact, 'from' | 'to' | 'link' | 'path' | 'oneWay' | 'by' | 'at'>

/** As the page has it of NetworkFacts. */
export interface ChartFacts {
  readonly hubs: readonly ChartHub[]
  readonly links: readonly ChartLink[]
  readonly relays: readonly RelayFact[]
  readonly at: number
}

export interface PackedFacts {
  readonly hubs: readonly ChartHub[]
  readonly relays: readonly RelayFact[]
  readonly at: number
  /** Two a link: the places of its ends among the hubs, which are some hundreds (model.ts, hubsShownMax). */
  readonly ends: Uint16Array<ArrayBuffer>
  /** One a link: its kind, as four digits of different bases. */
  readonly kinds: Uint8Array<ArrayBuffer>
  /** One a link. */
  readonly times: Float64Array<ArrayBuffer>
}

const links = ['none', 'lazy', 'eager'] as const
const paths = ['direct', 'relayed', 'server'] as const
const sources = ['measured', 'reported', 'dying'] as const

/** Links to hubs that are not among those shown are left out: they have no place on the chart. */
export function packFacts ({ hubs, links: all, relays, at }: NetworkFacts): PackedFacts {
  const placeOf = new Map(hubs.map(({ peerId }, index) => [peerId, index]))
  const [ends, kinds, times] = [new Uint16Array(2 * all.length), new Uint8Array(all.length), new Float64Array(all.length)]
  let length = 0
  for (const link of all) {
    const [from, to] = [placeOf.get(link.from), placeOf.get(link.to)]
    if (from == null || to == null) continue
    ends[2 * length] = from
    ends[2 * length + 1] = to
    kinds[length] = ((links.indexOf(link.link) * paths.length + paths.indexOf(link.path)) * sources.length + sources.indexOf(link.by)) * 2 + Number(link.oneWay)
    times[length] = link.at
    length += 1
  }
  return { hubs: hubs.map(drawnOf), relays, at, ends: ends.slice(0, 2 * length), kinds: kinds.slice(0, length), times: times.slice(0, length) }
}

function drawnOf ({ peerId, standing, peer, person, via, catchingUp, at }: HubFact): ChartHub {
  return { peerId, standing, peer, person, via, catchingUp, at }
}

export function unpackFacts ({ hubs, relays, at, ends, kinds, times }: PackedFacts): ChartFacts {
  const unpacked = Array.from(kinds, (kind, index): ChartLink => {
    const rest = kind >> 1
    return {
      from: hubs[ends[2 * index] ?? 0]?.peerId ?? '', to: hubs[ends[2 * index + 1] ?? 0]?.peerId ?? '', oneWay: kind % 2 === 1, at: times[index] ?? 0,
      by: digit(sources, rest), path: digit(paths, Math.floor(rest / sources.length)), link: digit(links, Math.floor(rest / sources.length / paths.length))
    }
  })
  return { hubs, relays, at, links: unpacked }
}

function digit<T> (names: readonly [T, ...T[]], number: number): T {
  return names[number % names.length] ?? names[0]
}
