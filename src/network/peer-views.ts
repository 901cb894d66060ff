/** Links and candidates as CONTRACT's API shows them. What is not known is null, never zero. */
import type { PeerId } from '../base/peer.ts'
import type { Candidate } from '../gossip/membership.ts'
import type { CandidateView, PeerView } from '../hub/api.ts'
import type { Links } from './links.ts'
import type { PeerStatus } from './status.ts'

/** How messages go to a peer, and how many went. */
export interface PeerTraffic {
  linkOf: (peer: PeerId) => PeerView['link']
  trafficOf: (peer: PeerId) => Pick<PeerView, 'messagesIn' | 'messagesOut' | 'duplicatesIn' | 'notesIn' | 'notesOut'>
}

/** `statusOf`: what a neighbour told of itself lately. */
export function peerViews (links: Links, { linkOf, trafficOf }: PeerTraffic, statusOf: (peer: PeerId) => PeerStatus | undefined): PeerView[] {
  return links.all().map(link => ({
    peerId: link.peer,
    path: link.path,
    transport: link.transport,
    link: linkOf(link.peer),
    oneWay: link.oneWay,
    rttMs: link.rttMs == null ? null : Math.round(link.rttMs * 10) / 10,
    bytesIn: link.bytesIn,
    bytesOut: link.bytesOut,
    ...trafficOf(link.peer),
    score: Math.round(links.scores.of(link.peer)),
    ...toldBy(statusOf(link.peer)),
    since: link.since,
    lastError: links.lastEnd(link.peer)?.sentence ?? null
  }))
}

function toldBy (status: PeerStatus | undefined): Pick<PeerView, 'mode' | 'messages' | 'serving' | 'minEpoch' | 'maxEpoch'> {
  if (status == null) return { mode: null, messages: null, serving: null, minEpoch: null, maxEpoch: null }
  const { mode, messages, serving, minEpoch, maxEpoch } = status
  return { mode, messages, serving, minEpoch, maxEpoch }
}

export function candidateViews (candidates: readonly Candidate[]): CandidateView[] {
  return candidates.map(({ peer, state, attempts, lastError, retryAt }) => ({ peerId: peer, state, attempts, lastError, retryAt }))
}
