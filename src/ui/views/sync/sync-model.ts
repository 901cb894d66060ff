/** What the sync view says of comparisons, as figures and words. Pure: from the engine's sessions, live and past. */
import type { CatchUp, JoinView, SyncSession } from '../../../worker/api.ts'
import { bytes, count, counted, span } from '../../design/format.ts'

/** The steps of a comparison, in their order, as people tell them apart. */
export const phases = ['comparing', 'finding', 'moving', 'ended'] as const satisfies ReadonlyArray<SyncSession['phase']>

export const phaseWords: Readonly<Record<SyncSession['phase'], { readonly title: string, readonly words: string }>> = {
  comparing: { title: 'Compare', words: 'roots and feeds' },
  finding: { title: 'Find', words: 'what differs' },
  moving: { title: 'Move', words: 'the messages' },
  ended: { title: 'Compare again', words: 'until equal' }
}

/** How a step of a comparison stands. ahead: not reached, or not needed. */
export function phaseState ({ phase, outcome, strategy }: SyncSession, step: SyncSession['phase']): 'done' | 'now' | 'failed' | 'ahead' {
  const [at, index] = [phases.indexOf(phase), phases.indexOf(step)]
  if (phase !== 'ended') return index < at ? 'done' : index === at ? 'now' : 'ahead'
  if (outcome === 'equal') return strategy === 'none' && (step === 'finding' || step === 'moving') ? 'ahead' : 'done'
  // Where it ended early is not told: only that the end was not an equal one.
  return step === 'ended' ? 'failed' : 'ahead'
}

/** Bytes spent to find the difference: all but those of the messages themselves. */
export function findingBytes ({ bytesSent, bytesReceived, messageBytes }: Pick<SyncSession, 'bytesSent' | 'bytesReceived' | 'messageBytes'>): number {
  return Math.max(0, bytesSent + bytesReceived - messageBytes)
}

/** One sentence over a comparison. */
export function sessionSentence (session: SyncSession): string {
  const { phase, outcome, fetched, sent, total } = session
  if (phase !== 'ended') {
    if (phase === 'comparing') return 'Comparing what both hold.'
    return total === 0 ? 'The sets differ; what differs is being found.' : `${counted(total, 'message differs', 'messages differ')}, as far as is known.`
  }
  const moved = fetched + sent
  if (outcome === 'equal') return moved === 0 ? 'Both held the same.' : `Both hold the same now: ${counted(fetched, 'message')} fetched, ${count(sent)} sent.`
  return `It ended early: ${outcomeWords(outcome)}. ${moved === 0 ? 'Nothing was moved' : `${counted(moved, 'message')} moved before that`}; the next comparison goes on.`
}

const outcomes: Readonly<Record<string, string | undefined>> = {
  equal: 'equal',
  'link-down': 'the link went down',
  'sync-failed': 'the other hub ended it',
  'timed-out': 'no answer came in time',
  stalled: 'no answer came in time',
  aborted: 'it was stopped',
  stopped: 'this hub stopped',
  'gave-way': 'it moved little while other hubs waited'
}

/** A code in words, or as it stands where this page knows no better. */
export function outcomeWords (outcome: string | null): string {
  return outcome == null ? 'running' : outcomes[outcome] ?? outcome.replaceAll('-', ' ')
}

const strategies: Readonly<Record<string, string | undefined>> = {
  none: 'equal at once', list: 'list of ids', sketch: 'sketch', 'sketch-then-list': 'sketch, then list', feeds: 'feeds'
}

export function strategyWords (strategy: string): string {
  return [...new Set(strategy.split(', '))].map(one => strategies[one] ?? one.replaceAll('-', ' ')).join(', ')
}

export interface Cost {
  readonly name: string
  readonly bytes: number
  /** Run here, or computed from a model. */
  readonly by: 'measured' | 'computed'
  /** How many times the measured one; null: less than twice as much, or not known. */
  readonly times: number | null
}

const ways: Readonly<Record<string, string | undefined>> = {
  sketch: 'Sketch', list: 'List of ids', feeds: 'Feeds', negentropy: 'negentropy', 'merkle-walk': 'Tree walk'
}

/** What finding the difference cost, and what other ways would have cost: the dearest last. */
export function costs (session: SyncSession): Cost[] {
  const own = findingBytes(session)
  const others = session.alternatives.map(({ by, bytes: size }): Cost => ({
    name: ways[by] ?? by, bytes: size, by: 'computed', times: own > 0 && size >= 1.5 * own ? Math.round(size / own) : null
  }))
  return [{ name: 'This one', bytes: own, by: 'measured', times: null }, ...others.sort((a, b) => a.bytes - b.bytes)]
}

export interface Progress {
  readonly done: number
  readonly total: number
  readonly share: number
  readonly left: string
}

/** How far the current difference is made up; null: nothing differs, or how much is not known yet. */
export function progressOf ({ phase, done, total, rate, etaMs }: SyncSession): Progress | null {
  if (phase === 'ended' || total === 0) return null
  const left = etaMs == null ? 'time left not known yet' : `${span(etaMs)} left at ${count(Math.round(rate))}/s`
  return { done, total, share: Math.min(1, done / total), left }
}

/** `24 kB in 3 rounds, 640 ms` */
export function effortWords (session: SyncSession): string {
  return `${bytes(findingBytes(session))} in ${counted(session.rounds, 'round')}, ${session.ms < 10_000 ? `${count(session.ms)} ms` : span(session.ms)}`
}

/** How a hub that is far behind catches up: as it is chosen, and what that means. */
export const catchUpWords: Readonly<Record<CatchUp, { readonly title: string, readonly meaning: string }>> = {
  optimistic: { title: 'many chunks at once, the next ones ahead', meaning: 'Two chunks are asked of each hub at once: the next one is on its way while one is verified.' },
  asynchronous: { title: 'one chunk of each hub at once', meaning: 'Each hub is asked for its next chunk when the last one has come, whatever the others do.' },
  'in-order': { title: 'block by block, in order', meaning: 'One chunk at a time, the oldest first: the next one is asked for once the last one is verified and stored.' },
  comparing: { title: 'no snapshot', meaning: 'It compares with its neighbours, as it does when little is missing, and fetches what it lacks.' }
}

/** Where a join by a snapshot is, or how it ended. */
export function joinSentence ({ phase, outcome, messagesKept, ms, reason }: JoinView): string {
  if (outcome === 'taken') return `${counted(messagesKept, 'message')} in ${span(ms)}. ${reason ?? ''}`
  if (outcome != null) return `No snapshot was taken: ${reason ?? ''} Comparing goes on.`
  switch (phase) {
    case 'offers': return 'Hubs are asked what they serve.'
    case 'manifest': return 'One snapshot was chosen: which chunks it has is being asked.'
    case 'chunks': return 'Chunks are being fetched.'
    case 'behind': return 'Everything is here: signatures are being verified.'
    case 'ended': return 'It has ended.'
  }
}
