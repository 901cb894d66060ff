/**
 * Sessions of diff sync that do what no honest hub does (sync/SPEC.md, "Limits an attacker meets"): an honest session whose frames are turned around on their
 * way out, and what is sent besides. The other end reads all of it with the real decoder.
 */
import type { Random } from '../base/seeded-random.ts'
import type { Timer } from '../base/timer.ts'
import type { SyncStream } from '../hub/sync/sync-stream.ts'
import { decodeSignedBytes, encodeSignedBytes } from '../message/codec.ts'
import { epochEnd } from '../sync/buckets.ts'
import { decodeSyncFrame, encodeSyncFrame, wantBytes, type SyncFrame } from '../sync/frames.ts'
import type { Hostility } from './scenario.ts'

/** Frames sent again and again, until the stream ends or so many were. */
const endlessFrames = 20_000
const endlessEveryMs = 5
/** Ids asked for in one frame. */
const wantsPerFrame = 3_000
/** Messages nobody asked for, in one frame. */
const unaskedMessages = 50

export interface HostileSessions {
  /** An honest session's stream, as the peer gets to see it. */
  twist: (stream: SyncStream) => SyncStream
}

export function createHostileSessions (hostility: Hostility, random: Random, timer: Timer): HostileSessions {
  /** Bytes of messages that went through its hands. */
  const seen: Uint8Array[] = []

  function repeat (stream: SyncStream, bytes: Uint8Array): void {
    let left = endlessFrames
    const again = (): void => {
      left -= 1
      stream.send(new Uint8Array(bytes))
      if (left > 0) timer(endlessEveryMs, again)
    }
    again()
  }

  /** Sends this without end, and keeps the frame back. */
  const endlessly = (stream: SyncStream, frame: SyncFrame): undefined => { repeat(stream, encodeSyncFrame(frame)) }
  const bringing = (frame: SyncFrame, change: (messages: readonly Uint8Array[]) => readonly Uint8Array[]): SyncFrame =>
    frame.type === 'messages' ? { ...frame, messages: change(frame.messages) } : frame

  /** What becomes of a frame; undefined: it is kept back. */
  const turns: { readonly [hostility in Hostility]?: (frame: SyncFrame, stream: SyncStream) => SyncFrame | undefined } = {
    'wrong-counts': frame => frame.type === 'compare' || frame.type === 'differ' ? { ...frame, counts: frame.counts.map(() => random.below(2 ** 21)) } : frame,
    'false-roots': (frame) => {
      if (frame.type === 'compare') return { ...frame, roots: random.bytes(frame.roots.length) }
      return frame.type === 'equal' ? { type: 'differ', spans: 7, counts: [1, 1, 1], strategy: 'list-yours', estimate: new Uint8Array(), since: false, turn: 0 } : frame
    },
    'far-epochs': (frame) => {
      if (frame.type === 'compare') return { ...frame, fromEpoch: epochEnd - 2, splitEpoch: epochEnd - 1, untilMs: Number.MAX_SAFE_INTEGER }
      return frame.type === 'equal' || frame.type === 'differ' ? { type: 'range', fromEpoch: epochEnd - 1 } : frame
    },
    'endless-signers': (frame, stream) => frame.type === 'messages' && frame.messages.length > 0 ? endlessly(stream, { ...frame, last: false }) : frame,
    undecodable: frame => frame.type === 'symbols' ? { ...frame, symbols: random.bytes(frame.symbols.length) } : frame,
    'empty-symbols': frame => frame.type === 'symbols' ? { ...frame, symbols: new Uint8Array(frame.symbols.length) } : frame,
    'wants-all': (frame, stream) =>
      frame.type === 'wants' || frame.type === 'messages' ? endlessly(stream, { type: 'wants', ids: random.bytes(wantsPerFrame * wantBytes), last: false }) : frame,
    unasked: frame => bringing(frame.type === 'messages' ? { ...frame, last: false } : frame, messages => [...messages, ...seen].slice(0, unaskedMessages)),
    holes: frame => bringing(frame, messages => messages.filter(() => random.chance(0.5))),
    'unsigned-synced': frame => bringing(frame, messages => messages.map(message => damage(message, 'unsigned-synced', random))),
    stripper: frame => bringing(frame, messages => messages.map(message => damage(message, 'stripper', random))),
    mute: () => undefined
  }

  function send (stream: SyncStream, bytes: Uint8Array): void {
    if (hostility === 'noise') {
      stream.send(random.bytes(bytes.length))
      return
    }
    const decoded = decodeSyncFrame(bytes)
    if (!decoded.ok) return
    if (decoded.value.type === 'messages') seen.push(...decoded.value.messages.slice(0, unaskedMessages).map(message => new Uint8Array(message)))
    seen.splice(0, seen.length - unaskedMessages)
    const turn = turns[hostility]
    const turned = turn == null ? decoded.value : turn(decoded.value, stream)
    if (turned != null) stream.send(encodeSyncFrame(turned))
  }

  return { twist: stream => ({ ...stream, send: (bytes) => { send(stream, bytes) } }) }
}

/** A message without its body, or with a signature that does not hold. */
export function damage (bytes: Uint8Array, how: 'stripper' | 'unsigned-synced', random: Random): Uint8Array {
  const decoded = decodeSignedBytes(bytes)
  if (!decoded.ok) return bytes
  return encodeSignedBytes(how === 'stripper' ? { ...decoded.value, body: undefined } : { ...decoded.value, signature: random.bytes(64) })
}
