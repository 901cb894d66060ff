/**
 * Causal revocation (set/SPEC.md, R6 to R9): every signer-remove walks from its keepHead along `previous` as far as members go, and waits for the
 * id where it stops. Members on any walk are exempt from the fork limit; of a revoked feed those on every walk are live.
 *
 * Invariants: 1. `closures` has a member = the walks of its feed that passed it. 2. A walk passes a contiguous run of seqs, from its head to
 * `bottom`. 3. A walk that can go on waits for exactly one id, and that id is not a member.
 */
import { none } from './member-table.ts'
import type { MemberTable } from './member-table.ts'
import type { Chains } from './chains.ts'
import type { Feed, Walk } from './feeds.ts'
import type { WatchedIds } from './watched-ids.ts'
import type { MessageId } from '../types.ts'

export interface Revocations {
  /** A signer-remove became a member. Whether the standing of the feed's members may have changed. */
  revoke (feed: Feed, keepHead: MessageId | undefined): boolean
  /** It is a member no longer; the members that its walk alone had passed. */
  undo (feed: Feed, keepHead: MessageId | undefined): number[]
  /** A new, linked member: walks that waited for it go on. The members that they pass now. */
  enter (index: number, id: MessageId): number[]
  /** Whether a walk waits for this message: then it is exempt from the fork limit. */
  expects (feed: Feed, seq: number, id: MessageId): boolean
  /** Whether revocation, if any, leaves this member live. */
  spares (index: number, feed: Feed): boolean
  /** Whether it is in any closure. */
  keeps (index: number): boolean
  /** Whether walks of this feed wait for anything. */
  isOpen (feed: Feed): boolean
  /** Ids that walks wait for, at most one a signer-remove. */
  wanted (): MessageId[]
}

/** `onWanted` hears of each id that a walk begins to wait for, `watched` which are waited for. */
export function createRevocations (table: MemberTable, chains: Chains, watched: WatchedIds, onWanted: (id: MessageId) => void): Revocations {
  const waiting = new Map<MessageId, Set<Walk>>()
  /** Of members in any closure: how many. */
  const closures = new Map<number, number>()

  const wait = (walk: Walk, id: MessageId): void => {
    walk.wanted = id
    const walks = waiting.get(id)
    if (walks === undefined) {
      waiting.set(id, new Set([walk]))
      watched.watch(id)
    } else walks.add(walk)
    onWanted(id)
  }

  const closureCount = (index: number): number => closures.get(index) ?? 0

  const stopWaiting = (walk: Walk): void => {
    if (walk.wanted === undefined) return
    const walks = waiting.get(walk.wanted)
    walks?.delete(walk)
    if (walks?.size === 0) {
      waiting.delete(walk.wanted)
      watched.unwatch(walk.wanted)
    }
    walk.wanted = undefined
  }

  const fits = (walk: Walk, feed: Feed, seq: number): boolean =>
    walk.feed === feed && (walk.bottom === none || table.seqOf(walk.bottom) === seq + 1)

  const advance = (walk: Walk, from: number, onPassed: (index: number) => void): void => {
    for (let index = from; index !== none; index = chains.previousOf(index, walk.feed)) {
      closures.set(index, closureCount(index) + 1)
      walk.bottom = index
      onPassed(index)
    }
    const missing = chains.missing(walk.bottom)
    if (missing !== undefined) wait(walk, missing)
  }

  return {
    revoke (feed, keepHead) {
      const revocation = feed.revocation ??= { walks: new Map<MessageId, Walk>(), withoutHead: 0 }
      if (keepHead === undefined) {
        revocation.withoutHead++
        return revocation.withoutHead === 1
      }
      const known = revocation.walks.get(keepHead)
      if (known !== undefined) {
        known.removes++
        return false
      }
      const walk: Walk = { feed, head: keepHead, removes: 1, bottom: none, wanted: undefined }
      revocation.walks.set(keepHead, walk)
      const head = table.indexOf(keepHead)
      if (head === none) wait(walk, keepHead)
      else if (table.feedOf(head) === feed.number) advance(walk, head, () => { /* The whole feed is judged anew. */ })
      return revocation.withoutHead === 0
    },
    undo (feed, keepHead) {
      const revocation = feed.revocation
      const walk = keepHead === undefined ? undefined : revocation?.walks.get(keepHead)
      const released: number[] = []
      if (revocation === undefined) return released
      if (walk === undefined) revocation.withoutHead--
      else if (--walk.removes === 0) {
        revocation.walks.delete(walk.head)
        stopWaiting(walk)
        for (let index = walk.bottom === none ? none : table.indexOf(walk.head); index !== none; index = chains.previousOf(index, feed)) {
          const count = closureCount(index) - 1
          if (count > 0) closures.set(index, count)
          else {
            closures.delete(index)
            released.push(index)
          }
        }
      }
      if (revocation.walks.size === 0 && revocation.withoutHead === 0) feed.revocation = undefined
      return released
    },
    enter (index, id) {
      const passed: number[] = []
      const walks = waiting.get(id)
      if (walks === undefined) return passed
      waiting.delete(id)
      watched.unwatch(id)
      for (const walk of walks) {
        walk.wanted = undefined
        if (walk.feed.number !== table.feedOf(index)) continue
        if (walk.bottom === none || chains.previousOf(walk.bottom, walk.feed) === index) advance(walk, index, spared => passed.push(spared))
      }
      return passed
    },
    expects (feed, seq, id) {
      for (const walk of waiting.get(id) ?? []) if (fits(walk, feed, seq)) return true
      return false
    },
    spares (index, { revocation }) {
      return revocation === undefined || (revocation.withoutHead === 0 && closureCount(index) === revocation.walks.size)
    },
    keeps: index => closures.has(index),
    isOpen ({ revocation }) {
      for (const walk of revocation?.walks.values() ?? []) if (walk.wanted !== undefined) return true
      return false
    },
    wanted: () => [...waiting.keys()]
  }
}
