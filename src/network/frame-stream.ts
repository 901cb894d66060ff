/**
 * Length-prefixed frames on a libp2p stream, both ways, bounded: what waits to be sent is limited (gossip/SPEC.md G15), a frame's
 * length is checked before its bytes are read (G3), and what arrives faster than it is read ends the stream (G16). Knows nothing of
 * what a frame means.
 */
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import * as varint from 'uint8-varint'
import type { Uint8ArrayList } from 'uint8arraylist'
import { frameBytesMax, type FrameRejection } from '../gossip/frames.ts'

export type Sent = 'queued' | 'congested' | 'closed'

/** One frame, the orderly end of the stream, or the reason why it ended otherwise (`code` where the peer is to blame). */
export type Read =
  | { readonly type: 'frame', readonly bytes: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'failed', readonly code: FrameRejection | undefined, readonly error: Error }

export interface FrameStream {
  /** Waits for the next frame. One reader at a time. */
  read: (options?: { readonly signal?: AbortSignal }) => Promise<Read>
  /** Queues a frame. `congested`: the neighbour does not keep up and the frame was not taken. The bytes belong to the stream from then on. */
  send: (frame: Uint8Array) => Sent
  /** Ends the stream after what is queued was sent, or at once when that takes too long. Never throws. */
  close: () => Promise<void>
  /** Ends the stream at once. */
  abort: (error: Error) => void
  readonly bytesIn: number
  readonly bytesOut: number
}

/** G15: frames that wait for one neighbour. */
export const queuedBytesMax = 1_048_576
/** G16: bytes that arrived and were not read yet. WebRTC streams have no back-pressure for the reader, so past this the neighbour is too fast for us. */
const unreadBytesMax = 4_194_304
/** Bytes put into one write, so that small frames share a data-channel message. */
const writeBytesMax = 65_536
/** How long an orderly close may take before the stream is reset. */
const closeTimeoutMs = 2_000
/** Bytes of a varint that can announce at most `frameBytesMax`. */
const lengthBytesMax = varint.encodingLength(frameBytesMax)

class FrameTooLargeError extends Error {}

/** `onDrained` is called when everything queued went out after frames were refused as congested. */
export function createFrameStream (stream: Stream, onDrained: () => void = () => { /* nobody minds */ }): FrameStream {
  const framed = lpStream(stream, { maxDataLength: frameBytesMax, maxBufferSize: unreadBytesMax, lengthDecoder: decodeLength })
  const queue: Uint8Array[] = []
  let queuedBytes = 0
  let refused = false
  let bytesIn = 0
  let bytesOut = 0
  let pumping: Promise<void> | undefined

  async function pump (): Promise<void> {
    await Promise.resolve() // Frames of the same turn share a write: below, each write costs an answer of the muxer.
    try {
      while (queue.length > 0) await writeBatch()
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    } finally {
      pumping = undefined // in the same step as the last look at the queue: what is sent in the next one would wait for another
    }
    if (!refused || queue.length > 0) return
    refused = false
    onDrained()
  }

  async function writeBatch (): Promise<void> {
    const batch: Uint8Array[] = []
    let size = 0
    while (queue.length > 0 && size < writeBytesMax) {
      const frame = queue.shift()
      if (frame == null) break
      size += frame.byteLength
      batch.push(frame)
    }
    await framed.writeV(batch)
    queuedBytes -= size
    bytesOut += size
  }

  return {
    async read (options) {
      try {
        const bytes = (await framed.read(options)).subarray()
        bytesIn += bytes.byteLength
        return { type: 'frame', bytes }
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        const code = codeOf(error)
        if (code == null && (error.name === 'UnexpectedEOFError' || stream.status !== 'open')) return { type: 'end' }
        return { type: 'failed', code, error }
      }
    },
    send (frame) {
      if (stream.status !== 'open' || stream.writeStatus !== 'writable') return 'closed'
      if (queuedBytes + frame.byteLength > queuedBytesMax) {
        refused = true
        return 'congested'
      }
      queue.push(frame)
      queuedBytes += frame.byteLength
      pumping ??= pump()
      return 'queued'
    },
    async close () {
      const signal = AbortSignal.timeout(closeTimeoutMs)
      try {
        // A neighbour that reads nothing would keep the queue, and the stream, for ever.
        await Promise.race([pumping, new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }) })])
        await stream.close({ signal })
      } catch (thrown) {
        stream.abort(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
    },
    abort: (error) => { stream.abort(error) },
    get bytesIn () { return bytesIn },
    get bytesOut () { return bytesOut }
  }
}

/** A RangeError asks for one byte more; without a limit here an endless varint would be collected for ever. */
function decodeLength (bytes: Uint8Array | Uint8ArrayList): number {
  if (bytes.byteLength > lengthBytesMax) throw new FrameTooLargeError('The announced length of a frame is over the limit')
  return varint.decode(bytes)
}

function codeOf (error: Error): FrameRejection | undefined {
  if (error instanceof FrameTooLargeError || error.name === 'InvalidDataLengthError' || error.name === 'InvalidDataLengthLengthError') return 'frame-too-large'
  if (error.name === 'StreamBufferError') return 'inbound-overflow'
  return undefined
}
