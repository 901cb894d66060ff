/**
 * Manifests made of what a hub holds, and the members of one chunk (SPEC.md, F2, F3 and F7): a chunk is the largest subtree that has few enough members. In
 * steps, because a hub has other things to do. What holds the members is handed in; hub/sync has a tree that fits.
 */
import { toHex } from '../base/bytes.ts'
import type { NetworkId } from '../message/types.ts'
import { bucketNibbles, childOf, compareBytes, holds, inOrder, keyBytes, keyOfBucket, nibbleAt, prefixNibblesMax, rangeOf, type BucketRange, type ChunkKey } from './chunk-key.ts'
import { hashBytes } from '../message/limits.ts'
import { besideMax, chunkMessagesMax } from './limits.ts'
import { chunkHash, type ChunkEntry, type Manifest } from './manifest.ts'

/** Members of this hub, by small numbers, ordered by bucket: sync/tree. */
export interface Holdings {
  count (range: BucketRange): number
  collect (range: BucketRange): ArrayLike<number>
  bucketOf (member: number): number
  copyId (member: number, target: Uint8Array, offset: number): void
  /** In which order members came here: whoever came later has the greater number. */
  orderOf (member: number): number
}

export interface ManifestMaker {
  /** Does some milliseconds of work; whether all is done. */
  step (): boolean
  /** Of what was there when each of its parts was looked at. */
  readonly manifest: Manifest
}

/** A part of the members that is to be made chunks of; `members` where it was cut out of one bucket. */
interface Part {
  readonly key: ChunkKey
  readonly members?: readonly number[]
}

/** `chunkMax`: for tests. */
export function createManifestMaker (holdings: Holdings, network: NetworkId, height: number, chunkMax = chunkMessagesMax): ManifestMaker {
  const chunks: ChunkEntry[] = []
  const parts: Part[] = [1, 0].map(namespace => ({ key: keyOfBucket(namespace * 2 ** 28, 1) }))

  function children ({ nibbles, prefix }: ChunkKey): Part[] {
    return Array.from({ length: 16 }, (_, nibble) => ({ key: childOf({ nibbles, prefix }, nibble) })).reverse()
  }

  function divide (key: ChunkKey, members: readonly number[]): Part[] {
    const id = new Uint8Array(keyBytes)
    const groups = Array.from({ length: 16 }, (): number[] => [])
    for (const member of members) {
      writeMemberKey(holdings, member, id)
      groups[nibbleAt(id, key.nibbles)]?.push(member)
    }
    return groups.flatMap((group, nibble) => group.length === 0 ? [] : [{ key: childOf(key, nibble), members: group }]).reverse()
  }

  function take ({ key, members }: Part): void {
    const range = rangeOf(key, height)
    const count = members?.length ?? (range.end > range.from ? holdings.count(range) : 0)
    if (count === 0) return
    if (count <= chunkMax || key.nibbles === prefixNibblesMax) {
      const { ids } = order(holdings, members ?? Array.from(holdings.collect(range)))
      chunks.push({ ...key, count, hash: chunkHash(ids) })
    } else if (key.nibbles < bucketNibbles) parts.push(...children(key))
    else parts.push(...divide(key, members ?? Array.from(holdings.collect(range))))
  }

  return {
    step () {
      const made = chunks.length
      while (chunks.length === made) {
        const part = parts.pop()
        if (part === undefined) return true
        take(part)
      }
      return parts.length === 0
    },
    get manifest () { return { network, height, chunks } }
  }
}

/**
 * F7. The members of this hub that are a chunk's, in its order: all that lie under its prefix, or those of them that came first, what has the `orderOf` of one
 * `beside` left out. undefined: these are not what the entry names.
 */
export function membersOf (holdings: Holdings, entry: ChunkEntry, height: number, beside?: ReadonlySet<number>): number[] | undefined {
  const under = membersUnder(holdings, entry, height)?.filter(member => beside?.has(holdings.orderOf(member)) !== true)
  if (under === undefined || under.length < entry.count) return undefined
  const first = under.length === entry.count ? under : under.sort((one, other) => holdings.orderOf(one) - holdings.orderOf(other)).slice(0, entry.count)
  const { members, ids } = order(holdings, first)
  return compareBytes(chunkHash(ids), entry.hash) === 0 ? members : undefined
}

/** F23. What this hub can say of a chunk by itself: whether it holds all of it. `unknown`: its ids would tell. */
export function inclusionOf (holdings: Holdings, entry: ChunkEntry, height: number): 'included' | 'lacking' | 'unknown' {
  if (membersOf(holdings, entry, height) !== undefined) return 'included'
  return (membersUnder(holdings, entry, height)?.length ?? 0) > entry.count ? 'unknown' : 'lacking'
}

/** F23. Which members lie under the prefix beside those with these ids, by their `orderOf`; undefined: this hub lacks some of them. */
export function besideOf (holdings: Holdings, entry: ChunkEntry, height: number, ids: Uint8Array): ReadonlySet<number> | undefined {
  const named = new Set(Array.from({ length: entry.count }, (_, index) => toHex(ids.subarray(index * hashBytes, (index + 1) * hashBytes))))
  const id = new Uint8Array(hashBytes)
  const beside = membersUnder(holdings, entry, height)?.filter((member) => {
    holdings.copyId(member, id, 0)
    return !named.has(toHex(id))
  })
  return beside && new Set(beside.map(member => holdings.orderOf(member)))
}

/** The ids of members, one after the other. */
export function idsOf (holdings: Holdings, members: readonly number[]): Uint8Array<ArrayBuffer> {
  const ids = new Uint8Array(members.length * hashBytes)
  members.forEach((member, index) => { holdings.copyId(member, ids, index * hashBytes) })
  return ids
}

/** Members under a chunk's prefix; undefined: too few for it, or too many. Whoever asks for a chunk must not make this hub look through all that it holds. */
function membersUnder (holdings: Holdings, entry: ChunkEntry, height: number): number[] | undefined {
  const range = rangeOf(entry, height)
  if (range.end <= range.from) return undefined
  const inRange = holdings.count(range)
  if (inRange < entry.count || (entry.nibbles <= bucketNibbles && inRange > entry.count + besideMax)) return undefined
  const collected = Array.from(holdings.collect(range))
  if (entry.nibbles <= bucketNibbles) return collected // the range says it all
  const key = new Uint8Array(keyBytes)
  const under = collected.filter((member) => {
    writeMemberKey(holdings, member, key)
    return holds(entry, key, height)
  })
  return under.length > entry.count + besideMax ? undefined : under
}

function order (holdings: Holdings, members: readonly number[]): { members: number[], ids: Uint8Array } {
  const { places, ids } = inOrder(members.map(member => holdings.bucketOf(member)), idsOf(holdings, members))
  return { members: Array.from(places, place => members[place] ?? 0), ids }
}

function writeMemberKey (holdings: Holdings, member: number, target: Uint8Array): void {
  new DataView(target.buffer).setUint32(0, holdings.bucketOf(member))
  holdings.copyId(member, target, 4)
}
