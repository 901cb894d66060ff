import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blake3 } from '../base/blake3.ts'
import type { MessageId } from '../message/types.ts'
import { packBlock, packBlocks, packedBytes, repackBlock, unpackBlock } from './blocks.ts'
import { numbered, sampleMessages } from './fixtures/sample-messages.ts'

const firstEvents = fc.integer({ min: 1, max: 2 ** 52 })

/** The events of a block that must be whole. */
function unpacked (firstEvent: number, block: Uint8Array, range?: Parameters<typeof unpackBlock>[2]): unknown {
  const result = unpackBlock(firstEvent, block, range)
  return result.ok ? result.events : result.code
}

describe('blocks', () => {
  test('[S2] unpacking gives what was packed, whatever the first event is', () => {
    fc.assert(fc.property(firstEvents, fc.nat({ max: 40 }), fc.nat({ max: 1_000 }), (firstEvent, count, start) => {
      const messages = sampleMessages(count, start)
      const { bytes } = packBlock(firstEvent, messages)
      expect(unpacked(firstEvent, bytes)).toEqual(numbered(messages).map(event => ({ ...event, event: event.event + firstEvent - 1 })))
    }))
  })

  test('a range gives the events in it, and the count of all', () => {
    const messages = sampleMessages(10)
    const { bytes } = packBlock(1, messages)
    expect(unpacked(1, bytes, { fromEvent: 4, toEvent: 6 })).toEqual(numbered(messages).slice(3, 6))
    expect(unpacked(1, bytes, { fromEvent: 4, limit: 2 })).toEqual(numbered(messages).slice(3, 5))
    expect(unpacked(1, bytes, { limit: 0 })).toEqual([])
    expect(unpackBlock(1, bytes, { fromEvent: 99 })).toMatchObject({ ok: true, count: 10, events: [] })
  })

  test('[S11] numbers without a message are counted and give none, wherever they lie', () => {
    fc.assert(fc.property(firstEvents, fc.array(fc.boolean(), { maxLength: 40 }), (firstEvent, present) => {
      const messages = sampleMessages(present.length).map((message, index) => present[index] === true ? message : undefined)
      const { bytes, count } = packBlock(firstEvent, messages)
      expect(count).toBe(present.length)
      expect(unpackBlock(firstEvent, bytes)).toMatchObject({ ok: true, count })
      expect(unpacked(firstEvent, bytes)).toEqual(messages.flatMap((message, index) => message == null ? [] : { ...message, event: firstEvent + index }))
    }))
    const empty = { bytes: { header: new Uint8Array(), body: undefined, signature: new Uint8Array() }, id: '0'.repeat(64) as MessageId, storedAt: 0, from: null }
    expect(unpacked(1, packBlock(1, [empty, undefined]).bytes)).toEqual([{ ...empty, event: 1 }])
  })

  test('[S11] what is left of a block begins and ends with a message', () => {
    const events = numbered(sampleMessages(10)).filter(({ event }) => [3, 4, 8].includes(event))
    const { firstEvent, count, bytes } = repackBlock(events)
    expect({ firstEvent, count }).toEqual({ firstEvent: 3, count: 6 })
    expect(unpacked(3, bytes)).toEqual(events)
  })

  test('only certain numbers, in a range', () => {
    const { bytes } = packBlock(1, sampleMessages(10))
    expect(unpacked(1, bytes, { only: new Set([2, 7, 99]) })).toEqual(numbered(sampleMessages(10)).filter(({ event }) => event === 2 || event === 7))
    expect(unpacked(1, bytes, { only: new Set([2, 7]), toEvent: 6 })).toEqual(numbered(sampleMessages(2)).slice(1))
  })

  test('[S6] every changed byte and every cut is found', () => {
    const { bytes } = packBlock(5, sampleMessages(3))
    for (let index = 0; index < bytes.length; index += 1) {
      expect(unpackBlock(5, bytes.map((byte, at) => at === index ? byte ^ 0x10 : byte)).ok).toBe(false)
      expect(unpackBlock(5, bytes.subarray(0, index)).ok).toBe(false)
    }
    expect(unpackBlock(5, bytes).ok).toBe(true)
  })

  test('[S6] a block in another one\'s place is found', () => {
    expect(unpacked(6, packBlock(5, sampleMessages(3)).bytes)).toBe('malformed')
  })

  test('[S6] any bytes give an answer, even under a right checksum', () => {
    const codes = new Set<unknown>()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 3 }), (noise, count) => {
      codes.add(unpackBlock(1, noise).ok)
      // A block's head is right and what follows is noise, in place of the last bytes of real messages.
      const { bytes } = packBlock(1, sampleMessages(count))
      bytes.set(noise.subarray(0, bytes.length - 20), Math.max(20, bytes.length - noise.length))
      bytes.set(blake3(bytes.subarray(8)).subarray(0, 8))
      codes.add(unpacked(1, bytes) === 'malformed')
    }), { numRuns: 500, seed: 3 })
    // Not vacuous: some of the noise was malformed, and some was only another message.
    expect(codes).toContain(true)
    expect(codes).toContain(false)
  })

  test('the cut is even: no block is over the size by more than a message, none under half of it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2_000, max: 20_000 }), (count, blockBytes) => {
      const messages = sampleMessages(count)
      const total = messages.reduce((sum, message) => sum + packedBytes(message), 0)
      const blocks = packBlocks(1, messages, blockBytes)
      let next = 1
      for (const { firstEvent, count: held, bytes } of blocks) {
        expect(firstEvent).toBe(next)
        next += held
        expect(bytes.length).toBeLessThanOrEqual(blockBytes + 500)
        if (total > blockBytes) expect(bytes.length).toBeGreaterThan(blockBytes / 2 - 500)
      }
      expect(next).toBe(count + 1)
    }))
    expect(packBlocks(1, [], 1_000)).toEqual([])
  })

  test('the size that is counted is enough for the block', () => {
    const messages = sampleMessages(50).map((message, index) => ({ ...message, from: 'é€😀'.repeat(index) }))
    const counted = messages.reduce((sum, message) => sum + packedBytes(message), 0)
    expect(packBlock(1, messages).bytes.length).toBeLessThanOrEqual(counted + 22)
  })
})
