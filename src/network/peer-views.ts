/** Links and candidates as CONTRACT's API shows them. What is not known is null, never zero. */
import type { CandidateView, PeerView } from '../hub/api.ts'
import type { Candidate } from './dial-plan.ts'
import type { Links } from './links.ts'

export function peerViews (links: Links): PeerView[] {
  return links.all().map(link => ({
    peerId: link.peer,
    path: link.path,
    transport: link.transport,
    // Flooding sends everything to everybody: every link carries messages, both ways.
    link: 'eager',
    oneWay: false,
    rttMs: link.rttMs == null ? null : Math.round(link.rttMs * 10) / 10,
    bytesIn: link.bytesIn,
    bytesOut: link.bytesOut,
    score: Math.round(links.scores.of(link.peer)),
    mode: null,
    messages: null,
    since: link.since,
    lastError: links.lastEnd(link.peer)?.sentence ?? null
  }))
}

export function candidateViews (candidates: readonly Candidate[]): CandidateView[] {
  return candidates.map(({ peer, state, attempts, lastError, retryAt }) => ({ peerId: peer, state, attempts, lastError, retryAt }))
}
