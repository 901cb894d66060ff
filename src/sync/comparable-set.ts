/**
 * The set as a session compares it (SPEC.md, S3, S4): a tree over all members that were published up to some moment, which moves with each session,
 * and the few newer ones beside it. Those are gossip's: comparing them would only find what is on its way.
 */
import { createTree } from './tree/tree.ts'
import { bucketAt, bucketEnd } from './buckets.ts'
import type { Members } from './buckets.ts'
import type { Feeds } from './frontier/feeds.ts'
import type { Tree } from './tree/tree.ts'

export interface ComparableSet {
  readonly members: Members
  /** undefined: differences are not looked for by feeds, and no meetings are remembered. */
  readonly feeds: Feeds | undefined
  /** Holds what `settle` was asked for last. */
  readonly tree: Pick<Tree, 'count' | 'digest' | 'collect' | 'bucketOfNewest' | 'settle' | 'size' | 'memoryBytes'>
  /** Takes in a member that is not there. */
  add (member: number): void
  /** Takes out a member that is there; what `members` says of it is still what it was. */
  remove (member: number): void
  /** What comes and goes from now on, until it is ended. */
  changes (): Changes
  /** From now on the tree holds the members with a timestamp up to `untilMs`, and no others. Costs what changed since, and the newest epoch. */
  settle (untilMs: number): void
}

/** What became of the members since some moment: whoever told others of them as they were then goes by that. Bounded by what comes in meanwhile. */
export interface Changes {
  readonly added: ReadonlySet<number>
  /** Whether a member of that moment is gone. */
  readonly hasLost: boolean
  end (): void
}

export function createComparableSet (members: Members, feeds?: Feeds): ComparableSet {
  const tree = createTree(members)
  const newer = new Set<number>()
  const watches = new Set<{ readonly added: Set<number>, hasLost: boolean }>()
  let settledMs = -1

  return {
    members,
    feeds,
    tree,
    changes () {
      const watch = { added: new Set<number>(), hasLost: false }
      watches.add(watch)
      return Object.assign(watch, { end: () => { watches.delete(watch) } })
    },
    add (member) {
      for (const { added } of watches) added.add(member)
      if (members.timestampOf(member) <= settledMs) tree.add(member)
      else newer.add(member)
    },
    remove (member) {
      for (const watch of watches) if (!watch.added.delete(member)) watch.hasLost = true
      if (!newer.delete(member)) tree.remove(member)
    },
    settle (untilMs) {
      if (untilMs < settledMs) {
        for (const namespace of [0, 1] as const) {
          const range = { from: bucketAt(namespace, Math.max(0, untilMs)), end: namespace === 0 ? bucketAt(1, 0) : bucketEnd }
          for (const member of tree.collect(range)) {
            if (members.timestampOf(member) <= untilMs) continue
            tree.remove(member)
            newer.add(member)
          }
        }
      }
      settledMs = untilMs
      for (const member of newer) {
        if (members.timestampOf(member) > untilMs) continue
        newer.delete(member)
        tree.add(member)
      }
    }
  }
}
