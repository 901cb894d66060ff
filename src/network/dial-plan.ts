/**
 * Whom to dial, when and by which path: pure, so that its rules can be tested without a network. The dialer asks it what is due
 * and tells it what came of that.
 *
 * Invariants
 * 1. Of two hubs the one with the lower peer id dials, because a mutual dial gives two connections. The other waits, and dials only
 *    when nothing came for a while (the lower one may have spent its budget).
 * 2. Between two attempts at one hub the wait grows, with jitter, up to a limit.
 * 3. After some failed direct attempts the relayed path is used, and the direct one goes on being tried, more rarely.
 * 4. Candidates are bounded; the one not heard of for longest falls out. A linked hub never does.
 */
import type { PeerId } from '../base/peer.ts'

export type Path = 'direct' | 'relayed'

export interface Candidate {
  readonly peer: PeerId
  readonly state: 'discovered' | 'dialling' | 'waiting'
  readonly attempts: number
  readonly lastError: string | null
  /** Milliseconds since 1970; null while dialling or linked directly. */
  readonly retryAt: number | null
  readonly heardAt: number
}

export interface DialPlan {
  heard: (peer: PeerId, nowMs: number) => void
  /** A link to the hub is up, by this path. */
  linked: (peer: PeerId, path: Path, nowMs: number) => void
  unlinked: (peer: PeerId, nowMs: number) => void
  failed: (peer: PeerId, error: string, nowMs: number) => void
  /** Forgets the hub's failures, so that it is dialled at once: somebody asked for it. */
  hurry: (peer: PeerId, nowMs: number) => void
  /** Takes out the attempts that are due now; each is answered by `linked` or `failed`. */
  due: (nowMs: number) => ReadonlyArray<{ readonly peer: PeerId, readonly path: Path }>
  /** When `due` may have something again; undefined when nothing waits. */
  nextDueMs: () => number | undefined
  /** Hubs that are heard of and not linked. */
  candidates: () => Candidate[]
}

/** Hubs remembered. A network has more; those not heard of for longest are announced again. */
export const candidatesMax = 256
/** Dials under way at once: each costs a data connection, a relay circuit and the page's time. */
export const dialsMax = 4
/** Links wanted: no dial beyond it. Guess for flooding; the broadcast tree's membership will want 6. */
export const linksMax = 16
/** Spread of the first attempt, so that hubs that hear of a newcomer at once do not all dial in the same instant. */
const firstJitterMs = 300
/** How long the higher id waits for the lower one to dial. Longer than a failed dial and its first retry. */
const yieldMs = 12_000
const retryFirstMs = 1_000
const retryMaxMs = 60_000
/** Direct attempts before the relayed path is tried: a failed one takes ICE about 15 s, and nobody should wait for two. */
const directAttemptsFirst = 1
/** A hub that is neither linked nor heard of for so long is gone. Twelve announcements. */
const forgetMs = 120_000

interface Entry {
  readonly peer: PeerId
  heardAt: number
  dueAt: number
  attempts: number
  dialling: boolean
  linked: Path | undefined
  lastError: string | null
}

export function createDialPlan ({ self, random }: { readonly self: PeerId, readonly random: () => number }): DialPlan {
  const entries = new Map<PeerId, Entry>()
  const jitter = (ms: number): number => ms * (0.5 + random())
  const backOff = (entry: Entry): number => jitter(Math.min(retryMaxMs, retryFirstMs * 2 ** (entry.attempts - 1)))
  const isFirst = (peer: PeerId): boolean => self < peer

  function entryOf (peer: PeerId, nowMs: number): Entry {
    const known = entries.get(peer)
    if (known != null) return known
    makeRoom()
    const wait = isFirst(peer) ? random() * firstJitterMs : jitter(yieldMs)
    const entry: Entry = { peer, heardAt: nowMs, dueAt: nowMs + wait, attempts: 0, dialling: false, linked: undefined, lastError: null }
    entries.set(peer, entry)
    return entry
  }

  function makeRoom (): void {
    if (entries.size < candidatesMax) return
    let oldest: Entry | undefined
    for (const entry of entries.values()) {
      if (entry.linked == null && !entry.dialling && (oldest == null || entry.heardAt < oldest.heardAt)) oldest = entry
    }
    if (oldest != null) entries.delete(oldest.peer)
  }

  const waits = (entry: Entry): boolean => !entry.dialling && entry.linked !== 'direct'
  const linkCount = (): number => [...entries.values()].filter(entry => entry.linked != null || entry.dialling).length

  return {
    heard (peer, nowMs) {
      if (peer === self) return
      entryOf(peer, nowMs).heardAt = nowMs
    },
    linked (peer, path, nowMs) {
      const entry = entryOf(peer, nowMs)
      entry.dialling = false
      entry.linked = path
      if (path === 'direct') {
        entry.attempts = 0
        entry.lastError = null
      } else {
        entry.attempts += 1
        entry.dueAt = nowMs + backOff(entry)
      }
    },
    unlinked (peer, nowMs) {
      const entry = entries.get(peer)
      if (entry?.linked == null) return
      entry.linked = undefined
      entry.heardAt = nowMs
      entry.dueAt = nowMs + (isFirst(peer) ? jitter(retryFirstMs) : jitter(yieldMs))
    },
    failed (peer, error, nowMs) {
      const entry = entryOf(peer, nowMs)
      entry.dialling = false
      entry.attempts += 1
      entry.lastError = error
      entry.dueAt = nowMs + backOff(entry)
    },
    hurry (peer, nowMs) {
      const entry = entryOf(peer, nowMs)
      entry.attempts = 0
      entry.dueAt = nowMs
    },
    due (nowMs) {
      const dials: Array<{ peer: PeerId, path: Path }> = []
      let dialling = [...entries.values()].filter(entry => entry.dialling).length
      for (const entry of [...entries.values()].sort((a, b) => a.dueAt - b.dueAt)) {
        if (entry.linked == null && !entry.dialling && nowMs - entry.heardAt > forgetMs) {
          entries.delete(entry.peer)
          continue
        }
        if (!waits(entry) || entry.dueAt > nowMs) continue
        if (dialling >= dialsMax || (entry.linked == null && linkCount() >= linksMax)) break
        dialling += 1
        entry.dialling = true
        const relayed = entry.linked == null && entry.attempts >= directAttemptsFirst && entry.attempts % 2 === directAttemptsFirst % 2
        dials.push({ peer: entry.peer, path: relayed ? 'relayed' : 'direct' })
      }
      return dials
    },
    nextDueMs () {
      let next: number | undefined
      for (const entry of entries.values()) if (waits(entry)) next = Math.min(next ?? Infinity, entry.dueAt)
      return next
    },
    candidates () {
      return [...entries.values()].filter(entry => entry.linked == null).map(entry => ({
        peer: entry.peer,
        state: entry.dialling ? 'dialling' : entry.attempts > 0 ? 'waiting' : 'discovered',
        attempts: entry.attempts,
        lastError: entry.lastError,
        retryAt: entry.dialling ? null : entry.dueAt,
        heardAt: entry.heardAt
      }))
    }
  }
}
