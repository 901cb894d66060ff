import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { createReplicatedSet } from '../replicated-set.ts'
import type { ReplicatedSet } from '../replicated-set.ts'
import { genesis, network, startMs, stripped } from './fixtures/build.ts'
import { history } from './fixtures/histories.ts'
import { none } from './member-table.ts'
import { neverRemoved } from './removal.ts'
import type { Message, MessageId } from '../types.ts'

const laterMs = startMs + 10 * 3_600_000
/** A fixed seed, so that the counts below are the same everywhere; other seeds and numbers by the environment. */
const runs = { numRuns: Number(process.env.HUBBUB_RUNS ?? 600), seed: Number(process.env.HUBBUB_SEED ?? 1) }

/** How a message is brought back. */
const ways = ['row', 'row', 'row naming the one before by id', 'whole'] as const

const rebuilding = history.chain((bag) => {
  const step = fc.record({ way: fc.constantFrom(...ways), bodyless: fc.nat(4).map(number => number === 0), stored: fc.nat(4).map(number => number > 0) })
  return fc.record({
    bag: fc.constant(bag),
    order: fc.shuffledSubarray([...bag.keys(), ...bag.keys()].slice(0, bag.length + 5), { minLength: bag.length }),
    steps: fc.array(step, { minLength: bag.length, maxLength: bag.length }),
    /** As the caller does it: what decides about others comes first. */
    decidingFirst: fc.boolean(),
    removesLater: fc.boolean(),
    reserved: fc.nat(5_000)
  })
})

/** By its row alone; false: it has to be offered in full. */
function restore (set: ReplicatedSet, { id, header, body }: Message, namesId: boolean): boolean {
  const feed = set.restoreFeed(header.author, header.signer)
  if (feed === undefined) return false
  const before = header.prev === undefined || namesId ? none : set.memberOf(header.prev)
  const previous = header.prev === undefined ? undefined : before === none ? fromHex(header.prev)! : before
  const row = { ids: new Uint8Array([7, ...fromHex(id)!]), offset: 1, seq: header.seq, kind: header.kind, hasBody: body !== undefined, previous }
  const end = set.membersEnd()
  const size = set.size()
  const member = set.restore(feed, row)
  expect(member).toBe(member === none ? none : set.memberOf(id))
  expect([set.size(), set.membersEnd()]).toEqual(member === none ? [size, end] : [size + 1, Math.max(end, member + 1)])
  return member !== none
}

/** Everything that a set answers with, but for its members' numbers; as text, which is compared in no time. */
function answers (set: ReplicatedSet, bag: readonly Message[]): string {
  return JSON.stringify({
    size: set.size(),
    pending: set.pending(),
    closuresWanted: set.closuresWanted().toSorted(),
    bodiesWanted: set.bodiesWanted(laterMs).toSorted(),
    erasable: set.erasable(laterMs + 48 * 3_600_000, Infinity).toSorted(),
    messages: bag.map(({ id, header: { author, signer, seq } }) => {
      const member = set.memberOf(id)
      const previous = member === none ? none : set.previousOf(member)
      return [
        set.standing(id), set.idsAt(author, signer, seq), set.highestSeq(author, signer), set.signerMessages(author, signer).toSorted(),
        member === none ? none : [set.idOf(member), set.seqOf(member), set.kindOf(member), set.authorOf(member), set.signerOf(member), set.standingOf(member),
          set.hasBody(member), previous === none ? none : set.idOf(previous)]
      ]
    })
  }, undefined, 1)
}

test('[R17] rows and whole messages, in any mix and order, give the set that whole messages alone give, and what comes later changes both alike', () => {
  const seen = { restored: 0, refused: 0, withoutBody: 0, unlinked: 0, barredLater: 0, removedLater: 0, displacedLater: 0, wanted: 0 }
  fc.assert(fc.property(rebuilding, ({ bag, order, steps, decidingFirst, removesLater, reserved }) => {
    const versions = bag.map((message, number) => steps[number]!.bodyless && !neverRemoved.has(message.header.kind) ? stripped(message) : message)
    const rows = order.filter(number => steps[number]!.stored && !(removesLater && bag[number]!.header.kind === 'remove'))
    const decides = (number: number): number => neverRemoved.has(bag[number]!.header.kind) ? 0 : 1
    if (decidingFirst) rows.sort((one, other) => decides(one) - decides(other))
    const whole = createReplicatedSet({ network, genesis })
    const mixed = createReplicatedSet({ network, genesis })
    mixed.reserve(reserved)
    const restored = new Set<MessageId>()
    for (const number of rows) {
      const message = versions[number]!
      const { way } = steps[number]!
      whole.offer(message, startMs, { stored: true })
      if (way !== 'whole' && restore(mixed, message, way !== 'row')) {
        restored.add(message.id)
        seen.restored++
        if (message.body === undefined) seen.withoutBody++
        if (message.header.prev !== undefined && mixed.previousOf(mixed.memberOf(message.id)) === none) seen.unlinked++
      } else {
        if (way !== 'whole') seen.refused++
        mixed.offer(message, startMs, { stored: true })
      }
    }
    expect(answers(mixed, bag)).toBe(answers(whole, bag))
    seen.wanted += mixed.closuresWanted().length

    // What was noted of a member inside shows in what comes after it.
    for (const message of bag) {
      const { outcome, changes } = mixed.offer(message, laterMs)
      expect(outcome).toEqual(whole.offer(message, laterMs).outcome)
      for (const change of changes) {
        if (change.type === 'standing' && restored.has(change.id)) seen[change.standing === 'removed' ? 'removedLater' : 'barredLater']++
        if (change.type === 'displaced' && restored.has(change.id)) seen.displacedLater++
      }
    }
    expect(answers(mixed, bag)).toBe(answers(whole, bag))
  }), runs)
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10)
})
