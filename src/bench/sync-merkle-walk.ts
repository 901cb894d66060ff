/**
 * `bench sync`: what the walk of a Merkle trie costs, as Farcaster's hubs do it: by the ten decimal digits of the time in seconds, a call for the children
 * of each node that differs, and from 128 messages down a call for all their ids. A model: which nodes differ is known from the scene, so it has no
 * processor time.
 * Kinder than the original: one walk serves both directions, and all calls of a level go out at once.
 */
import type { Row, Scene } from './sync-scene.ts'

const digits = 10
/** Messages of a node whose ids are asked for instead of its children. */
const idsMax = 128
/** A hash of 20 bytes, a count, the tags of both; and the prefix. */
const childBytes = 26
/** Ten digits, a type, four and twenty bytes of ids and hash, and a length. */
const syncIdBytes = 36
/** A call and the head of its answer, but for the prefix. */
const callBytes = 6

export function runMerkleWalk ({ universe, holderOf }: Scene): Row {
  const numbers = Array.from({ length: universe.size }, (_, number) => number)
  const secondOf = (number: number): number => Math.floor(universe.members.timestampOf(number) / 1_000)
  numbers.sort((one, other) => secondOf(one) - secondOf(other))
  let bytes = 0
  let rounds = 1
  let needed = 0

  /** Walks the node that holds numbers[from..end), which all share `depth` digits. */
  function walk (from: number, end: number, depth: number): void {
    rounds = Math.max(rounds, depth + 1)
    bytes += callBytes + depth
    let theirs = 0
    for (let place = from; place < end; place++) if (holderOf(numbers[place] as number) !== 0) theirs++
    if (theirs <= idsMax || depth === digits) {
      bytes += theirs * syncIdBytes
      return
    }
    for (let start = from; start < end;) {
      const digit = digitOf(start, depth)
      let next = start
      let differs = false
      for (; next < end && digitOf(next, depth) === digit; next++) differs ||= holderOf(numbers[next] as number) !== 2
      bytes += childBytes + depth + 1
      if (differs) walk(start, next, depth + 1)
      start = next
    }
  }

  function digitOf (place: number, depth: number): number {
    return Math.floor(secondOf(numbers[place] as number) / 10 ** (digits - 1 - depth)) % 10
  }

  for (const number of numbers) if (holderOf(number) === 1) needed++
  walk(0, numbers.length, 0)
  return { by: 'merkle-walk', bytes: bytes + needed * syncIdBytes, rounds: rounds + 1, cpuMsPerSide: null, symbolsPerDifference: null }
}
