/** What sessions were like: the last ones, and what follows from them about being synced. Knows no session that still runs. */
import type { PeerId } from '../../base/peer.ts'
import type { SyncReport } from '../api.ts'

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

/** Reports kept, some 300 bytes each, of those that found much 30 kB: those of the last quarter of an hour, with a neighbour or two. */
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
