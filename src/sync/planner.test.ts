import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseAnswer, chooseContinuation, chooseOpening, estimateCosts, listMax, mayPayForFeeds, openingSymbols, smallList, symbolsMax } from './planner.ts'

describe('the planner', () => {
  test.each([
    [0, 1_000_000, 'list'],
    [1_000_000, 0, 'list-yours'],
    [smallList, smallList, 'list'],
    [500, 100_000, 'list'],
    [100_000, 500, 'list-yours'],
    [100_500, 100_000, 'sketch-yours'],
    [1_000_000, 1_000_000, 'sketch'],
    [100_000, 100_500, 'sketch'],
    [3_000_000, 2_000_000, 'too-different'],
    [3_000_000, 3_000_100, 'sketch']
  ])('[S11] %d members here and %d there: %s', (ours, theirs, opening) => {
    expect(chooseOpening(ours, theirs).opening).toBe(opening)
  })

  test('[S11] the first request has room for what the estimate may be wrong by, not for much more', () => {
    for (const differences of [50, 1_000, 10_000, 100_000]) {
      const next = chooseAnswer(1_000_000, 1_000_000, { differences, error: 0.02 }, openingSymbols)
      if (next.type !== 'symbols') throw new Error(next.type)
      expect(next.end / differences).toBeGreaterThan(1.37)
      expect(next.end / differences).toBeLessThan(differences < 1_000 ? 2 : 1.45)
    }
  })

  test('[S11] it goes over to a list where symbols would cost more', () => {
    expect(chooseContinuation(2_000, 3_000, 2_500, openingSymbols, 0)).toEqual({ type: 'list' })
    expect(chooseAnswer(3_000, 2_000, { differences: 2_500, error: 0.05 }, openingSymbols)).toEqual({ type: 'list-theirs' })
    expect(chooseContinuation(3 * listMax, 3 * listMax, symbolsMax, openingSymbols, 0)).toEqual({ type: 'too-different' })
  })

  test('[S6] asking for more ends: in a list, or because nothing honest needs so much', () => {
    const many = fc.nat(2_000_000)
    fc.assert(fc.property(many, many, fc.nat(400_000), (ours, theirs, differences) => {
      let known = openingSymbols
      let requests = 0
      for (;;) {
        const next = chooseContinuation(ours, theirs, differences, known, requests)
        if (next.type !== 'symbols') break
        expect(next.end).toBeGreaterThan(known)
        expect(next.end).toBeLessThanOrEqual(symbolsMax)
        known = next.end
        requests++
      }
      expect(requests).toBeLessThanOrEqual(16)
    }))
  })

  test('[S11] costs are bytes of finding the difference', () => {
    expect(estimateCosts(1_000, 5_000, 100)).toMatchObject({ differences: 100, listBytes: 6_000, feedsBytes: undefined })
    expect(estimateCosts(1_000, 5_000, 100).sketchBytes).toBeLessThan(2_000)
  })

  test('[S23] feeds are taken where listing and wanting them costs less than every other way, and listed only where that may be', () => {
    expect(chooseOpening(30_000, 100_000, 5_000)).toEqual({ opening: 'feeds', bytes: 7_500 })
    expect(chooseOpening(30_000, 100_000, 150_000).opening).toBe('list')
    expect(chooseOpening(0, 100_000, 20).opening).toBe('list')
    expect(chooseAnswer(100_000, 100_000, { differences: 1_000, error: 0.04 }, openingSymbols, 3_000)).toEqual({ type: 'feeds' })
    expect(chooseAnswer(100_000, 100_000, { differences: 1_000, error: 0.04 }, openingSymbols, 30_000).type).toBe('symbols')
    expect([mayPayForFeeds(500, 1), mayPayForFeeds(13_000, 5_000)]).toEqual([false, false])
    expect([mayPayForFeeds(13_000, 500), mayPayForFeeds(13_000, undefined)]).toEqual([true, true])
  })
})
