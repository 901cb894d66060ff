/** One row of `bench gossip`: what it cost one way of spreading messages (FACTS.md 4, "Definitions"), and how one is made from what a run counted. */
import { encodingLength } from 'uint8-varint'
import { encodeFrame, idsMax, type Frame } from '../../gossip/frames.ts'
import type { MessageId } from '../../message/types.ts'
import { messageBytesOf } from './messages.ts'

/** Bytes of text that costs in bytes are told for: a remark, a page, and the longest post. */
export const textSizes = [256, 4_096, 8_000] as const

export interface Row {
  readonly by: 'ebt' | 'flood' | 'gossipsub'
  /** Payload messages ÷ (hubs − 1) − 1 a message, mean, after the warm-up. */
  readonly rmr: number
  /** Ids that were noted, for each message and hub. */
  readonly notesPerDelivery: number
  /** Links to the last hub: median over messages. */
  readonly lastDeliveryHops: number
  /** Links a message came over ÷ links of the shortest path in the same graph: mean over deliveries. */
  readonly stretch: number
  /** Bytes on all links ÷ bytes of messages delivered, for texts of `textSizes` bytes. */
  readonly bytesPerDelivered: Readonly<Record<typeof textSizes[number], number>>
  /** From publishing to arrival, over all deliveries. */
  readonly p50Ms: number
  readonly p99Ms: number
  /**
   * After 30 % of the hubs died at once: until the last message was everywhere that took somebody twice as long as the slowest before; null: not measured.
   */
  readonly healMs: number | null
  /** Milliseconds are of virtual time, or of this machine's. */
  readonly clock: 'virtual' | 'real'
}

/** What a run sent, for each delivery of a message. */
export interface Sent {
  readonly payloads: number
  readonly notes: number
  /** Notes in one frame, mean. */
  readonly notesPerFrame: number
  readonly grafts: number
  readonly prunes: number
}

const anyId = 'd4'.repeat(32) as MessageId

/** Bytes on the wire for each byte delivered, by the real encodings of frames. */
export function bytesPerDelivered ({ payloads, notes, notesPerFrame, grafts, prunes }: Sent): Row['bytesPerDelivered'] {
  const ids = Array.from({ length: Math.min(idsMax, Math.max(1, Math.round(notesPerFrame))) }, () => anyId)
  const noteBytes = bytesOf({ type: 'ihave', ids, epochs: ids.map(() => 2 ** 21), hops: ids.map(() => 5) }) / ids.length
  const control = notes * noteBytes + grafts * bytesOf({ type: 'graft', ids: [anyId], counter: 5 }) + prunes * bytesOf({ type: 'prune', counter: 5 })
  const perSize = textSizes.map((size) => {
    const message = messageBytesOf(size, 2)
    const total = payloads * bytesOf({ type: 'gossip', message, hops: 5 }) + control
    return [size, rounded(total / message.byteLength)]
  })
  return Object.fromEntries(perSize) as Row['bytesPerDelivered']
}

function bytesOf (frame: Frame): number {
  const { byteLength } = encodeFrame(frame)
  return encodingLength(byteLength) + byteLength
}

/** To four places, as the simulator's figures. */
export function rounded (value: number): number {
  return Math.round(value * 10_000) / 10_000
}

/** The value below which `part` of a sorted list lies; 0 of an empty one. */
export function share (sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}
