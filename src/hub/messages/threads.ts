/**
 * Threads: what stands below a post, answers to answers included. Like the other views nothing is stored: each look is a walk or two over the catalog's
 * columns, for any number of posts at once.
 */
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { MessageId } from '../../message/types.ts'
import type { Messages } from './messages.ts'

/** Live posts below one, the oldest first, as members. */
export interface Below {
  readonly id: MessageId
  readonly members: readonly number[]
}

/** An answer whose device's clock was behind is dated before what it answers, and is met in the next walk. A chain of more such answers than walks is cut. */
const walksMax = 4
/** How far before a post its answers are looked for, in ms: the clock of who answered was no further behind. Guess: a day and more is a clock nobody set. */
const clockBehindMsMax = 36 * 3_600_000

/** What stands below each of these posts. */
export function postsBelow (ids: readonly MessageId[], { catalog, hash }: Pick<Messages, 'catalog' | 'hash'>, set: Pick<ReplicatedSet, 'memberOf' | 'idOf' | 'standingOf'>): Below[] {
  const numberOf = (high: number, low: number): number => high * 2 ** 21 + (low >>> 11)
  const targetOf = (id: MessageId): number => {
    const { targetHigh, targetLow } = hash.target(id)
    return numberOf(targetHigh, targetLow)
  }
  /** Which of the posts somebody stands below, by the number of who is answered. */
  const roots = new Map(ids.map((id, index) => [targetOf(id), index]))
  const below = ids.map(() => new Set<number>())
  const since = Math.min(...ids.map((id) => {
    const member = set.memberOf(id)
    return member === -1 ? 0 : catalog.timestampOf(member)
  })) - clockBehindMsMax

  for (let walks = 0, found = ids.length; found > 0 && walks < walksMax; walks += 1) {
    found = 0
    catalog.walk({ kind: 'post', since }, 'ascending', (member) => {
      const { targetHigh, targetLow } = catalog.referencesOf(member)
      const root = roots.get(numberOf(targetHigh, targetLow))
      const members = root === undefined ? undefined : below[root]
      if (root === undefined || members === undefined || members.has(member) || set.standingOf(member) === 'barred') return false
      members.add(member)
      // Nobody stands below two: an answer to a post of this list counts for the one it answers only.
      const own = targetOf(set.idOf(member))
      if (!roots.has(own)) roots.set(own, root)
      found += 1
      return false
    })
  }
  return ids.map((id, index) => ({
    id, members: [...below[index] ?? []].sort((one, other) => catalog.isBefore(one, other) ? -1 : 1)
  }))
}
