import { beforeEach, expect, test } from 'vitest'
import { HubError } from '../base/errors.ts'
import { createEventLog } from '../base/event-log.ts'
import { epochOf, epochStartMs } from '../message/epoch.ts'
import type { Message } from '../message/types.ts'
import { startMs } from './fixtures/author.ts'
import { createPen, openShelf, type Pen, type Shelf } from './messages/fixtures/shelf.ts'
import { pageRows } from './messages/pages.ts'
import { createRetention, type Retention } from './retention.ts'

const hourMs = 3_600_000
const log = createEventLog(() => startMs)
let own: Pen
let other: Pen

beforeEach(() => { [own, other] = [createPen('own'), createPen('other')] })

async function retentionOf (shelf: Shelf): Promise<Retention> {
  const { store, set, messages } = shelf
  return createRetention({ store, set, messages, isOwn: author => author === own.author, log, now: () => startMs + 1_000 * hourMs })
}

/** One post an hour of each, and a remove. */
async function writeHours (shelf: Shelf, pens: readonly Pen[], hours: number): Promise<Message[]> {
  const written: Message[] = []
  for (const pen of pens) {
    written.push(pen.introduce())
    for (let hour = 0; hour < hours; hour += 1) written.push(pen.write({ kind: 'post', text: `hour ${hour}`, parent: undefined }, { timestamp: startMs + hour * hourMs }))
    written.push(pen.write({ kind: 'remove', target: written.at(-1)!.id }, { timestamp: startMs }))
  }
  if (!pens.includes(own)) written.push(own.introduce())
  // Only what catalog pages name can be dropped: one more of them is filled.
  for (let count = 0; count < pageRows; count += 1) {
    written.push(own.write({ kind: 'post', text: `later ${count}`, parent: undefined }, { timestamp: startMs + 2_000 * hourMs }))
  }
  for (const message of written) await shelf.take(message)
  return written
}

test('what is older than the epoch goes, but for one\'s own and what decides about others; it is remembered, and never lowered', async () => {
  const shelf = await openShelf()
  const written = await writeHours(shelf, [own, other], 10)
  const retention = await retentionOf(shelf)
  const epoch = epochOf(startMs + 4 * hourMs)
  expect(await retention.keepFrom(epoch)).toBe(4)
  expect(await retention.keepFrom(epoch - 1)).toBe(0)
  let opened = shelf
  for (const reopen of [false, true]) {
    if (reopen) opened = await shelf.reopened()
    const { messages, set } = opened
    for (const message of written) {
      const { kind, author, timestamp } = message.header
      const stays = author === own.author || kind !== 'post' || timestamp >= epochStartMs(epoch)
      expect(await messages.get(message.id) !== undefined).toBe(stays)
      expect(set.has(message.id)).toBe(true)
    }
  }
  const again = await retentionOf(opened)
  expect(again.minEpoch).toBe(epoch)
  const late = (pen: Pen): Message => pen.write({ kind: 'post', text: 'late', parent: undefined }, { timestamp: startMs })
  expect([late(own), late(other), other.introduce()].map(({ header }) => again.keeps({ ...header, timestamp: startMs }))).toEqual([true, false, true])
})

test('a full storage gives up the oldest epochs and writes again; with nothing to give up it says so', async () => {
  const full = new HubError('storage-full', 'full')
  const shelf = await openShelf()
  await writeHours(shelf, [own, other], 600)
  const retention = await retentionOf(shelf)
  let writes = 0
  const write = async (): Promise<string> => {
    writes += 1
    if (writes === 1) throw full
    return 'written'
  }
  expect(await withRoom(retention, write)).toBe('written')
  expect(retention.minEpoch).toBe(epochOf(startMs + 499 * hourMs) + 1)
  expect(log.read({ type: 'retention-raised' })).not.toHaveLength(0)
  for (;;) {
    try {
      await withRoom(retention, async () => Promise.reject(full))
    } catch (thrown) {
      expect(thrown).toBe(full)
      break
    }
  }
  const left = await shelf.messages.query({ limit: 1_000, author: other.author })
  // The post is what the remove hides: after a restart it must be a member for that.
  expect(left.map(({ message }) => message.header.kind).sort()).toEqual(['post', 'remove', 'signer-add'])
  expect(await shelf.messages.query({ limit: 1_000, author: own.author })).toHaveLength(1_000)
})

test('another failure is the caller\'s, and gives up nothing', async () => {
  const shelf = await openShelf()
  await writeHours(shelf, [other], 3)
  const retention = await retentionOf(shelf)
  await expect(withRoom(retention, async () => Promise.reject(new HubError('storage-failed', 'broken')))).rejects.toMatchObject({ code: 'storage-failed' })
  expect([retention.minEpoch, shelf.messages.size]).toEqual([0, 6 + pageRows])
})

/** As the runtime writes. */
async function withRoom<T> (retention: Retention, write: () => Promise<T>): Promise<T> {
  return write().catch(async (thrown: unknown) => retention.writeAgain(thrown, write))
}
