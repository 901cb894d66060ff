/**
 * Which messages may prune (SPEC.md G25). Two messages that cross on one cycle of eager links meet in two places, and if both cut there, the tree is in
 * two pieces. So few messages prune, and all hubs take the same ones: those whose ids begin with enough zero bits that only one of them is under way at a
 * time.
 */
import type { MessageId } from '../message/types.ts'

export interface Pruners {
  /** Counts a message that came; says whether it is one that prunes. */
  count: (id: MessageId, nowMs: number) => boolean
}

/**
 * One message in so long is to prune. About as long as a message is under way through some hundred hubs: two that cross are mended (SPEC.md G25), and a cycle
 * costs one duplicate a message for as long. Measured: with 1,000 ms the first seconds of a busy network had nearly twice the duplicates, with 250 ms more
 * grafts.
 */
export const prunerEveryMs = 500
/** The leading hex digits of an id that are looked at: 32 bits, more than messages in that time. */
const digits = 8
/** Weight of the newest gap between messages. Guess: eight messages show a rate. */
const gapWeight = 1 / 8

export function createPruners (): Pruners {
  let lastMs: number | undefined
  /** Between messages, smoothed. */
  let gapMs = prunerEveryMs
  let first = true
  /** Messages since the last one that prunes. */
  let since = 0

  return {
    count (id, nowMs) {
      if (lastMs != null) {
        // A pause says nothing about how close together messages come when they come.
        const gap = Math.min(nowMs - lastMs, prunerEveryMs)
        gapMs = first ? gap : gapMs + (gap - gapMs) * gapWeight
        first = false
      }
      lastMs = nowMs
      // Powers of two: hubs that measured differently still agree about the rarer ids.
      const rarity = 2 ** Math.ceil(Math.log2(prunerEveryMs / Math.max(1, gapMs)))
      // By chance none may come for long, and cycles cost all the while: then ids that are half as rare do, and half of that again.
      const allowed = 2 ** Math.floor(since / (2 * rarity)) / rarity
      since += 1
      if (Number.parseInt(id.slice(0, digits), 16) >= 2 ** (4 * digits) * allowed) return false
      since = 0
      return true
    }
  }
}
