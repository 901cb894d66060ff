/** The newest stored messages, in memory: subscribers who keep up read no disk, and a new link is offered the newest ids at once. */
import type { MessageId } from '../../message/types.ts'
import type { Entry } from './entry.ts'

/** Ids kept: more than one ihave takes (gossip/SPEC.md G17). */
export const recentIdsMax = 1_024
/** Messages kept whole: 4 MiB where all are as large as can be. */
const entriesMax = 512

export interface Recent {
  addId: (id: MessageId) => void
  /** In event order. */
  add: (entry: Entry) => void
  /** Those that `isMember` says yes to, oldest first. */
  newestIds: (limit: number, isMember: (id: MessageId) => boolean) => MessageId[]
  /** Entries from `event` on, if all of them are here; undefined otherwise. */
  from: (event: number, limit: number) => Entry[] | undefined
}

export function createRecent (): Recent {
  let ids: MessageId[] = []
  let entries: Entry[] = []

  function addId (id: MessageId): void {
    ids.push(id)
    if (ids.length > 2 * recentIdsMax) ids = ids.slice(-recentIdsMax)
  }

  return {
    addId,
    add (entry) {
      addId(entry.message.id)
      entries.push(entry)
      if (entries.length > 2 * entriesMax) entries = entries.slice(-entriesMax)
    },
    newestIds: (limit, isMember) => ids.filter(isMember).slice(-limit),
    from (event, limit) {
      const oldest = entries[0]?.event
      if (oldest === undefined || event < oldest) return undefined
      let low = 0
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((entries[middle]?.event ?? Infinity) < event) low = middle + 1
        else high = middle
      }
      return entries.slice(low, low + limit)
    }
  }
}
