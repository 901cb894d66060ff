/** How far the sessions that run are, for whoever watches. */
import type { HubStatus } from '../api.ts'
import type { Conversation } from './conversation.ts'

interface Running {
  readonly conversation: Pick<Conversation, 'session'> | undefined
  readonly startedMs: number
}

/** Of the differences that are being dealt with, all sessions together; a rate in messages a second since the oldest of them began. */
export function progressOf (sessions: readonly Running[], nowMs: number): HubStatus['sync'] {
  let [done, total, sinceMs] = [0, 0, nowMs]
  for (const { conversation, startedMs } of sessions) {
    if (conversation === undefined) continue
    const { fetched, toFetch, sent, toSend } = conversation.session.progress
    if (toFetch + toSend === 0) continue
    done += fetched + sent
    total += Math.max(fetched, toFetch) + toSend
    sinceMs = Math.min(sinceMs, startedMs)
  }
  const rate = nowMs > sinceMs ? done / (nowMs - sinceMs) * 1_000 : 0
  return { active: total > 0, done, total, rate, etaMs: rate > 0 ? (total - done) / rate * 1_000 : null }
}
