import { describe, expect, test } from 'vitest'
import { createRandom } from '../base/seeded-random.ts'
import type { MessageId } from '../message/types.ts'
import { createPruners, prunerEveryMs } from './pruners.ts'

const idOf = (number: number): MessageId => createRandom(number).next().toString(16).padStart(8, '0') as MessageId

/** Which of `count` messages prune, where one comes every `gapMs`, and each is late by up to `lateMs` by chance. */
function pruners (gapMs: number, count: number, lateMs = 0): number[] {
  const { count: prunes } = createPruners()
  const random = createRandom(gapMs, lateMs)
  return Array.from({ length: count }, (_, index) => ({ index, atMs: index * gapMs + random.below(lateMs + 1) }))
    .sort((a, b) => a.atMs - b.atMs)
    .filter(({ index, atMs }) => prunes(idOf(index), atMs))
    .map(({ index }) => index)
}

describe('messages that prune', () => {
  test('[G25] are all, where messages are rare', () => {
    expect(pruners(prunerEveryMs, 50)).toHaveLength(50)
  })

  test.each([1, 10, 100])('[G25] come about once in a second or two, where one message comes every %i ms', (gapMs) => {
    const count = 300_000 / gapMs
    const everyMs = count * gapMs / pruners(gapMs, count).length
    expect(everyMs).toBeGreaterThan(prunerEveryMs * 0.6)
    expect(everyMs).toBeLessThan(prunerEveryMs * 3)
  })

  test('[G25] are not long in coming by chance', () => {
    const gapMs = 100
    const rarity = 2 ** Math.ceil(Math.log2(prunerEveryMs / gapMs))
    const found = pruners(gapMs, 20_000)
    const longest = found.reduce((most, index, at) => Math.max(most, index - (found[at - 1] ?? 0)), 0)
    expect(longest, 'on average it is one in so many').toBeGreaterThan(rarity)
    expect(longest).toBeLessThanOrEqual(2 * rarity * Math.log2(rarity) + 1)
  })

  test('[G25] are mostly the same at hubs that got the messages at other times', () => {
    const [one, other] = [pruners(50, 4_000, 400), pruners(50, 4_000, 300)]
    const both = one.filter(index => other.includes(index))
    expect(both.length).toBeGreaterThan(100)
    expect(both.length).toBeGreaterThan(Math.min(one.length, other.length) * 0.8)
  })
})
