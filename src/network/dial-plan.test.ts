import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { candidatesMax, createDialPlan, dialsMax, linksMax, type DialPlan } from './dial-plan.ts'

const low = 'a' as PeerId
const self = 'm' as PeerId
const high = 'z' as PeerId
const plan = (): DialPlan => createDialPlan({ self, random: () => 0.5 })

/** The time at which a plan with one candidate next has something to do. */
function advance (tested: DialPlan): { readonly atMs: number, readonly path: string | undefined } {
  const atMs = tested.nextDueMs()
  if (atMs == null) throw new Error('nothing is due')
  return { atMs, path: tested.due(atMs)[0]?.path }
}

describe('dial plan', () => {
  test('of two hubs the one with the lower id dials at once, the other only after a long wait', () => {
    const dials = plan()
    dials.heard(high, 1_000)
    expect(advance(dials).atMs).toBeLessThan(1_500)
    const waits = plan()
    waits.heard(low, 1_000)
    expect(advance(waits).atMs).toBeGreaterThan(6_000)
  })

  test('one is never dialled twice at once, nor when linked, nor is this hub itself', () => {
    const tested = plan()
    tested.heard(self, 0)
    expect(tested.nextDueMs()).toBeUndefined()
    tested.heard(high, 0)
    expect(tested.due(1_000)).toHaveLength(1)
    tested.heard(high, 1_001)
    expect(tested.due(100_000)).toEqual([])
    tested.linked(high, 'direct', 100_000)
    expect(tested.due(200_000)).toEqual([])
  })

  test('the wait grows with failures, up to a limit, and a cause is kept', () => {
    const tested = plan()
    tested.heard(high, 0)
    let nowMs = 0
    const waits: number[] = []
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { atMs } = advance(tested)
      waits.push(atMs - nowMs)
      nowMs = atMs
      tested.failed(high, 'no path', nowMs)
      tested.heard(high, nowMs)
    }
    for (let index = 2; index < 7; index += 1) expect(waits[index]!).toBeGreaterThan(waits[index - 1]!)
    expect(waits.at(-1)).toBeLessThanOrEqual(90_000)
    expect(tested.candidates()).toMatchObject([{ peer: high, state: 'waiting', attempts: 10, lastError: 'no path' }])
  })

  test('after failed direct attempts the relayed path is tried, and a relayed link does not end the search for a direct one', () => {
    const tested = plan()
    tested.heard(high, 0)
    const paths: Array<string | undefined> = []
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { atMs, path } = advance(tested)
      paths.push(path)
      tested.failed(high, 'no path', atMs)
      tested.heard(high, atMs)
    }
    expect(paths).toEqual(['direct', 'relayed', 'direct'])
    const { atMs, path } = advance(tested)
    expect(path).toBe('relayed')
    tested.linked(high, 'relayed', atMs)
    expect(advance(tested).path).toBe('direct')
  })

  test('a lost link is dialled again', () => {
    const tested = plan()
    tested.heard(high, 0)
    tested.due(1_000)
    tested.linked(high, 'direct', 1_000)
    tested.unlinked(high, 50_000)
    expect(advance(tested).atMs).toBeLessThanOrEqual(51_500)
  })

  test('one not heard of for long is forgotten, a linked one is not', () => {
    const tested = plan()
    tested.heard(high, 0)
    tested.heard('y' as PeerId, 0)
    tested.due(1_000)
    tested.linked(high, 'relayed', 1_000)
    tested.failed('y' as PeerId, 'gone', 1_000)
    tested.due(500_000)
    expect(tested.candidates()).toEqual([])
    tested.unlinked(high, 500_000)
    expect(tested.candidates()).toHaveLength(1)
  })

  test('hurry makes the next attempt due at once', () => {
    const tested = plan()
    tested.heard(high, 0)
    tested.due(1_000)
    tested.failed(high, 'asleep', 1_000)
    tested.hurry(high, 1_001)
    expect(tested.due(1_001)).toHaveLength(1)
  })

  test('whatever happens, candidates, dials and links stay bounded', () => {
    const peers = fc.nat(400).map(number => `peer${number}` as PeerId)
    const step = fc.oneof(
      fc.record({ type: fc.constant('heard'), peer: peers }),
      fc.record({ type: fc.constant('failed'), peer: peers }),
      fc.record({ type: fc.constant('linked'), peer: peers }),
      fc.record({ type: fc.constant('due'), peer: peers })
    )
    fc.assert(fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const tested = createDialPlan({ self, random: () => 0.5 })
      const dialling = new Set<PeerId>()
      const linked = new Set<PeerId>()
      let nowMs = 0
      for (const { type, peer } of steps) {
        nowMs += 500
        if (type === 'heard') tested.heard(peer, nowMs)
        else if (type === 'due') for (const dial of tested.due(nowMs)) dialling.add(dial.peer)
        else {
          const dialled = [...dialling][0]
          if (dialled == null) continue
          dialling.delete(dialled)
          if (type === 'failed') tested.failed(dialled, 'x', nowMs)
          else { tested.linked(dialled, 'direct', nowMs); linked.add(dialled) }
        }
        expect(dialling.size).toBeLessThanOrEqual(dialsMax)
        expect(linked.size).toBeLessThanOrEqual(linksMax)
        expect(tested.candidates().length).toBeLessThanOrEqual(candidatesMax)
      }
    }), { numRuns: 50 })
  })
})
