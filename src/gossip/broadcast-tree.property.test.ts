import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { createRandom } from '../base/seeded-random.ts'
import type { MessageId } from '../message/types.ts'
import type { BroadcastEffect, BroadcastInput } from './broadcast.ts'
import { createBroadcastTree } from './broadcast-tree.ts'
import { counterJumpMax, createTreeLink, decide, heedNeighbour } from './tree-link.ts'

const [ann, ben, cem] = ['ann', 'ben', 'cem'] as [PeerId, PeerId, PeerId]
const prunerOf = (number: number): MessageId => `00000000-${number}` as MessageId

/** What one end of a link may do next: decide, or read the oldest frame of the other end. */
const step = fc.record({ end: fc.constantFrom(0 as const, 1 as const), act: fc.constantFrom('graft' as const, 'prune' as const, 'read' as const, 'read' as const) })

describe('a link', () => {
  test('[G24] is the same at both ends once all GRAFTs and PRUNEs have arrived, however they crossed', () => {
    let crossed = 0
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ends = [createTreeLink(ann, 100, true, 10), createTreeLink(ben, 100, true, 10)] as const
      const toRead: ReadonlyArray<Array<{ readonly counter: number, readonly eager: boolean }>> = [[], []]
      const read = (end: 0 | 1): void => {
        const frame = toRead[end]?.shift()
        if (frame != null) expect(heedNeighbour(ends[end], frame.counter, frame.eager)).toBe(true)
      }
      for (const { end, act } of steps) {
        if (act === 'read') read(end)
        else toRead[end === 0 ? 1 : 0]?.push({ counter: decide(ends[end], act === 'graft'), eager: act === 'graft' })
      }
      if (toRead.every(frames => frames.length > 0)) crossed += 1
      for (const end of [0, 1] as const) while ((toRead[end]?.length ?? 0) > 0) read(end)
      expect([ends[0].eager, ends[0].counter]).toEqual([ends[1].eager, ends[1].counter])
    }), { numRuns: 2_000 })
    expect(crossed).toBeGreaterThan(100)
  })
})

describe('any hub', () => {
  const peer = fc.constantFrom(ann, ben, cem)
  const id = fc.nat(40).map(prunerOf)
  const input: fc.Arbitrary<BroadcastInput> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('delivered' as const), id, epoch: fc.nat(3), from: fc.option(peer, { nil: undefined }), hops: fc.nat(20),
        by: fc.constantFrom('gossip' as const, 'comparison' as const)
      })
    },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('duplicate' as const), id, from: peer }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('ihave' as const), from: peer, notes: fc.array(fc.record({ id, epoch: fc.nat(3), hops: fc.nat(20) }), { maxLength: 5 }) })
    },
    fc.record({ type: fc.constantFrom('graft' as const), from: peer, counter: fc.nat(counterJumpMax), ids: fc.array(id, { maxLength: 5 }) }),
    fc.record({ type: fc.constant('prune' as const), from: peer, counter: fc.nat(counterJumpMax) }),
    { weight: 2, arbitrary: fc.record({ type: fc.constant('link-up' as const), peer }) },
    fc.record({ type: fc.constantFrom('link-down' as const, 'congested' as const, 'drained' as const), peer }),
    fc.record({ type: fc.constant('refused' as const), id }),
    fc.constant({ type: 'deadline' as const })
  )

  test('[G25] never cuts itself off, [G21] sends nothing that it has not, and [G22] nothing twice that nobody asked for', () => {
    let pruned = 0
    fc.assert(fc.property(fc.array(fc.tuple(input, fc.nat(300)), { maxLength: 150, size: 'max' }), (inputs) => {
      const has = new Set<MessageId>()
      const tree = createBroadcastTree({ has: known => has.has(known) }, createRandom(1))
      const eager = (): number => [ann, ben, cem].filter(known => tree.linkOf(known) === 'eager').length
      const pushed = new Set<string>()
      let nowMs = 0
      for (const known of [ann, ben, cem]) tree.handle({ type: 'link-up', peer: known }, nowMs)
      for (const [given, laterMs] of inputs) {
        nowMs += laterMs
        // The set answers for what is new and what is a duplicate.
        if (given.type === 'delivered' && has.has(given.id)) continue
        if (given.type === 'duplicate' && !has.has(given.id)) continue
        if (given.type === 'delivered') has.add(given.id)
        if (given.type === 'link-down') for (const key of [...pushed]) if (key.startsWith(given.peer)) pushed.delete(key)
        const before = new Map([ann, ben, cem].map(known => [known, tree.linkOf(known)]))
        const effects: readonly BroadcastEffect[] = tree.handle(given, nowMs)
        for (const effect of effects) {
          if (effect.type === 'send-payload') {
            expect(has.has(effect.id)).toBe(true)
            const key = `${effect.peer} ${effect.id}`
            if (given.type !== 'graft') expect(pushed.has(key)).toBe(false)
            pushed.add(key)
          }
          if (effect.type !== 'send-prune' || before.get(effect.peer) !== 'eager') continue
          pruned += 1
          expect(eager()).toBeGreaterThan(0)
        }
      }
    }), { numRuns: 1_000 })
    expect(pruned).toBeGreaterThan(100)
  })

  test('[G32] every message that was noted is delivered, refused, or handed over', () => {
    let handedOver = 0
    fc.assert(fc.property(fc.array(fc.tuple(input, fc.nat(800)), { maxLength: 60 }), (inputs) => {
      const has = new Set<MessageId>()
      const noted = new Set<MessageId>()
      const tree = createBroadcastTree({ has: known => has.has(known) }, createRandom(1))
      const settle = (effects: readonly BroadcastEffect[]): void => {
        for (const effect of effects) {
          if (effect.type !== 'missing') continue
          for (const missing of effect.ids) handedOver += noted.delete(missing) ? 1 : 0
        }
      }
      let nowMs = 0
      for (const known of [ann, ben, cem]) tree.handle({ type: 'link-up', peer: known }, nowMs)
      for (const [given, laterMs] of inputs) {
        nowMs += laterMs
        if (given.type === 'delivered' && has.has(given.id)) continue
        if (given.type === 'delivered') has.add(given.id)
        if (given.type === 'delivered' || given.type === 'refused') noted.delete(given.id)
        const refusedOrHere = (known: MessageId): boolean => has.has(known)
        if (given.type === 'ihave' && tree.linkOf(given.from) !== 'none') for (const note of given.notes) if (!refusedOrHere(note.id)) noted.add(note.id)
        settle(tree.handle(given, nowMs))
      }
      const refused = new Set(inputs.flatMap(([given]) => given.type === 'refused' ? [given.id] : []))
      for (let dueMs = tree.nextDeadlineMs(); dueMs != null; dueMs = tree.nextDeadlineMs()) settle(tree.handle({ type: 'deadline' }, Math.max(nowMs, dueMs)))
      expect([...noted].filter(left => !refused.has(left))).toEqual([])
    }), { numRuns: 500 })
    expect(handedOver).toBeGreaterThan(100)
  })
})
