import '../node/compat.ts'
import { streamPair } from '@libp2p/utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { frameBytesMax } from '../gossip/frames.ts'
import { createFaultyFrames, lateBytesMax, type FaultyFrames, type FaultyFramesOptions } from './faulty-frames.ts'
import { createFrameStream, type FrameStream } from './frame-stream.ts'

const peer = 'ann' as PeerId

interface Pair {
  readonly near: FaultyFrames
  readonly far: FrameStream
  /** What is injected now; tests change it. */
  readonly faults: { delayMs: number, loses: (peer: PeerId) => boolean }
}

async function createPair (options: Partial<FaultyFramesOptions> = {}): Promise<Pair> {
  const [near, far] = await streamPair()
  const faults = { delayMs: 0, loses: () => false }
  return { near: createFaultyFrames({ frames: createFrameStream(near), peer, faults, onLoss: 'go-on', ...options }), far: createFrameStream(far), faults }
}

/** The next frames' first bytes. */
async function firstBytesOf (stream: Pick<FaultyFrames, 'read'>, count: number): Promise<unknown[]> {
  const read: unknown[] = []
  while (read.length < count) {
    const next = await stream.read()
    read.push(next.type === 'frame' ? next.bytes[0] : next.type)
  }
  return read
}

const frame = (first: number): Uint8Array => Uint8Array.of(first)

describe('without faults', () => {
  test('frames cross both ways in order, then the end, as often as it is asked for', async () => {
    const { near, far } = await createPair()
    for (const first of [1, 2, 3]) {
      near.send(frame(first))
      far.send(frame(first))
    }
    expect(await firstBytesOf(far, 3)).toEqual([1, 2, 3])
    expect(await firstBytesOf(near, 3)).toEqual([1, 2, 3])
    expect([near.bytesIn, near.bytesOut]).toEqual([3, 3])
    const closed = far.close()
    expect(await firstBytesOf(near, 2)).toEqual(['end', 'end'])
    await near.close()
    await closed
  })

  test('no more than one frame is taken ahead of the reader', async () => {
    const { near, far } = await createPair()
    for (let first = 0; first < 10; first += 1) far.send(frame(first))
    expect(await firstBytesOf(near, 1)).toEqual([0])
    await vi.waitFor(() => { expect(near.bytesIn).toBe(2) })
    await firstBytesOf(near, 1)
    await vi.waitFor(() => { expect(near.bytesIn).toBe(3) })
  })
})

describe('frames that are lost', () => {
  test('are missing on either side, and the others come', async () => {
    const { near, far, faults } = await createPair()
    let count = 0
    faults.loses = () => (count += 1) % 2 === 0
    for (const first of [1, 2, 3]) expect(near.send(frame(first))).toBe('queued')
    expect(await firstBytesOf(far, 2)).toEqual([1, 3])
    for (const first of [4, 5, 6, 7]) far.send(frame(first))
    expect(await firstBytesOf(near, 2)).toEqual([5, 7])
  })

  test('end a stream whose frames build on each other, whichever way they went', async () => {
    for (const way of ['near', 'far'] as const) {
      const pair = await createPair({ onLoss: 'end' })
      pair.faults.loses = () => true
      pair[way].send(frame(1))
      expect(await firstBytesOf(pair.near, 1)).toEqual(['end'])
      expect(await firstBytesOf(pair.far, 1)).toEqual(['end'])
    }
  })
})

describe('frames that are late', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  test('come after the delay, side by side and in order, both ways', async () => {
    const { near, far, faults } = await createPair()
    faults.delayMs = 100
    near.send(frame(1))
    far.send(frame(3))
    await vi.advanceTimersByTimeAsync(50)
    near.send(frame(2))
    faults.delayMs = 0
    near.send(frame(4))
    let there: unknown[] = []
    let here: unknown[] = []
    void firstBytesOf(far, 3).then((read) => { there = read })
    faults.delayMs = 100
    void firstBytesOf(near, 1).then((read) => { here = read })
    await vi.advanceTimersByTimeAsync(97)
    expect(there).toEqual([])
    await vi.advanceTimersByTimeAsync(60)
    expect(there).toEqual([1, 2, 4])
    expect(here).toEqual([3])
  })

  test('leave before the stream closes', async () => {
    const { near, far, faults } = await createPair()
    faults.delayMs = 1_000
    near.send(frame(1))
    const closed = near.close()
    const read = firstBytesOf(far, 2)
    await vi.advanceTimersByTimeAsync(1_001)
    expect(await read).toEqual([1, 'end'])
    await far.close()
    await closed
  })

  test('are gone with a stream that is aborted', async () => {
    const { near, far, faults } = await createPair()
    faults.delayMs = 1_000
    near.send(frame(1))
    near.abort(new Error('over'))
    expect(await firstBytesOf(far, 1)).toEqual(['end'])
    await near.close()
  })

  test('are refused past 1 MiB as congested, and room is told of', async () => {
    let drained = 0
    const { frames, sent } = createFramesByHand([])
    const near = createFaultyFrames({ frames, peer, faults: { delayMs: 1_000, loses: () => false }, onLoss: 'go-on', onDrained: () => { drained += 1 } })
    let queued = 0
    while (near.send(new Uint8Array(frameBytesMax)) === 'queued') queued += 1
    expect(queued).toBe(lateBytesMax / frameBytesMax)
    expect([sent.length, drained]).toEqual([0, 0])
    await vi.advanceTimersByTimeAsync(1_001)
    expect([sent.length, drained]).toEqual([queued, 1])
    expect(near.send(frame(1))).toBe('queued')
  })

  test('are lost on the way in past 1 MiB', async () => {
    const fitting = lateBytesMax / frameBytesMax
    const { frames } = createFramesByHand(Array.from({ length: fitting + 10 }, () => new Uint8Array(frameBytesMax)))
    const near = createFaultyFrames({ frames, peer, faults: { delayMs: 1_000, loses: () => false }, onLoss: 'go-on' })
    const read = firstBytesOf(near, fitting + 1)
    await vi.advanceTimersByTimeAsync(3_001)
    expect((await read).slice(-2)).toEqual([0, 'end'])
  })

  test('that nobody reads hold back the peer past 1 MiB, and none of them is lost', async () => {
    const fitting = lateBytesMax / frameBytesMax
    const frameOf = (): Uint8Array => new Uint8Array(frameBytesMax)
    const incoming = Array.from({ length: fitting }, frameOf)
    let batches = 2
    const { frames } = createFramesByHand(incoming, () => {
      if (batches > 0) incoming.push(...Array.from({ length: 10 }, frameOf))
      batches -= 1
    })
    const near = createFaultyFrames({ frames, peer, faults: { delayMs: 1_000, loses: () => false }, onLoss: 'go-on' })
    const first = near.read()
    await vi.advanceTimersByTimeAsync(10_000)
    await first
    expect(incoming.length, 'not taken from the peer yet').toBe(9)
    const rest = firstBytesOf(near, fitting + 20)
    await vi.advanceTimersByTimeAsync(100_000)
    expect((await rest).slice(-2)).toEqual([0, 'end'])
  })
})

/** A stream on which these frames come at once, 2 s later those that `afterThem` adds, and which takes whatever is sent. */
function createFramesByHand (
  incoming: Uint8Array[], afterThem: () => void = () => undefined
): { readonly frames: FrameStream, readonly sent: readonly Uint8Array[] } {
  const sent: Uint8Array[] = []
  return {
    sent,
    frames: {
      bytesIn: 0,
      bytesOut: 0,
      send (bytes) { sent.push(bytes); return 'queued' },
      async read () {
        if (incoming.length === 0) {
          await new Promise((resolve) => { setTimeout(resolve, 2_000) })
          afterThem()
        }
        const bytes = incoming.shift()
        return bytes == null ? { type: 'end' } : { type: 'frame', bytes }
      },
      close: async () => undefined,
      abort: () => undefined
    }
  }
}
