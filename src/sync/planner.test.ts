import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseContinuation, chooseOpening, estimateCosts, listMax, openingSymbols, smallList, symbolsMax } from './planner.ts'

describe('the planner', () => {
  test.each([
    [0, 1_000_000, 'list'],
    [1_000_000, 0, 'list-yours'],
    [smallList, smallList, 'list'],
    [500, 100_000, 'list'],
    [100_000, 500, 'list-yours'],
    [1_000_000, 1_000_000, 'sketch'],
    [100_000, 100_500, 'sketch'],
    [3_000_000, 2_000_000, 'too-different'],
    [3_000_000, 3_000_100, 'sketch']
  ])('[S11] %d members here and %d there: %s', (ours, theirs, opening) => {
    expect(chooseOpening(ours, theirs)).toBe(opening)
  })

  test('[S11] the first request has room for what the estimate may be wrong by, not for much more', () => {
    for (const differences of [50, 1_000, 10_000, 100_000]) {
      const next = chooseContinuation(1_000_000, 1_000_000, differences, openingSymbols)
      if (next.type !== 'symbols') throw new Error(next.type)
      expect(next.end / differences).toBeGreaterThan(1.4)
      expect(next.end / differences).toBeLessThan(1.9)
    }
  })

  test('[S11] it goes over to a list where symbols would cost more', () => {
    expect(chooseContinuation(2_000, 3_000, 2_500, openingSymbols)).toEqual({ type: 'list' })
    expect(chooseContinuation(3_000, 2_000, 2_500, openingSymbols)).toEqual({ type: 'list-theirs' })
    expect(chooseContinuation(3 * listMax, 3 * listMax, symbolsMax, openingSymbols)).toEqual({ type: 'too-different' })
  })

  test('[S6] asking for more ends: in a list, or because nothing honest needs so much', () => {
    const many = fc.nat(2_000_000)
    fc.assert(fc.property(many, many, fc.nat(400_000), (ours, theirs, differences) => {
      let known = openingSymbols
      let requests = 0
      for (;;) {
        const next = chooseContinuation(ours, theirs, differences, known)
        if (next.type !== 'symbols') break
        expect(next.end).toBeGreaterThan(known)
        expect(next.end).toBeLessThanOrEqual(symbolsMax)
        known = next.end
        requests++
      }
      expect(requests).toBeLessThanOrEqual(30)
    }))
  })

  test('[S11] costs are bytes of finding the difference', () => {
    expect(estimateCosts(1_000, 5_000, 100)).toMatchObject({ differences: 100, listBytes: 8_000 })
    expect(estimateCosts(1_000, 5_000, 100).sketchBytes).toBeLessThan(3_000)
  })
})
