import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blake3 } from '../../base/blake3.ts'
import { toHex } from '../../base/bytes.ts'
import { bucketEnd, everything } from '../buckets.ts'
import { membersOf } from '../fixtures/members.ts'
import { createTree } from './tree.ts'
import type { BucketRange, Members } from '../buckets.ts'
import type { Tree } from './tree.ts'

/** Buckets and first id bytes from small ranges, so that prefixes are shared at every depth. */
const anyKey = fc.record({
  bucket: fc.oneof(fc.nat(3), fc.nat(bucketEnd - 1), fc.nat(300).map(low => 0x10019c00 + low)),
  id: fc.tuple(fc.nat(2), fc.nat(1), fc.nat(40_000)).map(([first, second, last]) => {
    const id = new Uint8Array(32)
    id.set([first, second])
    new DataView(id.buffer).setUint32(20, last)
    return id
  })
})
const anyKeys = fc.uniqueArray(anyKey, { maxLength: 60, selector: ({ bucket, id }) => `${bucket} ${toHex(id)}` })
const anyRange = fc.tuple(fc.nat(bucketEnd), fc.nat(bucketEnd)).map(([one, other]) => ({ from: Math.min(one, other), end: Math.max(one, other) }))

function built (members: Members, order: Iterable<number>): Tree {
  const tree = createTree(members)
  for (const member of order) tree.add(member)
  return tree
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, member) => member)

/** SPEC.md S2 word by word, from the keys as hex. */
function reference (keys: readonly string[]): string {
  const [first] = keys
  if (first === undefined) return '00'.repeat(32)
  if (keys.length === 1) return first.slice(8)
  let depth = 0
  while (keys.every(key => key[depth] === first[depth])) depth++
  const count = new Uint8Array(6)
  new DataView(count.buffer).setUint32(0, keys.length, true)
  const prefix = Buffer.from(first.slice(0, depth).padEnd(72, '0'), 'hex')
  const children = Array.from('0123456789abcdef').flatMap((nibble) => {
    const below = keys.filter(key => key[depth] === nibble)
    return below.length === 0 ? [] : [Uint8Array.of(parseInt(nibble, 16)), Buffer.from(reference(below), 'hex')]
  })
  return toHex(blake3(new TextEncoder().encode('hubbub/tree/v1'), Uint8Array.of(depth), prefix, count, ...children))
}

const keyOf = ({ bucket, id }: { bucket: number, id: Uint8Array }): string => bucket.toString(16).padStart(8, '0') + toHex(id)

describe('the tree', () => {
  test('[S2] any range has the digest of the canonical tree over its keys', () => {
    let several = 0
    fc.assert(fc.property(anyKeys, anyRange, (keys, range) => {
      const inside = keys.filter(({ bucket }) => bucket >= range.from && bucket < range.end)
      if (inside.length > 1) several++
      const tree = built(membersOf(keys), upTo(keys.length))
      expect(toHex(tree.digest(everything))).toBe(reference(keys.map(keyOf)))
      expect(toHex(tree.digest(range))).toBe(reference(inside.map(keyOf)))
      expect(tree.count(range)).toBe(inside.length)
      expect([...tree.collect(range)].sort((a, b) => a - b)).toEqual(keys.flatMap((key, member) => inside.includes(key) ? [member] : []))
    }))
    expect(several).toBeGreaterThan(20)
  })

  test('[S3] after any history of additions and removals it equals a fresh one', () => {
    const history = fc.array(fc.tuple(fc.nat(59), fc.boolean()), { maxLength: 200 })
    fc.assert(fc.property(anyKeys, history, anyRange, (keys, steps, range) => {
      const members = membersOf(keys)
      const tree = createTree(members)
      const present = new Set<number>()
      for (const [step, ask] of steps) {
        const member = step % Math.max(1, keys.length)
        if (member >= keys.length) continue
        if (present.delete(member)) tree.remove(member)
        else { present.add(member); tree.add(member) }
        if (ask) tree.digest(range)
      }
      const fresh = built(members, [...present].reverse())
      expect(tree.digest(everything)).toEqual(fresh.digest(everything))
      expect(tree.digest(range)).toEqual(fresh.digest(range))
      expect(tree.size).toBe(present.size)
    }))
  })

  test('[S3] pages that split and join again leave no trace', () => {
    const keys = upTo(5_000).map(member => ({ bucket: 0x10019c00 + member % 7, id: blake3(Uint8Array.of(member, member >>> 8)) }))
    const members = membersOf(keys)
    const tree = built(members, upTo(5_000))
    const few: BucketRange = { from: 0x10019c02, end: 0x10019c04 }
    const before = [tree.digest(everything), tree.digest(few)]
    expect(toHex(tree.digest(everything))).toBe(reference(keys.map(keyOf)))
    for (const member of upTo(4_990)) tree.remove(member)
    expect(tree.digest(everything)).toEqual(built(members, upTo(5_000).slice(4_990)).digest(everything))
    expect(tree.memoryBytes).toBeLessThan(400_000)
    for (const member of upTo(4_990).reverse()) tree.add(member)
    expect([tree.digest(everything), tree.digest(few)]).toEqual(before)
    for (const member of upTo(5_000)) tree.remove(member)
    expect(tree.digest(everything)).toEqual(new Uint8Array(32))
  })

  test('[S3] hashing in slices ends, and gives the same digests', () => {
    const keys = upTo(5_000).map(member => ({ bucket: member, id: blake3(Uint8Array.of(member, member >>> 8)) }))
    const [sliced, whole] = [built(membersOf(keys), upTo(5_000)), built(membersOf(keys), upTo(5_000))]
    let slices = 1
    while (!sliced.settle(4)) slices++
    expect(slices).toBeGreaterThan(3)
    expect(slices).toBeLessThan(1_000)
    expect(sliced.digest(everything)).toEqual(whole.digest(everything))
  })

  test('[S7] the newest begin at a bucket that leaves about as many as asked', () => {
    const keys = upTo(20_000).map(member => ({ bucket: 0x10019000 + Math.floor(member / 20), id: blake3(Uint8Array.of(member, member >>> 8)) }))
    const tree = built(membersOf(keys), upTo(20_000))
    const newest = tree.count({ from: tree.bucketOfNewest(1_000), end: bucketEnd })
    expect(newest).toBeGreaterThanOrEqual(1_000)
    expect(newest).toBeLessThan(2_000)
    expect(tree.bucketOfNewest(30_000)).toBe(0)
  })
})
