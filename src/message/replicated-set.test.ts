import { describe, expect, test } from 'vitest'
import { createBuilder, hexOf, keyOf, post, record, signerAdd, signerRemove } from './set/fixtures/build.ts'
import { ada, admittedIds, bob, createWorld, excluded, laptop, nowMs, phone, scopeOf, standings } from './set/fixtures/world.ts'
import { bodyBytesMax } from './limits.ts'
import { aheadMsMax, pendingBytesMax } from './set/limits.ts'
import type { Message, MessageId } from './types.ts'

describe('signers and scope', () => {
  test('[R2] a message of an unknown signer is held and comes in with its signer-add', () => {
    const { set, root, offer, chain } = createWorld()
    const [first, second] = chain(phone, 2) as [Message, Message]
    expect(offer(second).outcome).toEqual({ type: 'pending', author: ada, signer: phone })
    expect(offer(first).outcome).toEqual({ type: 'pending', author: ada, signer: phone })
    expect(set.pending()).toBe(2)
    expect(set.waiting(9).map(({ message, why }) => [message.id, why])).toEqual([[second.id, 'signer'], [first.id, 'signer']])
    expect(set.waiting(1)).toHaveLength(1)
    expect(set.has(first.id)).toBe(false)
    const add = root(signerAdd(phone))
    const { outcome, changes } = offer(add)
    expect(outcome).toEqual({ type: 'admitted' })
    expect(admittedIds(changes)).toEqual([add.id, first.id, second.id])
    expect(set.pending()).toBe(0)
    expect(set.waiting(9)).toEqual([])
    expect(set.size()).toBe(3)
    expect(set.signerMessages(ada, phone)).toEqual([add.id])
    expect(offer(first)).toEqual({ outcome: { type: 'duplicate' }, changes: [] })
  })

  test('[R2] a signer-add that arrives after 10,000 messages under it lets them all in, in sequence order', () => {
    const { set, root, offer, offerAll, chain } = createWorld()
    const messages = chain(phone, 10_000)
    offerAll(messages.toReversed())
    expect(set.pending()).toBe(10_000)
    const ids = admittedIds(offer(root(signerAdd(phone))).changes)
    expect(ids.slice(1)).toEqual(messages.map(({ id }) => id))
    expect(set.pending()).toBe(0)
  })

  test('[R13] what finds no room among the held is excluded, and a hub that holds less still finds some', () => {
    const { set, root, offer, message } = createWorld()
    const large = (seq: number): Message => {
      const held = message(phone, seq, undefined)
      return { ...held, bytes: { ...held.bytes, body: new Uint8Array(bodyBytesMax) } }
    }
    let seq = 0
    while (offer(large(++seq), nowMs, { sender: 'one' }).outcome.type === 'pending') expect(seq).toBeLessThan(pendingBytesMax / bodyBytesMax)
    const refused = large(++seq)
    const held = set.pending()
    expect(held).toBeGreaterThan(1_000)
    expect(offer(refused, nowMs, { sender: 'one' })).toEqual({ outcome: excluded('pending-full'), changes: [] })
    expect(offer(refused, nowMs, { sender: 'other' }).outcome.type).toBe('pending')
    const { changes } = offer(root(signerAdd(phone)))
    expect([admittedIds(changes).length, admittedIds(changes).includes(refused.id)]).toEqual([held + 1, true])
  })

  test('[R2] another author\'s signer-add of the same key covers nothing', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone), bob, 1))
    const foreign = message(phone, 1, undefined)
    expect(offer(foreign).outcome.type).toBe('pending')
    expect(set.has(foreign.id)).toBe(false)
  })

  test('[R3] two signer-adds of one key with different scopes, the wider arriving last', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone, scopeOf(['post']))))
    const note = message(phone, 1, undefined, record('notes'))
    expect(offer(note).outcome).toEqual(excluded('scope'))
    expect(set.has(note.id)).toBe(false)
    offer(root(signerAdd(phone, scopeOf(['record'], ['tasks']))))
    expect(set.has(note.id)).toBe(false)
    expect(admittedIds(offer(root(signerAdd(phone, scopeOf(['record'], ['notes'])))).changes)).toContain(note.id)
  })

  test('[R3] scopes do not multiply: kinds of one and collections of another cover nothing together', () => {
    const { root, offer, message } = createWorld()
    offer(root(signerAdd(phone, scopeOf(['post']))))
    offer(root(signerAdd(phone, scopeOf(['record'], ['notes']))))
    expect(offer(message(phone, 1, undefined, record('tasks'))).outcome).toEqual(excluded('scope'))
    expect(offer(message(phone, 1, undefined, record('notes'))).outcome.type).toBe('admitted')
  })

  test('[R14] a message more than 10 min ahead is not kept, and comes in when it is due', () => {
    const { set, root, offer } = createWorld()
    offer(root(signerAdd(phone)))
    const future = createBuilder('future')({ author: ada, signer: phone, seq: 1, body: post(), timestamp: nowMs + aheadMsMax + 1 })
    expect(offer(future)).toEqual({ outcome: { type: 'deferred', untilMs: nowMs + 1 }, changes: [] })
    expect(set.deferred(nowMs)).toBe(1)
    expect(offer(future, nowMs + 1).outcome.type).toBe('admitted')
    expect(set.deferred(nowMs + 1)).toBe(0)
  })
})

describe('forks', () => {
  test('[R4] four forks are members and evidence; a fifth with a higher id is not', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone)))
    const forks = [1, 2, 3, 4, 5].map(rank => message(phone, 1, undefined, post(), rank))
    for (const fork of forks.slice(0, 4)) expect(offer(fork).outcome.type).toBe('admitted')
    expect(offer(forks[4]!)).toEqual({ outcome: excluded('fork-limit'), changes: [] })
    expect(set.idsAt(ada, phone, 1)).toEqual(forks.slice(0, 4).map(({ id }) => id))
    expect(set.forked(10).map(member => set.seqOf(member))).toEqual([1, 1, 1])
    expect(set.forked(1)).toHaveLength(1)
    expect(set.pending()).toBe(0)
  })

  test('[R4] a fifth fork with a lower id displaces the highest', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone)))
    const forks = [5, 4, 3, 2, 1].map(rank => message(phone, 1, undefined, post(), rank))
    for (const fork of forks) offer(fork)
    expect(set.has(forks[0]!.id)).toBe(false)
    expect(set.standing(forks[0]!.id)).toBeUndefined()
    expect(set.size()).toBe(5)
    expect(offer(forks[0]!).outcome).toEqual(excluded('fork-limit'))
    expect(set.idsAt(ada, phone, 1)).toEqual(forks.slice(1).reverse().map(({ id }) => id))
  })

  test('[R16] a fork is reported with the ids of its seq', () => {
    const { root, offer, message } = createWorld()
    offer(root(signerAdd(phone)))
    const [one, other] = [1, 2].map(rank => message(phone, 1, undefined, post(), rank)) as [Message, Message]
    offer(one)
    expect(offer(other).changes).toContainEqual({ type: 'forked', author: ada, signer: phone, seq: 1, ids: [one.id, other.id] })
  })

  test('[R4] messages out of scope take no place among the four', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone, scopeOf(['post']))))
    for (const rank of [1, 2, 3, 4]) offer(message(phone, 1, undefined, record('notes'), rank))
    const last = message(phone, 1, undefined, post(), 5)
    expect(offer(last).outcome.type).toBe('admitted')
    expect(set.has(last.id)).toBe(true)
  })

  test('[R5] a signer-add is never displaced, so what it covers stays whatever else the root key signs', () => {
    const { set, root, offer, chain } = createWorld()
    const adds = Array.from({ length: 9 }, (_, number) => root(signerAdd(number === 0 ? phone : keyOf(`other ${number}`)), ada, 1))
    const [covered] = chain(phone, 1) as [Message]
    offer(adds[0]!)
    offer(covered)
    for (const add of adds) offer(add)
    expect(set.size()).toBe(10)
    expect(set.standing(covered.id)).toBe('live')
  })

  test('[R4] signer-removes have the fork limit, and a displaced one bars nothing any more', () => {
    const { set, root, offer, chain } = createWorld()
    const make = createBuilder('removes')
    const [member] = chain(phone, 1) as [Message]
    offer(root(signerAdd(phone)))
    offer(root(signerAdd(laptop)))
    offer(member)
    const removes = [9, 1, 2, 3, 4].map((rank, number) =>
      make({ author: ada, signer: ada, seq: 7, prev: member.id, rank, body: signerRemove(number === 0 ? phone : laptop) }))
    offer(removes[0]!)
    expect(set.standing(member.id)).toBe('barred')
    for (const other of removes.slice(1)) offer(other)
    expect(set.has(removes[0]!.id)).toBe(false)
    expect(set.standing(member.id)).toBe('live')
  })
})

describe('revocation', () => {
  test('[R7] a feed published in descending seq keeps the closure of its head', () => {
    const { set, root, offer, offerAll, chain } = createWorld()
    const messages = chain(phone, 50)
    offer(root(signerAdd(phone)))
    offer(root(signerRemove(phone, messages[29]!.id)))
    offerAll(messages.toReversed())
    expect(standings(set, messages)).toEqual(messages.map((_, number) => number < 30 ? 'live' : 'barred'))
    expect(set.closuresWanted()).toEqual([])
  })

  test('[R9] a thief\'s back-dated fork of an early seq is barred, before the revocation or after it', () => {
    const { set, root, offer, offerAll, chain, message } = createWorld()
    const messages = chain(phone, 5)
    offer(root(signerAdd(phone)))
    offerAll(messages)
    const early = message(phone, 2, messages[0])
    offer(early)
    expect(set.standing(early.id)).toBe('live')
    expect(offer(root(signerRemove(phone, messages[4]!.id))).changes).toContainEqual({ type: 'standing', id: early.id, standing: 'barred' })
    const late = message(phone, 3, messages[1])
    const { outcome, changes } = offer(late)
    expect(outcome.type).toBe('admitted')
    expect(changes.filter(change => change.type === 'standing')).toEqual([{ type: 'standing', id: late.id, standing: 'barred' }])
    expect(standings(set, messages)).toEqual(['live', 'live', 'live', 'live', 'live'])
  })

  test('[R9] without a keepHead everything is barred, whatever another signer-remove keeps', () => {
    const { set, root, offer, offerAll, chain } = createWorld()
    const messages = chain(phone, 3)
    offer(root(signerAdd(phone)))
    offerAll(messages)
    offer(root(signerRemove(phone, messages[2]!.id)))
    expect(standings(set, messages)).toEqual(['live', 'live', 'live'])
    offer(root(signerRemove(phone)))
    expect(standings(set, messages)).toEqual(['barred', 'barred', 'barred'])
  })

  test.each(['older first', 'newer first'])('[R9] of two revocations with different heads only what both keep stays live (%s)', (order) => {
    const { set, root, offer, offerAll, chain, message } = createWorld()
    const messages = chain(phone, 5)
    const fork = message(phone, 4, messages[2])
    offer(root(signerAdd(phone)))
    offerAll([...messages, fork])
    const revocations = [root(signerRemove(phone, messages[4]!.id)), root(signerRemove(phone, fork.id))]
    offerAll(order === 'older first' ? revocations : revocations.toReversed())
    expect(standings(set, messages)).toEqual(['live', 'live', 'live', 'barred', 'barred'])
    expect(set.standing(fork.id)).toBe('barred')
  })

  test('[R7] a head that nobody has bars all, and is wanted', () => {
    const { set, root, offer, offerAll, chain } = createWorld()
    const messages = chain(phone, 2)
    const head = hexOf('nowhere') as MessageId
    offer(root(signerAdd(phone)))
    offerAll(messages)
    offer(root(signerRemove(phone, head)))
    expect(standings(set, messages)).toEqual(['barred', 'barred'])
    expect(set.closuresWanted()).toEqual([head])
  })

  test.each(['before', 'after'])('[R7] a head or a prev in another feed leads nowhere (offered %s it)', (order) => {
    const { set, root, offerAll, chain, message } = createWorld()
    const foreign = chain(laptop, 2)
    const crossing = message(phone, 3, foreign[1])
    const adds = [root(signerAdd(phone)), root(signerAdd(laptop))]
    const others = [root(signerRemove(phone, crossing.id)), root(signerRemove(phone, foreign[1]!.id)), crossing]
    offerAll(order === 'before' ? [...adds, ...foreign, ...others] : [...adds, ...others, ...foreign])
    expect(standings(set, [crossing, ...foreign])).toEqual(['barred', 'live', 'live'])
    expect(set.closuresWanted()).toEqual([])
    // Nothing in the other feed became exempt from the fork limit.
    offerAll([1, 2, 3, 4].map(rank => message(laptop, 2, foreign[0], post(), rank)))
    expect(set.has(foreign[1]!.id)).toBe(false)
  })

  test('[R7] a closure ends where prev leaves the feed or skips a seq', () => {
    const { set, root, offer, offerAll, chain, message } = createWorld()
    const messages = chain(phone, 3)
    const skipping = message(phone, 5, messages[2])
    offer(root(signerAdd(phone)))
    offerAll([...messages, skipping])
    offer(root(signerRemove(phone, skipping.id)))
    expect(standings(set, [...messages, skipping])).toEqual(['barred', 'barred', 'barred', 'live'])
  })

  test('[R5] a displaced ancestor inside a keepHead closure is wanted by id and comes back', () => {
    const { set, root, offer, offerAll, message } = createWorld()
    const ancestor = message(phone, 1, undefined, post(), 9)
    const head = message(phone, 2, ancestor)
    const forks = [1, 2, 3, 4].map(rank => message(phone, 1, undefined, post(), rank))
    offer(root(signerAdd(phone)))
    offerAll([ancestor, head])
    expect(offerAll(forks)).toContainEqual({ type: 'displaced', id: ancestor.id, member: expect.any(Number) as number })
    offer(root(signerRemove(phone, head.id)))
    expect(set.closuresWanted()).toEqual([ancestor.id])
    expect(offer(ancestor).outcome.type).toBe('admitted')
    expect(set.idsAt(ada, phone, 1)).toHaveLength(5)
    expect(standings(set, [ancestor, head, ...forks])).toEqual(['live', 'live', 'barred', 'barred', 'barred', 'barred'])
    expect(set.closuresWanted()).toEqual([])
  })

  test('[R5] a fork in a closure is not displaced when the closure is known first, and takes no place among the four', () => {
    const { set, root, offer, offerAll, message } = createWorld()
    const ancestor = message(phone, 1, undefined, post(), 9)
    const head = message(phone, 2, ancestor)
    offer(root(signerAdd(phone)))
    offerAll([ancestor, head])
    offer(root(signerRemove(phone, head.id)))
    const forks = [1, 2, 3, 4, 5].map(rank => message(phone, 1, undefined, post(), rank))
    offerAll(forks)
    expect(set.idsAt(ada, phone, 1)).toEqual([...forks.slice(0, 4), ancestor].map(({ id }) => id))
    expect(set.standing(ancestor.id)).toBe('live')
  })

  test('[R13] a fifth fork below an open closure is held, and comes in without being fetched again', () => {
    const { set, root, offer, offerAll, message } = createWorld()
    const forks = [1, 2, 3, 4].map(rank => message(phone, 1, undefined, post(), rank))
    const ancestor = message(phone, 1, undefined, post(), 9)
    const head = message(phone, 2, ancestor)
    offer(root(signerAdd(phone)))
    offer(root(signerRemove(phone, head.id)))
    offerAll(forks)
    expect(offer(ancestor).outcome).toEqual(excluded('fork-limit'))
    expect(admittedIds(offer(head).changes)).toEqual([head.id, ancestor.id])
    expect(set.standing(ancestor.id)).toBe('live')
  })

  test('[R6] a signer-remove waits for a signer-add of the signer that it names, and the root key is never one', () => {
    const { set, root, offer } = createWorld()
    const removal = root(signerRemove(phone))
    expect(offer(removal).outcome).toEqual({ type: 'pending', author: ada, signer: phone })
    const add = root(signerAdd(phone))
    expect(admittedIds(offer(add).changes)).toEqual([add.id, removal.id])
    expect(set.signerMessages(ada, phone)).toEqual([add.id, removal.id])
    offer(root(signerAdd(ada)))
    expect(offer(root(signerRemove(ada))).outcome.type).toBe('pending')
    expect(standings(set, [add, removal])).toEqual(['live', 'live'])
  })

  test('[R8] a feed added again after its revocation stays barred', () => {
    const { set, root, offer, offerAll, chain } = createWorld()
    const messages = chain(phone, 2)
    offer(root(signerAdd(phone)))
    offer(root(signerRemove(phone)))
    offer(root(signerAdd(phone)))
    offerAll(messages)
    expect(standings(set, messages)).toEqual(['barred', 'barred'])
  })
})
