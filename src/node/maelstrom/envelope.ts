/**
 * What two Maelstrom nodes send each other: frames of `/hubbub/gossip/1` and of comparisons, in base64, several to a message. The network under it loses
 * messages without a word, so each names the two lives of the link that it belongs to, and its place in the order (link.ts). Total on any body.
 */
import { isObject, type Body } from './line.ts'

export const envelopeType = 'hubbub'

/** Frames of one comparison (sync-streams.ts). `end`: none follow. */
export interface SyncPart {
  /** Of those that one side began, from 1. */
  readonly session: number
  /** Whether the sender began it. */
  readonly mine: boolean
  readonly frames: readonly Uint8Array[]
  readonly end?: 'closed' | 'aborted' | undefined
}

export interface Envelope {
  /** The sender's life of the link, and the receiver's as far as the sender knows it: 0 before that. */
  readonly from: number
  readonly to: number
  /** 0 for a greeting, then 1, 2, …; −1 says that the link is closed. */
  readonly number: number
  readonly gossip: readonly Uint8Array[]
  readonly sync: readonly SyncPart[]
}

export function encodeEnvelope ({ from, to, number, gossip, sync }: Envelope): Body {
  return {
    type: envelopeType, from, to, number,
    ...gossip.length > 0 && { gossip: gossip.map(toBase64) },
    ...sync.length > 0 && { sync: sync.map(part => ({ ...part, frames: part.frames.map(toBase64) })) }
  }
}

/** undefined: no node of ours sends this. */
export function decodeEnvelope ({ from, to, number, gossip = [], sync = [] }: Body): Envelope | undefined {
  if (!isCount(from) || from === 0 || !isCount(to) || !isCount(number, -1) || !isTexts(gossip) || !Array.isArray(sync)) return undefined
  const parts = sync.map(decodePart)
  if (!parts.every(part => part != null)) return undefined
  return { from, to, number, gossip: gossip.map(toBytes), sync: parts }
}

function decodePart (part: unknown): SyncPart | undefined {
  if (!isObject(part)) return undefined
  const { session, mine, frames, end } = part
  if (!isCount(session) || typeof mine !== 'boolean' || !isTexts(frames)) return undefined
  if (end !== undefined && end !== 'closed' && end !== 'aborted') return undefined
  return { session, mine, frames: frames.map(toBytes), end }
}

function isCount (value: unknown, least = 0): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function isTexts (value: unknown): value is string[] {
  return Array.isArray(value) && value.every(text => typeof text === 'string')
}

function toBase64 (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** What is no base64 gives fewer bytes, and those are no frame. */
function toBytes (text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
