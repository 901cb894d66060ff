/**
 * How long after its first note the tree may still bring a message (SPEC.md G29). With many senders and one tree a note over a short cut overtakes the
 * message on its long way by much more than round trips, and whoever grafts then bends the tree for nothing.
 */

export interface Lateness {
  /** A message came `ms` after its first note, or before it (0). */
  observe: (ms: number) => void
  /** Nearly all messages come within this time of their first note. */
  expectedMs: () => number
}

/** What is expected is this much more than the latest that was seen … */
const margin = 1.25
/** … which is forgotten at this rate a message: by half in 700. */
const decay = 0.999

/** Until messages have shown better. Guess: longer than the way through a thousand hubs, so that the first messages make a tree and do not bend it. */
const firstMs = 500

export function createLateness (): Lateness {
  let latestMs = firstMs
  return {
    expectedMs: () => margin * latestMs,
    observe (ms) { latestMs = Math.max(ms, latestMs * decay) }
  }
}
