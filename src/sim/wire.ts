/**
 * Frames as bytes and back, by the real codecs, each frame once: of a message that crosses a thousand links, and of a note about it, the bytes are the same,
 * and so is what they are read as. Bytes that nobody encoded here, those of hostile hubs, are read whenever they come.
 */
import { RecentMap } from '../base/bounded.ts'
import { decodeFrame, encodeFrame, type DecodedFrame, type Frame } from '../gossip/frames.ts'
import type { Form, Ledger } from './ledger.ts'

export interface Wire {
  encode: (frame: Frame) => Uint8Array
  decode: (bytes: Uint8Array) => DecodedFrame
}

/** Messages, and notes of one message, of which frames are remembered: what is under way, and more. Of each there is a frame for each number of hops. */
const rememberedMax = 1_024

/** By hops. */
type Frames = Array<Uint8Array | undefined>

export function createWire (ledger: Ledger): Wire {
  const messages = new RecentMap<Form, Frames>(rememberedMax)
  /** By id, of the epoch that the first note said. */
  const notes = new RecentMap<string, { readonly epoch: number | undefined, readonly frames: Frames }>(rememberedMax)
  const decoded = new WeakMap<Uint8Array, DecodedFrame>()

  /** Frames that say the same but for their hops; undefined where this one is not worth remembering. */
  function framesLike (frame: Frame): Frames | undefined {
    if (frame.type === 'gossip') {
      const form = frame.traced === true ? undefined : ledger.find(frame.message)
      if (form == null) return undefined
      let frames = messages.get(form)
      if (frames == null) messages.set(form, frames = [])
      return frames
    }
    const [id, second] = frame.type === 'ihave' && frame.hops != null ? frame.ids : []
    if (frame.type !== 'ihave' || id == null || second != null) return undefined
    const epoch = frame.epochs?.[0]
    let known = notes.get(id)
    if (known == null) notes.set(id, known = { epoch, frames: [] })
    return known.epoch === epoch ? known.frames : undefined
  }

  /** The bytes of a message are the same object in all frames of it, so that what is said of them is found again. */
  function read (bytes: Uint8Array): DecodedFrame {
    const frame = decodeFrame(bytes)
    if (!frame.ok || frame.value.type !== 'gossip') return frame
    const form = ledger.find(frame.value.message)
    return form == null ? frame : { ok: true, value: { ...frame.value, message: form.bytes } }
  }

  return {
    encode (frame) {
      const frames = framesLike(frame)
      const hops = (frame.type === 'gossip' ? frame.hops : frame.type === 'ihave' ? frame.hops?.[0] : undefined) ?? 0
      return frames == null ? encodeFrame(frame) : frames[hops] ??= encodeFrame(frame)
    },
    decode (bytes) {
      let frame = decoded.get(bytes)
      if (frame == null) decoded.set(bytes, frame = read(bytes))
      return frame
    }
  }
}
