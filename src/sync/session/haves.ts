/**
 * What comes from elsewhere while a session runs (SPEC.md, S25): with several peers at once nothing is to come twice. A session tells its peer the
 * short ids of what its hub got meanwhile, and the peer leaves those out of what it still owes. Claims of what was asked for would not do: most of what
 * comes was not asked for, and short ids mean nothing in another session.
 */
import { addPrefixes } from './search.ts'
import { createShortIdHash, createShortIds } from '../sketch/short-ids.ts'
import { createShortIdTable, wantedHigh } from '../sketch/short-id-table.ts'
import { epochEnd } from '../buckets.ts'
import { turns, wantBytes } from '../frames.ts'
import type { Members } from '../buckets.ts'

/** Told at once at most: a frame. */
const pendingMax = 4_000
/** Told in one pass at most, either way: a quarter of what a session moves. What is not told comes twice. */
const toldMax = 2 ** 18

export interface Haves {
  /** This hub has got a member from elsewhere. Too many are not told, which costs a message each. */
  note (member: number): void
  /** What was noted since: for a frame; undefined when there is nothing to tell. */
  take (): Uint8Array<ArrayBuffer> | undefined
  /** The peer has these; false when it tells more than there can be. */
  learn (ids: Uint8Array): boolean
  /** Whether the peer said that it has this one. */
  isTheirs (member: number): boolean
}

/** For one pass: short ids are those under its salt. `seed`: 32 bits that the peer does not know. */
export function createHaves (members: Members, salt: Uint8Array, seed: number): Haves {
  const hash = createShortIdHash(salt)
  const one = new Uint32Array(1)
  const id = createShortIds(1)
  const theirs = createShortIdTable(wantedHigh, seed)
  let pending: number[] = []
  let told = 0
  /** Told by the peer, the same one twice too. */
  let learned = 0

  const lowOf = (member: number): number => {
    one[0] = member
    hash.fill(members, one, 0, 1, id)
    return id.low[0] as number
  }

  return {
    note (member) {
      if (pending.length === pendingMax || told === toldMax) return
      told++
      pending.push(member)
    },
    take () {
      if (pending.length === 0) return undefined
      const bytes = new Uint8Array(pending.length * wantBytes)
      const view = new DataView(bytes.buffer)
      pending.forEach((member, index) => { view.setInt32(index * wantBytes, lowOf(member), true) })
      pending = []
      return bytes
    },
    learn (ids) {
      learned += ids.length / wantBytes
      if (ids.length === 0 || learned > toldMax) return false
      addPrefixes(theirs, ids)
      return true
    },
    isTheirs: member => theirs.size > 0 && theirs.find(lowOf(member), 0) >= 0
  }
}

/**
 * What is owed, each namespace from `turn` sixteenths of it on and then from its beginning: so two peers that owe the same do not send it in step. Namespace
 * 0 stays first; in which order signers come does not matter.
 */
export function turned (owed: Uint32Array<ArrayBuffer>, members: Members, turn: number): Uint32Array<ArrayBuffer> {
  if (turn === 0) return owed
  let first = 0
  while (first < owed.length && members.bucketOf(owed[first] as number) < epochEnd) first++
  const rotated = new Uint32Array(owed.length)
  for (const [from, end] of [[0, first], [first, owed.length]] as const) {
    const middle = from + Math.floor((end - from) * turn / turns)
    rotated.set(owed.subarray(middle, end), from)
    rotated.set(owed.subarray(from, middle), from + end - middle)
  }
  return rotated
}
