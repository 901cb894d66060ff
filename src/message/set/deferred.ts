/** Messages from the future, counted for people (set/SPEC.md, R14). They are not kept: sync offers them again. */
import { aheadMsMax, deferredCountedMax } from './limits.ts'
import type { MessageId } from '../types.ts'

export interface Deferred {
  /** When this message may come in; undefined: now. */
  untilMs (id: MessageId, timestamp: number, nowMs: number): number | undefined
  count (nowMs: number): number
}

export function createDeferred (): Deferred {
  const untilById = new Map<MessageId, number>()

  const forgetDue = (nowMs: number): void => {
    for (const [id, untilMs] of untilById) if (untilMs <= nowMs) untilById.delete(id)
  }

  return {
    untilMs (id, timestamp, nowMs) {
      const untilMs = timestamp - aheadMsMax
      if (untilMs <= nowMs) {
        untilById.delete(id)
        return undefined
      }
      if (untilById.size >= deferredCountedMax) forgetDue(nowMs)
      if (untilById.size < deferredCountedMax) untilById.set(id, untilMs)
      return untilMs
    },
    count (nowMs) {
      forgetDue(nowMs)
      return untilById.size
    }
  }
}
