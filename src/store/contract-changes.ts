/** The contract's part about reading by number and about what erases: S9 to S13. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { MessageId } from '../message/types.ts'
import type { DiskUnderTest, StoreHarness } from './contract-harness.ts'
import { collect, numbered, present, sampleMessages, withoutBody } from './fixtures/sample-messages.ts'
import type { BlockDamage, MessageStore, StoredEvent, StoredMessage, StoreOptions } from './message-store.ts'
import { readMessagesMax } from './message-store.ts'

export interface ChangesContractOptions {
  /** Opens the same data each time. */
  readonly open: (options?: StoreOptions) => Promise<MessageStore>
  /** Makes another place. */
  readonly create: () => Promise<StoreHarness>
  readonly disk: (() => DiskUnderTest) | undefined
  readonly limitSpace: StoreHarness['limitSpace'] | undefined
}

/** A body that is found again wherever it is on a disk. */
const markedBody = new TextEncoder().encode('This text is meant to be erased from the disk. '.repeat(4))
const markedMessage: StoredMessage = {
  bytes: { header: new Uint8Array(60).fill(1), body: markedBody, signature: new Uint8Array(64).fill(2) },
  id: 'ab'.repeat(32) as MessageId,
  storedAt: 1_700_000_000_000,
  from: 'peer-1'
}

/** Registers its tests. */
export function changesContract ({ open, create, disk, limitSpace }: ChangesContractOptions): void {
  test('[S9] messages by number come in the order asked for, as often, and undefined where there is none', async () => {
    const store = await open({ limits: { blockBytes: 1_000 } })
    const messages = sampleMessages(60)
    const events = numbered(messages)
    expect(await store.get([1])).toEqual([undefined])
    await store.append(messages.slice(0, 40))
    for (const message of messages.slice(40)) await store.append([message])
    expect(await store.get([])).toEqual([])
    expect(await store.get([40, 3, 3, 60, 1])).toEqual([events[39], events[2], events[2], events[59], events[0]])
    expect(await store.get([61, 60, 0, 2 ** 50])).toEqual([undefined, events[59], undefined, undefined])
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 30 }), async (asked) => {
      expect(await store.get(asked)).toEqual(asked.map(event => events[event - 1]))
    }), { numRuns: 30, seed: 2 })
  })

  test('[S7] [S9] messages by number are there while others are appended and merged', async () => {
    const store = await open({ limits: { blockBytes: 1_500 } })
    const messages = sampleMessages(120)
    const events = numbered(messages)
    await store.append(messages.slice(0, 20))
    for (const message of messages.slice(20)) {
      const asked = Array.from({ length: store.lastEvent }, (_, index) => store.lastEvent - index)
      const append = store.append([message])
      expect(await store.get(asked)).toEqual(asked.map(event => events[event - 1]))
      await append
    }
  })

  test('[S10] erased bodies are gone for every reader and from the disk, and nothing else is', async () => {
    const store = await open({ limits: { blockBytes: 1_500 } })
    const messages = sampleMessages(40)
    messages[10] = markedMessage
    messages[30] = markedMessage
    await store.append(messages)
    const erased = [11, 31, 12, 4]
    const expected = numbered(messages).map(event => erased.includes(event.event) ? withoutBody(event) : event)
    expect(await store.get([11])).toEqual(numbered(messages).slice(10, 11))
    await store.eraseBodies(erased)
    expect(await store.get([11, 12, 13])).toEqual(expected.slice(10, 13))
    expect(await store.read(1, 100)).toEqual(expected)
    expect(await collect(store.scan(1))).toEqual(expected)
    await store.close()
    for (const key of await disk?.().blockKeys() ?? []) {
      expect(Buffer.from(present(await disk?.().readBlock(key))).includes(Buffer.from(markedBody.subarray(0, 40)))).toBe(false)
    }
    const again = await open()
    expect(again.lastEvent).toBe(40)
    expect(await again.get(expected.map(({ event }) => event))).toEqual(expected)
  })

  test('[S5] [S10] [S11] an erasure and a drop come after the appends before them and before those after', async () => {
    const store = await open()
    const changes = [
      store.append([markedMessage, markedMessage, markedMessage]),
      store.eraseBodies([1, 4]),
      store.drop([2, 5]),
      store.append([markedMessage, markedMessage])
    ]
    await Promise.all(changes)
    const [first, , third, fourth, fifth] = numbered(Array.from({ length: 5 }, () => markedMessage))
    expect(await store.read(1, 10)).toEqual([withoutBody(present(first)), third, fourth, fifth])
  })

  test('[S10] [S11] a scan that is held up gives nothing that was erased or dropped meanwhile', async () => {
    const store = await open({ limits: { blockBytes: 800 } })
    const messages = Array.from({ length: 60 }, () => markedMessage)
    await store.append(messages)
    const seen: StoredEvent[] = []
    let held = 0
    for await (const step of store.scan(1, 60)) {
      const last = present(step.at(-1)).event
      seen.push(...step)
      if (last < 20 || held > 0) continue
      held = last
      await store.eraseBodies([60, 59, 31])
      await store.drop([58, 32])
    }
    // A store without blocks gives all in one step.
    if (disk != null) expect(held).toBeLessThan(31)
    const expected = numbered(messages).filter(({ event }) => event <= held || (event !== 58 && event !== 32))
    expect(seen).toEqual(expected.map(event => event.event > held && [60, 59, 31].includes(event.event) ? withoutBody(event) : event))
  })

  test('[S1] [S11] dropped messages leave gaps that nobody fills, and no block when all of it is gone', async () => {
    const store = await open({ limits: { blockBytes: 1_500 } })
    const messages = sampleMessages(40)
    await store.append(messages)
    const kept = numbered(messages).filter(({ event }) => event === 3 || (event > 20 && event % 5 === 0 && event < 40))
    const dropped = numbered(messages).map(({ event }) => event).filter(event => !kept.some(other => other.event === event))
    await store.get([40])
    await store.drop(dropped)
    expect(store.lastEvent).toBe(40)
    expect(await store.read(1, 100)).toEqual(kept)
    expect(await store.read(4, 2)).toEqual(kept.slice(1, 3))
    expect(await collect(store.scan(1))).toEqual(kept)
    expect(await store.get([40, 3, 2])).toEqual([undefined, kept[0], undefined])
    await store.close()
    const again = await open()
    expect(await again.append(sampleMessages(1, 40))).toBe(41)
    expect(await again.read(1, 100)).toEqual([...kept, ...numbered(sampleMessages(41)).slice(40)])
    await again.drop([...kept.map(({ event }) => event), 41])
    expect(await again.read(1, 100)).toEqual([])
    await again.close()
    expect(await disk?.().blockKeys() ?? []).toEqual([])
    expect(await (await open()).append(sampleMessages(1))).toBe(42)
  })

  test('[S10] [S11] erasing or dropping again, or what is not there, changes nothing', async () => {
    const store = await open()
    await store.eraseBodies([1])
    await store.drop([1])
    await store.append(sampleMessages(10))
    await store.eraseBodies([2, 2, 4, 11, 99, 0])
    await store.drop([5, 5, 99, 0])
    const expected = await store.read(1, 100)
    expect(expected.map(({ event }) => event)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10])
    await store.eraseBodies([2, 4, 5])
    await store.drop([5])
    await store.eraseBodies([])
    await store.drop([])
    expect(await store.read(1, 100)).toEqual(expected)
    expect(await store.append(sampleMessages(1))).toBe(11)
  })

  test('[S1] [S2] [S7] [S9] [S10] [S11] any appends, erasures, drops and reopens equal a plain list', async () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 })
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('append' as const), sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('erase' as const, 'drop' as const), events: numbers }) },
      { weight: 1, arbitrary: fc.constant({ type: 'reopen' as const }) }
    )
    let gaps = 0
    const onDamage = vi.fn()
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.integer({ min: 300, max: 2_500 }), async (plan, blockBytes) => {
      const own = await create()
      const options = { limits: { blockBytes, cacheBytesMax: 2_000 }, onDamage }
      let store = await own.open(options)
      const model: (StoredEvent | undefined)[] = []
      for (const next of plan) {
        if (next.type === 'reopen') {
          await store.close()
          store = await own.open(options)
        } else if (next.type === 'append') {
          await Promise.all(next.sizes.map((size) => {
            const messages = sampleMessages(size, model.length)
            for (const message of messages) model.push({ ...message, event: model.length + 1 })
            return store.append(messages)
          }))
        } else {
          await (next.type === 'erase' ? store.eraseBodies(next.events) : store.drop(next.events))
          for (const event of next.events) {
            const message = model[event - 1]
            if (message != null) model[event - 1] = next.type === 'erase' ? withoutBody(message) : undefined
          }
        }
        expect(store.lastEvent).toBe(model.length)
        const asked = Array.from({ length: 20 }, (_, index) => (index * 17) % 61)
        expect(await store.get(asked)).toEqual(asked.map(event => model[event - 1]))
        expect(await store.read(1, 1_000)).toEqual(model.filter(event => event != null))
      }
      gaps += model.filter(event => event == null).length
      await store.close()
      await own.cleanUp?.()
    }), { numRuns: 25, seed: 11 })
    expect(gaps).toBeGreaterThan(20)
    expect(onDamage).not.toHaveBeenCalled()
  })

  test('wrong numbers are refused, and change nothing', async () => {
    const store = await open()
    await store.append(sampleMessages(2))
    const tooMany = Array.from({ length: readMessagesMax + 1 }, () => 1)
    for (const events of [[-1], [1, 0.5], [NaN], tooMany]) {
      await expect(store.get(events)).rejects.toMatchObject({ code: 'invalid-argument' })
      await expect(store.eraseBodies(events)).rejects.toMatchObject({ code: 'invalid-argument' })
      await expect(store.drop(events)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    expect(await store.read(1, 10)).toEqual(numbered(sampleMessages(2)))
  })

  if (limitSpace != null) test('[S13] a full store refuses appends whole, and takes them again when something was dropped or erased', async () => {
    const store = await open({ limits: { blockBytes: 2_000 } })
    const messages = Array.from({ length: 60 }, () => markedMessage)
    await store.append(messages)
    await limitSpace(1_000)
    await expect(store.append(sampleMessages(50, 100))).rejects.toMatchObject({ code: 'storage-full' })
    expect(store.lastEvent).toBe(60)
    expect(await store.read(1, 100)).toEqual(numbered(messages))
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1)
    await store.drop(numbers.slice(0, 25))
    expect(await store.append(sampleMessages(20, 60))).toBe(61)
    await expect(store.append(sampleMessages(50, 100))).rejects.toMatchObject({ code: 'storage-full' })
    await store.eraseBodies(numbers)
    expect(await store.append(sampleMessages(10, 80))).toBe(81)
    await limitSpace(undefined)
    const expected = numbered([...messages, ...sampleMessages(30, 60)]).slice(25).map(event => event.event <= 40 ? withoutBody(event) : event)
    expect(await store.read(1, 100)).toEqual(expected)
    expect(await store.append(sampleMessages(50, 100))).toBe(91)
  })

  if (disk == null) return
  test('[S6] [S10] a damaged block from which something is to be erased is reported and goes as a whole', async () => {
    const store = await open({ limits: { blockBytes: 1_500 } })
    const messages = sampleMessages(30)
    await store.append(messages)
    await store.close()
    const [, second, third] = await disk().blockKeys()
    await disk().writeBlock(present(second), (await disk().readBlock(present(second))).fill(9, 300))
    const reports: BlockDamage[] = []
    const damaged = await open({ onDamage: damage => reports.push(damage) })
    const kept = numbered(messages).filter(({ event }) => event < present(second) || event >= present(third))
    expect(await damaged.get([present(second), 1])).toEqual([undefined, kept[0]])
    await damaged.eraseBodies([present(second), 2])
    expect(reports).toMatchObject([{ firstEvent: second, lastEvent: present(third) - 1 }])
    expect(await damaged.read(1, 100)).toEqual(kept.map(event => event.event === 2 ? withoutBody(event) : event))
    await damaged.close()
    expect(await disk().blockKeys()).not.toContain(second)
  })
}
