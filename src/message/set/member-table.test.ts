import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hexOf } from './fixtures/build.ts'
import { createMemberTable, none } from './member-table.ts'
import type { MessageId } from '../types.ts'

/** Ids that crowd a few places of the index, all different. */
const ids = Array.from({ length: 64 }, (_, number) => hexOf(`id ${number}`) as MessageId)

describe('the member table', () => {
  test('[R1] holds what a map would hold after any inserts and removes', () => {
    fc.assert(fc.property(fc.nat(), fc.array(fc.nat(ids.length - 1), { maxLength: 300, size: 'max' }), (seed, toggles) => {
      const table = createMemberTable(seed)
      const model = new Map<MessageId, number>()
      for (const number of toggles) {
        const id = ids[number]!
        const index = table.indexOf(id)
        expect(index === none).toBe(!model.has(id))
        if (index === none) {
          table.insert(id, 7, number + 1, 'post')
          model.set(id, number + 1)
        } else {
          table.remove(index)
          model.delete(id)
        }
      }
      expect(table.size).toBe(model.size)
      for (const [id, seq] of model) {
        const index = table.indexOf(id)
        expect(table.idOf(index)).toBe(id)
        expect([table.seq.get(index), table.feed.get(index), table.kindOf(index)]).toEqual([seq, 7, 'post'])
      }
    }))
  })

  test('[R1] keeps everything when it grows, and gives numbers again with fresh columns', () => {
    const table = createMemberTable(5)
    const many = Array.from({ length: 5_000 }, (_, number) => hexOf(`member ${number}`) as MessageId)
    for (const [number, id] of many.entries()) table.flags.set(table.insert(id, number, number, 'record'), number & 7)
    for (const id of many.filter((_, number) => number % 2 === 0)) table.remove(table.indexOf(id))
    expect(table.size).toBe(2_500)
    for (const [number, id] of many.entries()) {
      const index = table.indexOf(id)
      if (number % 2 === 0) expect(index).toBe(none)
      else expect([table.idOf(index), table.feed.get(index), table.flags.get(index)]).toEqual([id, number, number & 7])
    }
    const again = table.insert(many[0]!, 1, 1, 'post')
    expect(again).toBeLessThan(5_000)
    expect([table.flags.get(again), table.closures.get(again), table.previous.get(again), table.nextFork.get(again)]).toEqual([0, 0, none, none])
  })
})
