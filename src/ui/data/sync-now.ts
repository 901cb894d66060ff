/** A comparison that a person asked for from anywhere on the page: how it goes and how it ended, until the next one. */
import { useSyncExternalStore } from 'react'
import { reasonOf } from '../../base/errors.ts'
import type { HubApi, SyncReport } from '../../worker/api.ts'
import type { Live } from './live.ts'

export type SyncAsk =
  | { readonly type: 'none' }
  | { readonly type: 'running', readonly peer: string | null }
  | { readonly type: 'ended', readonly report: SyncReport }
  /** It never began, a sentence why. */
  | { readonly type: 'refused', readonly sentence: string }

const listeners = new Set<() => void>()
let ask: SyncAsk = { type: 'none' }

export function syncNow (live: Pick<Live, 'hub'>, peerId?: string): void {
  if (ask.type === 'running') return
  become({ type: 'running', peer: peerId ?? null })
  begun(live, peerId).then(report => become({ type: 'ended', report }), (thrown: unknown) => become({ type: 'refused', sentence: reasonOf(thrown) }))
}

async function begun (live: { hub: () => Pick<HubApi, 'sync'> }, peerId: string | undefined): Promise<SyncReport> {
  return live.hub().sync(peerId)
}

export function useSyncAsk (): SyncAsk {
  return useSyncExternalStore(subscribe, () => ask)
}

function become (next: SyncAsk): void {
  ask = next
  for (const listener of listeners) listener()
}

function subscribe (listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
