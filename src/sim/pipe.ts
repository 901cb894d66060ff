/**
 * A simulated stream of frames, reliable and in order, in both directions: what libp2p gives a sync session. It has no time of its own: what is sent
 * arrives when the link that carries it says so. The window over it is the real one (network/windowed-stream.ts).
 */
import type { FrameStream, Read } from '../network/frame-stream.ts'

export interface Pipe {
  readonly ends: readonly [FrameStream, FrameStream]
  /** The link is gone: both ends fail at once. */
  cut: () => void
  readonly isOver: boolean
}

/** Carries something of so many bytes from one end to the other, after all that was carried before it; `arrive` is called at most once. */
export type Carry = (from: 0 | 1, bytes: number, arrive: () => void) => void

export function createPipe (carry: Carry): Pipe {
  const inboxes: [Read[], Read[]] = [[], []]
  const readers: [(() => void) | undefined, (() => void) | undefined] = [undefined, undefined]
  const closed: [boolean, boolean] = [false, false]
  const bytesCarried: [number, number] = [0, 0]
  let over = false

  function deliver (to: 0 | 1, read: Read): void {
    inboxes[to].push(read)
    readers[to]?.()
  }

  function cut (): void {
    if (over) return
    over = true
    const failed: Read = { type: 'failed', code: undefined, error: new Error('The stream was cut.') }
    for (const side of [0, 1] as const) deliver(side, failed)
  }

  function end (side: 0 | 1): FrameStream {
    const other = side === 0 ? 1 : 0
    return {
      async read () {
        while (inboxes[side].length === 0) await new Promise<void>((resolve) => { readers[side] = resolve })
        // The end is read again by whoever reads on.
        return (inboxes[side].length === 1 && inboxes[side][0]?.type !== 'frame' ? inboxes[side][0] : inboxes[side].shift()) ?? { type: 'end' }
      },
      send (frame) {
        if (over || closed[side]) return 'closed'
        bytesCarried[side] += frame.byteLength
        carry(side, frame.byteLength, () => { if (!over) deliver(other, { type: 'frame', bytes: frame }) })
        return 'queued'
      },
      async close () {
        if (over || closed[side]) return
        closed[side] = true
        carry(side, 0, () => { if (!over) deliver(other, { type: 'end' }) })
        await Promise.resolve()
      },
      abort: cut,
      get bytesIn () { return bytesCarried[other] },
      get bytesOut () { return bytesCarried[side] }
    }
  }

  return { ends: [end(0), end(1)], cut, get isOver () { return over || (closed[0] && closed[1]) } }
}
