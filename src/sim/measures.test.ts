import { describe, expect, test } from 'vitest'
import { createRandom } from '../base/seeded-random.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import type { Message } from '../message/types.ts'
import { clockStartMs, createSimAuthor } from './authors.ts'
import { createLedger } from './ledger.ts'
import { createMeasures, type Counted, type Measures } from './measures.ts'

const [one, other]: readonly [Counted, Counted] = [{ index: 0, honest: true }, { index: 1, honest: true }]
const [liar] = [{ index: 2, honest: false }]

function createBench (count: number, warmUp = 0): { readonly measures: Measures, readonly messages: readonly Message[] } {
  const ledger = createLedger()
  const measures = createMeasures(ledger, count, 10)
  const { device } = createSimAuthor(createRandom(1))
  measures.begin(warmUp)
  const messages = Array.from({ length: count }, (_, number) => {
    const message = device.write({ kind: 'post', text: `${number}`, parent: undefined }, clockStartMs + number)
    ledger.write(message, number * 100)
    return message
  })
  return { measures, messages }
}

function tell (measures: Measures, place: Counted, message: Message, nowMs: number, from: string | null = null): void {
  measures.told(place, { message, event: 1, storedAt: 0, from }, nowMs)
}

const frameOf = ({ bytes }: Message) => ({ type: 'gossip' as const, message: encodeSignedBytes(bytes), hops: 0 })

describe('measures', () => {
  test('an application that is told twice is a violation; of a body that came later, and after its hub lost its data, it is not', () => {
    const { measures, messages: [first, second] } = createBench(2)
    tell(measures, one, { ...first!, body: undefined }, 0)
    tell(measures, one, first!, 0)
    tell(measures, one, second!, 0)
    measures.emptied(one)
    tell(measures, one, first!, 0)
    expect(measures.violations).toEqual([])
    tell(measures, one, first!, 0)
    expect(measures.violations).toHaveLength(1)
  })

  test('a message nobody signed is a violation when an honest hub takes or forwards it', () => {
    const { measures, messages: [message] } = createBench(1)
    const junk = { ...message!, bytes: { ...message!.bytes, signature: new Uint8Array(64) } }
    measures.sent(liar, frameOf(junk))
    measures.sent(one, frameOf(message!))
    measures.sent(one, frameOf({ ...message!, bytes: { ...message!.bytes, body: undefined } }))
    expect(measures.violations).toEqual([])
    measures.sent(one, frameOf(junk))
    tell(measures, one, { ...junk, id: 'invented' as Message['id'] }, 0)
    expect(measures.violations).toHaveLength(2)
  })

  test('redundancy is payloads by those that need them, less one; hops and delays are of the messages after the warm-up', () => {
    const { measures, messages } = createBench(3, 1)
    for (const [number, message] of messages.entries()) {
      tell(measures, one, message, number * 100)
      measures.arrived(other, one, frameOf(message).message)
      tell(measures, other, message, number * 110, 'h0')
    }
    for (const number of [0, 0, 0, 1, 1, 2]) measures.sent(one, frameOf(messages[number]!))
    expect(measures.figures(2)).toMatchObject({ measured: 2, rmr: 0.5, lastHops: 1, lastHopsMax: 1, maxMs: 20 })
    expect(measures.happened.comparedMessages).toBe(0)
  })

  test('what no gossip frame brought came by comparison', () => {
    const { measures, messages: [message] } = createBench(1)
    tell(measures, one, message!, 50, 'h1')
    expect(measures.happened.comparedMessages).toBe(1)
  })
})
