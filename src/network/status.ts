/**
 * What a hub tells a neighbour of itself, and its bytes (SPEC.md, N1 and N3): what it announces to all, without the ways to reach it. Total: any bytes
 * give a status or nothing. All of it is a claim; heights are cut to what can be.
 */
import { epochOf } from '../message/epoch.ts'
import { decodeAnnouncement, encodeAnnouncement, type Announced } from './announcement.ts'

export type PeerStatus = Pick<Announced, 'mode' | 'messages' | 'minEpoch' | 'maxEpoch' | 'serving' | 'root' | 'checkpoint'>

/** N1. Some 60 bytes, and room for what a later version adds. */
const bytesMax = 256

export function encodeStatus (status: PeerStatus): Uint8Array {
  return encodeAnnouncement({ ...status, addresses: [], agent: '', introducers: [], links: [], authorship: null })
}

/** Undefined for anything that is not a status. */
export function decodeStatus (bytes: Uint8Array, nowMs: number): PeerStatus | undefined {
  const read = bytes.byteLength > bytesMax ? undefined : decodeAnnouncement(bytes)
  if (read == null) return undefined
  const { mode, messages, serving, root } = read
  return { mode, messages, serving, root, ...cutHeights(read, nowMs) }
}

type Heights = Pick<Announced, 'minEpoch' | 'maxEpoch' | 'checkpoint'>

/** N3. Heights that somebody claims, cut to this hub's present epoch and one more. */
export function cutHeights ({ minEpoch, maxEpoch, checkpoint }: Heights, nowMs: number): Heights {
  const cut = (epoch: number | null): number | null => epoch == null ? null : Math.min(epoch, epochOf(nowMs) + 1)
  return { minEpoch: cut(minEpoch), maxEpoch: cut(maxEpoch), checkpoint: cut(checkpoint) }
}
