/**
 * What the network view draws, as facts: the hubs and the links between them, each with who says so and when. Pure: from what the
 * engine answers, and the same facts for graph, matrix and table. What is not known is null.
 */
import type { CandidateView, HubStatus, HubView, Mode, PeerView, SyncSession } from '../../../worker/api.ts'
import type { LinksSeen } from '../../data/link-samples.ts'
import type { HubPeople, Person } from '../../data/person.ts'

export interface HubFact {
  readonly peerId: string
  /** linked: here by a link of ours. lost: the link ended just now. failed: tried, and not linked. known: only heard of. */
  readonly standing: 'you' | 'linked' | 'lost' | 'failed' | 'known'
  readonly peer: PeerView | null
  readonly candidate: CandidateView | null
  /** What it announced of itself. */
  readonly report: HubView | null
  /** Whose hub it is; null: it does not say. */
  readonly person: Person | null
  /** The hub through whose report this one is known best; null: none, or it is linked. */
  readonly via: string | null
  readonly mode: Mode | null
  readonly messages: number | null
  /** How far it has made up what a comparison with this hub found to differ, 0 to 1. some: it says that it lacks something, not how much. */
  readonly catchingUp: number | 'some' | null
  /** When what is known of it was said: now for a link, when it was heard for a report. */
  readonly at: number | null
}

export interface LinkFact {
  readonly from: string
  readonly to: string
  readonly link: PeerView['link']
  readonly path: PeerView['path']
  readonly oneWay: boolean
  readonly rttMs: number | null
  /** measured: a link of ours. reported: another hub says it has it. dying: ours, ended just now. */
  readonly by: 'measured' | 'reported' | 'dying'
  readonly at: number
}

export interface RelayFact {
  readonly address: string
  readonly state: HubStatus['relays'][number]['state']
  readonly rttMs: number | null
}

export interface NetworkFacts {
  /** You first, then the linked ones by round trip, then the others. */
  readonly hubs: readonly HubFact[]
  readonly links: readonly LinkFact[]
  readonly relays: readonly RelayFact[]
  readonly at: number
}

/** Hubs drawn; the engine remembers more, and an eye tells no more apart. The rest is counted. */
export const hubsShownMax = 1_000

export function networkFacts (status: HubStatus, seen: LinksSeen, candidates: readonly CandidateView[], reports: readonly HubView[], at: number, sessions: ReadonlyArray<Pick<SyncSession, 'peer' | 'phase' | 'done' | 'total'>> = [], people: HubPeople = new Map()): NetworkFacts {
  const peers = new Map(seen.peers.map(peer => [peer.peerId, peer]))
  const lost = new Map(seen.lost.map(({ peer, at: lostAt }) => [peer.peerId, { peer, lostAt }]))
  const tried = new Map(candidates.map(candidate => [candidate.peerId, candidate]))
  const told = new Map(reports.map(report => [report.peerId, report]))
  const reported = reportedOf(status.peerId, reports)
  // Our own links are measured, whatever others say of them.
  const isOwn = ({ from, to }: LinkFact): boolean => (from === status.peerId && peers.has(to)) || (to === status.peerId && peers.has(from))
  const links = [...ownLinks(status.peerId, seen, at), ...reported.links.filter(link => !isOwn(link))]
  const moving = new Map(sessions.filter(({ phase, total }) => phase === 'moving' && total > 0).map(({ peer, done, total }) => [peer, Math.min(1, done / total)]))
  const ids = new Set([...peers.keys(), ...lost.keys(), ...tried.keys(), ...told.keys()])
  for (const { from, to } of links) ids.add(from).add(to)
  ids.delete(status.peerId)

  const others = [...ids].slice(0, hubsShownMax).map((peerId): HubFact => {
    const peer = peers.get(peerId) ?? null
    const candidate = tried.get(peerId) ?? null
    const report = told.get(peerId) ?? null
    const gone = lost.get(peerId)
    const mode = peer?.mode ?? report?.mode ?? null
    const standing = peer != null ? 'linked' : gone != null ? 'lost' : hasFailed(candidate) ? 'failed' : 'known'
    return {
      peerId, standing, peer, candidate, report,
      person: people.get(peerId) ?? null,
      via: peer == null ? viaOf(peerId, reported.byHub.get(peerId) ?? [], peers) : null,
      mode,
      catchingUp: moving.get(peerId) ?? (mode === 'unsynced' || mode === 'sync' ? 'some' : null),
      messages: peer?.messages ?? report?.messages ?? null,
      at: peer != null ? at : gone?.lostAt ?? report?.heardAt ?? reported.byHub.get(peerId)?.[0]?.at ?? null
    }
  })
  const you: HubFact = {
    peerId: status.peerId, standing: 'you', peer: null, candidate: null, report: null, person: null, via: null, mode: status.mode, messages: status.messages, at,
    catchingUp: status.sync.active && status.sync.total > 0 ? Math.min(1, status.sync.done / status.sync.total) : null
  }
  return { hubs: [you, ...others.sort(byStanding)], links, relays: status.relays, at }
}

function ownLinks (self: string, { peers, lost }: LinksSeen, at: number): LinkFact[] {
  const fact = ({ peerId, link, path, oneWay, rttMs }: PeerView, by: LinkFact['by'], when: number): LinkFact =>
    ({ from: self, to: peerId, link, path, oneWay, rttMs, by, at: when })
  return [...peers.map(peer => fact(peer, 'measured', at)), ...lost.map(({ peer, at: lostAt }) => fact(peer, 'dying', lostAt))]
}

interface Reported {
  readonly self: string
  readonly links: readonly LinkFact[]
  readonly byHub: ReadonlyMap<string, readonly LinkFact[]>
}

/** What was made of reports, for as long as they are shown: they are read half as often as links are, and hold thousands of links in a crowd. */
const reportedBefore = new WeakMap<readonly HubView[], Reported>()

function reportedOf (self: string, reports: readonly HubView[]): Reported {
  const known = reportedBefore.get(reports)
  if (known?.self === self) return known
  const links = reportedLinks(self, reports)
  const reported = { self, links, byHub: byHub(links) }
  reportedBefore.set(reports, reported)
  return reported
}

/** A link that both ends report is drawn once, as the stronger says. */
function reportedLinks (self: string, reports: readonly HubView[]): LinkFact[] {
  const strength = { eager: 2, lazy: 1, none: 0 }
  /** By the lesser of both ends, then by the greater. */
  const byEnds = new Map<string, Map<string, LinkFact>>()
  for (const { peerId, links, heardAt } of reports) {
    if (peerId === self) continue
    for (const { peerId: other, link, rttMs } of links) {
      if (link === 'none' || other === peerId) continue
      const [lesser, greater] = peerId < other ? [peerId, other] : [other, peerId]
      const ofLesser = byEnds.get(lesser) ?? new Map<string, LinkFact>()
      byEnds.set(lesser, ofLesser)
      const known = ofLesser.get(greater)
      if (known != null && strength[known.link] >= strength[link]) continue
      ofLesser.set(greater, { from: peerId, to: other, link, path: 'direct', oneWay: false, rttMs, by: 'reported', at: heardAt })
    }
  }
  return [...byEnds.values()].flatMap(ofLesser => [...ofLesser.values()])
}

function hasFailed (candidate: CandidateView | null): boolean {
  return candidate != null && (candidate.state === 'given-up' || candidate.lastError != null)
}

/** The reported links of each hub. */
function byHub (links: readonly LinkFact[]): ReadonlyMap<string, LinkFact[]> {
  const found = new Map<string, LinkFact[]>()
  for (const link of links) {
    for (const end of [link.from, link.to]) {
      const known = found.get(end)
      if (known == null) found.set(end, [link])
      else known.push(link)
    }
  }
  return found
}

/** A linked hub among those that say they have a link with this one, otherwise any of them. */
function viaOf (peerId: string, reported: readonly LinkFact[], peers: ReadonlyMap<string, PeerView>): string | null {
  let any: string | null = null
  for (const { from, to } of reported) {
    const other = from === peerId ? to : from
    if (peers.has(other)) return other
    any ??= other
  }
  return any
}

const order = { you: 0, linked: 1, lost: 2, failed: 3, known: 4 }

function byStanding (a: HubFact, b: HubFact): number {
  return order[a.standing] - order[b.standing] || (a.peer?.rttMs ?? Infinity) - (b.peer?.rttMs ?? Infinity) || (a.peerId < b.peerId ? -1 : 1)
}
