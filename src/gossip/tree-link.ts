/**
 * One link of the broadcast tree: eager or lazy, who last said so, how long a round trip takes and what the neighbour is known to have (SPEC.md G22 to
 * G27). It decides nothing by itself.
 */
import { RecentSet, TokenBucket } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'

export interface TreeLink {
  readonly peer: PeerId
  /** Messages are pushed. Both ends hold the same, once their GRAFTs and PRUNEs have arrived. */
  eager: boolean
  /** Of the newest GRAFT or PRUNE, whoever sent it. */
  counter: number
  /** Smoothed, milliseconds. */
  rttMs: number
  congested: boolean
  /** Messages in a row of which its note came from much nearer the author than the message. */
  nearer: number
  /** No PRUNE before this: the last one may still be under way. */
  settledAtMs: number
  /** What the neighbour has: it sent it, noted it, or was sent it. */
  readonly known: RecentSet<MessageId>
  /** Grafted messages in a row that it noted and did not send in time. */
  unkept: number
  /** G19, and G37 for what it is known to have. */
  readonly answers: TokenBucket
  readonly repeats: TokenBucket
}

/** Until a round trip was measured: two tabs on one continent. Guess. */
const rttMsFirst = 100
/** Weight of a new round trip; TCP's (RFC 6298). */
const rttWeight = 1 / 8
/** G19. */
const answersPerSecond = 256
const answersBurst = 1_024
/** G37. Frames are lost where a test or a fault loses them, at some messages a second. */
const repeatsPerSecond = 8
const repeatsBurst = 256
/** G24. An honest neighbour changes a link at most some ten times a second, so frames that were lost cannot hide more. */
export const counterJumpMax = 1_024

export function createTreeLink (peer: PeerId, rttMs: number | undefined, eager: boolean, knownMax: number): TreeLink {
  return {
    peer,
    eager,
    counter: 0,
    rttMs: rttMs ?? rttMsFirst,
    congested: false,
    nearer: 0,
    settledAtMs: 0,
    known: new RecentSet(knownMax),
    unkept: 0,
    answers: new TokenBucket(answersPerSecond, answersBurst),
    repeats: new TokenBucket(repeatsPerSecond, repeatsBurst)
  }
}

export function measureRoundTrip (link: TreeLink, rttMs: number): void {
  link.rttMs += (rttMs - link.rttMs) * rttWeight
}

/** G24: takes the neighbour's word for how the link is, if it is newer. False: no honest hub counts like that. */
export function heedNeighbour (link: TreeLink, counter: number, eager: boolean): boolean {
  if (counter > link.counter + counterJumpMax) return false
  if (counter > link.counter) {
    link.counter = counter
    link.eager = eager
  } else if (counter === link.counter && eager) {
    link.eager = true
  }
  return true
}

/** G24: this hub's own word, newer than any so far. */
export function decide (link: TreeLink, eager: boolean): number {
  link.eager = eager
  link.counter += 1
  return link.counter
}
