/**
 * The frames of `/hubbub/sync/1` and their bytes (SPEC.md, "Grammar", S8 to S10). Total: any bytes give a frame or a code. It judges form only; whether a
 * frame may come now is the session's business. Messages are opaque bytes here.
 */
import { Frame as WireFrame } from './frame.pb.ts'
import type { Differ as WireDiffer } from './frame.pb.ts'
import { epochEnd } from './buckets.ts'
import { estimatorCounters } from './sketch/estimator.ts'
import { saltBytes, shortIdBytes } from './sketch/short-ids.ts'
import { readNumbers, writeNumbers } from './sketch/numbers.ts'

export const syncProtocol = '/hubbub/sync/1'
export const syncVersion = 1
/** A data-channel message carries 16 KiB everywhere. */
export const frameBytesMax = 16_384
/** Room in a frame for the lists of ids and symbols: what is left is tags and lengths. */
export const payloadBytesMax = 16_128
/** Spans that are compared at once: namespace 0, older, newest. */
export const spanCount = 3
/** A root on the wire is cut to these: nobody finds two sets that agree on them without the salt. */
export const rootBytes = 8
/** Bytes of an id that is asked for: enough to name one of a million members; a wrong one that fits too costs one message sent in vain. */
export const wantBytes = 5

export type Strategy = 'list' | 'list-yours' | 'sketch'
const strategies: readonly Strategy[] = ['list', 'list-yours', 'sketch']

export interface Compare {
  readonly type: 'compare'
  readonly version: number
  readonly salt: Uint8Array
  readonly fromEpoch: number
  readonly untilMs: number
  readonly splitEpoch: number
  readonly roots: Uint8Array
  readonly counts: readonly number[]
}

export type SyncFrame =
  | Compare
  | { readonly type: 'range', readonly fromEpoch: number }
  | { readonly type: 'equal' }
  | { readonly type: 'differ', readonly spans: number, readonly counts: readonly number[], readonly strategy: Strategy, readonly estimate: Int32Array | undefined }
  | { readonly type: 'list', readonly ids: Uint8Array, readonly last: boolean }
  | { readonly type: 'list-want' }
  | { readonly type: 'symbols', readonly from: number, readonly symbols: Uint8Array }
  | { readonly type: 'symbols-want', readonly end: number }
  | { readonly type: 'wants', readonly ids: Uint8Array, readonly last: boolean }
  | { readonly type: 'messages', readonly messages: readonly Uint8Array[], readonly last: boolean }

export type SyncFrameRejection = 'frame-too-large' | 'frame-malformed'

export type DecodedSyncFrame = { readonly ok: true, readonly value: SyncFrame } | { readonly ok: false, readonly code: SyncFrameRejection }

const malformed: DecodedSyncFrame = { ok: false, code: 'frame-malformed' }

/** A frame's bytes, without the length prefix. */
export function encodeSyncFrame (frame: SyncFrame): Uint8Array {
  switch (frame.type) {
    case 'compare': {
      const { version, salt, fromEpoch, untilMs, splitEpoch, roots, counts } = frame
      return WireFrame.encode({ compare: { version, salt: owned(salt), fromEpoch, untilMs, splitEpoch, roots: owned(roots), counts: [...counts] } })
    }
    case 'range': return WireFrame.encode({ range: { fromEpoch: frame.fromEpoch } })
    case 'equal': return WireFrame.encode({ equal: {} })
    case 'differ': {
      const { spans, counts, strategy, estimate } = frame
      const wire = { spans, counts: [...counts], strategy: strategies.indexOf(strategy) + 1 }
      return WireFrame.encode({ differ: { ...wire, estimate: estimate === undefined ? new Uint8Array() : writeNumbers(estimate) } })
    }
    case 'list': return WireFrame.encode({ list: { ids: owned(frame.ids), last: frame.last } })
    case 'list-want': return WireFrame.encode({ listWant: {} })
    case 'symbols': return WireFrame.encode({ symbols: { from: frame.from, symbols: owned(frame.symbols) } })
    case 'symbols-want': return WireFrame.encode({ symbolsWant: { end: frame.end } })
    case 'wants': return WireFrame.encode({ wants: { ids: owned(frame.ids), last: frame.last } })
    case 'messages': return WireFrame.encode({ messages: { messages: frame.messages.map(owned), last: frame.last } })
  }
}

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
    const { version, salt, fromEpoch, untilMs, splitEpoch, roots, counts } = wire.compare
    const isFormed = salt.length === saltBytes && roots.length === spanCount * rootBytes && counts.length === spanCount &&
      fromEpoch < epochEnd && splitEpoch >= fromEpoch && splitEpoch < epochEnd
    return isFormed ? { type: 'compare', version, salt, fromEpoch, untilMs, splitEpoch, roots, counts } : undefined
  }
  if (wire.range != null) return wire.range.fromEpoch < epochEnd ? { type: 'range', fromEpoch: wire.range.fromEpoch } : undefined
  if (wire.equal != null) return { type: 'equal' }
  if (wire.differ != null) return differOf(wire.differ)
  if (wire.list != null) return wire.list.ids.length % shortIdBytes === 0 ? { type: 'list', ids: wire.list.ids, last: wire.list.last } : undefined
  if (wire.listWant != null) return { type: 'list-want' }
  if (wire.symbols != null) return { type: 'symbols', from: wire.symbols.from, symbols: wire.symbols.symbols }
  if (wire.symbolsWant != null) return { type: 'symbols-want', end: wire.symbolsWant.end }
  if (wire.wants != null) return wire.wants.ids.length % wantBytes === 0 ? { type: 'wants', ids: wire.wants.ids, last: wire.wants.last } : undefined
  if (wire.messages == null) return undefined
  const { messages, last } = wire.messages
  return messages.some(({ length }) => length === 0) ? undefined : { type: 'messages', messages, last }
}

function differOf ({ spans, counts, strategy: strategyNumber, estimate }: WireDiffer): SyncFrame | undefined {
  const strategy = strategies[strategyNumber - 1]
  if (strategy === undefined || counts.length !== spanCount || spans === 0 || spans >= 1 << spanCount) return undefined
  if (strategy !== 'sketch') return estimate.length === 0 ? { type: 'differ', spans, counts, strategy, estimate: undefined } : undefined
  const counters = readNumbers(estimate, estimatorCounters)
  return counters === undefined ? undefined : { type: 'differ', spans, counts, strategy, estimate: counters }
}

function owned (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes)
}
