/**
 * Where stored messages are that are no members: displaced forks, and those that the pending pool holds while a hub opens. A keepHead closure can make
 * them members again (message/set/SPEC.md R5), and this hub may be the only one that still holds them.
 */
import type { MessageId } from '../../message/types.ts'

export interface Leftovers {
  add (id: MessageId, event: number): void
  /** Its event, and forgets it; undefined when it is not known. */
  take (id: MessageId): number | undefined
  eventOf (id: MessageId): number | undefined
}

/** About 10 MB. An honest network has next to none; what is over is found by the next start only if it is among the newest. */
const leftoversMax = 65_536

export function createLeftovers (): Leftovers {
  const events = new Map<MessageId, number>()
  return {
    add (id, event) {
      events.delete(id)
      events.set(id, event)
      if (events.size > leftoversMax) for (const oldest of events.keys()) { events.delete(oldest); break }
    },
    take (id) {
      const event = events.get(id)
      events.delete(id)
      return event
    },
    eventOf: id => events.get(id)
  }
}
