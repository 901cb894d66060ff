import { describe, expect, test } from 'vitest'
import { everything, keyOf, record, remove, signerAdd, signerRemove, stripped } from './fixtures/build.ts'
import { admittedIds, bob, createWorld, excluded, laptop, nowMs, phone, scopeOf, standings } from './fixtures/world.ts'
import { bodyWaitMs, eraseAfterMs } from './limits.ts'
import type { Message } from '../types.ts'

describe('removal', () => {
  /** The phone's post, which the laptop removes. */
  const createRemoved = () => {
    const world = createWorld()
    world.offer(world.root(signerAdd(phone)))
    world.offer(world.root(signerAdd(laptop)))
    const target = world.message(phone, 1, undefined)
    const removing = world.message(laptop, 1, undefined, remove(target.id))
    return { ...world, target, removing }
  }

  test.each(['target first', 'remove first'])('[R11] the author\'s live remove hides its target at once (%s)', (order) => {
    const { set, offer, offerAll, target, removing } = createRemoved()
    if (order === 'target first') {
      offer(target)
      expect(offer(removing).changes).toContainEqual({ type: 'standing', id: target.id, standing: 'removed' })
    } else expect(offerAll([removing, target])).toContainEqual({ type: 'standing', id: target.id, standing: 'removed' })
    expect(standings(set, [target, removing])).toEqual(['removed', 'live'])
  })

  test('[R11] a remove of somebody else\'s message does nothing', () => {
    const { set, root, offer, offerAll, message, target } = createRemoved()
    const foreign = message(phone, 1, undefined, remove(target.id), undefined, bob)
    offer(root(signerAdd(phone), bob, 1))
    offerAll([target, foreign])
    expect(standings(set, [target, foreign])).toEqual(['live', 'live'])
    expect(set.erasable(nowMs + 10 * eraseAfterMs, 10)).toEqual([])
  })

  test('[R11] signer messages and removes are never targets', () => {
    const { set, root, offer, offerAll, message, target, removing } = createRemoved()
    const add = root(signerAdd(keyOf('tablet')))
    offer(add)
    offerAll([target, removing, message(laptop, 2, removing, remove(removing.id)), message(laptop, 3, undefined, remove(add.id))])
    expect(standings(set, [target, removing, add])).toEqual(['removed', 'live', 'live'])
  })

  test('[R11] a remove by a device that is revoked later is undone, and so is a second one only with its own device', () => {
    const { set, root, offer, offerAll, message, target, removing } = createRemoved()
    const second = message(phone, 2, target, remove(target.id))
    offerAll([target, removing, second])
    offer(root(signerRemove(laptop)))
    expect(standings(set, [target, removing])).toEqual(['removed', 'barred'])
    expect(offer(root(signerRemove(phone, target.id))).changes).toContainEqual({ type: 'standing', id: target.id, standing: 'live' })
    expect(standings(set, [target, second])).toEqual(['live', 'barred'])
  })

  test('[R12] the body may go 24 h after the remove became live here, and is neither served nor accepted then', () => {
    const { set, offer, target, removing } = createRemoved()
    offer(target)
    offer(removing, nowMs + 5)
    const dueMs = nowMs + 5 + eraseAfterMs
    expect(set.erasable(dueMs - 1, 10)).toEqual([])
    expect(set.servesBody(target.id, dueMs - 1)).toBe(true)
    expect(set.erasable(dueMs, 10)).toEqual([target.id])
    expect(set.servesBody(target.id, dueMs)).toBe(false)
    set.bodyErased(target.id, dueMs)
    expect(set.erasable(dueMs, 10)).toEqual([])
    expect(offer(target, dueMs).outcome).toEqual(excluded('body-removed'))
    expect(set.standing(target.id)).toBe('removed')
    expect(set.bodiesWanted(dueMs)).toEqual([])
  })

  test('[R12] the 24 h start again when a remove is barred and another comes', () => {
    const { set, root, offer, message, target, removing } = createRemoved()
    offer(target)
    offer(removing)
    offer(root(signerRemove(laptop)), nowMs + eraseAfterMs - 1)
    expect(set.erasable(nowMs + eraseAfterMs, 10)).toEqual([])
    const laterMs = nowMs + eraseAfterMs + 1
    offer(message(phone, 2, target, remove(target.id)), laterMs)
    expect(set.erasable(laterMs + eraseAfterMs - 1, 10)).toEqual([])
    expect(set.erasable(laterMs + eraseAfterMs, 10)).toEqual([target.id])
  })

  test('[R12] a whole message that comes after its body was to go is a member without it', () => {
    const { offer, target, removing } = createRemoved()
    offer(removing)
    const [change] = offer(target, nowMs + eraseAfterMs).changes
    expect(change).toMatchObject({ type: 'admitted', message: { id: target.id, body: undefined, bytes: { body: undefined } } })
  })

  test('[R12] the body of a record that only its collection covers stays, for without it nobody could tell that it is covered', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone, scopeOf(['record'], ['notes']))))
    offer(root(signerAdd(laptop)))
    const note = message(phone, 1, undefined, record('notes'))
    offer(note)
    offer(message(laptop, 1, undefined, remove(note.id)))
    expect(set.standing(note.id)).toBe('removed')
    expect(set.erasable(nowMs + eraseAfterMs, 10)).toEqual([])
    offer(root(signerAdd(phone, everything)))
    expect(set.erasable(nowMs + eraseAfterMs, 10)).toEqual([note.id])
  })
})

describe('headers without bodies', () => {
  const createStripped = () => {
    const world = createWorld()
    world.offer(world.root(signerAdd(phone)))
    const target = world.message(phone, 1, undefined)
    return { ...world, target, removing: world.message(phone, 2, target, remove(target.id)) }
  }

  test('[R10] a header alone is no member, its body is wanted, and the whole message comes in at once', () => {
    const { set, offer, target } = createStripped()
    expect(offer(stripped(target))).toEqual({ outcome: excluded('body-wanted'), changes: [] })
    expect(set.has(target.id)).toBe(false)
    expect(set.bodiesWanted(nowMs)).toEqual([target.id])
    expect(offer(target).outcome.type).toBe('admitted')
    expect(set.bodiesWanted(nowMs)).toEqual([])
  })

  test('[R10] under a live remove a header alone is a member', () => {
    const { set, offer, target, removing } = createStripped()
    offer(removing)
    expect(offer(stripped(target)).outcome.type).toBe('admitted')
    expect(set.standing(target.id)).toBe('removed')
    expect(set.bodiesWanted(nowMs)).toEqual([])
    expect(set.servesBody(target.id, nowMs)).toBe(false)
  })

  test('[R10] a body that nobody had for as long as it was asked for is lost, and its header comes in; the body still completes it', () => {
    const { set, offer, target } = createStripped()
    offer(stripped(target))
    expect(offer(stripped(target), nowMs + bodyWaitMs - 1).outcome).toEqual(excluded('body-wanted'))
    expect(set.bodiesWanted(nowMs + bodyWaitMs)).toEqual([])
    expect(offer(stripped(target), nowMs + bodyWaitMs).outcome.type).toBe('admitted')
    expect(offer(stripped(target), nowMs + bodyWaitMs).outcome.type).toBe('duplicate')
    expect(offer(target, nowMs + bodyWaitMs)).toEqual({ outcome: { type: 'completed' }, changes: [{ type: 'completed', message: target }] })
    expect(set.servesBody(target.id, nowMs + bodyWaitMs)).toBe(true)
  })

  test('[R10] when the remove that excused a missing body is barred, the body is wanted', () => {
    const { set, root, offer, target, removing } = createStripped()
    offer(removing)
    offer(stripped(target))
    offer(root(signerRemove(phone, target.id)))
    expect(set.standing(target.id)).toBe('live')
    expect(set.bodiesWanted(nowMs)).toEqual([target.id])
    expect(offer(target).outcome.type).toBe('completed')
    expect(set.bodiesWanted(nowMs)).toEqual([])
  })

  test('[R10] what decides about others never comes in without its body', () => {
    const { root, offer, target, removing } = createStripped()
    offer(target)
    for (const message of [removing, root(signerAdd(laptop)), root(signerRemove(phone))]) {
      expect(offer(stripped(message)).outcome).toEqual(excluded('body-wanted'))
      expect(offer(stripped(message), nowMs + bodyWaitMs).outcome).toEqual(excluded('body-wanted'))
      expect(offer(message, nowMs + bodyWaitMs).outcome.type).toBe('admitted')
    }
  })

  test('[R13] a held header gives way to the whole message, and not the other way round', () => {
    const { set, root, offer, message } = createWorld()
    const [one, other] = [1, 2].map(seq => message(laptop, seq, undefined)) as [Message, Message]
    for (const offered of [stripped(one), one, other, stripped(other)]) expect(offer(offered).outcome.type).toBe('pending')
    expect(set.pending()).toBe(2)
    expect(admittedIds(offer(root(signerAdd(laptop))).changes)).toEqual(expect.arrayContaining([one.id, other.id]))
  })

  test('[R15] what the store held without its body comes back as it was', () => {
    const { set, offer, target, removing } = createStripped()
    expect(offer(stripped(target), nowMs, { stored: true }).outcome.type).toBe('admitted')
    offer(removing, nowMs, { stored: true })
    expect(set.standing(target.id)).toBe('removed')
    expect(set.bodiesWanted(nowMs)).toEqual([])
  })

  test('[R3] a record\'s header alone is not covered by a scope of collections, even under a live remove', () => {
    const { set, root, offer, offerAll, message } = createWorld()
    offerAll([root(signerAdd(phone, scopeOf(['record'], ['notes']))), root(signerAdd(laptop))])
    const note = message(phone, 1, undefined, record('tasks'))
    offer(message(laptop, 1, undefined, remove(note.id)))
    expect(offer(stripped(note)).outcome).toEqual(excluded('body-wanted'))
    expect(offer(stripped(note), nowMs + bodyWaitMs).outcome).toEqual(excluded('body-wanted'))
    expect(offer(note).outcome).toEqual(excluded('scope'))
    expect(set.has(note.id)).toBe(false)
  })

  test('[R10] nothing is asked for an author that nobody paid for', () => {
    const { set, root, offer } = createWorld()
    expect(offer(stripped(root(signerAdd(phone)))).outcome).toEqual(excluded('body-wanted'))
    expect(set.bodiesWanted(nowMs)).toEqual([])
  })

  test('[R15] a stored record without its body comes back although the scope that covers it is replayed later', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone, scopeOf(['record'], ['notes']))))
    const note = message(phone, 1, undefined, record('notes'))
    expect(offer(stripped(note), nowMs, { stored: true }).outcome.type).toBe('admitted')
    offer(root(signerAdd(phone, everything)))
    expect(set.standing(note.id)).toBe('live')
  })
})
