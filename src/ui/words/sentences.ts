/**
 * What the page says in words, as pure functions of what the hub knows: one plain sentence for every state, and what follows
 * from it. A sentence claims no more than the figures it is given; it never names a cause nobody has reported.
 */
import type { CandidateView, HubStatus, MessageView, PeerView, RelayStatus } from '../../worker/api.ts'
import type { HubState } from '../../worker/client.ts'
import { count, counted, span, unknown } from '../design/format.ts'

/** ok: as it should be. working: on its way, wait. error: something is wrong, and the sentence says what. */
export type Tone = 'ok' | 'working' | 'error'

export interface Statement {
  readonly tone: Tone
  /** Stands still while the state does, as it is read out when it changes; what ticks is in the detail. */
  readonly sentence: string
  /** What follows from it, or what to do; null: nothing. */
  readonly detail: string | null
}

/** Why this page shows no running hub, and what to do about it. The hub's own sentence comes first. */
export function stateStatement (state: Exclude<HubState, { type: 'running' }>): Statement {
  switch (state.type) {
    case 'starting': return { tone: 'working', sentence: state.sentence, detail: null }
    case 'insecure':
    case 'failed': return { tone: 'error', sentence: state.sentence, detail: null }
  }
}

/** The one sentence about a running hub. `nowMs` is when its figures were read. */
export function statusStatement (status: HubStatus, peers: readonly PeerView[], candidates: readonly CandidateView[], nowMs: number): Statement {
  if (status.lifecycle === 'leaving') return { tone: 'working', sentence: 'This hub is leaving the network.', detail: null }
  if (status.lifecycle === 'shutdown') return { tone: 'error', sentence: 'This hub has stopped.', detail: 'Load the page again to start it.' }
  if (status.storage.trouble != null) return { tone: 'error', sentence: 'Nothing can be stored at the moment.', detail: status.storage.trouble }
  const linked = peers.filter(isGossiping)
  const relay = bestRelay(status.relays)
  return linked.length === 0 ? aloneStatement(status, relay, candidates, nowMs) : linkedStatement(status, relay, linked, nowMs)
}

function aloneStatement (status: HubStatus, relay: RelayStatus | null, candidates: readonly CandidateView[], nowMs: number): Statement {
  const keeps = 'What you write is kept here and travels once a hub is linked.'
  if (relay == null) return { tone: 'error', sentence: 'No relay is known, so no other hub can be found.', detail: keeps }
  if (relay.state === 'refused') return refusedStatement(relay, status)
  if (relay.state === 'looking') {
    if (relay.lastError == null) return { tone: 'working', sentence: 'Looking for the relay.', detail: null }
    return { tone: 'error', sentence: 'The relay does not answer.', detail: joined(relay.lastError, retrySentence(relay.retryAt, nowMs), keeps) }
  }
  const dialling = candidates.filter(({ state }) => state === 'dialling')
  if (dialling.length > 0) return { tone: 'working', sentence: `Connecting to ${counted(dialling.length, 'other hub')}.`, detail: null }
  if (candidates.length > 0) {
    return { tone: 'working', sentence: `${counted(candidates.length, 'other hub')} found, none linked yet.`, detail: `Why stands beside each one. ${keeps}` }
  }
  return { tone: 'ok', sentence: 'No other hub yet.', detail: keeps }
}

function linkedStatement (status: HubStatus, relay: RelayStatus | null, linked: readonly PeerView[], nowMs: number): Statement {
  if (relay?.state === 'refused') return refusedStatement(relay, status)
  if (relay?.state === 'looking') {
    const direct = linked.filter(({ path }) => path === 'direct').length
    const [number, noun] = direct > 0 ? [direct, 'direct link'] : [linked.length, 'link']
    return {
      tone: 'error',
      sentence: `Relay gone, ${counted(number, noun)} ${number === 1 ? 'carries' : 'carry'} on.`,
      detail: joined('Messages still travel. Until the relay is back, new hubs cannot find this one.', retrySentence(relay.retryAt, nowMs))
    }
  }
  const { sync } = status
  if (sync.active && sync.total > 0) {
    const left = sync.etaMs == null ? '' : `, about ${span(sync.etaMs)} left`
    return { tone: 'working', sentence: 'Catching up with other hubs.', detail: `${count(sync.done)} of ${counted(sync.total, 'difference')}${left}.` }
  }
  return { tone: 'ok', sentence: `Linked with ${counted(linked.length, 'hub')}${linked.length === 1 ? ',' : ':'} ${pathsInWords(linked)}.`, detail: null }
}

function refusedStatement (relay: RelayStatus, status: HubStatus): Statement {
  return {
    tone: 'error',
    sentence: `Another network: the relay does not serve “${status.networkName}”.`,
    detail: joined(relay.lastError, 'Open the address that the relay’s own page gives, or use a relay of this network.')
  }
}

/** Connected to it and speaking the hubs' protocol: a relay that keeps no messages is a connection, not such a link. */
export function isGossiping (peer: PeerView): boolean {
  return peer.link !== 'none'
}

/** The relay that serves this hub best; null where none is known. */
export function bestRelay (relays: readonly RelayStatus[]): RelayStatus | null {
  const rank = { reserved: 0, connected: 1, looking: 2, refused: 3 }
  return [...relays].sort((a, b) => rank[a.state] - rank[b.state])[0] ?? null
}

/** What a relay does for this hub, or why it does not. The process behind it may be a linked hub as well, which `peers` tells. */
export function relaySentence (relay: RelayStatus, peers: readonly PeerView[], nowMs: number): string {
  const isHub = peers.some(peer => isGossiping(peer) && relay.address.endsWith(`/p2p/${peer.peerId}`))
  switch (relay.state) {
    case 'reserved': return `It introduces other hubs to this one${isHub ? ', and is a hub itself' : ''}.`
    case 'connected': return relay.lastError ?? 'It answers, and has not yet kept a place for this hub: others cannot be introduced to it.'
    case 'refused': return relay.lastError ?? 'It serves another network.'
    case 'looking': return relay.lastError == null ? 'Looking for it.' : joined(relay.lastError, retrySentence(relay.retryAt, nowMs)) ?? ''
  }
}

/** How a linked hub is reached, in the words of the line beside it. */
export function linkWords (peer: PeerView): string {
  const path = { direct: 'direct', relayed: 'through the relay', server: 'server' }[peer.path]
  const link = { eager: 'carries messages', lazy: 'carries notes', none: peer.path === 'server' ? 'introduces only' : 'not gossiping yet' }[peer.link]
  return `${path}, ${link}${peer.oneWay ? ', one way' : ''}`
}

/** Why a hub that was heard of is not linked. */
export function candidateSentence (candidate: CandidateView, nowMs: number): string {
  const tries = counted(candidate.attempts, 'try', 'tries')
  switch (candidate.state) {
    case 'discovered': return 'Found, not tried yet.'
    case 'dialling': return candidate.attempts > 1 ? `Connecting, try ${count(candidate.attempts)}.` : 'Connecting.'
    case 'waiting': return joined(candidate.lastError, retrySentence(candidate.retryAt, nowMs)) ?? 'Waiting for it to connect.'
    case 'given-up': return joined(candidate.lastError, `Given up after ${tries}.`) ?? ''
  }
}

/** How far a message has come, as far as this hub knows: always of how many hubs that report. */
export function coverageWords ({ state, reach: { held, of } }: Pick<MessageView, 'state' | 'reach'>): string {
  switch (state) {
    case 'here': return 'here, not sent yet'
    case 'sent': return of === 0 ? 'sent, no hub reports' : `sent, no word yet from the ${counted(of, 'hub')} that ${of === 1 ? 'reports' : 'report'}`
    case 'held': return held === 0 ? 'held by a hub that no longer reports' : `held by ${count(held)} of the ${counted(of, 'hub')} that ${of === 1 ? 'reports' : 'report'}`
    case 'everywhere': return of === 1 ? 'at the 1 hub that reports' : `at all ${count(of)} hubs that report`
  }
}

/** What the share of the disk may expect; null where the browser does not say. */
export function keptWords (persisted: boolean | null): string | null {
  return persisted == null ? null : persisted ? 'kept' : 'not kept'
}

/** How far the current difference is made up, or how the last comparisons ended. `share` is of that difference, null where there is none. */
export function syncFigure ({ sync, synced }: Pick<HubStatus, 'sync' | 'synced'>): { readonly share: number | null, readonly figure: string, readonly note: string | null } {
  if (sync.active && sync.total > 0) {
    const share = Math.min(1, sync.done / sync.total)
    const left = sync.etaMs == null ? '' : `, ${span(sync.etaMs)} left`
    return { share, figure: `${Math.floor(share * 100)} %`, note: `of ${count(sync.total)}${left}` }
  }
  if (sync.active) return { share: null, figure: 'Comparing', note: null }
  if (synced == null) return { share: null, figure: unknown, note: 'nothing compared yet' }
  return synced ? { share: 1, figure: 'Equal', note: 'with neighbours' } : { share: null, figure: 'Not known', note: 'compares soon' }
}

export function retrySentence (retryAt: number | null, nowMs: number): string | null {
  return retryAt == null ? null : retryAt <= nowMs ? 'Trying now.' : `Next try in ${span(retryAt - nowMs)}.`
}

function pathsInWords (peers: readonly PeerView[]): string {
  const [only] = peers
  if (only != null && peers.length === 1) return { direct: 'directly', relayed: 'through the relay', server: 'a server' }[only.path]
  return (['direct', 'relayed', 'server'] as const)
    .map(path => ({ path, number: peers.filter(peer => peer.path === path).length }))
    .filter(({ number }) => number > 0)
    .map(({ path, number }) => `${count(number)} ${path}`)
    .join(', ')
}

function joined (...sentences: ReadonlyArray<string | null>): string | null {
  const said = sentences.filter(sentence => sentence != null).filter(sentence => sentence !== '')
  return said.length === 0 ? null : said.map(asSentence).join(' ')
}

/** Reasons come as parts of sentences, and stand alone here. */
function asSentence (reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`
}
