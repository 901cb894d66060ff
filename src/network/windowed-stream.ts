/**
 * Frames with back-pressure, for streams that carry more than a reader can take at once (sync/SPEC.md, S17): neither data channels nor libp2p's buffers
 * tell a sender to wait, so the reader does, by empty frames. Whatever comes is read at once, so that these never wait behind what nobody reads.
 *
 * Invariants: 1. At most `windowBytes` of frames are sent that the peer has not said it read. 2. At most so many are held here unread: more ends the stream.
 */
import { platformTimer, type Timer } from '../base/timer.ts'
import type { SyncRead, SyncStream } from '../hub/sync/sync-stream.ts'
import type { FaultyFrames } from './faulty-frames.ts'

/** S17. Fills a link of 50 Mbit/s and a round trip of 80 ms; four sessions hold 2 MiB unread. */
export const windowBytes = 524_288
/** S17. An empty frame says that so many more were read: often enough to keep a sender going, rare enough to cost nothing. */
export const creditBytes = 65_536
/** S17. Unread frames, however small: an empty one takes some 200 bytes of memory. An honest window has 33 full ones and as many small answers. */
export const unreadFramesMax = 4_096
/** How long the peer may take to close its side after this one did. */
const closeTimeoutMs = 2_000

export function createWindowedStream (frames: FaultyFrames, timer: Timer = platformTimer): SyncStream {
  const outbox: Uint8Array[] = []
  const inbox: Uint8Array[] = []
  let unacknowledged = 0
  let unread = 0
  let uncredited = 0
  let end: Extract<SyncRead, { readonly type: 'end' }> | undefined
  let isClosing = false
  /** Who waits for a frame, or for room. */
  let reader: (() => void) | undefined
  let waiting: Array<() => void> = []

  function pump (): void {
    for (let frame = outbox[0]; frame !== undefined && unacknowledged + frame.byteLength <= windowBytes; frame = outbox[0]) {
      outbox.shift()
      unacknowledged += frame.byteLength
      frames.send(frame) // when it is closed, reading says so
    }
    if (outbox.length > 0 && end === undefined) return
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  function finish (code: Extract<SyncRead, { readonly type: 'end' }>['code']): void {
    end ??= { type: 'end', code }
    outbox.length = 0
    pump()
    reader?.()
  }

  /** Whether the stream goes on. */
  function receive (bytes: Uint8Array): boolean {
    if (bytes.byteLength === 0) {
      unacknowledged -= creditBytes
      if (unacknowledged < 0) {
        finish('unexpected-frame')
        return false
      }
      pump()
      return true
    }
    if (isClosing) return true
    inbox.push(bytes)
    unread += bytes.byteLength
    if (unread > windowBytes || inbox.length > unreadFramesMax) {
      finish('inbound-overflow')
      return false
    }
    reader?.()
    return true
  }

  async function readAll (): Promise<void> {
    for (;;) {
      const next = await frames.read()
      if (next.type !== 'frame') {
        finish(next.type === 'failed' ? next.code : undefined)
        return
      }
      if (receive(next.bytes)) continue
      frames.abort(new Error('The peer does not keep to the window.'))
      return
    }
  }
  void readAll()

  return {
    send (frame) {
      if (end !== undefined || isClosing) return
      outbox.push(frame)
      pump()
    },
    async room () {
      if (outbox.length > 0 && end === undefined) await new Promise<void>((resolve) => { waiting.push(resolve) })
    },
    async read () {
      while (inbox.length === 0 && end === undefined) await new Promise<void>((resolve) => { reader = resolve })
      const bytes = inbox.shift()
      if (bytes === undefined) return end ?? { type: 'end', code: undefined }
      unread -= bytes.byteLength
      uncredited += bytes.byteLength
      for (; uncredited >= creditBytes; uncredited -= creditBytes) frames.send(new Uint8Array(0))
      return { type: 'frame', bytes }
    },
    close () {
      isClosing = true
      void frames.close()
      const callOff = timer(closeTimeoutMs, () => { frames.abort(new Error('The peer does not close its side.')) })
      void ended().then(callOff)
    },
    abort () { frames.abort(new Error('The comparison ended.')) }
  }

  /** Resolves when nothing more comes. */
  async function ended (): Promise<void> {
    inbox.length = 0
    while (end === undefined) await new Promise<void>((resolve) => { reader = resolve })
  }
}
