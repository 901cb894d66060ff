import '../node/compat.ts'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import * as varint from 'uint8-varint'
import { describe, expect, test } from 'vitest'
import { frameBytesMax } from '../gossip/frames.ts'
import { createFrameStream, queuedBytesMax, type FrameStream, type Read } from './frame-stream.ts'

interface Pair {
  /** A raw stream, to write any bytes. */
  readonly raw: Stream
  /** What reads them. */
  readonly frames: FrameStream
  readonly stream: Stream
}

async function createPair (): Promise<Pair> {
  const [raw, stream] = await streamPair()
  return { raw, stream, frames: createFrameStream(stream) }
}

function framed (bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...varint.encode(bytes.byteLength), ...bytes])
}

async function frameOf (read: Promise<Read>): Promise<Uint8Array> {
  const got = await read
  if (got.type !== 'frame') throw new Error(`no frame but ${got.type}`)
  return got.bytes
}

describe('frames', () => {
  test('arrive as they were sent, in order, however they are cut on the way', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 200 }),
      async (sent, cut) => {
        const { raw, frames } = await createPair()
        const bytes = Buffer.concat(sent.map(framed))
        for (let start = 0; start < bytes.byteLength; start += cut) raw.send(Uint8Array.from(bytes.subarray(start, start + cut)))
        for (const frame of sent) expect(await frameOf(frames.read())).toEqual(frame)
        raw.abort(new Error('done'))
      }
    ), { numRuns: 20 })
  })

  test('cross both ways, and are counted', async () => {
    const [one, other] = (await streamPair()).map(stream => createFrameStream(stream)) as [FrameStream, FrameStream]
    for (let index = 0; index < 100; index += 1) {
      expect(one.send(Uint8Array.of(index, 1))).toBe('queued')
      expect(other.send(Uint8Array.of(index))).toBe('queued')
    }
    for (let index = 0; index < 100; index += 1) {
      expect(await frameOf(other.read())).toEqual(Uint8Array.of(index, 1))
      expect(await frameOf(one.read())).toEqual(Uint8Array.of(index))
    }
    expect([one.bytesOut, one.bytesIn, other.bytesOut, other.bytesIn]).toEqual([200, 100, 100, 200])
  })

  test('go out in whatever step they are sent, also just when the one before has gone', async () => {
    for (let steps = 0; steps < 40; steps += 1) {
      const [one, other] = (await streamPair()).map(stream => createFrameStream(stream)) as [FrameStream, FrameStream]
      one.send(Uint8Array.of(1))
      for (let step = 0; step < steps; step += 1) await Promise.resolve()
      one.send(Uint8Array.of(2))
      const came = (async () => [await frameOf(other.read()), await frameOf(other.read())])()
      const late = new Promise((resolve) => { setTimeout(resolve, 200) })
      expect(await Promise.race([came, late]), `after ${steps} steps`).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
    }
  })

  test('[G3] may have 16,384 bytes', async () => {
    const { raw, frames } = await createPair()
    raw.send(framed(new Uint8Array(frameBytesMax)))
    expect((await frameOf(frames.read())).byteLength).toBe(frameBytesMax)
  })
})

describe('[G3] a length over the limit is refused before a byte of the frame is there', () => {
  test.for<[string, Uint8Array]>([
    ['one more than allowed', varint.encode(frameBytesMax + 1)],
    ['more than a varint of that size says', varint.encode(2 ** 21)],
    ['a length of 2⁵³ − 1', varint.encode(Number.MAX_SAFE_INTEGER)],
    ['a length that never ends', new Uint8Array(4).fill(0x80)]
  ])('%s', async ([, bytes]) => {
    const { raw, frames } = await createPair()
    raw.send(bytes)
    expect(await frames.read()).toMatchObject({ type: 'failed', code: 'frame-too-large' })
  })
})

describe('the end of a stream', () => {
  test('in order: what was sent before it is read, then the end', async () => {
    const [one, other] = (await streamPair()).map(stream => createFrameStream(stream)) as [FrameStream, FrameStream]
    for (let index = 0; index < 10; index += 1) one.send(Uint8Array.of(index))
    const closed = one.close()
    for (let index = 0; index < 10; index += 1) expect(await frameOf(other.read())).toEqual(Uint8Array.of(index))
    expect(await other.read()).toEqual({ type: 'end' })
    await other.close()
    await closed
    expect(one.send(Uint8Array.of(1))).toBe('closed')
  })

  test('in the middle of a frame is an end, and nobody\'s offence', async () => {
    const { raw, frames } = await createPair()
    raw.send(Uint8Array.of(10, 1, 2))
    const read = frames.read()
    await Promise.all([raw.close(), read])
    expect(await read).toEqual({ type: 'end' })
  })

  test('by a reset is an end too', async () => {
    const { raw, frames } = await createPair()
    const read = frames.read()
    raw.abort(new Error('gone'))
    expect(await read).toEqual({ type: 'end' })
    expect(frames.send(Uint8Array.of(1))).toBe('closed')
  })

  test('comes in 2 s also where the neighbour reads nothing of what waits for it', async () => {
    const [sender] = await streamPair({ capacity: 1 })
    sender.send = () => false
    sender.addEventListener('drain', (event) => { event.stopImmediatePropagation() })
    const frames = createFrameStream(sender)
    frames.send(new Uint8Array(16_000))
    await frames.close()
    expect(sender.status).toBe('aborted')
  })

  test('does not come for a reader that gave up waiting', async () => {
    const { raw, frames } = await createPair()
    expect(await frames.read({ signal: AbortSignal.timeout(5) })).toMatchObject({ type: 'failed', code: undefined })
    raw.send(framed(Uint8Array.of(1)))
    expect(await frameOf(frames.read())).toEqual(Uint8Array.of(1))
  })
})

test('[G15] frames over 1 MiB that wait are not taken, and the rest arrives', async () => {
  const [sender, receiver] = await streamPair({ capacity: 1 })
  const [from, to] = [createFrameStream(sender), createFrameStream(receiver)]
  const size = 16_000
  let taken = 0
  while (taken < 100 && from.send(new Uint8Array(size).fill(taken % 256)) === 'queued') taken += 1
  expect(from.send(new Uint8Array(size))).toBe('congested')
  expect(taken).toBe(Math.floor(queuedBytesMax / size))
  for (let index = 0; index < taken; index += 1) expect((await frameOf(to.read()))[0]).toBe(index % 256)
  await expect.poll(() => from.send(Uint8Array.of(1)), { interval: 1 }).toBe('queued')
  expect(await frameOf(to.read())).toEqual(Uint8Array.of(1))
})

test('[G16] a neighbour that sends more than 4 MiB that nobody reads is cut off', async () => {
  const { raw, frames, stream } = await createPair()
  const frame = framed(new Uint8Array(16_000))
  for (let sent = 0; sent <= 4_194_304; sent += frame.byteLength) raw.send(frame)
  await expect.poll(() => stream.status, { interval: 1 }).not.toBe('open')
  expect(await frames.read()).toMatchObject({ type: 'failed', code: 'inbound-overflow' })
})
