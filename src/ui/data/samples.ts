/** Plain values of the engine's API for the tests of this folder: a hub in good order, from which each test departs. */
import type { CandidateView, HubStatus, MessageView, PeerView, RelayStatus } from '../../worker/api.ts'

export const sampleTime = Date.UTC(2026, 4, 1, 12)
export const sampleAuthor = 'ab3f'.padEnd(60, '0') + '04b9'

export function sampleRelay (changes: Partial<RelayStatus> = {}): RelayStatus {
  return { address: '/dns4/hub.example/tcp/443/tls/ws/p2p/12D3KooWRelay', state: 'reserved', rttMs: 18, since: sampleTime, retryAt: null, lastError: null, full: false, ...changes }
}

export function sampleStatus (changes: Partial<HubStatus> = {}): HubStatus {
  return {
    peerId: '12D3KooWSelfk3Qf', author: sampleAuthor, network: 'c0'.repeat(32), networkName: 'weir', networkTrust: 'built-in', lifecycle: 'babbling', mode: 'synced',
    serving: false, join: null, checkpoint: null,
    messages: 2, root: null, minEpoch: null, maxEpoch: null, pending: 0, deferred: 0, bodiesWanted: 0, synced: null,
    storage: { usage: null, quota: null, persisted: null, trouble: null }, leader: true, tabs: 1, lastEvent: 0, engine: 'worker', channels: { transferred: 0, proxied: 0 },
    connections: { constructed: 0, budget: 400 }, sync: { active: false, done: 0, total: 0, rate: 0, etaMs: null }, device: '3fe0'.repeat(16),
    relays: [sampleRelay()], agent: 'sample', reporting: 1,
    global: { hubs: 0, synced: 0, serving: 0, messages: null, maxEpoch: null }, faults: null, clock: null, revoked: false, offered: null, ...changes
  }
}

export function samplePeer (changes: Partial<PeerView> = {}): PeerView {
  return {
    peerId: '12D3KooWPeerb9vBh', path: 'direct', transport: 'webrtc', link: 'eager', oneWay: false, rttMs: 24, bytesIn: 0, bytesOut: 0,
    messagesIn: 0, messagesOut: 0, duplicatesIn: 0, notesIn: 0, notesOut: 0, score: 0,
    mode: null, messages: null, serving: null, minEpoch: null, maxEpoch: null, since: sampleTime, lastError: null, ...changes
  }
}

export function sampleCandidate (changes: Partial<CandidateView> = {}): CandidateView {
  return { peerId: '12D3KooWOtheruD1g', state: 'waiting', attempts: 1, lastError: null, retryAt: null, ...changes }
}

/** The post number `index`: a second younger than the one before. */
export function samplePost (index: number, changes: Partial<MessageView> = {}): MessageView {
  return {
    id: index.toString(16).padStart(64, '0'), author: sampleAuthor, signer: '3fe0'.repeat(16), seq: index + 1, timestamp: sampleTime + index * 1000, kind: 'post',
    body: { text: `post ${index}` }, state: 'sent', reach: { held: 0, of: 2 }, storedAt: sampleTime + index * 1000, from: null, event: index + 1, ...changes
  }
}
