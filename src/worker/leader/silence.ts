/**
 * Whether the tab that leads is silent (SPEC.md T3): it answers neither from its engine nor from its page. One of the two is enough: an engine that opens a
 * large store is busy for as long as that takes, and so is a page that draws; a process that stands still is silent in both.
 *
 * A ping counts as unanswered only where it came back to the page that sent it, on the same channel: whatever holds that page up, or the browser, holds its own
 * ping up too. Knows no clock: its caller's ticks are its time.
 */
export interface Silence {
  /** Something came from the engine or the page that leads: an answer, an event, how far it is with opening. */
  readonly heard: () => void
  /** This page's own ping came back. */
  readonly echoed: () => void
  /** A ping is about to be sent. `silent`: the `limit` before it, in a row, were unanswered; it counts anew then. `waiting`: some of them were. */
  readonly tick: (limit: number) => 'heard' | 'waiting' | 'silent'
}

export function createSilence (): Silence {
  let unanswered = 0
  let isHeard = false
  let isEchoed = false
  return {
    heard () { isHeard = true },
    echoed () { isEchoed = true },
    tick (limit) {
      if (isHeard) unanswered = 0
      else if (isEchoed) unanswered += 1
      isHeard = false
      isEchoed = false
      if (unanswered < limit) return unanswered === 0 ? 'heard' : 'waiting'
      unanswered = 0
      return 'silent'
    }
  }
}
