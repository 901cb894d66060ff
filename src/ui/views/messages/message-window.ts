/**
 * The part of the posts that the page shows: the newest ones up to a limit, in the order of their own times.
 * Pure. It does not know where posts come from.
 */
import type { MessageView } from '../../../worker/api.ts'

/** `messages` is the same array when nothing changed; `dropped` tells that the limit left out the oldest. */
export interface MergedMessages {
  readonly messages: readonly MessageView[]
  readonly dropped: boolean
}

/** Joins two sets of posts by id, the later view of one winning, and keeps the newest `limit`, oldest first. */
export function mergeMessages (shown: readonly MessageView[], incoming: Iterable<MessageView>, limit: number): MergedMessages {
  const byId = new Map(shown.map(message => [message.id, message]))
  let changed = false
  for (const message of incoming) {
    const known = byId.get(message.id)
    if (known != null && known.state === message.state && (known.body == null) === (message.body == null)) continue
    byId.set(message.id, message)
    changed = true
  }
  if (!changed) return { messages: shown, dropped: false }
  const all = [...byId.values()].sort(byTime)
  const kept = all.slice(-limit)
  return { messages: kept, dropped: kept.length < all.length }
}

/** By the publisher's time; the id decides between equal times, so that every page shows the same order. */
function byTime (a: MessageView, b: MessageView): number {
  return a.timestamp - b.timestamp || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
