/**
 * How far a message has come, as this hub knows (CONTRACT, `message`): here, handed to a hub, held by some, or by all that report. Everything rests on
 * evidence (traces.ts, comparisons), and what nothing is known of is null, never zero.
 */
import type { PeerId } from '../base/peer.ts'
import { gossipsMs } from '../sync/session/session.ts'
import type { MessageDetail, MessageState, MessageView } from './api.ts'
import type { Entry } from './messages/entry.ts'
import type { Runtime } from './runtime.ts'
import type { Evidence } from './traces.ts'

export interface MessageStates {
  stateOf: (entry: Entry) => MessageState
  /** The same in numbers as well: of the hubs that report, how many are known to hold it. */
  reachOf: (entry: Entry) => Pick<MessageView, 'state' | 'reach'>
  /** What the detail of a message says beyond its view. */
  progressOf: (entry: Entry, verdict: string) => Pick<MessageDetail, 'held' | 'heldBy' | 'trace'>
}

export interface MessageStatesOptions {
  readonly runtime: Pick<Runtime, 'traces' | 'sync' | 'wasSent'>
  /** Hubs that could say that they hold a message: those that are linked, or announce themselves. */
  readonly reporting: () => readonly string[]
  readonly now: () => number
}

/** Who reports, and who was compared with, is looked up anew after so many ms: a page asks for a thousand states at once. */
const freshMs = 250

export function createMessageStates ({ runtime: { traces, sync, wasSent }, reporting, now }: MessageStatesOptions): MessageStates {
  let lookedUp: { readonly atMs: number, readonly reporting: readonly PeerId[], readonly equalMs: ReadonlyMap<PeerId, number> } | undefined

  function around (): NonNullable<typeof lookedUp> {
    const atMs = now()
    if (lookedUp != null && atMs - lookedUp.atMs >= 0 && atMs - lookedUp.atMs < freshMs) return lookedUp
    const equalMs = new Map<PeerId, number>()
    for (const { peer, outcome, at, ms } of sync.sessions.reports) {
      // What is this new when a session begins is left to gossip (sync/SPEC.md S4).
      if (outcome === 'equal') equalMs.set(peer as PeerId, at - ms - gossipsMs)
    }
    lookedUp = { atMs, reporting: reporting() as readonly PeerId[], equalMs }
    return lookedUp
  }

  function holdersOf ({ message: { id, header }, storedAt }: Entry): ReadonlyMap<PeerId, Evidence> {
    const seen = traces.seenOf(id)
    const holders = new Map<PeerId, Evidence>(seen?.holders)
    for (const [peer, equalMs] of around().equalMs) {
      if (!holders.has(peer) && Math.max(storedAt, header.timestamp) < equalMs) holders.set(peer, 'synced')
    }
    return holders
  }

  function reachOf (entry: Entry): Pick<MessageView, 'state' | 'reach'> {
    const holders = holdersOf(entry)
    const { reporting: all } = around()
    const held = holders.size === 0 ? 0 : all.reduce((sum, peer) => sum + Number(holders.has(peer)), 0)
    const reach = { held, of: all.length }
    if (holders.size === 0) return { state: wasSent(entry.message.id) ? 'sent' : 'here', reach }
    return { state: all.length > 0 && held === all.length ? 'everywhere' : 'held', reach }
  }

  return {
    stateOf: entry => reachOf(entry).state,
    reachOf,
    progressOf (entry, verdict) {
      const { id } = entry.message
      const holders = holdersOf(entry)
      const way = traces.wayOf(id)
      return {
        held: way == null && holders.size === 0 ? null : holders.size,
        heldBy: [...holders].map(([peerId, how]) => ({ peerId, how })),
        trace: way == null ? null : {
          hops: way.hops, arrival: way.arrivalMs, duplicates: way.duplicates, verdict, from: way.from, by: way.by, traced: way.traced,
          reports: [...way.seen.reports].map(([peerId, { from, hops, atMs }]) => ({ peerId, from, hops, at: atMs }))
        }
      }
    }
  }
}
