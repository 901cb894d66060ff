import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { history } from '../../message/set/fixtures/histories.ts'
import { createBuilder, keyOf, post, record, signerAdd, startMs as historyStartMs } from '../../message/set/fixtures/build.ts'
import { createReplicatedSet, type ReplicatedSet } from '../../message/replicated-set.ts'
import type { Body, Message, Scope } from '../../message/types.ts'
import { everything } from '../../sync/buckets.ts'
import { startMs, testRules } from '../fixtures/author.ts'
import { createCatalog, type Catalog } from '../messages/catalog.ts'
import { createPen, openShelf } from '../messages/fixtures/shelf.ts'
import { createComparable, type Comparable } from './comparable.ts'

const noReferences = { targetHigh: 0, targetLow: 0, name: 0 }

interface Bench {
  readonly set: ReplicatedSet
  readonly catalog: Catalog
  readonly comparable: Comparable
  /** The members that were admitted. */
  readonly offer: (message: Message) => number[]
  readonly enter: (members: readonly number[]) => void
  readonly displaced: () => number
}

/** So many of one epoch that the tree has a branch there, in which a member is found by its id. */
const fillers = Array.from({ length: 80 }, (_, number) => createPen(`filler ${number}`)).flatMap(pen =>
  [pen.introduce(), ...Array.from({ length: 4 }, (_, number) => pen.write(post(), { timestamp: historyStartMs + number }))])

/** A set, a catalog and a tree beside them, which hear of each message as a runtime has it: admitted at once, entered when it is stored. */
function createBench (): Bench {
  const set = createReplicatedSet(testRules)
  const catalog = createCatalog(set)
  const comparable = createComparable({ set, catalog, rest: async () => undefined })
  const times = new Map<string, number>()
  let displaced = 0
  const bench: Bench = {
    displaced: () => displaced,
    set,
    catalog,
    comparable,
    offer (message) {
      times.set(message.id, message.header.timestamp)
      const admitted: number[] = []
      for (const change of set.offer(message, historyStartMs + 3_600_000, { stored: true }).changes) {
        if (change.type === 'displaced') {
          displaced += 1
          comparable.displaced(change.member)
          catalog.remove(change.member)
        }
        if (change.type === 'admitted') admitted.push(change.member)
      }
      return admitted
    },
    enter (members) {
      for (const member of members) {
        if (set.seqOf(member) === 0 || catalog.has(member)) continue
        catalog.add(member, { event: 1, timestamp: times.get(set.idOf(member)) ?? 0, ...noReferences })
        comparable.entered(member)
      }
    }
  }
  for (const message of fillers) bench.enter(bench.offer(message))
  return bench
}

const rootOf = ({ set }: Comparable): string => Buffer.from(set.tree.digest(everything)).toString('hex')

describe('the tree over a hub\'s members', () => {
  test('[S3] holds the members of the set and no others, whatever was displaced on the way, by a later message or the same one', async () => {
    let displacements = 0
    await fc.assert(fc.asyncProperty(history, fc.array(fc.nat(9), { minLength: 1 }), async (messages, delays) => {
      const slow = createBench()
      // Storing takes a while: what is admitted is entered some messages later.
      const unstored: Array<{ readonly due: number, readonly members: readonly number[] }> = []
      messages.forEach((message, index) => {
        unstored.push({ due: index + (delays[index % delays.length] ?? 0), members: slow.offer(message) })
        for (const { due, members } of unstored) if (due <= index) slow.enter(members)
      })
      for (const { members } of unstored) slow.enter(members)
      displacements += slow.displaced()
      const fresh = createComparable({ set: slow.set, catalog: slow.catalog, rest: async () => undefined })
      await fresh.built()
      expect([slow.comparable.set.tree.size, fresh.set.tree.size]).toEqual([slow.set.size(), slow.set.size()])
      expect(rootOf(slow.comparable)).toBe(rootOf(fresh))
    }), { numRuns: 200 })
    expect(displacements).toBeGreaterThan(0)
  })

  test('[S3] lets go of members whose place others took in the same moment', () => {
    const bench = createBench()
    const make = createBuilder()
    const [author, signer] = [keyOf('ann'), keyOf('phone')]
    const add = (seq: number, scope?: Scope): Message => make({ author, signer: author, seq, prev: undefined, body: signerAdd(signer, scope) })
    const fork = (rank: number, body: Body): Message => make({ author, signer, seq: 1, body, rank: rank * 0x1111 })
    bench.enter(bench.offer(add(1, { kinds: ['post'], collections: [] })))
    for (const rank of [10, 11, 12, 13]) bench.enter(bench.offer(fork(rank, post())))
    // They wait for a scope, and then both enter at once.
    const waiting = [fork(1, record('notes')), fork(2, record('notes'))]
    for (const message of waiting) expect(bench.offer(message)).toEqual([])
    const admitted = bench.offer(add(2))
    expect([bench.displaced(), admitted.length]).toEqual([2, 3])
    bench.enter(admitted)
    expect(bench.comparable.set.tree.size).toBe(bench.set.size())
    const members = [...bench.comparable.set.tree.collect(everything)].map(member => bench.set.idOf(member).slice(0, 4))
    expect(members).toEqual(expect.arrayContaining(['1111', '2222', 'aaaa', 'bbbb']))
  })

  test('is built of what was there, in slices, and has the same root as one that grew with it; what was dropped stays in it', async () => {
    const pen = createPen('ann')
    const shelf = await openShelf()
    await shelf.take(pen.introduce())
    for (let post = 0; post < 5_000; post += 1) await shelf.take(pen.write({ kind: 'post', text: `${post}`, parent: undefined }))
    let rests = 0
    const parts = { set: shelf.set, catalog: shelf.messages.catalog, rest: async () => { rests += 1 } }
    const comparable = createComparable(parts)
    expect(comparable.root(startMs + 10_000)).toBeNull()
    const building = comparable.built()
    const late = await shelf.take(pen.write({ kind: 'post', text: 'meanwhile', parent: undefined }))
    comparable.entered(shelf.set.memberOf(late.message.id))
    await building
    expect(comparable.set.tree.size).toBe(5_002)
    expect(rests).toBeGreaterThan(2)
    const root = comparable.root(startMs + 10_000)
    expect(root).toMatch(/^[0-9a-f]{64}$/)

    await shelf.messages.drop([...Array(100).keys()].map(index => shelf.set.memberOf(late.message.id) - 1 - index))
    const again = createComparable({ ...parts, set: shelf.set })
    await again.built()
    expect(again.root(startMs + 10_000)).toBe(root)
    // A cut that changes much takes some calls, in which the last one known is told.
    let calls = 0
    while (again.root(startMs + 2_000) === root && calls < 1_000) calls += 1
    expect([calls > 0, calls < 1_000, again.set.tree.size]).toEqual([true, true, 2_001])
  })
})
