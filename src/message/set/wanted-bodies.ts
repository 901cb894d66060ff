/**
 * Headers that came without their bodies (set/SPEC.md, R10): each is asked of other peers for `bodyWaitMs`; then the body counts as lost, and the
 * header is let in without it when it is next offered. Bounded and fair (fair-pool.ts).
 */
import { bodiesWantedMax, bodyForgetMs, bodyWaitMs } from './limits.ts'
import { createFairPool } from './fair-pool.ts'
import type { MessageId, PublicKeyHex } from '../types.ts'

export interface WantedBodies {
  isEmpty (): boolean
  /** Whether it was asked for and did not come yet. */
  has (id: MessageId): boolean
  /** Asks for a body from now on, unless it is asked for already or the list is full of others' as small a share as this one's. */
  want (id: MessageId, author: PublicKeyHex, sender: string, nowMs: number): void
  /** It came, or is wanted no longer. */
  drop (id: MessageId): void
  /** Whether it was asked for long enough. */
  isLost (id: MessageId, nowMs: number): boolean
  /** Ids to ask peers for. */
  list (nowMs: number): MessageId[]
}

export function createWantedBodies (countMax = bodiesWantedMax): WantedBodies {
  const pool = createFairPool<number>(countMax, () => { /* Nothing else knows of it: it is wanted again when it is next offered. */ })

  const forgetOld = (nowMs: number): void => {
    for (const { id, item: sinceMs } of pool.entries()) {
      if (nowMs - sinceMs < bodyForgetMs) break
      pool.take(id)
    }
  }

  return {
    isEmpty: () => pool.isEmpty(),
    has: id => pool.get(id) !== undefined,
    want (id, author, sender, nowMs) {
      forgetOld(nowMs)
      pool.add({ id, author, sender, weight: 1, item: nowMs })
    },
    drop (id) { pool.take(id) },
    isLost (id, nowMs) {
      const sinceMs = pool.get(id)
      return sinceMs !== undefined && nowMs - sinceMs >= bodyWaitMs
    },
    list (nowMs) {
      forgetOld(nowMs)
      const ids: MessageId[] = []
      for (const { id, item: sinceMs } of pool.entries()) if (nowMs - sinceMs < bodyWaitMs) ids.push(id)
      return ids
    }
  }
}
