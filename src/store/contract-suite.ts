/**
 * What every message store promises (message-store.ts), as tests that run against each of them: here the log, in contract-changes.ts reading by
 * number and what erases, in contract-values.ts values. They know a store through the port alone, and its disk through contract-harness.ts.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MessageId } from '../message/types.ts'
import { changesContract } from './contract-changes.ts'
import type { DiskUnderTest, StoreAbilities, StoreHarness } from './contract-harness.ts'
import { valuesContract } from './contract-values.ts'
import type { BlockDamage, MessageStore, StoredEvent, StoredMessage, StoreOptions } from './message-store.ts'
import { readMessagesMax } from './message-store.ts'
import { collect, numbered, present, sampleMessages } from './fixtures/sample-messages.ts'

/** Registers the suite. `create` makes a new, empty place. */
export function messageStoreContract (name: string, create: () => Promise<StoreHarness>, { hasDisk, canFill }: StoreAbilities): void {
  describe(`${name} keeps the contract of a message store`, () => {
    let harness: StoreHarness
    let opened: MessageStore[] = []
    const open = async (options?: StoreOptions): Promise<MessageStore> => {
      const store = await harness.open(options)
      opened.push(store)
      return store
    }
    const diskUnderTest = (): DiskUnderTest => {
      if (harness.disk == null) throw new Error('This store has no disk to look at.')
      return harness.disk
    }

    beforeEach(async () => { harness = await create() })
    afterEach(async () => {
      for (const store of opened) await store.close()
      opened = []
      await harness.cleanUp?.()
    })

    test('[S1] event numbers start at 1 and go on after a reopen', async () => {
      const first = await open()
      expect(first.lastEvent).toBe(0)
      expect(await first.append(sampleMessages(3))).toBe(1)
      expect(await first.append(sampleMessages(2))).toBe(4)
      expect(first.lastEvent).toBe(5)
      await first.close()
      const second = await open()
      expect(second.lastEvent).toBe(5)
      expect(await second.append(sampleMessages(1))).toBe(6)
      expect((await second.read(0, 10)).map(({ event }) => event)).toEqual([1, 2, 3, 4, 5, 6])
    })

    test('[S1] an empty append gives the next number and uses none', async () => {
      const store = await open()
      await store.append(sampleMessages(2))
      expect(await store.append([])).toBe(3)
      expect(await store.append(sampleMessages(1))).toBe(3)
      expect(store.lastEvent).toBe(3)
    })

    test('[S1] [S2] concurrent appends are numbered in the order of the calls', async () => {
      const store = await open()
      const appends = Array.from({ length: 50 }, (_, index) => sampleMessages(index % 4, index * 10))
      const firstEvents = await Promise.all(appends.map(messages => store.append(messages)))
      let next = 1
      for (const [index, messages] of appends.entries()) {
        expect(firstEvents[index]).toBe(next)
        next += messages.length
      }
      expect(await store.read(1, 1_000)).toEqual(numbered(appends.flat()))
    })

    test('[S2] any message is read as it was appended', async () => {
      const store = await open()
      const model: StoredMessage[] = []
      await fc.assert(fc.asyncProperty(fc.array(anyMessage, { maxLength: 5 }), async (messages) => {
        await store.append(messages)
        model.push(...messages)
        expect(await store.read(model.length - messages.length + 1, 10)).toEqual(numbered(model).slice(model.length - messages.length))
      }), { numRuns: 40, seed: 1 })
      expect(model.some(({ bytes }) => bytes.body == null) && model.some(({ bytes }) => bytes.body?.length === 0)).toBe(true)
      await store.close()
      const again = await open()
      expect(await again.read(1, 1_000)).toEqual(numbered(model))
    })

    test('[S2] a message read is a copy of its own: what a reader does to it changes nothing', async () => {
      const store = await open()
      const messages = sampleMessages(2)
      await store.append(messages)
      const { bytes: { header } } = present((await store.read(1, 1))[0])
      // The memory store shares what it was given, which is its point; nobody may write to that.
      if (hasDisk) header.fill(0)
      expect(header.buffer.byteLength).toBeLessThan(1_000)
      expect(await store.read(1, 2)).toEqual(numbered(messages))
    })

    test('reading gives any range, and less than the limit only at the end', async () => {
      const store = await open({ limits: { blockBytes: 1_000 } })
      const messages = sampleMessages(40)
      await store.append(messages.slice(0, 25))
      for (const message of messages.slice(25)) await store.append([message])
      const events = numbered(messages)
      for (const from of [0, 1, 2, 13, 25, 26, 39, 40]) {
        for (const limit of [1, 2, 7, 40, 100]) {
          const start = Math.max(from, 1) - 1
          expect(await store.read(from, limit)).toEqual(events.slice(start, start + limit))
        }
      }
      expect(await store.read(41, 5)).toEqual([])
    })

    test('a scan visits a range once, in order, and not what is appended meanwhile', async () => {
      const store = await open({ limits: { blockBytes: 1_000 } })
      const messages = sampleMessages(300)
      await store.append(messages)
      const seen: StoredEvent[] = []
      for await (const step of store.scan(0)) {
        expect(step.length).toBeGreaterThan(0)
        if (seen.length === 0) await store.append(sampleMessages(5, 900))
        seen.push(...step)
      }
      expect(seen).toEqual(numbered(messages))
      expect((await collect(store.scan(150, 160))).map(({ event }) => event)).toEqual(Array.from({ length: 11 }, (_, index) => 150 + index))
      expect(await collect(store.scan(306))).toEqual([])
      expect(await collect(store.scan(301, 1_000))).toEqual(numbered(sampleMessages(5, 900)).map(event => ({ ...event, event: event.event + 300 })))
    })

    test('[S5] a value put after an append is committed after it', async () => {
      const store = await open()
      const append = store.append(sampleMessages(3))
      await store.putValue('watermark', 3)
      expect(store.lastEvent).toBe(3)
      expect(await append).toBe(1)
    })

    test('wrong arguments are refused, and change nothing', async () => {
      const store = await open({ limits: { appendBytesMax: 2_000 } })
      const message = present(sampleMessages(1)[0])
      const invalid = { code: 'invalid-argument' }
      await expect(store.append(sampleMessages(50))).rejects.toMatchObject(invalid)
      await expect(store.append([{ ...message, id: 'AB' as MessageId }])).rejects.toMatchObject(invalid)
      await expect(store.append([{ ...message, from: 'x'.repeat(1_000) }])).rejects.toMatchObject(invalid)
      await expect(store.read(-1, 1)).rejects.toMatchObject(invalid)
      await expect(store.read(1, 0)).rejects.toMatchObject(invalid)
      await expect(store.read(1, readMessagesMax + 1)).rejects.toMatchObject(invalid)
      await expect(collect(store.scan(1.5))).rejects.toMatchObject(invalid)
      expect(store.lastEvent).toBe(0)
      expect(await store.append([message])).toBe(1)
    })

    test('[S8] close commits what is queued; after it every call rejects', async () => {
      const store = await open()
      const append = store.append(sampleMessages(3))
      await store.close()
      await store.close()
      expect(await append).toBe(1)
      const stopped = { code: 'stopped' }
      await expect(store.append(sampleMessages(1))).rejects.toMatchObject(stopped)
      await expect(store.read(1, 1)).rejects.toMatchObject(stopped)
      await expect(collect(store.scan(1))).rejects.toMatchObject(stopped)
      await expect(store.get([1])).rejects.toMatchObject(stopped)
      await expect(store.eraseBodies([1])).rejects.toMatchObject(stopped)
      await expect(store.drop([1])).rejects.toMatchObject(stopped)
      await expect(store.getValue('a')).rejects.toMatchObject(stopped)
      await expect(store.getValues('a', { limit: 1 })).rejects.toMatchObject(stopped)
      await expect(store.putValue('a', 1)).rejects.toMatchObject(stopped)
      expect((await open()).lastEvent).toBe(3)
    })

    test('[S8] destroy erases messages, values and numbers', async () => {
      const store = await open()
      await store.append(sampleMessages(3))
      await store.putValue('a', 1)
      await store.destroy()
      await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'stopped' })
      const again = await open()
      expect(again.lastEvent).toBe(0)
      expect(await again.read(1, 10)).toEqual([])
      expect(await again.getValue('a')).toBeUndefined()
    })

    test('[S1] [S2] [S7] any appends, values and reopens equal a plain list', async () => {
      // A step: how many messages the appends made at once have, one number each; none is a reopen.
      const steps = fc.array(fc.array(fc.nat({ max: 12 }), { maxLength: 6 }), { maxLength: 12 })
      await fc.assert(fc.asyncProperty(steps, fc.integer({ min: 300, max: 3_000 }), async (plan, blockBytes) => {
        const own = await create()
        let store = await own.open({ limits: { blockBytes } })
        const model: StoredMessage[] = []
        for (const sizes of plan) {
          const appends = sizes.map((size) => {
            const messages = sampleMessages(size, model.length)
            model.push(...messages)
            return store.append(messages)
          })
          await Promise.all(appends)
          expect(store.lastEvent).toBe(model.length)
          if (sizes.length > 0) continue
          await store.close()
          store = await own.open({ limits: { blockBytes } })
          expect(await collect(store.scan(1))).toEqual(numbered(model))
        }
        expect(await collect(store.scan(1))).toEqual(numbered(model))
        await store.close()
        await own.cleanUp?.()
      }), { numRuns: 25, seed: 7 })
    })

    changesContract({
      open,
      create,
      disk: hasDisk ? diskUnderTest : undefined,
      limitSpace: canFill ? async bytes => present(harness.limitSpace)(bytes) : undefined
    })
    valuesContract(open)

    if (!hasDisk) return
    describe('and packs it', () => {
      test('[S7] a large append lies in even blocks, small ones are merged', async () => {
        const blockBytes = 4_000
        const store = await open({ limits: { blockBytes } })
        const messages = sampleMessages(200)
        await store.append(messages.slice(0, 100))
        for (const message of messages.slice(100)) await store.append([message])
        await store.close()
        const sizes: number[] = []
        for (const key of await diskUnderTest().blockKeys()) sizes.push((await diskUnderTest().readBlock(key)).length)
        // About 220 B a message: 44 KB in all, of which the last few appends may still wait for their merge.
        expect(sizes.filter(size => size >= blockBytes / 2).length).toBeGreaterThanOrEqual(9)
        expect(sizes.filter(size => size < blockBytes / 2).reduce((sum, size) => sum + size, 0)).toBeLessThan(blockBytes * 2)
        expect(Math.max(...sizes)).toBeLessThan(blockBytes * 1.6)
        expect(await (await open()).read(1, 1_000)).toEqual(numbered(messages))
      })

      test('[S7] an open goes on merging where the last one stopped', async () => {
        const limits = { blockBytes: 4_000 }
        for (let index = 0; index < 40; index += 1) {
          const store = await harness.open({ limits })
          await store.append(sampleMessages(1, index))
          await store.close()
        }
        expect((await diskUnderTest().blockKeys()).length).toBeLessThan(25)
        expect(await (await open()).read(1, 100)).toEqual(numbered(sampleMessages(40)))
      })

      const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
        ['a flipped bit', bytes => bytes.map((byte, index) => index === bytes.length - 5 ? byte ^ 1 : byte)],
        ['a torn end', bytes => bytes.slice(0, bytes.length / 2)],
        ['nothing left', () => new Uint8Array()],
        ['zeros', bytes => new Uint8Array(bytes.length)]
      ]
      test.each(damages)('[S6] %s: the block is reported once and skipped, its numbers stay', async (_, change) => {
        const messages = sampleMessages(60)
        const store = await open({ limits: { blockBytes: 4_000 } })
        await store.append(messages)
        await store.close()
        const keys = await diskUnderTest().blockKeys()
        const second = present(keys[1])
        const third = present(keys[2])
        await diskUnderTest().writeBlock(second, change(await diskUnderTest().readBlock(second)))

        const reports: BlockDamage[] = []
        const damaged = await open({ onDamage: damage => reports.push(damage) })
        const kept = numbered(messages).filter(({ event }) => event < second || event >= third)
        expect(damaged.lastEvent).toBe(60)
        expect(await damaged.read(1, 100)).toEqual(kept)
        expect(await damaged.read(second, 1)).toEqual(kept.filter(({ event }) => event === third))
        expect(await collect(damaged.scan(1))).toEqual(kept)
        expect(reports).toMatchObject([{ firstEvent: second, lastEvent: third - 1 }])
        expect(await damaged.append(sampleMessages(1, 60))).toBe(61)
      })

      test('[S1] [S6] a damaged newest block gives its numbers to nobody else', async () => {
        const store = await open()
        await store.append(sampleMessages(5))
        await store.append(sampleMessages(5, 5))
        await store.close()
        const last = present((await diskUnderTest().blockKeys()).at(-1))
        await diskUnderTest().writeBlock(last, new Uint8Array(20))
        const reports: BlockDamage[] = []
        const damaged = await open({ onDamage: damage => reports.push(damage), limits: { blockBytes: 1_500 } })
        expect(await damaged.append(sampleMessages(5, 10))).toBe(11)
        expect((await damaged.read(1, 100)).map(({ event }) => event)).toEqual([1, 2, 3, 4, 5, 11, 12, 13, 14, 15])
        expect(reports).toMatchObject([{ firstEvent: 6, lastEvent: 10 }])
      })
    })
  })
}

const anyBytes = fc.uint8Array({ maxLength: 300 })
const anyMessage: fc.Arbitrary<StoredMessage> = fc.record({
  bytes: fc.record({ header: anyBytes, body: fc.option(anyBytes, { nil: undefined }), signature: anyBytes }),
  id: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytes => Buffer.from(bytes).toString('hex') as MessageId),
  storedAt: fc.nat({ max: 2 ** 48 }),
  from: fc.option(fc.string({ maxLength: 60 }), { nil: null })
})
