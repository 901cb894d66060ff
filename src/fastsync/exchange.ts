/**
 * What goes over a stream of fast sync (SPEC.md, F17 and F18): asks one way, answers in parts the other way, in the order of the asks. Total: any bytes
 * give an ask, a part, or nothing. It compresses nothing and knows no stream.
 */
import { messageBytesMax } from '../message/limits.ts'
import { isReducer, statesBytesMax, type Reducer } from './app-state.ts'
import { signedChangeBytesMax } from './attester-changes.ts'
import { changesMax, pieceBytesMax, pieceRawBytesMax, reducerNameMax, stateBytesMax } from './limits.ts'
import { certificateBytesMax } from './checkpoint.ts'
import { entryBytes, manifestBytesMax, readEntry, writeEntry, type ChunkEntry } from './manifest.ts'

export type Ask =
  | { readonly type: 'certificate' }
  /** By its hash, 32 bytes. */
  | { readonly type: 'manifest', readonly hash: Uint8Array }
  | { readonly type: 'chunk', readonly entry: ChunkEntry, readonly height: number }
  /** F22. The certificate of what attesters are signing at this height. */
  | { readonly type: 'candidate', readonly height: number }
  /** F23. The ids of a chunk, 32 bytes each, in its order. */
  | { readonly type: 'ids', readonly entry: ChunkEntry, readonly height: number }
  /** F27. Changes of attesters from this one on. */
  | { readonly type: 'changes', readonly number: number }
  /** F32. What is attested of a reducer's states. */
  | { readonly type: 'states', readonly reducer: Reducer }
  /** F33. The bytes of an app's state, by their hash, 32 bytes. */
  | { readonly type: 'state', readonly hash: Uint8Array }

const asks = { certificate: 1, manifest: 2, chunk: 3, candidate: 4, ids: 5, changes: 6, states: 7, state: 8 } as const
const hashBytes = 32
/** A frame takes 16,384 (gossip/SPEC.md G3): what is left for a piece's bytes beside the part's kind. */
const partBytesMax = 16_384 - 1

export function encodeAsk (ask: Ask): Uint8Array {
  switch (ask.type) {
    case 'certificate': return Uint8Array.of(asks.certificate)
    case 'manifest': case 'state': return Uint8Array.of(asks[ask.type], ...ask.hash)
    case 'candidate': case 'changes': {
      const bytes = new Uint8Array(5)
      bytes[0] = asks[ask.type]
      new DataView(bytes.buffer).setUint32(1, ask.type === 'candidate' ? ask.height : ask.number)
      return bytes
    }
    case 'chunk': case 'ids': {
      const bytes = new Uint8Array(5 + entryBytes)
      bytes[0] = asks[ask.type]
      new DataView(bytes.buffer).setUint32(1, ask.height)
      writeEntry(ask.entry, bytes, 5)
      return bytes
    }
    case 'states': {
      const name = new TextEncoder().encode(ask.reducer.name)
      const bytes = new Uint8Array(5 + name.length)
      bytes[0] = asks.states
      new DataView(bytes.buffer).setUint32(1, ask.reducer.version)
      bytes.set(name, 5)
      return bytes
    }
  }
}

/** Undefined for anything that is not an ask. */
export function decodeAsk (bytes: Uint8Array): Ask | undefined {
  if (bytes[0] === asks.certificate && bytes.byteLength === 1) return { type: 'certificate' }
  if ((bytes[0] === asks.manifest || bytes[0] === asks.state) && bytes.byteLength === 1 + hashBytes) {
    return { type: bytes[0] === asks.state ? 'state' : 'manifest', hash: bytes.slice(1) }
  }
  const numberOf = (): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
  if (bytes[0] === asks.candidate && bytes.byteLength === 5) return { type: 'candidate', height: numberOf() }
  if (bytes[0] === asks.changes && bytes.byteLength === 5) return { type: 'changes', number: numberOf() }
  if (bytes[0] === asks.states && bytes.byteLength > 5 && bytes.byteLength <= 5 + reducerNameMax) {
    const reducer = { name: String.fromCharCode(...bytes.subarray(5)), version: numberOf() }
    return isReducer(reducer) ? { type: 'states', reducer } : undefined
  }
  if ((bytes[0] !== asks.chunk && bytes[0] !== asks.ids) || bytes.byteLength !== 5 + entryBytes) return undefined
  const entry = readEntry(bytes, 5)
  return entry && { type: bytes[0] === asks.ids ? 'ids' : 'chunk', entry, height: numberOf() }
}

/** F18. How many pieces an answer may have. */
export function piecesMaxOf (ask: Ask): number {
  switch (ask.type) {
    case 'certificate': case 'candidate': return Math.ceil(certificateBytesMax / pieceRawBytesMax)
    case 'manifest': return Math.ceil(manifestBytesMax / pieceRawBytesMax)
    case 'ids': return 1
    case 'changes': return Math.ceil(changesMax * signedChangeBytesMax / pieceRawBytesMax)
    case 'states': return Math.ceil(statesBytesMax / pieceRawBytesMax)
    case 'state': return Math.ceil(stateBytesMax / pieceRawBytesMax)
    // Each but the last has no room for another message.
    case 'chunk': return Math.ceil(ask.entry.count * (2 + messageBytesMax) / (pieceRawBytesMax - messageBytesMax))
  }
}

/** What follows in an answer. */
const parts = { more: 0, pieceEnds: 1, answerEnds: 2, notHere: 3 } as const

/** F17. The frames of an answer: of its compressed pieces, at least one; undefined: this hub does not have what was asked for. */
export function* answerFrames (pieces: readonly Uint8Array[] | undefined): Generator<Uint8Array<ArrayBuffer>> {
  if (pieces === undefined) {
    yield Uint8Array.of(parts.notHere)
    return
  }
  for (const [index, piece] of pieces.entries()) {
    for (let start = 0; start < piece.byteLength; start += partBytesMax) {
      const slice = piece.subarray(start, start + partBytesMax)
      const frame = new Uint8Array(1 + slice.byteLength)
      frame[0] = start + partBytesMax < piece.byteLength ? parts.more : index === pieces.length - 1 ? parts.answerEnds : parts.pieceEnds
      frame.set(slice, 1)
      yield frame
    }
  }
}

export type Collected =
  | { readonly type: 'more' }
  /** All compressed pieces; undefined: the peer does not have it. */
  | { readonly type: 'answer', readonly pieces: readonly Uint8Array[] | undefined }
  | { readonly type: 'fault', readonly code: 'piece-too-large' | 'chunk-malformed' }

/** F18. Puts the frames of one answer together, of at most so many pieces. */
export function createCollector (piecesMax: number): (frame: Uint8Array) => Collected {
  const pieces: Uint8Array[] = []
  let slices: Uint8Array[] = []
  let size = 0
  return (frame) => {
    const [kind = -1] = frame
    if (kind === parts.notHere && frame.byteLength === 1 && pieces.length + size === 0) return { type: 'answer', pieces: undefined }
    if (kind > parts.answerEnds || frame.byteLength < 2) return { type: 'fault', code: 'chunk-malformed' }
    // Otherwise a piece of single bytes would take a hundred times its size here.
    if (kind === parts.more && frame.byteLength !== 1 + partBytesMax) return { type: 'fault', code: 'chunk-malformed' }
    size += frame.byteLength - 1
    if (size > pieceBytesMax || pieces.length === piecesMax) return { type: 'fault', code: 'piece-too-large' }
    slices.push(frame.subarray(1))
    if (kind === parts.more) return { type: 'more' }
    pieces.push(concatenated(slices))
    slices = []
    size = 0
    return kind === parts.answerEnds ? { type: 'answer', pieces } : { type: 'more' }
  }
}

/** Certificates and manifests as pieces, before they are compressed. */
export function cut (bytes: Uint8Array): Uint8Array[] {
  const pieces = Math.ceil(bytes.byteLength / pieceRawBytesMax)
  return Array.from({ length: pieces }, (_, index) => bytes.subarray(index * pieceRawBytesMax, (index + 1) * pieceRawBytesMax))
}

export function concatenated (several: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(several.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const one of several) {
    bytes.set(one, at)
    at += one.byteLength
  }
  return bytes
}
