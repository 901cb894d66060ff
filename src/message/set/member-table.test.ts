import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { deviceSeqMax } from '../limits.ts'
import { kinds } from '../types.ts'
import { hexOf } from './fixtures/build.ts'
import { createMemberTable, memberFlags, none } from './member-table.ts'
import { createIdWords, readBytes, readHex } from './packed-ids.ts'
import type { IdWords } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

const ids = Array.from({ length: 400 }, (_, number) => hexOf(`id ${number}`) as MessageId)
const wordsOf = (id: MessageId): IdWords => readHex(id, createIdWords())

describe('the member table', () => {
  test('[R1] holds what a map would hold after any inserts and removes', () => {
    fc.assert(fc.property(fc.nat(), fc.array(fc.nat(ids.length - 1), { maxLength: 2_000, size: 'max' }), (seed, toggles) => {
      const table = createMemberTable(seed)
      const model = new Map<MessageId, number>()
      for (const number of toggles) {
        const id = ids[number]!
        const index = table.indexOf(id)
        expect(index === none).toBe(!model.has(id))
        if (index === none) {
          expect(table.insert(wordsOf(id), 7, number + 1, 'post')).not.toBe(none)
          expect(table.insert(wordsOf(id), 7, number + 1, 'post')).toBe(none)
          model.set(id, number + 1)
        } else {
          table.remove(index)
          expect(table.seqOf(index)).toBe(0)
          model.delete(id)
        }
      }
      expect(table.size()).toBe(model.size)
      for (const [id, seq] of model) {
        const index = table.indexOf(id)
        expect(table.idOf(index)).toBe(id)
        expect([table.seqOf(index), table.feedOf(index), table.kindOf(index)]).toEqual([seq, 7, 'post'])
      }
    }))
  })

  test('[R1] keeps everything when it grows past a chunk, and gives numbers again without flags', () => {
    const table = createMemberTable(5)
    const many = Array.from({ length: 5_000 }, (_, number) => hexOf(`member ${number}`) as MessageId)
    for (const [number, id] of many.entries()) {
      table.setFlag(table.insert(wordsOf(id), number, number + 1, 'record'), number % 3 === 0 ? memberFlags.barred : memberFlags.removed, true)
    }
    for (const id of many.filter((_, number) => number % 2 === 0)) table.remove(table.indexOf(id))
    expect([table.size(), table.end()]).toEqual([2_500, 5_000])
    for (const [number, id] of many.entries()) {
      const index = table.indexOf(id)
      if (number % 2 === 0) expect(index).toBe(none)
      else expect([table.idOf(index), table.feedOf(index), table.has(index, memberFlags.barred)]).toEqual([id, number, number % 3 === 0])
    }
    // Until it is let go of, a number answers for its last member.
    expect(table.insert(wordsOf(hexOf('another') as MessageId), 1, 1, 'post')).toBe(5_000)
    table.release()
    const again = table.insert(wordsOf(many[0]!), 1, 1, 'post')
    expect([again < 5_000, table.end()]).toEqual([true, 5_001])
    for (const flag of Object.values(memberFlags)) expect(table.has(again, flag)).toBe(false)
  })

  test('[R1] has room for the highest seq, every kind and all flags in one word', () => {
    const table = createMemberTable(5)
    for (const [number, kind] of kinds.entries()) {
      const index = table.insert(wordsOf(ids[number]!), 1, deviceSeqMax, kind)
      for (const flag of Object.values(memberFlags)) table.setFlag(index, flag, true)
      expect([table.seqOf(index), table.kindOf(index)]).toEqual([deviceSeqMax, kind])
      table.setFlag(index, memberFlags.barred, false)
      expect(Object.values(memberFlags).map(flag => table.has(index, flag))).toEqual([true, false, true, true])
      expect([table.seqOf(index), table.kindOf(index)]).toEqual([deviceSeqMax, kind])
    }
  })

  test('[R17] ids go in and out as bytes and as hex, and compare as hex does', () => {
    const table = createMemberTable(5)
    const [one, other] = ids as [MessageId, MessageId]
    const index = table.insert(readBytes(new Uint8Array([9, ...fromHex(one)!]), 1, createIdWords()), 1, 1, 'post')
    expect(table.indexOf(one)).toBe(index)
    const copy = new Uint8Array(34)
    table.copyId(index, copy, 1)
    expect([...copy]).toEqual([0, ...fromHex(one)!, 0])
    expect([table.isAbove(index, wordsOf(other)), table.isAbove(index, wordsOf(one))]).toEqual([one > other, false])
  })
})
