/**
 * The frames of `/hubbub/gossip/1` and their bytes (SPEC.md "Grammar", G2 to G4). Total: any bytes give a frame or a code.
 * Knows nothing of what a message is: it is opaque bytes here.
 */
import { toHex, fromHex } from '../base/bytes.ts'
import { isPeerId, type PeerId } from '../base/peer.ts'
import type { MessageId, NetworkId, PublicKeyHex } from '../message/types.ts'
import { Frame as WireFrame, type Graft as WireGraft, type Notes as WireNotes } from './frame.pb.ts'

export const gossipProtocol = '/hubbub/gossip/1'
export const gossipVersion = 3
/** G3. A data-channel message carries 16 KiB everywhere; a message with its 8 KiB body fits. */
export const frameBytesMax = 16_384
/** Characters of a hello's agent that are kept: it is shown to people. */
export const agentLengthMax = 64
/** Ids in one ihave or graft: 256 × 34 B, and at most 9 B more for an epoch and its hops, stay below a frame. */
export const idsMax = 256
/** Hubs that a `full` names. */
const othersMax = 8
/** G14. */
export const hopsMax = 255

export type Frame =
  | { readonly type: 'hello', readonly version: number, readonly network: NetworkId, readonly agent: string, readonly links: number }
  /** In the place of a hello, or as the last frame: there is no room. These may have some. */
  | { readonly type: 'full', readonly others: readonly PeerId[] }
  /** `traced`: T1. @default false */
  | { readonly type: 'gossip', readonly message: Uint8Array, readonly hops: number, readonly traced?: boolean }
  | { readonly type: 'signer-want', readonly author: PublicKeyHex, readonly signer: PublicKeyHex }
  /** `epochs` and `hops` go with `ids`, one each, or are not told. */
  | { readonly type: 'ihave', readonly ids: readonly MessageId[], readonly epochs?: readonly number[], readonly hops?: readonly number[] }
  /** Without a counter it asks for messages and leaves the link as it is. */
  | { readonly type: 'graft', readonly ids: readonly MessageId[], readonly counter?: number }
  | { readonly type: 'prune', readonly counter: number }
  | { readonly type: 'ping' | 'pong', readonly nonce: number }

/** Why a link ended because of what a peer sent, apart from the rejections of messages. */
export type FrameRejection = 'frame-too-large' | 'frame-malformed' | 'unexpected-frame' | 'stream-silent' | 'unsupported-version' | 'wrong-network' | 'inbound-overflow' | 'link-silent'

export type DecodedFrame = { readonly ok: true, readonly value: Frame } | { readonly ok: false, readonly code: FrameRejection }

const malformed: DecodedFrame = { ok: false, code: 'frame-malformed' }

/** A frame's bytes, without the length prefix. */
export function encodeFrame (frame: Frame): Uint8Array {
  switch (frame.type) {
    case 'hello':
      return WireFrame.encode({ hello: { version: frame.version, network: bytesOf(frame.network), agent: agentOf(frame.agent), links: frame.links } })
    case 'full':
      return WireFrame.encode({ full: { others: frame.others.slice(0, othersMax) } })
    case 'gossip':
      return WireFrame.encode({ gossip: { message: new Uint8Array(frame.message), hops: Math.min(frame.hops, hopsMax), traced: frame.traced ?? false } })
    case 'signer-want':
      return WireFrame.encode({ signerWant: { author: bytesOf(frame.author), signer: bytesOf(frame.signer) } })
    case 'ihave':
      return WireFrame.encode({
        ihave: { ids: frame.ids.map(bytesOf), epochs: [...frame.epochs ?? []], hops: (frame.hops ?? []).map(hops => Math.min(hops, hopsMax)) }
      })
    case 'graft':
      return WireFrame.encode({ graft: { ids: frame.ids.map(bytesOf), counter: frame.counter ?? 0 } })
    case 'prune':
      return WireFrame.encode({ prune: { counter: frame.counter } })
    case 'ping':
      return WireFrame.encode({ ping: { nonce: frame.nonce } })
    case 'pong':
      return WireFrame.encode({ pong: { nonce: frame.nonce } })
  }
}

/** Reads one frame. `bytes` stays the caller's; a gossip frame's message is a copy. */
export function decodeFrame (bytes: Uint8Array): DecodedFrame {
  if (bytes.byteLength > frameBytesMax) return { ok: false, code: 'frame-too-large' }
  let wire: WireFrame
  try {
    wire = WireFrame.decode(bytes)
  } catch {
    return malformed // the decoder throws on anything that is not protobuf; that is the answer, whatever its text says
  }
  if (wire.hello != null) {
    const { version, network, agent, links } = wire.hello
    if (network.byteLength !== 32) return malformed
    return { ok: true, value: { type: 'hello', version, network: toHex(network) as NetworkId, agent: agentOf(agent), links } }
  }
  if (wire.full != null) {
    const { others } = wire.full
    if (others.length > othersMax || !others.every(isPeerId)) return malformed
    return { ok: true, value: { type: 'full', others } }
  }
  if (wire.gossip != null) {
    const { message, hops, traced } = wire.gossip
    if (message.byteLength === 0) return malformed
    return { ok: true, value: { type: 'gossip', message, hops: Math.min(hops, hopsMax), ...traced && { traced } } }
  }
  if (wire.signerWant != null) {
    const { author, signer } = wire.signerWant
    if (author.byteLength !== 32 || signer.byteLength !== 32) return malformed
    return { ok: true, value: { type: 'signer-want', author: toHex(author) as PublicKeyHex, signer: toHex(signer) as PublicKeyHex } }
  }
  if (wire.ihave != null) return decodeNotes(wire.ihave)
  if (wire.graft != null) return decodeGraft(wire.graft)
  if (wire.prune != null) return wire.prune.counter === 0 ? malformed : { ok: true, value: { type: 'prune', counter: wire.prune.counter } }
  if (wire.ping != null) return { ok: true, value: { type: 'ping', nonce: wire.ping.nonce } }
  if (wire.pong != null) return { ok: true, value: { type: 'pong', nonce: wire.pong.nonce } }
  return malformed
}

function decodeNotes ({ ids, epochs, hops }: WireNotes): DecodedFrame {
  if (ids.length === 0 || !areIds(ids) || !goWith(ids, epochs) || !goWith(ids, hops)) return malformed
  return {
    ok: true,
    value: {
      type: 'ihave', ids: ids.map(idOf),
      ...epochs.length > 0 && { epochs }, ...hops.length > 0 && { hops: hops.map(count => Math.min(count, hopsMax)) }
    }
  }
}

function decodeGraft ({ ids, counter }: WireGraft): DecodedFrame {
  if ((ids.length === 0 && counter === 0) || !areIds(ids)) return malformed
  return { ok: true, value: { type: 'graft', ids: ids.map(idOf), ...counter > 0 && { counter } } }
}

function areIds (ids: readonly Uint8Array[]): boolean {
  return ids.length <= idsMax && ids.every(id => id.byteLength === 32)
}

function goWith (ids: readonly Uint8Array[], numbers: readonly number[]): boolean {
  return numbers.length === 0 || numbers.length === ids.length
}

function idOf (bytes: Uint8Array): MessageId {
  return toHex(bytes) as MessageId
}

/** Cut, and without halves of surrogate pairs, which the cut or bytes that are not UTF-8 leave behind. */
export function agentOf (text: string): string {
  return text.slice(0, agentLengthMax).toWellFormed()
}

function bytesOf (hex: string): Uint8Array<ArrayBuffer> {
  return fromHex(hex, 32) ?? new Uint8Array(32)
}
