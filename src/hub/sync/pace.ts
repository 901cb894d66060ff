/**
 * How much of a session goes on while others wait (sync/SPEC.md, S26). A slow hub may be an honest one on a bad line, or one that sends a byte a second to
 * hold a place: both give way to whoever waits, and go on later from where they were. Knows no clock and no session; whoever asks says when.
 */

export interface Pace {
  /**
   * To be told every tick of the bytes of a session so far, both ways. Whether a while has passed in which it moved too little: then it is to give way to
   * others that wait.
   */
  isSlow (bytes: number, nowMs: number): boolean
}

/** A session has at least so long: what was found to differ takes some time to list on a slow machine, without a byte. Guess. */
export const paceWindowMs = 30_000
/** Below this many bytes in that time it is slow: 2 kB a second, a tenth of the worst mobile line. Guess. */
export const paceBytesMin = 65_536

export function createPace (startedMs: number): Pace {
  let sinceMs = startedMs
  let bytesBefore = 0
  return {
    isSlow (bytes, nowMs) {
      if (nowMs - sinceMs < paceWindowMs) return false
      const isSlow = bytes - bytesBefore < paceBytesMin
      sinceMs = nowMs
      bytesBefore = bytes
      return isSlow
    }
  }
}
