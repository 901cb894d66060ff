import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReplicatedSet } from './replicated-set.ts'
import type { Offered, Standing } from './replicated-set.ts'
import { genesis, network, startMs, stripped } from './set/fixtures/build.ts'
import { history } from './set/fixtures/histories.ts'
import { referenceSet } from './set/fixtures/reference.ts'
import { bodyWaitMs } from './set/limits.ts'
import type { Message, MessageId } from './types.ts'

const laterMs = startMs + 10 * 3_600_000
/** A fixed seed, so that the counts below are the same everywhere; other seeds and numbers by the environment. */
const runs = { numRuns: Number(process.env.HUBBUB_RUNS ?? 600), seed: Number(process.env.HUBBUB_SEED ?? 1) }

/** A hub as far as the set goes: it stores what the set's changes tell it to. */
function createHub () {
  const set = createReplicatedSet({ network, genesis })
  const stored = new Map<MessageId, Message>()
  const standing = new Map<MessageId, Standing>()
  const offer = (message: Message, nowMs = laterMs, options = {}): Offered => {
    const offered = set.offer(message, nowMs, options)
    for (const change of offered.changes) {
      if (change.type === 'admitted') {
        stored.set(change.message.id, change.message)
        standing.set(change.message.id, 'live')
      } else if (change.type === 'completed') stored.set(change.message.id, change.message)
      else if (change.type === 'standing') standing.set(change.id, change.standing)
      else if (change.type === 'displaced') {
        stored.delete(change.id)
        standing.delete(change.id)
      }
    }
    return offered
  }
  return { set, stored, standing, offer }
}

type Hub = ReturnType<typeof createHub>

const sorted = (standing: ReadonlyMap<MessageId, Standing>): Array<[MessageId, Standing]> => [...standing].sort(([one], [other]) => one < other ? -1 : 1)

/** Fetches by id what closures want, as long as that brings anything. */
function fetchClosures (hub: Hub, from: ReadonlyMap<MessageId, Message>): void {
  for (let before = -1; before !== hub.set.size();) {
    before = hub.set.size()
    for (const id of hub.set.closuresWanted()) {
      const message = from.get(id)
      if (message !== undefined) hub.offer(message)
    }
  }
}

function check (hub: Hub, expected: ReadonlyMap<MessageId, Standing>): void {
  expect(sorted(hub.standing)).toEqual(sorted(expected))
  expect(hub.set.size()).toBe(expected.size)
  for (const [id, standing] of expected) expect(hub.set.standing(id)).toBe(standing)
}

/** A history, offered in some order, with some messages twice. */
const offers = history.chain(bag => fc.record({
  bag: fc.constant(bag),
  order: fc.shuffledSubarray([...bag, ...bag.slice(0, 10)], { minLength: bag.length + Math.min(10, bag.length) })
}))

describe('the replicated set and its definition', () => {
  test('[R1] any order, duplication and interleaving gives the ids and the standing of the definition', () => {
    const seen = { barred: 0, removed: 0, beyondLimit: 0, excluded: 0, displaced: 0, sparedByRevocation: 0 }
    fc.assert(fc.property(offers, ({ bag, order }) => {
      const hub = createHub()
      for (const message of order) {
        for (const change of hub.offer(message).changes) if (change.type === 'displaced') seen.displaced++
      }
      fetchClosures(hub, new Map(bag.map(message => [message.id, message])))
      const expected = referenceSet(bag)
      check(hub, expected)

      seen.excluded += bag.length - expected.size
      for (const standing of expected.values()) {
        if (standing === 'barred') seen.barred++
        if (standing === 'removed') seen.removed++
      }
      for (const { id, header, body } of bag) {
        if (body?.kind !== 'signer-remove' || !expected.has(id)) continue
        if (body.keepHead !== undefined && expected.get(body.keepHead) === 'live') seen.sparedByRevocation++
        for (let seq = 1; seq <= 4; seq++) if (hub.set.idsAt(header.author, body.signer, seq).length > 4) seen.beyondLimit++
      }
    }), runs)
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20)
  })

  test('[R10] stripped bodies and clocks behind change nothing once bodies were asked for and all was offered again', () => {
    const seen = { bodyless: 0, deferred: 0, completed: 0, stripped: 0 }
    const versions = history.chain(bag => fc.tuple(...bag.map(message =>
      fc.constantFrom([message], [message], [stripped(message)], [message, stripped(message)])))
      .map(some => some.flat()))
    const stripping = versions.chain(bag => fc.record({ bag: fc.constant(bag), order: fc.shuffledSubarray(bag, { minLength: bag.length }) }))
    fc.assert(fc.property(stripping, ({ bag, order }) => {
      const hub = createHub()
      for (let round = 0, nowMs = startMs; round < 12; round++, nowMs += bodyWaitMs * 4) {
        // Bodies come late, after some headers were let in without them.
        for (const message of round % 2 === 0 ? order : bag) {
          if (round < 6 && message.body !== undefined && message.header.seq % 2 === 1 && message.header.kind === 'post') continue
          const { outcome } = hub.offer(message, nowMs)
          if (outcome.type === 'deferred') seen.deferred++
          if (outcome.type === 'completed') seen.completed++
        }
        if (nowMs >= laterMs) break
      }
      check(hub, referenceSet(bag))
      for (const { body } of hub.stored.values()) if (body === undefined) seen.bodyless++
      seen.stripped += bag.filter(({ body }) => body === undefined).length
    }), runs)
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20)
  })

  test('[R1] two hubs that offer each other what they hold end equal, and with the set of what they hold', () => {
    let differed = 0
    const halves = offers.chain(({ order }) => fc.tuple(fc.constant(order), fc.array(fc.nat(2), { minLength: order.length, maxLength: order.length })))
    fc.assert(fc.property(halves, ([order, toFirst]) => {
      const one = createHub()
      const other = createHub()
      order.forEach((message, number) => {
        if (toFirst[number] !== 0) one.offer(message)
        if (toFirst[number] !== 1) other.offer(message)
      })
      if (one.set.size() !== other.set.size()) differed++
      for (let round = 0; round < 8; round++) {
        for (const [from, to] of [[one, other], [other, one]] as const) {
          for (const message of [...from.stored.values()]) to.offer(message)
          fetchClosures(to, from.stored)
        }
      }
      expect(sorted(one.standing)).toEqual(sorted(other.standing))
      check(one, referenceSet([...one.stored.values()]))
    }), runs)
    expect(differed).toBeGreaterThan(20)
  })

  test('[R15] a set rebuilt from a store, in any order, is the set that filled the store', () => {
    fc.assert(fc.property(offers, fc.infiniteStream(fc.nat()), ({ order }, keys) => {
      const hub = createHub()
      for (const message of order) hub.offer(message)
      const rows = [...hub.stored.values()].map(message => ({ message: mayErase(message) ? stripped(message) : message, key: keys.next().value as number }))
      const rebuilt = createHub()
      for (const { message } of rows.sort((one, another) => one.key - another.key)) rebuilt.offer(message, startMs, { stored: true })
      fetchClosures(rebuilt, new Map(rows.map(({ message }) => [message.id, message])))
      check(rebuilt, hub.standing)

      function mayErase ({ id }: Message): boolean {
        return hub.set.erasable(laterMs + 48 * 3_600_000, Infinity).includes(id)
      }
    }), runs)
  })
})
