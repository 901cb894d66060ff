/** A session as it is told of: while it runs, and once it has ended. Shapes only. */
import type { PeerId } from '../../base/peer.ts'
import type { SessionPhase, SessionSoFar } from '../../sync/session/outcome.ts'
import type { SyncAlternative, SyncReport, SyncSession } from './api.ts'
import type { Conversation, ConversationEnd } from './conversation.ts'
import type { Rate } from './rate.ts'
import type { Tally } from './tally.ts'

/** What is known of a session from outside. */
export interface SessionFacts {
  readonly id: number
  readonly peer: PeerId
  readonly isInitiator: boolean
  readonly startedMs: number
  readonly tally: Tally
  readonly alternatives: readonly SyncAlternative[]
}

const phases: Readonly<Record<SessionPhase, SyncSession['phase']>> = {
  idle: 'comparing', comparing: 'comparing', finding: 'finding', transferring: 'moving', ended: 'ended'
}
const nothingYet: SessionSoFar = {
  strategies: [], estimate: undefined, symbols: 0, rounds: 0, bytesSent: 0, bytesReceived: 0, messageBytes: 0, fetched: 0, sent: 0, spared: 0
}

/** How far a session is that runs. */
export type LiveProgress = Pick<SyncSession, 'done' | 'total' | 'rate' | 'etaMs'>

export function liveProgress (conversation: Pick<Conversation, 'session'> | undefined, rate: Rate, nowMs: number): LiveProgress {
  const { fetched, toFetch, sent, toSend } = conversation?.session.progress ?? { fetched: 0, toFetch: 0, sent: 0, toSend: 0 }
  const done = fetched + sent
  const total = Math.max(fetched, toFetch) + toSend
  const perSecond = rate.perSecond(nowMs)
  return { done, total, rate: perSecond, etaMs: total === done ? 0 : perSecond > 0 ? (total - done) / perSecond * 1_000 : null }
}

export function liveView (facts: SessionFacts, conversation: Pick<Conversation, 'session'> | undefined, rate: Rate, nowMs: number): SyncSession {
  const session = conversation?.session
  return {
    ...costsOf(facts, session?.record ?? nothingYet), ...liveProgress(conversation, rate, nowMs),
    phase: phases[session?.phase ?? 'idle'], outcome: null, at: null, startedAt: facts.startedMs, ms: nowMs - facts.startedMs
  }
}

export function endedView (report: SyncReport): SyncSession {
  const moved = report.fetched + report.sent
  return { ...report, phase: 'ended', startedAt: report.at - report.ms, done: moved, total: moved, rate: 0, etaMs: 0 }
}

export function reportOf (facts: SessionFacts, { record, outcome }: ConversationEnd, endedMs: number): SyncReport {
  return { ...costsOf(facts, record), outcome, ms: endedMs - facts.startedMs, at: endedMs }
}

function costsOf ({ id, peer, isInitiator, tally, alternatives }: SessionFacts, record: SessionSoFar): Omit<SyncReport, 'outcome' | 'ms' | 'at'> {
  const { strategies, estimate, symbols, rounds, bytesSent, bytesReceived, messageBytes, fetched, sent, spared } = record
  return {
    id, peer, initiated: isInitiator, strategy: strategies.length === 0 ? 'none' : strategies.join(', '), estimate: estimate === undefined ? null : { ...estimate, feedsBytes: estimate.feedsBytes ?? null },
    symbols, rounds, bytesSent, bytesReceived, messageBytes, fetched, sent, spared,
    differing: tally.places.map(({ prefix }) => prefix), feeds: tally.feeds, alternatives
  }
}

export function sentenceOf ({ outcome, strategy, fetched, sent, bytesSent, bytesReceived, ms }: SyncReport): string {
  const cost = `${bytesSent + bytesReceived} bytes, ${Math.round(ms)} ms`
  if (outcome === 'equal' && strategy === 'none') return `The hub has the same messages (${cost}).`
  const moved = `${fetched} fetched, ${sent} sent, found by ${strategy}; ${cost}`
  if (outcome === 'equal') return `The hub has the same messages now: ${moved}.`
  if (outcome === 'unequal') return `Not equal yet, as messages came meanwhile; the next comparison goes on: ${moved}.`
  return `The comparison ended early (${outcome}): ${moved}.`
}
