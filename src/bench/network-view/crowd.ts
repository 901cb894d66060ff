/**
 * A hub's answers in the midst of a crowd: eight links with traffic on them, and every other hub announcing itself, its links and its age again and again. Each
 * answer is made anew, as what crosses from a worker is. The same crowd for the same number.
 */
import { createRandom } from '../../base/seeded-random.ts'
import type { HubApi, HubStatus, HubView, PeerView } from '../../worker/api.ts'

/** As membership keeps (gossip/SPEC.md V3). */
const ownLinks = 8
const linksEach = 6
/** As hubs announce themselves (network/announcements.ts). */
const announceMs = 10_000
const messagesPerSecond = 40

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

export function crowdHub (hubs: number, seed = 1): HubApi {
  const chance = createRandom(seed)
  const random = (): number => chance.below(2 ** 32) / 2 ** 32
  const begin = Date.now()
  const letter = (): string => alphabet[Math.floor(random() * alphabet.length)] ?? '1'
  const ids = Array.from({ length: hubs }, () => `12D3KooW${Array.from({ length: 44 }, letter).join('')}`)
  const [self = '', ...others] = ids
  const neighbours = others.map(() => Array.from({ length: linksEach }, () => others[Math.floor(random() * others.length)] ?? self))
  const offsets = others.map(() => random() * announceMs)
  const trips = others.map(() => 3 + random() * 180)

  const status: HubStatus = {
    peerId: self, author: 'ab'.repeat(32), network: 'cd'.repeat(32), networkName: 'crowd', networkTrust: 'built-in', lifecycle: 'babbling', mode: 'synced', serving: false,
    messages: 12_345, root: null, minEpoch: null, maxEpoch: null, pending: 0, deferred: 0, bodiesWanted: 0, synced: true,
    storage: { usage: 1, quota: 2, persisted: true, trouble: null }, leader: true, engine: 'worker', channels: { transferred: 0, proxied: 0 },
    connections: { constructed: 0, budget: 400 }, sync: { active: false, done: 0, total: 0, rate: 0, etaMs: null }, join: null, checkpoint: null, device: 'ef'.repeat(32),
    relays: [{ address: '/dns4/hub.example/tcp/443/tls/ws/p2p/12D3KooWRelay', state: 'reserved', rttMs: 18, since: begin, retryAt: null, lastError: null, full: false }],
    agent: 'bench', reporting: hubs, clock: null, revoked: false, offered: null, faults: null, tabs: 1, lastEvent: 1,
    global: { hubs, synced: hubs, serving: 0, messages: 12_345, maxEpoch: null }
  }
  const peer = (peerId: string, index: number): PeerView => {
    const messages = Math.floor((Date.now() - begin) / 1_000 * messagesPerSecond / ownLinks)
    return {
      peerId, path: index === 0 ? 'server' : index === 1 ? 'relayed' : 'direct', transport: 'webrtc', link: index % 3 === 0 ? 'eager' : 'lazy', oneWay: false,
      rttMs: (trips[index] ?? 20) + Math.random(), bytesIn: messages * 300, bytesOut: messages * 200, messagesIn: messages, messagesOut: messages,
      duplicatesIn: 0, notesIn: 0, notesOut: 0, score: 0, mode: null, messages: null, since: begin, lastError: null,
      serving: false, minEpoch: null, maxEpoch: null
    }
  }
  const report = (peerId: string, index: number): HubView => ({
    peerId, agent: 'bench', serving: false, mode: index % 9 === 0 ? 'sync' : 'synced', messages: 12_000 + index, minEpoch: null, maxEpoch: null, introducers: neighbours[index]?.slice(0, 3) ?? [],
    links: neighbours[index]?.map((other, link) => ({ peerId: other, link: link % 2 === 0 ? 'eager' : 'lazy', rttMs: 20 + link })) ?? [],
    heardAt: Date.now() - (Date.now() + (offsets[index] ?? 0)) % announceMs, linked: index < ownLinks, author: index.toString(16).padStart(64, '0'), authorProven: true
  })
  const answers: Partial<HubApi> = {
    status: async () => structuredClone(status),
    peers: async () => others.slice(0, ownLinks).map(peer),
    candidates: async () => [],
    hubs: async () => others.map(report),
    sessions: async () => [],
    profile: async author => ({ author: author ?? '', fields: { name: `Author ${author?.slice(-3) ?? ''}` } })
  }
  return answers as HubApi // the view asks nothing else
}
