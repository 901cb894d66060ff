/** What sessions were like: the last ones, what follows from them about being synced, and each in a sentence. Knows no session that still runs. */
import type { PeerId } from '../../base/peer.ts'
import type { SyncReport } from '../api.ts'
import type { ConversationEnd } from './conversation.ts'

export interface Reports {
  /** Oldest first. */
  readonly all: readonly SyncReport[]
  add (report: SyncReport): void
  /**
   * Whether enough of these neighbours were found equal lately: two, or all where there are fewer. null: there is nobody to compare with. Bodies that are
   * still wanted are the caller's to count.
   */
  isSynced (neighbours: readonly PeerId[], nowMs: number): boolean | null
}

/** Reports kept, some 300 bytes each: those of the last quarter of an hour, with a neighbour or two. */
const reportsMax = 100
/** How long a comparison says something. Each hub begins one in 25 to 30 s (sessions.ts), so that two fall into this time. */
const freshMs = 60_000
/** Neighbours that have to be equal. One alone may be as far behind as this hub. */
const witnesses = 2

export function createReports (): Reports {
  let all: SyncReport[] = []
  return {
    get all () { return all },
    add (report) { all = [...all.slice(1 - reportsMax), report] },
    isSynced (neighbours, nowMs) {
      if (neighbours.length === 0) return null
      const equal = neighbours.filter((neighbour) => {
        const last = all.findLast(({ peer }) => peer === neighbour)
        return last?.outcome === 'equal' && nowMs - last.at <= freshMs
      })
      return equal.length >= Math.min(witnesses, neighbours.length)
    }
  }
}

export function reportOf (
  peer: PeerId, isInitiator: boolean, { record, outcome }: ConversationEnd, startedMs: number, endedMs: number
): SyncReport {
  const { strategies, estimate, symbols, rounds, bytesSent, bytesReceived, messageBytes, fetched, sent } = record
  return {
    peer, initiated: isInitiator, outcome, strategy: strategies.length === 0 ? 'none' : strategies.join(', '), estimate: estimate === undefined ? null : { ...estimate, feedsBytes: estimate.feedsBytes ?? null },
    symbols, rounds, bytesSent, bytesReceived, messageBytes, fetched, sent, ms: endedMs - startedMs, at: endedMs
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
