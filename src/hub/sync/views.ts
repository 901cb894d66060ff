/** The tree and the feeds of this hub, as they are shown. Worked out when asked for, in slices: nothing of them is kept. */
import { toHex } from '../../base/bytes.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import { bucketEnd, type BucketRange } from '../../sync/buckets.ts'
import type { FeedView, TreeView } from './api.ts'
import type { Catalog } from '../messages/catalog.ts'
import type { Comparable } from './comparable.ts'

/** Members looked at before a rest: some 2 ms. */
const sliceMembers = 16_384
/** Nibbles of a bucket: namespace and epoch (sync/SPEC.md, S1). */
const bucketNibbles = 8

/** What `prefix` names, up to eight hex nibbles: namespace, then epoch. Of an epoch there are no children. */
export async function treeView ({ built, settled, set: { tree } }: Pick<Comparable, 'built' | 'settled' | 'set'>, prefix: string): Promise<TreeView> {
  await built()
  await settled()
  const partOf = (at: string): Omit<TreeView, 'children'> => {
    const range = rangeOf(at)
    return { prefix: at, count: tree.count(range), digest: toHex(tree.digest(range)) }
  }
  const nibbles = prefix.length === bucketNibbles ? [] : Array.from({ length: 16 }, (_, nibble) => nibble.toString(16))
  return { ...partOf(prefix), children: nibbles.map(nibble => partOf(prefix + nibble)).filter(({ count }) => count > 0) }
}

function rangeOf (prefix: string): BucketRange {
  const buckets = 16 ** (bucketNibbles - prefix.length)
  const from = prefix === '' ? 0 : Number.parseInt(prefix, 16) * buckets
  return { from: Math.min(from, bucketEnd), end: Math.min(from + buckets, bucketEnd) }
}

/** All feeds with members here, those with the most first. */
export async function feedViews (
  set: Pick<ReplicatedSet, 'membersEnd' | 'authorOf' | 'signerOf' | 'seqOf' | 'isFirstOfSeq'>, catalog: Pick<Catalog, 'has'>, rest: () => Promise<void>
): Promise<FeedView[]> {
  const feeds = new Map<string, Map<string, { readonly author: string, readonly signer: string, count: number, firstSeq: number, lastSeq: number }>>()
  for (let member = 0; member < set.membersEnd(); member += 1) {
    if (member % sliceMembers === sliceMembers - 1) await rest()
    const seq = set.seqOf(member)
    if (seq === 0 || !catalog.has(member) || !set.isFirstOfSeq(member)) continue
    const [author, signer] = [set.authorOf(member), set.signerOf(member)]
    const signers = feeds.get(author) ?? new Map<string, never>()
    feeds.set(author, signers)
    const feed = signers.get(signer) ?? { author, signer, count: 0, firstSeq: seq, lastSeq: seq }
    signers.set(signer, feed)
    feed.count += 1
    feed.firstSeq = Math.min(feed.firstSeq, seq)
    feed.lastSeq = Math.max(feed.lastSeq, seq)
  }
  return [...feeds.values()].flatMap(signers => [...signers.values()])
    .map(feed => ({ ...feed, missing: feed.lastSeq - feed.count })).sort((one, other) => other.count - one.count)
}
