/** Two sets for `bench sync`: N messages of a year by some feeds that both have, and D that only one has. The same sets for every row. */
import { HubError } from '../base/errors.ts'
import { createRandom } from '../base/seeded-random.ts'
import { createUniverse } from '../sync/fixtures/universe.ts'
import type { Universe } from '../sync/fixtures/universe.ts'

export const shapes = ['scattered', 'newest', 'one-side'] as const
export type Shape = typeof shapes[number]

export interface Scene {
  readonly universe: Universe
  readonly nowMs: number
  /** Who has message `number`: 0, the side that begins; 1, the other; 2, both. */
  readonly holderOf: (number: number) => 0 | 1 | 2
}

/** What one way of comparing cost. */
export interface Row {
  readonly by: 'hubbub' | 'negentropy' | 'merkle-walk'
  /** Everything on the wire, both ways, but the messages themselves: requests for them too. */
  readonly bytes: number
  /** Round trips until both had everything. */
  readonly rounds: number
  /** Processor time of the busier side; null where it was not run but modelled. */
  readonly cpuMsPerSide: number | null
  readonly symbolsPerDifference: number | null
}

const yearMs = 365 * 24 * 3_600_000
const nowMs = 1_790_000_000_000
/** Nothing is so new that it is left to gossip. */
const ageMinMs = 60_000
/** One message in so many is a signer's. */
const signerShare = 1_000

/**
 * scattered: half of the differing ones on each side, of any age; newest: likewise, the newest of all; one-side: of any age, and the side that begins lacks
 * them all.
 */
export function createScene (n: number, d: number, shape: Shape, feeds: number): Scene {
  const random = createRandom(n + d).next
  const authors = createRandom(n + d + 1)
  const size = n + d
  const timestampOf = (number: number): number => nowMs - ageMinMs - Math.floor((size - number) / size * yearMs)
  const universe = createUniverse(size, random, timestampOf, {
    namespaceOf: number => number % signerShare === 1 ? 0 : 1, feedOf: () => authors.below(feeds)
  })
  const holders = new Uint8Array(size).fill(2)
  for (let differing = 0; differing < d;) {
    const number = shape === 'newest' ? size - 1 - differing : random() % size
    if (holders[number] !== 2) continue
    holders[number] = shape === 'one-side' || differing % 2 === 1 ? 1 : 0
    differing++
  }
  return { universe, nowMs, holderOf: number => (holders[number] ?? 2) as 0 | 1 | 2 }
}

export function shapeOf (given: string): Shape {
  const shape = shapes.find(known => known === given)
  if (shape === undefined) throw new HubError('invalid-argument', `--shape is one of ${shapes.join(', ')}.`)
  return shape
}

/** Runs `work` and adds the processor time that it took, in ms, to `spent[side]`. */
export function timed<T> (spent: [number, number], side: 0 | 1, work: () => T): T {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  spent[side] += (user + system) / 1_000
  return result
}

export function tenths (number: number): number {
  return Math.round(number * 10) / 10
}
