import { describe, expect, test } from 'vitest'
import { createMeasures, simMessageId, type Counted } from './measures.ts'
import type { SimMessage } from './hub.ts'

const [one, other]: readonly [Counted, Counted] = [{ index: 0, honest: true }, { index: 1, honest: true }]
const message = (number: number, genuine = true): SimMessage => ({ id: simMessageId(number), number, epoch: 1, publishedMs: 0, genuine })

describe('measures', () => {
  test('an application that is told twice is a violation; after its hub lost its data it is not', () => {
    const measures = createMeasures(2)
    measures.told(one, message(0), 1, 0)
    measures.told(one, message(1), 1, 0)
    measures.emptied(one)
    measures.told(one, message(0), 1, 0)
    expect(measures.violations).toEqual([])
    measures.told(one, message(0), 1, 0)
    expect(measures.violations).toHaveLength(1)
  })

  test('a message nobody signed is a violation when an honest hub takes or forwards it', () => {
    const measures = createMeasures(1)
    const junk = message(-1, false)
    measures.sent({ type: 'gossip', message: junk, hops: 0 }, false)
    expect(measures.violations).toEqual([])
    measures.sent({ type: 'gossip', message: junk, hops: 0 }, true)
    measures.told(one, junk, 1, 0)
    expect(measures.violations).toHaveLength(2)
  })

  test('redundancy is payloads by those that need them, less one; hops and delays are of the messages after the warm-up', () => {
    const measures = createMeasures(3)
    for (const number of [0, 1, 2]) {
      measures.published(message(number), number * 100)
      measures.told(one, message(number), 0, number * 100)
      measures.told(other, message(number), 9 - number, number * 100 + 10 * number)
    }
    for (const number of [0, 0, 0, 1, 1, 2]) measures.sent({ type: 'gossip', message: message(number), hops: 0 }, true)
    expect(measures.figures(2, 1)).toMatchObject({ measured: 2, rmr: 0.5, lastHops: 8, lastHopsMax: 8, maxMs: 20 })
  })

  test('hubs are alike that were told of the same', () => {
    const measures = createMeasures(2)
    measures.told(one, message(0), 0, 0)
    expect(measures.alike(one, other)).toBe(false)
    measures.told(other, message(1), 0, 0)
    expect(measures.alike(one, other)).toBe(false)
    measures.told(one, message(1), 0, 0)
    measures.told(other, message(0), 0, 0)
    expect(measures.alike(one, other)).toBe(true)
  })
})
