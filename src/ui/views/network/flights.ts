/**
 * Messages on their way, as comets: made from what the links' counters grew by, so that a comet stands for messages that were counted.
 * They fly slower than life. Pure: time is an argument.
 */
import type { LinksSeen } from '../../data/link-samples.ts'

export interface Flight {
  readonly from: string
  readonly to: string
  readonly startsAt: number
}

/** How long one hop takes to look at, in ms (tokens.css, --m-hop). */
export const hopMs = 1_400
/** How long a ring widens where a message arrived, in ms. */
export const rippleMs = 700
/** Comets on one link that begin between two answers: more is a stream, and is said in figures. */
const onLinkMax = 3
/** Comets in all at once. Guess: more than an eye follows. */
const flightsMax = 60

/** The comets of what came and went since the answer before. They begin spread over `spreadMs`, the time that the growth took. */
export function flightsBetween (self: string, before: LinksSeen | null, seen: LinksSeen, now: number, spreadMs: number): Flight[] {
  if (before == null || before === seen) return []
  const flights: Flight[] = []
  for (const { peerId } of seen.peers) {
    const [earlier, latest] = [before.samples.get(peerId)?.at(-1), seen.samples.get(peerId)?.at(-1)]
    if (earlier == null || latest == null) continue
    for (const [counter, from, to] of [['messagesIn', peerId, self], ['messagesOut', self, peerId]] as const) {
      const number = Math.min(onLinkMax, latest[counter] - earlier[counter])
      for (let index = 0; index < number; index += 1) flights.push({ from, to, startsAt: now + spreadMs * index / onLinkMax })
    }
  }
  return flights
}

/** Those that still fly or ripple, with the new ones. */
export function fly (flights: readonly Flight[], started: readonly Flight[], now: number): Flight[] {
  return [...flights.filter(({ startsAt }) => now < startsAt + hopMs + rippleMs), ...started].slice(-flightsMax)
}
