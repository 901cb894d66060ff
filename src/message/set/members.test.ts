import { describe, expect, test } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { hexOf, post, remove, signerAdd, signerRemove, stripped } from './fixtures/build.ts'
import { ada, bob, createWorld, laptop, nowMs, phone } from './fixtures/world.ts'
import type { Message, MessageId } from '../types.ts'

describe('members by number', () => {
  test('[R18] a number answers for its member in every column', () => {
    const { set, root, offer, chain } = createWorld()
    const add = root(signerAdd(phone))
    const [first, second] = chain(phone, 2) as [Message, Message]
    for (const message of [add, first, second]) {
      const [admitted] = offer(message).changes
      expect(admitted).toEqual({ type: 'admitted', message, member: set.memberOf(message.id) })
    }
    const member = set.memberOf(second.id)
    expect([set.idOf(member), set.kindOf(member), set.authorOf(member), set.signerOf(member), set.seqOf(member), set.standingOf(member), set.hasBody(member)])
      .toEqual([second.id, 'post', ada, phone, 2, 'live', true])
    expect(set.isFirstOfSeq(member)).toBe(true)
    expect([set.previousOf(member), set.previousOf(set.memberOf(first.id))]).toEqual([set.memberOf(first.id), -1])
    expect([set.memberOf(hexOf('nobody') as MessageId), set.membersEnd(), set.size()]).toEqual([-1, 3, 3])
    // Namespace 0, and the phone's.
    expect([set.feedCount(), set.feedOf(member) < set.feedCount()]).toEqual([2, true])
    const bytes = new Uint8Array(40)
    set.copyId(member, bytes, 8)
    expect(bytes.subarray(8)).toEqual(fromHex(second.id))
  })

  test('[R18] standing and body follow the member', () => {
    const { set, root, offerAll, message } = createWorld()
    const target = message(phone, 1, undefined)
    const removing = message(laptop, 1, undefined, remove(target.id))
    offerAll([root(signerAdd(phone)), root(signerAdd(laptop)), removing, stripped(target)])
    const member = set.memberOf(target.id)
    expect([set.standingOf(member), set.hasBody(member)]).toEqual(['removed', false])
    offerAll([target, root(signerRemove(laptop)), root(signerRemove(phone))])
    expect([set.standingOf(member), set.hasBody(member)]).toEqual(['barred', true])
  })

  test('[R18] the number of a displaced member is used again, after its `displaced` change', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone)))
    const forks = [5, 4, 3, 2, 1].map(rank => message(phone, 1, undefined, post(), rank))
    for (const fork of forks.slice(0, 4)) offer(fork)
    const member = set.memberOf(forks[0]!.id)
    expect(offer(forks[4]!).changes).toContainEqual({ type: 'displaced', id: forks[0]!.id, member })
    expect([set.seqOf(member), set.membersEnd()]).toEqual([0, 6])
    const next = message(phone, 2, forks[4])
    expect(offer(next).changes).toContainEqual({ type: 'admitted', message: next, member })
    expect([set.idOf(member), set.previousOf(member), set.membersEnd()]).toEqual([next.id, set.memberOf(forks[4]!.id), 6])
  })

  test('[R18] links stay with the id they name when lower forks come, and end when it is displaced', () => {
    const { set, root, offer, offerAll, message } = createWorld()
    const parent = message(phone, 1, undefined, post(), 8)
    const child = message(phone, 2, parent)
    const other = message(phone, 2, message(phone, 1, undefined, post(), 9))
    offerAll([root(signerAdd(phone)), parent, child, other])
    const previousOf = ({ id }: Message): number => set.previousOf(set.memberOf(id))
    expect([previousOf(child), previousOf(other)]).toEqual([set.memberOf(parent.id), -1])
    const lower = [7, 6, 5].map(rank => message(phone, 1, undefined, post(), rank))
    for (const fork of lower) {
      offer(fork)
      expect([set.idsAt(ada, phone, 1)[0], previousOf(child)]).toEqual([fork.id, set.memberOf(parent.id)])
    }
    const onLowest = message(phone, 2, lower[2])
    offerAll([onLowest, message(phone, 1, undefined, post(), 4)])
    expect([set.has(parent.id), previousOf(child), previousOf(onLowest)]).toEqual([false, -1, set.memberOf(lower[2]!.id)])
  })

  test.each(['waited for its link', 'was linked'])('[R18] a number that is given again brings nothing of its last member along, which %s', (was) => {
    const { set, root, offerAll, message } = createWorld()
    const [lowest, present, absent] = [1, 2, 3].map(rank => message(phone, 1, undefined, post(), rank)) as [Message, Message, Message]
    const [before, now] = was === 'was linked' ? [present, absent] : [absent, present]
    const leaving = message(phone, 2, before, post(), 9)
    offerAll([root(signerAdd(phone)), lowest, present, leaving, ...[8, 7, 6, 5].map(rank => message(phone, 2, lowest, post(), rank))])
    const coming = message(phone, 2, now, post(), 4)
    offerAll([coming])
    const member = set.memberOf(coming.id)
    expect(set.previousOf(member)).toBe(set.memberOf(now.id))
    offerAll([absent])
    expect([set.has(leaving.id), member, set.previousOf(member)]).toEqual([false, 3, set.memberOf(now.id)])
  })

  test('[R18] the head of a feed is the lowest id at its highest seq', () => {
    const { set, root, offerAll, message } = createWorld()
    expect(set.highestSeq(ada, phone)).toBeUndefined()
    const add = root(signerAdd(phone))
    offerAll([add])
    expect([set.highestSeq(ada, phone), set.highestSeq(ada, ada), set.highestSeq(bob, phone)]).toEqual([undefined, add.id, undefined])
    const [high, low, early] = [message(phone, 3, undefined, post(), 9), message(phone, 3, undefined, post(), 8), message(phone, 2, undefined)] as const
    offerAll([high, low, early])
    expect(set.highestSeq(ada, phone)).toBe(low.id)
  })
})

describe('restoring by rows', () => {
  const rowOf = ({ id, header }: Message, hasBody = true) =>
    ({ ids: fromHex(id)!, offset: 0, seq: header.seq, kind: header.kind, hasBody, previous: header.prev === undefined ? undefined : fromHex(header.prev) })

  test('[R17] an ordinary member is there by its row alone, and links whatever the order', () => {
    const { set, root, offer, chain } = createWorld()
    offer(root(signerAdd(phone)))
    const messages = chain(phone, 3)
    const feed = set.restoreFeed(ada, phone)!
    for (const message of messages.toReversed()) expect(set.restore(feed, rowOf(message, message.header.seq !== 2))).toBe(set.memberOf(message.id))
    offer(root(signerRemove(phone, messages[1]!.id)))
    expect(messages.map(({ id }) => [set.standing(id), set.hasBody(set.memberOf(id))])).toEqual([['live', true], ['live', false], ['barred', true]])
  })

  test('[R17] what is no ordinary case is left to be offered in full', () => {
    const { set, root, offer, message } = createWorld()
    expect(set.restoreFeed(ada, phone)).toBeUndefined()
    const target = message(phone, 2, undefined)
    const head = message(phone, 3, target)
    const removing = message(laptop, 1, undefined, remove(target.id))
    for (const whole of [root(signerAdd(phone)), root(signerAdd(laptop)), removing, message(phone, 1, undefined)]) offer(whole)
    const phoneFeed = set.restoreFeed(ada, phone)!
    expect(set.restoreFeed(ada, ada)).toBeUndefined()
    expect(set.restore(phoneFeed, rowOf(target)), 'removed').toBe(-1)
    expect(set.restore(phoneFeed, rowOf(message(phone, 1, undefined))), 'fork').toBe(-1)
    expect(set.restore(phoneFeed, rowOf(message(phone, 4, undefined, remove(head.id)))), 'remove').toBe(-1)
    expect(set.restore(phoneFeed, { ...rowOf(head), seq: 100_001 }), 'no seq').toBe(-1)
    expect(set.restore(phoneFeed, rowOf(head))).toBe(set.memberOf(head.id))
    expect(set.restore(phoneFeed, { ...rowOf(head), seq: 5 }), 'a member already').toBe(-1)
    offer(root(signerRemove(phone, target.id)))
    expect(set.restore(phoneFeed, rowOf(message(phone, 6, undefined))), 'revoked').toBe(-1)
    expect(set.restoreFeed(ada, phone)).toBeUndefined()
    expect(set.restore(set.restoreFeed(ada, laptop)!, rowOf(target)), 'wanted by a closure').toBe(-1)
  })

  test('[R17] what is held or whose body is asked for is left to be offered in full', () => {
    const { set, root, offer, message } = createWorld()
    offer(root(signerAdd(phone)))
    const [headerAlone, early] = [message(phone, 1, undefined), message(laptop, 1, undefined)]
    offer(stripped(headerAlone))
    offer(early)
    const feed = set.restoreFeed(ada, phone)!
    for (const waiting of [headerAlone, early]) expect(set.restore(feed, rowOf(waiting))).toBe(-1)
    expect(offer(headerAlone, nowMs, { stored: true }).outcome.type).toBe('admitted')
  })
})
