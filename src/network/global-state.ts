/** What all hubs that tell of themselves are and hold, together (SPEC.md, N4). Claims, all of it; for people. */
import type { PeerId } from '../base/peer.ts'
import type { GlobalView, HubView } from '../hub/api.ts'
import type { PeerStatus } from './status.ts'

/** Announcements older than this say nothing of the present: twelve missed ones (announcements.ts). */
const announcedWithinMs = 120_000

export interface GlobalOptions {
  readonly neighbours: readonly PeerId[]
  readonly statusOf: (peer: PeerId) => PeerStatus | undefined
  /** Every hub heard of. */
  readonly announced: ReadonlyArray<Pick<HubView, 'peerId' | 'mode' | 'messages' | 'maxEpoch' | 'serving' | 'heardAt'>>
  readonly nowMs: number
}

export function globalView ({ neighbours, statusOf, announced, nowMs }: GlobalOptions): GlobalView {
  const claims = new Map<string, Pick<PeerStatus, 'mode' | 'messages' | 'maxEpoch' | 'serving'>>()
  for (const hub of announced) if (nowMs - hub.heardAt <= announcedWithinMs) claims.set(hub.peerId, hub)
  for (const peer of neighbours) {
    const status = statusOf(peer)
    if (status != null) claims.set(peer, status)
  }
  const all = [...claims.values()]
  return {
    hubs: all.length,
    synced: all.filter(({ mode }) => mode === 'synced' || mode === 'pacemaker').length,
    serving: all.filter(({ serving }) => serving).length,
    messages: vouched(all.flatMap(({ messages }) => messages ?? [])),
    maxEpoch: vouched(all.flatMap(({ maxEpoch }) => maxEpoch ?? []))
  }
}

/** The highest that two claim, or the only one; null: nobody claims anything. */
function vouched (claims: readonly number[]): number | null {
  const [highest, second] = claims.toSorted((a, b) => b - a)
  return second ?? highest ?? null
}
