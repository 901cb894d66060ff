/**
 * Frames as bytes and back, by the real codecs, each frame once: of a message that crosses a thousand links, and of a note about it, the bytes are the same,
 * and so is what they are read as. Bytes that nobody encoded here, those of hostile hubs, are read whenever they come.
 */
import { decodeFrame, encodeFrame, type DecodedFrame, type Frame } from '../gossip/frames.ts'
import type { Ledger } from './ledger.ts'

export interface Wire {
  encode: (frame: Frame) => Uint8Array
  decode: (bytes: Uint8Array) => DecodedFrame
}

/** Frames remembered: what is under way, and more. */
const framesMax = 4_096

export function createWire (ledger: Ledger): Wire {
  const encoded = new Map<string, Uint8Array>()
  const decoded = new WeakMap<Uint8Array, DecodedFrame>()

  /** Says all that the frame says; undefined where it is not worth remembering. */
  function keyOf (frame: Frame): string | undefined {
    if (frame.type === 'gossip') {
      const written = ledger.find(frame.message)
      return written && `${written.number} ${frame.message.length} ${frame.hops}`
    }
    return frame.type === 'ihave' && frame.ids.length === 1 && frame.hops != null ? `${frame.ids[0]} ${frame.epochs?.[0]} ${frame.hops[0]}` : undefined
  }

  return {
    encode (frame) {
      const key = keyOf(frame)
      if (key == null) return encodeFrame(frame)
      let bytes = encoded.get(key)
      if (bytes == null) encoded.set(key, bytes = encodeFrame(frame))
      if (encoded.size > framesMax) for (const oldest of encoded.keys()) { encoded.delete(oldest); break }
      return bytes
    },
    decode (bytes) {
      let frame = decoded.get(bytes)
      if (frame == null) decoded.set(bytes, frame = decodeFrame(bytes))
      return frame
    }
  }
}
