/**
 * The hub's members as diff sync compares them (sync/SPEC.md, S1 to S4): the tree over what the set and the catalog say, kept in step while members
 * come and go. A member is in it from the moment it has a row in the catalog until it is displaced; what retention dropped stays in it, as it stays a member.
 * It knows neither peers nor sessions.
 *
 * Invariants
 * 1. `namespaces` says of each number whether it is in the tree, and as what: of a displaced member the set still knows the id, and no more
 *    (message/set/SPEC.md R18).
 * 2. Nothing is answered of a tree that does not hold all members yet: whoever compares waits for `built`.
 */
import { toHex } from '../../base/bytes.ts'
import { createColumn } from '../../base/column.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import { bucketAt, everything } from '../../sync/buckets.ts'
import { createComparableSet, type ComparableSet } from '../../sync/comparable-set.ts'
import type { Catalog } from '../messages/catalog.ts'

export interface Comparable {
  readonly set: ComparableSet
  /** The member has a row in the catalog. Harmless for one that is in the tree, and for −1. */
  entered (member: number): void
  /** It is no member any more. To be called before the catalog forgets it and before the set's next offer. */
  displaced (member: number): void
  /** Adds all members that there were at the first call and works out their digests, with rests in between. Resolves when a session may begin. */
  built (): Promise<void>
  /** Works out, with rests in between, whatever digest is not known. */
  settled (): Promise<void>
  /** Hex of the root over all members published up to `untilMs`; while that has to be worked out in slices, the last one known; null before there was one. */
  root (untilMs: number): string | null
}

export interface ComparableOptions {
  readonly set: Pick<ReplicatedSet, 'copyId' | 'readId' | 'authorOf' | 'signerOf' | 'membersEnd' | 'feedOf' | 'feedCount' | 'copyFeed' | 'seqOf'>
  readonly catalog: Pick<Catalog, 'has' | 'timestampOf' | 'eventOf'>
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
}

/** Members added before a rest: below 1 ms. Measured with half a million: 0.5 s in all, slices of 0.8 ms in the middle, 95 % below 6 ms. */
const sliceMembers = 2_048
/** Nodes of the tree hashed before a rest: pages, mostly, of 0.03 to 0.2 ms. Measured: 5 ms. */
const sliceNodes = 48
/** What `namespaces` says of a number that is not in the tree; otherwise one more than the namespace. */
const absent = 0

export function createComparable ({ set: members, catalog, rest }: ComparableOptions): Comparable {
  const namespaces = createColumn(length => new Uint8Array(length))
  let building: Promise<void> | undefined
  let isBuilt = false
  let root: string | null = null
  let lastEvent = 0

  const set = createComparableSet({
    copyId: (member, target, offset) => { members.copyId(member, target, offset) },
    readId: (member, words) => { members.readId(member, words) },
    bucketOf: member => bucketAt(namespaces.get(member) - 1 as 0 | 1, catalog.timestampOf(member)),
    timestampOf: catalog.timestampOf
  }, {
    get count () { return members.feedCount() },
    feedOf: member => members.feedOf(member),
    seqOf: member => members.seqOf(member),
    eventOf: member => catalog.eventOf(member) ?? 0,
    get lastEvent () { return lastEvent },
    copyFeed: (feed, target, offset) => { members.copyFeed(feed, target, offset) }
  })
  set.settle(Infinity) // straight into the tree, until a session says where to cut

  function entered (member: number): void {
    if (member < 0 || namespaces.get(member) !== absent || !catalog.has(member)) return
    // The root key signs namespace 0, and nothing else.
    namespaces.set(member, members.authorOf(member) === members.signerOf(member) ? 1 : 2)
    set.add(member)
    lastEvent = Math.max(lastEvent, catalog.eventOf(member) ?? 0)
  }

  async function build (): Promise<void> {
    const membersEnd = members.membersEnd()
    for (let member = 0; member < membersEnd; member += 1) {
      entered(member)
      if (member % sliceMembers === sliceMembers - 1) await rest()
    }
    await settled()
    isBuilt = true
  }

  async function settled (): Promise<void> {
    while (!set.tree.settle(sliceNodes)) await rest()
  }

  return {
    set,
    entered,
    displaced (member) {
      if (namespaces.get(member) === absent) return
      set.remove(member)
      namespaces.set(member, absent)
    },
    settled,
    built: async () => building ??= build(),
    root (untilMs) {
      if (!isBuilt) return null
      set.settle(untilMs)
      if (set.tree.settle(sliceNodes)) root = toHex(set.tree.digest(everything))
      return root
    }
  }
}
