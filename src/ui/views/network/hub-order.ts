/** In which order the table lists the hubs, and how it keeps still under a pointer. Pure. */
import { rateOf, type LinksSeen } from '../../data/link-samples.ts'
import { provenName } from '../../data/person.ts'
import type { HubFact } from './model.ts'

export const sortKeys = ['hub', 'link', 'path', 'rtt', 'in', 'out', 'score', 'mode', 'messages', 'reported'] as const
export type SortKey = typeof sortKeys[number]

export interface Sorting {
  readonly key: SortKey
  readonly descending: boolean
}

/** `rtt`, or `-rtt` for descending; anything else is the usual order. */
export function parseSorting (text: string | undefined): Sorting {
  const descending = text?.startsWith('-') ?? false
  const key = sortKeys.find(known => known === text?.replace(/^-/, ''))
  return key == null ? { key: 'rtt', descending: false } : { key, descending }
}

export function formatSorting ({ key, descending }: Sorting): string {
  return `${descending ? '-' : ''}${key}`
}

/** What is not known comes last, whichever way it is sorted; equal ones keep the order they came in. */
export function sortHubs (hubs: readonly HubFact[], { key, descending }: Sorting, seen: LinksSeen): HubFact[] {
  const value = (hub: HubFact): number | string | null => valueOf(hub, key, seen)
  return hubs.map(hub => ({ hub, value: value(hub) })).sort((a, b) => {
    if (a.value == null || b.value == null) return Number(a.value == null) - Number(b.value == null)
    const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
    return descending ? -order : order
  }).map(({ hub }) => hub)
}

function valueOf ({ peerId, person, peer, report, at, mode, messages }: HubFact, key: SortKey, seen: LinksSeen): number | string | null {
  switch (key) {
    case 'hub': return `${provenName(person)?.toLowerCase() ?? '\uffff'} ${peerId.slice(-4)}`
    case 'link': return peer == null ? null : { eager: 0, lazy: 1, none: 2 }[peer.link]
    case 'path': return peer?.path ?? null
    case 'rtt': return peer?.rttMs ?? null
    case 'in': return rateOf(seen.samples.get(peerId) ?? [], 'bytesIn')
    case 'out': return rateOf(seen.samples.get(peerId) ?? [], 'bytesOut')
    case 'score': return peer?.score ?? null
    case 'mode': return mode
    case 'messages': return messages
    case 'reported': return report?.heardAt ?? (peer == null ? at : null)
  }
}

/** The order that was shown, while it is held: what is new comes at the end, what is gone leaves. */
export function heldOrder (sorted: readonly HubFact[], shown: readonly string[] | null): HubFact[] {
  if (shown == null) return [...sorted]
  const byId = new Map(sorted.map(hub => [hub.peerId, hub]))
  const kept = shown.flatMap((peerId) => {
    const hub = byId.get(peerId)
    byId.delete(peerId)
    return hub == null ? [] : [hub]
  })
  return [...kept, ...byId.values()]
}
