/** How fast something goes lately: what was counted over the last seconds. Knows no clock; whoever counts says when. */

export interface Rate {
  /** `done` so far, which never falls. */
  note (done: number, nowMs: number): void
  /** A second. */
  perSecond (nowMs: number): number
}

/** What is older says nothing of how it goes on: long enough that a slow disk's pauses even out. Guess. */
const ordinaryWindowMs = 10_000
/** Between two samples, so that there are at most forty. */
const sampleMs = 250

export function createRate (windowMs = ordinaryWindowMs): Rate {
  let samples: Array<{ readonly atMs: number, readonly done: number }> = []
  let latest = 0
  return {
    note (done, nowMs) {
      latest = done
      const last = samples.at(-1)
      if (last !== undefined && nowMs - last.atMs < sampleMs) return
      samples = [...samples.filter(({ atMs }) => nowMs - atMs <= windowMs), { atMs: nowMs, done }]
    },
    perSecond (nowMs) {
      const first = samples.find(({ atMs }) => nowMs - atMs <= windowMs)
      return first === undefined || nowMs <= first.atMs ? 0 : (latest - first.done) / (nowMs - first.atMs) * 1_000
    }
  }
}
