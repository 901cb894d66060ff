/**
 * The digest of a few hundred unordered members that share a prefix: partitions their keys nibble by nibble and hashes the nodes on the way back
 * (node-digest.ts has the form). It keeps nothing between calls but its scratch space.
 */
import { copyKey, createNodeHasher, keyBytes, nibbleAt } from './node-digest.ts'
import type { Members } from '../buckets.ts'
import type { NodeHasher } from './node-digest.ts'

export interface PageDigester {
  /** The digest of `list[0..count)`, to `target` at `offset`; all of them share their first `depth` nibbles. There must be at least one. */
  digest (list: Uint32Array, count: number, depth: number, target: Uint8Array, offset: number): void
}

/** `pageMembersMax` bounds `count`. */
export function createPageDigester (members: Members, pageMembersMax: number): PageDigester {
  const keys = new Uint8Array(pageMembersMax * keyBytes)
  const order = new Uint16Array(pageMembersMax)
  const sorted = new Uint16Array(pageMembersMax)
  const hashers: NodeHasher[] = []
  const ends: Uint16Array[] = []

  /** Puts order[from..to) in the order of the nibble at `depth`; the ends of the sixteen runs. */
  function partition (from: number, to: number, depth: number): Uint16Array {
    const run = ends[depth] ??= new Uint16Array(16)
    run.fill(0)
    for (let place = from; place < to; place++) bump(run, nibbleAt(keys, (order[place] as number) * keyBytes, depth), 1)
    for (let nibble = 0, end = from; nibble < 16; nibble++) run[nibble] = end += run[nibble] as number
    for (let place = to - 1; place >= from; place--) {
      const entry = order[place] as number
      sorted[bump(run, nibbleAt(keys, entry * keyBytes, depth), -1)] = entry
    }
    for (let place = from; place < to; place++) order[place] = sorted[place] as number
    for (let nibble = 0; nibble < 15; nibble++) run[nibble] = run[nibble + 1] as number
    run[15] = to
    return run
  }

  function digestRun (from: number, to: number, depth: number, target: Uint8Array, offset: number): void {
    const first = (order[from] as number) * keyBytes
    if (to - from === 1) {
      for (let byte = 4; byte < keyBytes; byte++) target[offset + byte - 4] = keys[first + byte] as number
      return
    }
    let fork = depth
    while (sharesNibble(from, to, fork)) fork++
    const run = partition(from, to, fork)
    const hasher = hashers[fork] ??= createNodeHasher(fork)
    hasher.begin()
    for (let nibble = 0, start = from; nibble < 16; nibble++) {
      const end = run[nibble] as number
      if (end > start) {
        digestRun(start, end, fork + 1, hasher.buffer, hasher.childOffset)
        hasher.commit(nibble, end - start)
      }
      start = end
    }
    hasher.finish(keys.subarray(first, first + keyBytes), target, offset)
  }

  function sharesNibble (from: number, to: number, depth: number): boolean {
    const nibble = nibbleAt(keys, (order[from] as number) * keyBytes, depth)
    for (let place = from + 1; place < to; place++) if (nibbleAt(keys, (order[place] as number) * keyBytes, depth) !== nibble) return false
    return true
  }

  return {
    digest (list, count, depth, target, offset) {
      for (let entry = 0; entry < count; entry++) {
        copyKey(members, list[entry] as number, keys, entry * keyBytes)
        order[entry] = entry
      }
      digestRun(0, count, depth, target, offset)
    }
  }
}

function bump (run: Uint16Array, nibble: number, by: number): number {
  return run[nibble] = (run[nibble] as number) + by
}
