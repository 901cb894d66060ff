/**
 * Messages that neighbours have noted and this hub lacks (SPEC.md G28 to G33): who noted them, when to ask, whom to ask next. Bounded in all, in those that one
 * neighbour alone can fill, and in who is remembered of each.
 */
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'

export interface Announcer {
  readonly peer: PeerId
  readonly hops: number
  readonly atMs: number
  asked: boolean
}

export interface Wanted {
  readonly id: MessageId
  /** Who noted it, first to last. Never empty. */
  readonly announcers: Announcer[]
  /** Of the last graft. */
  askedOf: PeerId | undefined
  /** When to ask, or to ask the next one. */
  dueMs: number
}

/** All that is wanted at once. More than that is a hub that was away, and comparing is cheaper. About 2 MB. */
const wantedMax = 8_192
/** Of those, that one neighbour was the first to note. So one that notes what does not exist leaves room for the others. */
export const wantedPerNeighbourMax = 1_024
/** Those who are remembered to have noted one message: as many as a hub has neighbours (DESIGN 5). */
const announcersMax = 8

export interface WantedMessages {
  size: () => number
  /** The earliest `dueMs`, or a time before it; undefined while nothing is wanted. */
  earliestMs: () => number | undefined
  get: (id: MessageId) => Wanted | undefined
  /** Somebody noted it. It is due at `dueMs` if it is new here; what has no room is passed over. */
  note: (id: MessageId, peer: PeerId, hops: number, atMs: number, dueMs: number) => void
  delete: (id: MessageId) => Wanted | undefined
  /** Forgets who noted; gives what nobody else has noted, which is wanted no longer. */
  forget: (peer: PeerId) => MessageId[]
  /** Those whose time has come. Each must be given a new time by `postpone`, or be deleted. */
  due: (nowMs: number) => Wanted[]
  postpone: (wanted: Wanted, dueMs: number) => void
  /** All of them wait until then. */
  postponeAll: (dueMs: number) => void
}

export function createWantedMessages (): WantedMessages {
  const wanted = new Map<MessageId, Wanted>()
  /** How many each neighbour was the first to note. */
  const firsts = new Map<PeerId, number>()
  let earliestMs = Infinity

  function count (peer: PeerId | undefined, more: number): void {
    if (peer == null) return
    const now = (firsts.get(peer) ?? 0) + more
    if (now > 0) firsts.set(peer, now)
    else firsts.delete(peer)
  }

  return {
    size: () => wanted.size,
    earliestMs: () => wanted.size === 0 ? undefined : earliestMs,
    get: id => wanted.get(id),
    note (id, peer, hops, atMs, dueMs) {
      const known = wanted.get(id)
      if (known != null) {
        const { announcers } = known
        if (announcers.length < announcersMax && !announcers.some(announcer => announcer.peer === peer)) announcers.push({ peer, hops, atMs, asked: false })
        return
      }
      if (wanted.size >= wantedMax || (firsts.get(peer) ?? 0) >= wantedPerNeighbourMax) return
      earliestMs = wanted.size === 0 ? dueMs : Math.min(earliestMs, dueMs)
      wanted.set(id, { id, announcers: [{ peer, hops, atMs, asked: false }], askedOf: undefined, dueMs })
      count(peer, 1)
    },
    delete (id) {
      const entry = wanted.get(id)
      if (entry == null) return undefined
      wanted.delete(id)
      count(entry.announcers[0]?.peer, -1)
      return entry
    },
    forget (peer) {
      const orphans: MessageId[] = []
      for (const { id, announcers } of wanted.values()) {
        const index = announcers.findIndex(announcer => announcer.peer === peer)
        if (index === -1) continue
        announcers.splice(index, 1)
        if (announcers.length === 0) {
          wanted.delete(id)
          orphans.push(id)
        } else if (index === 0) {
          count(announcers[0]?.peer, 1)
        }
      }
      firsts.delete(peer)
      return orphans
    },
    due (nowMs) {
      if (nowMs < earliestMs) return []
      earliestMs = Infinity
      const due: Wanted[] = []
      for (const entry of wanted.values()) {
        if (entry.dueMs <= nowMs) due.push(entry)
        else earliestMs = Math.min(earliestMs, entry.dueMs)
      }
      return due
    },
    postpone (entry, dueMs) {
      entry.dueMs = dueMs
      earliestMs = Math.min(earliestMs, dueMs)
    },
    postponeAll (dueMs) {
      for (const entry of wanted.values()) entry.dueMs = dueMs
      earliestMs = dueMs
    }
  }
}
