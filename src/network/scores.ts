/**
 * What a peer's bytes were worth (DESIGN: a score counts invalid bytes, never "nothing new" or "not equal"). Starts at 0, falls with
 * each offence, recovers with time; below the limit the peer is refused until it has recovered.
 */
import type { PeerId } from '../base/peer.ts'
import type { LinkRejection } from './link.ts'

export interface Scores {
  offence: (peer: PeerId, code: LinkRejection) => void
  /** 0 = nothing against it; negative otherwise. */
  of: (peer: PeerId) => number
  isRefused: (peer: PeerId) => boolean
}

/** One offence. Guess: four within ten minutes are no accident. */
const offencePoints = 25
export const refusedBelow = -75
/** Points that come back a minute. */
const recoveryPerMinute = 5
/** Peers remembered; the one that offended longest ago is forgotten first. */
const peersMax = 1_024

/** Ends that say nothing about the peer's honesty. */
const innocent: ReadonlySet<LinkRejection> = new Set<LinkRejection>(['unsupported-version', 'wrong-network', 'link-silent', 'stream-silent', 'inbound-overflow', 'full'])

export function createScores (now: () => number): Scores {
  const offences = new Map<PeerId, { readonly score: number, readonly at: number }>()

  function of (peer: PeerId): number {
    const last = offences.get(peer)
    return last == null ? 0 : Math.min(0, last.score + (now() - last.at) / 60_000 * recoveryPerMinute)
  }

  return {
    of,
    isRefused: peer => of(peer) < refusedBelow,
    offence (peer, code) {
      if (innocent.has(code)) return
      const score = of(peer) - offencePoints
      offences.delete(peer)
      offences.set(peer, { score, at: now() })
      for (const oldest of offences.keys()) {
        if (offences.size <= peersMax) break
        offences.delete(oldest)
      }
    }
  }
}
