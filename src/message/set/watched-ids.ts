/**
 * Ids that some part of the set waits for, by their first 30 bits: whether any does is then known without making a string of an id
 * (restoring.ts). It may say yes where the answer is no, and never the other way round.
 */
import type { IdWords } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

export interface WatchedIds {
  /** Each `watch` is undone by one `unwatch`. */
  watch (id: MessageId): void
  unwatch (id: MessageId): void
  mayWatch (id: IdWords): boolean
}

export function createWatchedIds (): WatchedIds {
  const counts = new Map<number, number>()
  return {
    watch (id) {
      const bits = beginning(id)
      counts.set(bits, (counts.get(bits) ?? 0) + 1)
    },
    unwatch (id) {
      const bits = beginning(id)
      const count = counts.get(bits) ?? 0
      if (count > 1) counts.set(bits, count - 1)
      else counts.delete(bits)
    },
    mayWatch: id => counts.has((id[0] ?? 0) >>> 2)
  }
}

/** So many bits are a small integer in every engine. */
function beginning (id: MessageId): number {
  return Number.parseInt(id.slice(0, 8), 16) >>> 2
}
