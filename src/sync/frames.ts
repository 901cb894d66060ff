/**
 * The frames of `/hubbub/sync/2` and their bytes (SPEC.md, "Grammar", S8 to S10). Total: any bytes give a frame or a code. It judges form only; whether a
 * frame may come now is the session's business. Messages are opaque bytes here.
 */
import * as varint from 'uint8-varint'
import { Frame as WireFrame } from './frame.pb.ts'
import type { Differ as WireDiffer } from './frame.pb.ts'
import { epochEnd } from './buckets.ts'
import { countersIn } from './sketch/estimator.ts'
import { saltBytes, shortIdBytes } from './sketch/short-ids.ts'
import { symbolBytes } from './sketch/symbol-bytes.ts'

export const syncProtocol = '/hubbub/sync/2'
/** The one version that this side speaks. */
export const syncVersion = 2
/** A data-channel message carries 16 KiB everywhere. */
export const frameBytesMax = 16_384
/** Room in a frame for the lists of ids and symbols: what is left is tags and lengths. */
export const payloadBytesMax = 16_128
/** Spans that are compared at once: namespace 0, older, newest. */
export const spanCount = 3
/** A root on the wire is cut to these: nobody finds two sets that agree on them without the salt. */
export const rootBytes = 8
/**
 * Bytes of an id that is asked for: among a million members one want in four thousand names two, and costs a message sent in vain; a fifth byte
 * would cost more.
 */
export const wantBytes = 4
/** Bytes by which two sides prove to each other that they remember the same meeting. */
export const metBytes = 8
/** Where in what it owes a side begins is told in so many parts. */
export const turns = 16

export type Strategy = 'list' | 'list-yours' | 'sketch' | 'sketch-yours' | 'feeds'
const strategies: readonly Strategy[] = ['list', 'list-yours', 'sketch', 'sketch-yours', 'feeds']

export interface Compare {
  readonly type: 'compare'
  readonly version: number
  readonly salt: Uint8Array
  readonly fromEpoch: number
  readonly untilMs: number
  readonly splitEpoch: number
  readonly roots: Uint8Array
  readonly counts: readonly number[]
  /** None, or `metBytes`. */
  readonly met: Uint8Array
  /** Where the other side is to begin with what it owes, below `turns`. */
  readonly turn: number
}

export interface Differ {
  readonly type: 'differ'
  readonly spans: number
  readonly counts: readonly number[]
  readonly strategy: Strategy
  /** With `sketch-yours`: counters (sketch/estimator.ts), or none. */
  readonly estimate: Uint8Array
  readonly since: boolean
  readonly turn: number
}

export type SyncFrame =
  | Compare
  | Differ
  | { readonly type: 'range', readonly fromEpoch: number }
  | { readonly type: 'equal' }
  | { readonly type: 'version', readonly highest: number }
  | { readonly type: 'list', readonly ids: Uint8Array, readonly last: boolean }
  | { readonly type: 'list-want' }
  | { readonly type: 'symbols', readonly from: number, readonly symbols: Uint8Array, readonly last: boolean }
  | { readonly type: 'symbols-want', readonly end: number, readonly estimate: Uint8Array }
  | { readonly type: 'feeds', readonly feeds: Uint8Array, readonly last: boolean }
  | { readonly type: 'feed-wants', readonly wants: Uint8Array, readonly last: boolean }
  | { readonly type: 'have', readonly ids: Uint8Array }
  | { readonly type: 'wants', readonly ids: Uint8Array, readonly last: boolean }
  | { readonly type: 'messages', readonly messages: readonly Uint8Array[], readonly last: boolean }

export type SyncFrameRejection = 'frame-too-large' | 'frame-malformed'

export type DecodedSyncFrame = { readonly ok: true, readonly value: SyncFrame } | { readonly ok: false, readonly code: SyncFrameRejection }

const malformed: DecodedSyncFrame = { ok: false, code: 'frame-malformed' }

/** A frame's bytes, without the length prefix. */
export function encodeSyncFrame (frame: SyncFrame): Uint8Array {
  switch (frame.type) {
    case 'compare': {
      const { version, salt, fromEpoch, untilMs, splitEpoch, roots, counts, met, turn } = frame
      return WireFrame.encode({
        compare: { version, salt: owned(salt), fromEpoch, untilMs, splitEpoch, roots: owned(roots), counts: [...counts], met: owned(met), turn }
      })
    }
    case 'range': return WireFrame.encode({ range: { fromEpoch: frame.fromEpoch } })
    case 'equal': return WireFrame.encode({ equal: {} })
    case 'differ': {
      const { spans, counts, strategy, estimate, since, turn } = frame
      return WireFrame.encode({ differ: { spans, counts: [...counts], strategy: strategies.indexOf(strategy) + 1, estimate: owned(estimate), since, turn } })
    }
    case 'version': return WireFrame.encode({ version: { highest: frame.highest } })
    case 'list': return WireFrame.encode({ list: { ids: owned(frame.ids), last: frame.last } })
    case 'list-want': return WireFrame.encode({ listWant: {} })
    case 'symbols': return WireFrame.encode({ symbols: { from: frame.from, symbols: owned(frame.symbols), last: frame.last } })
    case 'symbols-want': return WireFrame.encode({ symbolsWant: { end: frame.end, estimate: owned(frame.estimate) } })
    case 'feeds': return WireFrame.encode({ feeds: { feeds: owned(frame.feeds), last: frame.last } })
    case 'feed-wants': return WireFrame.encode({ feedWants: { wants: owned(frame.wants), last: frame.last } })
    case 'have': return WireFrame.encode({ have: { ids: owned(frame.ids) } })
    case 'wants': return WireFrame.encode({ wants: { ids: owned(frame.ids), last: frame.last } })
    case 'messages': return encodeMessages(frame.messages, frame.last)
  }
}

/** As the codec would write them; nearly all bytes of a session pass here, and the codec takes three times as long. */
function encodeMessages (messages: readonly Uint8Array[], last: boolean): Uint8Array {
  const inner = messages.reduce((sum, { length }) => sum + 1 + varint.encodingLength(length) + length, last ? 2 : 0)
  const bytes = new Uint8Array(1 + varint.encodingLength(inner) + inner)
  let offset = 0
  const write = (tag: number, length: number): void => {
    bytes[offset] = tag
    varint.encodeUint8Array(length, bytes, offset + 1)
    offset += 1 + varint.encodingLength(length)
  }
  write(messagesTag, inner)
  for (const message of messages) {
    write(messageTag, message.length)
    bytes.set(message, offset)
    offset += message.length
  }
  if (last) write(lastTag, 1)
  return bytes
}

/** Tags of frame.pb.proto: Frame.messages, Messages.messages and Messages.last. */
const [messagesTag, messageTag, lastTag] = [10 << 3 | 2, 1 << 3 | 2, 2 << 3]

/** Reads one frame. `bytes` stays the caller's. */
export function decodeSyncFrame (bytes: Uint8Array): DecodedSyncFrame {
  if (bytes.byteLength > frameBytesMax) return { ok: false, code: 'frame-too-large' }
  let wire: WireFrame
  try {
    wire = WireFrame.decode(bytes)
  } catch {
    return malformed // the decoder throws on anything that is not protobuf; that is the answer, whatever its text says
  }
  const value = frameOf(wire)
  return value === undefined ? malformed : { ok: true, value }
}

function frameOf (wire: WireFrame): SyncFrame | undefined {
  if (wire.compare != null) {
    const { version, salt, fromEpoch, untilMs, splitEpoch, roots, counts, met, turn } = wire.compare
    const isFormed = salt.length === saltBytes && roots.length === spanCount * rootBytes && counts.length === spanCount &&
      fromEpoch < epochEnd && splitEpoch >= fromEpoch && splitEpoch < epochEnd && (met.length === 0 || met.length === metBytes) && turn < turns
    return isFormed ? { type: 'compare', version, salt, fromEpoch, untilMs, splitEpoch, roots, counts, met, turn } : undefined
  }
  if (wire.range != null) return wire.range.fromEpoch < epochEnd ? { type: 'range', fromEpoch: wire.range.fromEpoch } : undefined
  if (wire.equal != null) return { type: 'equal' }
  if (wire.differ != null) return differOf(wire.differ)
  if (wire.version != null) return { type: 'version', highest: wire.version.highest }
  if (wire.list != null) return wire.list.ids.length % shortIdBytes === 0 ? { type: 'list', ids: wire.list.ids, last: wire.list.last } : undefined
  if (wire.listWant != null) return { type: 'list-want' }
  if (wire.symbols != null) {
    const { from, symbols, last } = wire.symbols
    return symbols.length % symbolBytes === 0 ? { type: 'symbols', from, symbols, last } : undefined
  }
  if (wire.symbolsWant != null) {
    const { end, estimate } = wire.symbolsWant
    return end === 0 ? isEstimate(estimate) ? { type: 'symbols-want', end, estimate } : undefined
      : estimate.length === 0 ? { type: 'symbols-want', end, estimate } : undefined
  }
  if (wire.feeds != null) return { type: 'feeds', feeds: wire.feeds.feeds, last: wire.feeds.last }
  if (wire.feedWants != null) return { type: 'feed-wants', wants: wire.feedWants.wants, last: wire.feedWants.last }
  if (wire.have != null) return wire.have.ids.length % wantBytes === 0 ? { type: 'have', ids: wire.have.ids } : undefined
  if (wire.wants != null) return wire.wants.ids.length % wantBytes === 0 ? { type: 'wants', ids: wire.wants.ids, last: wire.wants.last } : undefined
  if (wire.messages == null) return undefined
  const { messages, last } = wire.messages
  return messages.some(({ length }) => length === 0) ? undefined : { type: 'messages', messages, last }
}

function differOf ({ spans, counts, strategy: strategyNumber, estimate, since, turn }: WireDiffer): Differ | undefined {
  const strategy = strategies[strategyNumber - 1]
  if (strategy === undefined || counts.length !== spanCount || spans === 0 || spans >= 1 << spanCount || turn >= turns) return undefined
  if (estimate.length > 0 && (strategy !== 'sketch-yours' || !isEstimate(estimate))) return undefined
  return { type: 'differ', spans, counts, strategy, estimate, since, turn }
}

function isEstimate (bytes: Uint8Array): boolean {
  return countersIn(bytes.length) !== undefined
}

function owned (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes)
}
