/**
 * Waiting for a condition, the only way these tests wait: ask, and ask again until it holds or the deadline passes. A failure
 * says what was waited for, what was seen last, and the evidence that the caller can still collect. It knows nothing of hubs.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** A wait that ended without its condition. `message` holds the evidence: it is all that a reader of a failed run has. */
export class DeadlinePassed extends Error {
  constructor (what: string, timeoutMs: number, lastSeen: string, evidence: string) {
    super([`Waited ${timeoutMs} ms for: ${what}`, `Seen last: ${lastSeen}`, evidence].filter(Boolean).join('\n'))
    this.name = 'DeadlinePassed'
  }
}

export interface Wait {
  /** What is waited for, as it should stand in the failure. */
  readonly what: string
  /** @default 20000 */
  readonly timeoutMs?: number
  /** Between two questions. @default 50 */
  readonly pollMs?: number
  /** Called once, only after the deadline. */
  readonly evidence?: () => Promise<string>
}

/** What a probe answers while the condition does not hold yet. */
export type NotYet = undefined | null | false

/** Room for the evidence itself: it is asked of something that may be stuck. */
const evidenceTimeoutMs = 5_000

/** Asks `probe` until it answers with something, and resolves with that. A probe that throws counts as "not yet"; what it threw is reported. */
export async function waitUntil<T> (wait: Wait, probe: () => Promise<T | NotYet> | T | NotYet): Promise<T> {
  const { what, timeoutMs = 20_000, pollMs = 50, evidence } = wait
  const end = Date.now() + timeoutMs
  let lastSeen = 'nothing: the first question was not answered'
  while (Date.now() < end) {
    try {
      const answer = await within(end - Date.now(), Promise.resolve(probe()))
      if (answer !== undefined && answer !== null && answer !== false) return answer
      lastSeen = String(answer)
    } catch (thrown) {
      if (Date.now() < end) lastSeen = String(thrown)
    }
    await pause(Math.min(pollMs, Math.max(0, end - Date.now())))
  }
  const collected = evidence == null ? '' : await within(evidenceTimeoutMs, evidence()).catch((thrown: unknown) => `(no evidence: ${String(thrown)})`)
  throw new DeadlinePassed(what, timeoutMs, lastSeen, collected)
}

/** The promise, or a rejection once the time is up. The work itself goes on: end what it belongs to. */
export async function within<T> (timeoutMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = pause(Math.max(0, timeoutMs), undefined, { signal: timer.signal }).then(() => { throw new Error(`No answer within ${Math.round(timeoutMs)} ms.`) })
  try {
    return await Promise.race([work, late])
  } finally {
    // The loser of the race must not become an unhandled rejection.
    late.catch(() => undefined)
    work.catch(() => undefined)
    timer.abort()
  }
}
