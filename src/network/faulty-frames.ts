/**
 * A stream of frames with this hub's faults in it (faults.ts): frames are lost or late in both directions, and stay in order. Without faults it hands
 * everything through, and reads no more than one frame ahead.
 */
import type { PeerId } from '../base/peer.ts'
import type { Faults } from './faults.ts'
import type { FrameStream, Read, Sent } from './frame-stream.ts'

/** A stream of frames without its time limit for a first one. */
export type FaultyFrames = Omit<FrameStream, 'read'> & { readonly read: () => Promise<Read> }

export interface FaultyFramesOptions {
  readonly frames: FrameStream
  readonly peer: PeerId
  readonly faults: Pick<Faults, 'loses' | 'delayMs'>
  /** `end`: the frames of this stream build on each other, so that losing one ends it. */
  readonly onLoss: 'go-on' | 'end'
  /** Called when late frames have left after others were refused as congested. */
  readonly onDrained?: () => void
}

/** Bytes of late frames, each way; as much as a stream's own queue (G15). What is over is refused on the way out, and lost on the way in. */
export const lateBytesMax = 1_048_576

export function createFaultyFrames ({ frames, peer, faults, onLoss, onDrained = () => { /* nobody minds */ } }: FaultyFramesOptions): FaultyFrames {
  let isRefused = false
  const leaving = createLateQueue<Uint8Array>((frame) => {
    // Not taken there either: one more that is lost.
    if (frames.send(frame) === 'congested') lose()
    if (leaving.size > 0 || !isRefused) return
    isRefused = false
    onDrained()
  })
  /** What is due and not read yet. */
  const arrived: Read[] = []
  let arrivedBytes = 0
  const arriving = createLateQueue<Read>((read) => {
    arrived.push(read)
    arrivedBytes += sizeOf(read)
    wake?.()
  })
  /** Who waits for a frame, and for one to be taken. */
  let wake: (() => void) | undefined
  let onTaken: (() => void) | undefined
  let reading: Promise<void> | undefined

  function lose (): void {
    if (onLoss === 'end') frames.abort(new Error('A frame was lost to an injected fault.'))
  }

  async function readAll (): Promise<void> {
    for (;;) {
      const read = await frames.read()
      const size = sizeOf(read)
      if (read.type === 'frame' && (faults.loses(peer) || arriving.bytes + size > lateBytesMax)) {
        lose()
        continue
      }
      arriving.push(read, size, faults.delayMs)
      if (read.type !== 'frame') return
      if (faults.delayMs === 0) await arriving.emptied()
      // A slow reader slows the peer down: by one frame, or where frames are late, by what may wait anyway.
      while (arrived.length > 0 && (faults.delayMs === 0 || arrivedBytes >= lateBytesMax)) await new Promise<void>((resolve) => { onTaken = resolve })
    }
  }

  return {
    get bytesIn () { return frames.bytesIn },
    get bytesOut () { return frames.bytesOut },
    send (frame): Sent {
      if (faults.loses(peer)) {
        lose()
        return 'queued'
      }
      if (faults.delayMs === 0 && leaving.size === 0) return frames.send(frame)
      if (leaving.bytes + frame.byteLength > lateBytesMax) {
        isRefused = true
        return 'congested'
      }
      leaving.push(frame, frame.byteLength, faults.delayMs)
      return 'queued'
    },
    async read () {
      reading ??= readAll()
      while (arrived.length === 0) await new Promise<void>((resolve) => { wake = resolve })
      const [read = { type: 'end' as const }] = arrived
      // The end stays: whoever reads on is told of it again.
      if (read.type === 'frame') arrived.shift()
      arrivedBytes -= sizeOf(read)
      onTaken?.()
      return read
    },
    async close () {
      await leaving.emptied()
      await frames.close()
    },
    abort (error) {
      leaving.clear()
      frames.abort(error)
    }
  }
}

function sizeOf (read: Read): number {
  return read.type === 'frame' ? read.bytes.byteLength : 0
}

interface LateQueue<Item> {
  readonly size: number
  readonly bytes: number
  /** Takes an item that is due after so many milliseconds, and not before those that were taken earlier; at once where none waits. */
  push: (item: Item, bytes: number, delayMs: number) => void
  /** Resolves when nothing waits. */
  emptied: () => Promise<void>
  clear: () => void
}

function createLateQueue<Item> (onDue: (item: Item) => void): LateQueue<Item> {
  const waiting: Array<{ readonly item: Item, readonly bytes: number, readonly dueMs: number }> = []
  let bytes = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let onEmptied: Array<() => void> = []

  function plan (): void {
    const [next] = waiting
    timer = next == null ? undefined : setTimeout(release, Math.max(0, next.dueMs - performance.now()))
    if (next != null) return
    for (const resolve of onEmptied) resolve()
    onEmptied = []
  }

  function release (): void {
    // A timer may be a moment early by this clock.
    const nowMs = performance.now() + 1
    for (let next = waiting[0]; next != null && next.dueMs <= nowMs; next = waiting[0]) {
      waiting.shift()
      bytes -= next.bytes
      onDue(next.item)
    }
    plan()
  }

  return {
    get size () { return waiting.length },
    get bytes () { return bytes },
    push (item, itemBytes, delayMs) {
      if (delayMs === 0 && waiting.length === 0) {
        onDue(item)
        return
      }
      waiting.push({ item, bytes: itemBytes, dueMs: Math.max(waiting.at(-1)?.dueMs ?? 0, performance.now() + delayMs) })
      bytes += itemBytes
      if (timer === undefined) plan()
    },
    emptied: async () => {
      if (waiting.length > 0) await new Promise<void>((resolve) => { onEmptied.push(resolve) })
    },
    clear () {
      waiting.length = 0
      bytes = 0
      clearTimeout(timer)
      plan()
    }
  }
}
