import '../compat.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HubError } from '../../base/errors.ts'
import type { Frame } from '../../gossip/frames.ts'
import { decodeSignedBytes, messageIdOf } from '../../message/codec.ts'
import { networkOf } from '../../message/genesis.ts'
import type { MessageId } from '../../message/types.ts'
import { createAuthors, type Written } from './authors.ts'
import { createDelivery, type Delivery } from './delivery.ts'

const rules = networkOf({ name: 'test', genesisTime: 0, admissionBits: 0, attesters: [] })

async function messages (count: number, textLength = 1): Promise<Written[]> {
  const authors = createAuthors({ rules })
  const written: Written[] = []
  while (written.length < count) written.push(...await authors.write({ author: 'Ada', at: 1_000, text: String(written.length).padEnd(textLength, '.'), id: undefined, parent: undefined }, undefined) ?? [])
  return written.slice(0, count)
}

/** A hub at the other end that reads frames in order, and may be made to lose or refuse messages, to have a full queue, or to store late. */
interface Other {
  readonly delivered: string[]
  readonly failed: string[]
  readonly delivery: Delivery
  readonly frames: Frame['type'][]
}

interface OtherOptions {
  /** Whether the message that arrives for the `time`th time is taken. */
  readonly takes?: (id: MessageId, time: number) => boolean
  /** Frames taken before the queue is full; it drains in the next task. @default all */
  readonly queue?: number
  /** Questions that it does not answer yet, because it has stored nothing. */
  readonly late?: number
  readonly stalledAfterMs?: number
}

function connect ({ takes = () => true, queue = Infinity, late = 0, stalledAfterMs = 5_000 }: OtherOptions = {}): Other {
  const stored = new Map<MessageId, Uint8Array>()
  const times = new Map<MessageId, number>()
  const [delivered, failed, frames]: [string[], string[], Frame['type'][]] = [[], [], []]
  let queued = 0
  let unanswered = late
  const read = (frame: Frame): void => {
    if (frame.type === 'gossip') {
      const decoded = decodeSignedBytes(frame.message)
      if (!decoded.ok) throw new Error(decoded.code)
      const id = messageIdOf(decoded.value.header)
      times.set(id, (times.get(id) ?? 0) + 1)
      if (takes(id, times.get(id) ?? 0)) stored.set(id, frame.message)
    } else if (frame.type === 'graft') {
      if (unanswered > 0) unanswered -= 1
      else for (const id of frame.ids) if (stored.has(id)) delivery.frame({ type: 'gossip', message: stored.get(id) ?? new Uint8Array(0), hops: 0 })
    } else if (frame.type === 'ihave') {
      const ids = frame.ids.filter(id => !stored.has(id))
      if (ids.length > 0) delivery.frame({ type: 'graft', ids })
    }
  }
  const delivery = createDelivery({
    stalledAfterMs,
    onDelivered: (written) => { delivered.push(...written.map(({ id }) => id)) },
    onFailed: (written) => { failed.push(...written.map(({ id }) => id)) },
    send (frame) {
      if (queued >= queue) return 'congested'
      queued += 1
      frames.push(frame.type)
      setImmediate(() => {
        queued -= 1
        read(frame)
        if (queued === 0) delivery.drained()
      })
      return 'queued'
    }
  })
  return { delivered, failed, delivery, frames }
}

async function deliver (other: Other, written: readonly Written[]): Promise<void> {
  for (const message of written) await other.delivery.hand(message)
  await other.delivery.finish()
}

test('[G18] everything is told as delivered, in order, once the other side has it', async () => {
  const other = connect()
  const written = await messages(1_500)
  await deliver(other, written)
  expect(other.delivered).toEqual(written.map(({ id }) => id))
  expect(other.failed).toEqual([])
  expect(other.frames.filter(type => type === 'gossip')).toHaveLength(written.length)
  expect(other.frames.length - written.length, 'questions and notes are few').toBeLessThan(100)
})

test('nothing, and a single message, are delivered too', async () => {
  await deliver(connect(), [])
  const other = connect()
  const written = await messages(1)
  await deliver(other, written)
  expect(other.delivered).toHaveLength(1)
})

test('what the other side lacks is sent again, whichever it is; what it never takes has failed', async () => {
  const written = await messages(300)
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(299)), fc.array(fc.nat(298), { maxLength: 3 }), async (lostOnce, refused) => {
    const ids = (numbers: number[]): Set<string> => new Set(numbers.map(number => written[number]?.id ?? ''))
    const [lost, never] = [ids(lostOnce), ids(refused)]
    // The last of a window that is never taken costs patience: it has a test of its own.
    never.delete(written[255]?.id ?? '')
    lost.delete(written[255]?.id ?? '')
    lost.delete(written[299]?.id ?? '')
    const other = connect({ takes: (id, time) => !never.has(id) && !(lost.has(id) && time === 1) })
    await deliver(other, written)
    expect(new Set(other.failed)).toEqual(never)
    expect(new Set([...other.delivered, ...other.failed])).toEqual(new Set(written.map(({ id }) => id)))
    expect(other.delivered.length + other.failed.length).toBe(written.length)
  }), { numRuns: 20 })
})

test('the last of a window that was lost is found missing as well', async () => {
  const written = await messages(3)
  const other = connect({ takes: (id, time) => id !== written[2]?.id || time > 1 })
  await deliver(other, written)
  expect(other.delivered).toHaveLength(3)
})

test('a full queue makes the sender wait, and a hub that stores late is waited for', async () => {
  const other = connect({ queue: 3, late: 4 })
  const written = await messages(600)
  await deliver(other, written)
  expect(other.delivered).toHaveLength(600)
})

test('[G16] what the other side was not shown to have stored stays well below what it holds unread', async () => {
  const written = await messages(1_500, 8_000)
  const other = connect({ late: Infinity, stalledAfterMs: 200 })
  await expect(deliver(other, written)).rejects.toMatchObject({ code: 'not-connected' })
  const sent = other.frames.filter(type => type === 'gossip').length
  expect(sent * 8_192).toBeGreaterThan(1 << 20)
  expect(sent * 8_192).toBeLessThan(3 << 20)
})

test('the end of the link ends it with its reason', async () => {
  const other = connect({ late: Infinity })
  const delivering = deliver(other, await messages(5_000))
  setImmediate(() => { other.delivery.fail(new HubError('not-connected', 'The link ended.')) })
  await expect(delivering).rejects.toMatchObject({ code: 'not-connected', message: 'The link ended.' })
})

test('a hub that stores nothing is not waited for without end, and holds up the sender meanwhile', async () => {
  const other = connect({ takes: () => true, late: Infinity, stalledAfterMs: 200 })
  await expect(deliver(other, await messages(5_000))).rejects.toMatchObject({ code: 'not-connected' })
  expect(other.frames.filter(type => type === 'gossip').length).toBeLessThan(1_300)
})
