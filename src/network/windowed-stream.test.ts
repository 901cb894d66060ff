import '../node/compat.ts'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SyncStream } from '../hub/sync/sync-stream.ts'
import { createFrameStream, type FrameStream } from './frame-stream.ts'
import { createWindowedStream, creditBytes, unreadFramesMax, windowBytes } from './windowed-stream.ts'

const frameBytes = 16_000

async function createEnds (): Promise<[SyncStream, SyncStream]> {
  const [one, other] = await streamPair()
  return [createWindowedStream(createFrameStream(one)), createWindowedStream(createFrameStream(other))]
}

/** An end that is written by hand. */
async function createHalf (): Promise<[FrameStream, SyncStream]> {
  const [one, other] = await streamPair()
  return [createFrameStream(one), createWindowedStream(createFrameStream(other))]
}

async function bytesOf (read: ReturnType<SyncStream['read']>): Promise<Uint8Array> {
  const got = await read
  if (got.type !== 'frame') throw new Error(`no frame but an end: ${got.code ?? 'in order'}`)
  return got.bytes
}

describe('[S17] a stream with a window', () => {
  test('carries everything in order, both ways, however much and however slowly it is read', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 16_000 }), { minLength: 1, maxLength: 120 }), fc.nat(3), async (sizes, way) => {
      const [one, other] = await createEnds()
      const frames = sizes.map((size, index) => new Uint8Array(size).fill(index % 256))
      for (const frame of frames) {
        if (way !== 1) one.send(new Uint8Array(frame))
        if (way !== 0) other.send(new Uint8Array(frame))
      }
      for (const frame of frames) {
        if (way !== 1) expect(await bytesOf(other.read())).toEqual(frame)
        if (way !== 0) expect(await bytesOf(one.read())).toEqual(frame)
      }
      one.abort()
    }), { numRuns: 25 })
  })

  test('sends no more than the window before the peer has read, and has room again after that', async () => {
    const [peer, stream] = await createHalf()
    const most = Math.floor(windowBytes / frameBytes)
    for (let frame = 0; frame < 3 * most; frame += 1) stream.send(new Uint8Array(frameBytes))
    let rooms = 0
    const room = stream.room().then(() => { rooms += 1 })
    for (let frame = 0; frame < most; frame += 1) expect((await peer.read()).type).toBe('frame')
    let more = 0
    const reading = (async () => { while ((await peer.read()).type === 'frame') more += 1 })()
    await new Promise(setImmediate)
    expect([more, rooms]).toEqual([0, 0])
    // Of what was read, it is told bit by bit.
    for (let told = creditBytes; told <= most * frameBytes; told += creditBytes) peer.send(new Uint8Array(0))
    await expect.poll(() => more, { interval: 1 }).toBeGreaterThan(most / 2)
    expect(rooms).toBe(0)
    while (more < 2 * most) {
      const before = more
      peer.send(new Uint8Array(0))
      await expect.poll(() => more, { interval: 1 }).toBeGreaterThan(before)
    }
    await room
    stream.abort()
    await reading
  })

  test('a peer that sends more than the window while nobody reads is cut off', async () => {
    const [peer, stream] = await createHalf()
    for (let sent = 0; sent <= windowBytes; sent += frameBytes) peer.send(new Uint8Array(frameBytes))
    await expect.poll(() => peer.send(Uint8Array.of(1)), { interval: 1 }).toBe('closed')
    let read = await stream.read()
    while (read.type === 'frame') read = await stream.read()
    expect(read).toEqual({ type: 'end', code: 'inbound-overflow' })
  })

  test('a peer that fills the window with more frames than that, however small, is cut off', async () => {
    const [peer, stream] = await createHalf()
    for (let sent = 0; sent <= unreadFramesMax; sent += 1) peer.send(Uint8Array.of(1))
    await expect.poll(() => peer.send(Uint8Array.of(1)), { interval: 1 }).toBe('closed')
    let read = await stream.read()
    while (read.type === 'frame') read = await stream.read()
    expect(read).toEqual({ type: 'end', code: 'inbound-overflow' })
  })

  test('a peer that has read what was never sent breaks the rules', async () => {
    const [peer, stream] = await createHalf()
    peer.send(new Uint8Array(0))
    expect(await stream.read()).toEqual({ type: 'end', code: 'unexpected-frame' })
    await stream.room()
  })

  test('says what was read in few frames, and nothing for a short session', async () => {
    const [peer, stream] = await createHalf()
    for (let frame = 0; frame < 4; frame += 1) peer.send(new Uint8Array(frameBytes))
    for (let frame = 0; frame < 4; frame += 1) await stream.read()
    stream.send(Uint8Array.of(1))
    expect((await peer.read() as { bytes: Uint8Array }).bytes).toEqual(Uint8Array.of(1))
    peer.send(new Uint8Array(frameBytes))
    await stream.read()
    expect(5 * frameBytes).toBeGreaterThan(creditBytes)
    expect((await peer.read() as { bytes: Uint8Array }).bytes).toHaveLength(0)
  })

  test('ends in order after what was sent, and at once when it is aborted', async () => {
    const [one, other] = await createEnds()
    one.send(Uint8Array.of(1))
    one.close()
    expect(await bytesOf(other.read())).toEqual(Uint8Array.of(1))
    expect(await other.read()).toEqual({ type: 'end', code: undefined })
    other.close()
    expect(await one.read()).toEqual({ type: 'end', code: undefined })
    const [two, three] = await createEnds()
    two.abort()
    expect(await three.read()).toEqual({ type: 'end', code: undefined })
    await three.room()
  })
})
