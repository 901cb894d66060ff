/** What a session is made with. */
import type { ComparableSet } from '../comparable-set.ts'
import type { Meeting } from '../frontier/meetings.ts'

export interface SessionConfig {
  /** Messages published in these last ms are gossip's. @default gossipsMs */
  readonly newestMs?: number
  /** Ms without anything from the peer. @default 15,000 */
  readonly stallMs?: number
  /** Ms for the whole session. @default 600,000: a million messages at the rate at which they are verified take a minute. */
  readonly totalMs?: number
  /** Messages taken in one session; the next one goes on where this ended. @default 2²⁰ */
  readonly messagesMax?: number
}

export interface SessionOptions {
  readonly role: 'initiator' | 'responder'
  readonly set: ComparableSet
  /** The first epoch of namespace 1 that both hold, as far as this side knows: an initiator that heard of the peer's own asks no less. 0 for all. */
  readonly fromEpoch: number
  /** 32 random bits that the peer cannot guess. */
  readonly random: () => number
  /** What this side remembers of the peer (`meeting` of a record). */
  readonly meeting?: Meeting | undefined
  /** Where the peer is to begin with what it owes, in sixteenths: another one for each session that this hub has at the same time. @default 0 */
  readonly turn?: number
  readonly config?: SessionConfig
}
