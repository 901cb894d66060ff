/** How far the sessions that run are, all together, for whoever watches. */
import type { HubStatus } from '../api.ts'
import type { LiveProgress } from './session-view.ts'

/** Of the differences that are being dealt with. The time left is that of the session that has most of it. */
export function progressOf (sessions: readonly LiveProgress[]): HubStatus['sync'] {
  const moving = sessions.filter(({ total }) => total > 0)
  const sumOf = (of: (session: LiveProgress) => number): number => moving.reduce((sum, session) => sum + of(session), 0)
  const etas = moving.map(({ etaMs }) => etaMs)
  return {
    active: moving.length > 0, done: sumOf(({ done }) => done), total: sumOf(({ total }) => total), rate: sumOf(({ rate }) => rate),
    etaMs: etas.length === 0 || etas.includes(null) ? null : Math.max(...etas.map(etaMs => etaMs ?? 0))
  }
}
