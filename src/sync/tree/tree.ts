/**
 * The Merkle tree over a set of members (SPEC.md, S2, S3): digests and counts of any range of buckets, kept up as members come and go. Its digests
 * are those of the canonical path-compressed tree (node-digest.ts), whatever the order in which the members came.
 *
 * Stored are branches of sixteen and, below them, pages of up to 256 unordered member numbers: ids are not stored again, and what lies inside a page is
 * worked out when its digest is asked for. 7 to 11 bytes a member.
 *
 * Invariants: 1. A page is not empty. 2. A branch has more than `pageMembersMin` members. 3. A clean node's slot has its digest, and all below it is clean.
 */
import { assert } from '../../base/errors.ts'
import { bucketEnd } from '../buckets.ts'
import { createDigestStore, digestBytes } from './digest-store.ts'
import { copyKey, createNodeHasher, keyBytes, keyNibbles, nibbleAt } from './node-digest.ts'
import { createNumberPool, roomFor } from './number-pool.ts'
import { createPageDigester } from './page-digest.ts'
import type { BucketRange, Members } from '../buckets.ts'
import type { NodeHasher } from './node-digest.ts'

/** Members of a page: hashing a full one anew takes about 0.2 ms; smaller pages cost more memory than their numbers. Measured. */
const pageMembersMax = 256
/** A branch with so few members becomes a page again: a quarter, so that a set that wavers around the limit does not split and join all day. */
const pageMembersMin = 64
/** A full page grows by this, and the rounding of its room. */
const pageGrowth = 1.1
/** Bytes of the objects of a page and of a branch in V8. For `memoryBytes` only. */
const pageObjectBytes = 64
const branchObjectBytes = 240

interface Page { readonly branch: false, place: number, room: number, count: number, readonly slot: number, clean: boolean }
interface Branch { readonly branch: true, readonly children: Array<Node | undefined>, count: number, readonly slot: number, clean: boolean }
type Node = Page | Branch

export interface Tree {
  readonly size: number
  /** Adds a member that is not there. */
  add (member: number): void
  /** Takes out a member that is there; its id and bucket are still what they were. */
  remove (member: number): void
  /** How many members lie in the range. */
  count (range: BucketRange): number
  /** The digest of the members in the range; 32 zeros when there are none. */
  digest (range: BucketRange): Uint8Array<ArrayBuffer>
  /** Their numbers: ascending by bucket, but for neighbours in one page. */
  collect (range: BucketRange): Uint32Array<ArrayBuffer>
  /** The bucket where the newest `count` members begin, or somewhat before: pages are not split for it. 0 when there are not so many. */
  bucketOfNewest (count: number): number
  /** Hashes at most about `nodes` nodes that changed; whether all are done. For slices: `digest` after it is quick. */
  settle (nodes: number): boolean
  readonly memoryBytes: number
}

export function createTree (members: Members): Tree {
  const digests = createDigestStore()
  const pool = createNumberPool()
  const pageDigester = createPageDigester(members, pageMembersMax)
  const hashers: NodeHasher[] = []
  const key = new Uint8Array(keyBytes)
  const path = new Uint8Array(keyBytes)
  const scratch = new Uint8Array(digestBytes)
  const inRange = new Uint32Array(pageMembersMax)
  let root: Node | undefined
  let pages = 0
  let branches = 0

  const createPage = (count: number): Page => {
    pages++
    const room = roomFor(count)
    return { branch: false, place: pool.take(room), room, count: 0, slot: digests.take(), clean: false }
  }
  const createBranch = (): Branch => {
    branches++
    return { branch: true, children: new Array<Node | undefined>(16).fill(undefined), count: 0, slot: digests.take(), clean: false }
  }
  const release = (node: Node): void => {
    digests.release(node.slot)
    if (!node.branch) {
      pages--
      pool.release(node.place, node.room)
      return
    }
    branches--
    for (const child of node.children) if (child !== undefined) release(child)
  }

  function push (page: Page, member: number): void {
    if (page.count === page.room) {
      const room = roomFor(Math.min(pageMembersMax, page.count * pageGrowth + 1))
      const place = pool.take(room)
      for (let index = 0; index < page.count; index++) pool.set(place, index, pool.get(page.place, index))
      pool.release(page.place, page.room)
      page.place = place
      page.room = room
    }
    pool.set(page.place, page.count++, member)
    page.clean = false
  }

  function split (page: Page, depth: number): Branch {
    assert(depth < keyNibbles, 'two members of a tree have different keys')
    const branch = createBranch()
    const own = new Uint8Array(keyBytes)
    for (let index = 0; index < page.count; index++) {
      const member = pool.get(page.place, index)
      copyKey(members, member, own, 0)
      const child = branch.children[nibbleAt(own, 0, depth)] ??= createPage(1)
      if (!child.branch) push(child, member)
    }
    branch.count = page.count
    release(page)
    return branch
  }

  function insert (node: Node | undefined, member: number, depth: number): Node {
    if (node === undefined) {
      const page = createPage(1)
      push(page, member)
      return page
    }
    const into = !node.branch && node.count === pageMembersMax ? split(node, depth) : node
    if (!into.branch) {
      push(into, member)
      return into
    }
    const nibble = nibbleAt(key, 0, depth)
    into.children[nibble] = insert(into.children[nibble], member, depth + 1)
    into.count++
    into.clean = false
    return into
  }

  function takeOut (node: Node | undefined, member: number, depth: number): Node | undefined {
    assert(node !== undefined, 'what leaves the tree was in it')
    node.clean = false
    if (node.branch) {
      const nibble = nibbleAt(key, 0, depth)
      node.children[nibble] = takeOut(node.children[nibble], member, depth + 1)
      node.count--
      return node.count > pageMembersMin ? node : joined(node)
    }
    let index = 0
    while (index < node.count && pool.get(node.place, index) !== member) index++
    assert(index < node.count, 'what leaves the tree was in it')
    node.count--
    pool.set(node.place, index, pool.get(node.place, node.count))
    if (node.count > 0) return node
    release(node)
    return undefined
  }

  function joined (branch: Branch): Page {
    const page = createPage(branch.count)
    visit(branch, 0, 0, whatever, (found, count) => {
      for (let index = 0; index < count; index++) push(page, found[index] as number)
    })
    release(branch)
    return page
  }

  /** Calls `each` with the members of every page in the range, in the order of the tree. The list is valid only during the call. */
  function visit (node: Node | undefined, depth: number, first: number, range: BucketRange, each: (list: Uint32Array, count: number) => void): void {
    if (node === undefined || !overlaps(depth, first, range)) return
    if (node.branch) {
      for (let nibble = 0; nibble < 16; nibble++) visit(node.children[nibble], depth + 1, childFirst(depth, first, nibble), range, each)
    } else {
      each(inRange, narrow(node, covers(depth, first, range) ? whatever : range))
    }
  }

  /** Puts the page's members that lie in the range into `inRange`. */
  function narrow (page: Page, range: BucketRange): number {
    if (range === whatever) {
      pool.copy(page.place, page.count, inRange)
      return page.count
    }
    let count = 0
    for (let index = 0; index < page.count; index++) {
      const member = pool.get(page.place, index)
      const bucket = members.bucketOf(member)
      if (bucket >= range.from && bucket < range.end) inRange[count++] = member
    }
    return count
  }

  function count (node: Node | undefined, depth: number, first: number, range: BucketRange): number {
    if (node === undefined || !overlaps(depth, first, range)) return 0
    if (covers(depth, first, range)) return node.count
    if (!node.branch) return narrow(node, range)
    let sum = 0
    for (let nibble = 0; nibble < 16; nibble++) sum += count(node.children[nibble], depth + 1, childFirst(depth, first, nibble), range)
    return sum
  }

  /** Writes the digest of what the node has in the range, and answers how many members that is. Digests of whole nodes are kept. `path` has the prefix. */
  function digest (node: Node, depth: number, first: number, range: BucketRange, target: Uint8Array, offset: number): number {
    if (!overlaps(depth, first, range)) return 0
    const whole = covers(depth, first, range)
    if (whole && node.clean) {
      digests.copy(node.slot, target, offset)
      return node.count
    }
    const found = node.branch ? digestBranch(node, depth, first, range, target, offset) : digestPage(node, depth, range, whole, target, offset)
    if (whole) keep(node, target, offset)
    return found
  }

  function digestPage (page: Page, depth: number, range: BucketRange, whole: boolean, target: Uint8Array, offset: number): number {
    const found = narrow(page, whole ? whatever : range)
    if (found > 0) pageDigester.digest(inRange, found, depth, target, offset)
    return found
  }

  function digestBranch (branch: Branch, depth: number, first: number, range: BucketRange, target: Uint8Array, offset: number): number {
    const hasher = hashers[depth] ??= createNodeHasher(depth)
    hasher.begin()
    for (let nibble = 0; nibble < 16; nibble++) {
      const child = branch.children[nibble]
      if (child === undefined) continue
      setNibble(path, depth, nibble)
      const found = digest(child, depth + 1, childFirst(depth, first, nibble), range, hasher.buffer, hasher.childOffset)
      if (found > 0) hasher.commit(nibble, found)
    }
    if (hasher.count > 0) hasher.finish(path, target, offset)
    return hasher.count
  }

  function keep (node: Node, from: Uint8Array, offset: number): void {
    digests.write(node.slot, from.subarray(offset, offset + digestBytes))
    node.clean = true
  }

  /** Hashes changed nodes, children first, until the allowance is used up; what is left of it, negative when that was not enough. */
  function settle (node: Node, depth: number, first: number, allowance: number): number {
    if (node.clean) return allowance
    let left = allowance
    if (node.branch) {
      for (let nibble = 0; nibble < 16 && left > 0; nibble++) {
        const child = node.children[nibble]
        if (child === undefined) continue
        setNibble(path, depth, nibble)
        left = settle(child, depth + 1, childFirst(depth, first, nibble), left)
      }
    }
    if (left <= 0) return -1
    digest(node, depth, first, { from: 0, end: bucketEnd }, scratch, 0)
    return left - 1
  }

  return {
    get size () { return root?.count ?? 0 },
    add (member) {
      copyKey(members, member, key, 0)
      root = insert(root, member, 0)
    },
    remove (member) {
      copyKey(members, member, key, 0)
      root = takeOut(root, member, 0)
    },
    count: range => count(root, 0, 0, range),
    digest (range) {
      const target = new Uint8Array(digestBytes)
      if (root !== undefined) digest(root, 0, 0, range, target, 0)
      return target
    },
    collect (range) {
      const collected = new Uint32Array(count(root, 0, 0, range))
      let at = 0
      visit(root, 0, 0, range, (list, found) => {
        collected.set(list.subarray(0, found), at)
        at += found
      })
      return collected
    },
    bucketOfNewest (wanted) {
      let node = root
      let first = 0
      let missing = wanted
      if (node === undefined || node.count < wanted) return 0
      for (let depth = 0; node?.branch === true && depth < bucketNibbles; depth++) {
        let nibble = 15
        for (; nibble > 0 && missing > (node.children[nibble]?.count ?? 0); nibble--) missing -= node.children[nibble]?.count ?? 0
        first = childFirst(depth, first, nibble)
        node = node.children[nibble]
      }
      return first
    },
    settle: nodes => root === undefined || settle(root, 0, 0, nodes) >= 0,
    get memoryBytes () { return pool.memoryBytes + digests.memoryBytes + pages * pageObjectBytes + branches * branchObjectBytes }
  }
}

/** A range that covers whatever a node spans, also where its place is not known. */
const whatever: BucketRange = { from: 0, end: Infinity }
/** Below this depth all of a node has one bucket. */
const bucketNibbles = 8

/** How many buckets a node at this depth spans. */
function bucketSpan (depth: number): number {
  return depth >= bucketNibbles ? 1 : 2 ** (4 * (bucketNibbles - depth))
}

function childFirst (depth: number, first: number, nibble: number): number {
  return depth >= bucketNibbles ? first : first + nibble * bucketSpan(depth + 1)
}

function overlaps (depth: number, first: number, range: BucketRange): boolean {
  return first < range.end && first + bucketSpan(depth) > range.from
}

/** Whether the node's buckets all lie in the range; there are none at or after `bucketEnd`. */
function covers (depth: number, first: number, range: BucketRange): boolean {
  return first >= range.from && Math.min(first + bucketSpan(depth), bucketEnd) <= range.end
}

function setNibble (packed: Uint8Array, depth: number, nibble: number): void {
  const byte = packed[depth >>> 1] as number
  packed[depth >>> 1] = (depth & 1) === 0 ? nibble << 4 | byte & 15 : byte & 0xf0 | nibble
}
