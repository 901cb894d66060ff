import { expect, test } from 'vitest'
import { hexOf } from './fixtures/build.ts'
import { createIdNotes } from './id-notes.ts'
import { createIdWords, readHex } from './packed-ids.ts'
import type { MessageId } from '../types.ts'

const idOf = (number: number): MessageId => hexOf(`noted ${number}`) as MessageId

test('[R7] notes an id for each of many members, and gives their room back when none is noted any more', () => {
  const notes = createIdNotes()
  const members = Array.from({ length: 10_000 }, (_, number) => number * 3)
  for (let round = 0; round < 2; round++) {
    for (const member of members) notes.note(member, readHex(idOf(member + round), createIdWords()))
    for (const member of [0, 3_000, 29_997]) {
      expect(notes.noted(member)).toBe(idOf(member + round))
      expect(notes.isNoted(member, readHex(idOf(member + round), createIdWords()))).toBe(true)
      expect(notes.isNoted(member, readHex(idOf(member + 1 - round), createIdWords()))).toBe(false)
    }
    expect(notes.memoryBytes()).toBeGreaterThan(10_000 * 32 - 1)
    for (const member of members) notes.forget(member)
    expect([notes.memoryBytes(), notes.noted(0)]).toEqual([0, undefined])
  }
})
