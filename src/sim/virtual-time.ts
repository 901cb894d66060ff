/**
 * Virtual time: a clock that stands still while anything happens and then jumps to whatever is due next. It drives real hubs: their `now`, `timer` and
 * `wait` come from here (RuntimeOptions of hub/runtime.ts), and between two moments all promises that can go on do.
 *
 * What runs in it must wait for nothing else: no platform timer, no thread, no file. Promises and `wait` alone, and one seed gives one run on every machine.
 *
 * ```
 * const time = createVirtualTime()
 * const runtime = await time.done(createRuntime({ now: () => startMs + time.nowMs, timer: time.timer, … }))
 * time.at(1_000, () => { runtime.linkUp(peer) })
 * await time.runUntil(60_000)
 * ```
 */
import { setImmediate as promisesToGoOn } from 'node:timers/promises'
import type { Timer } from '../base/timer.ts'
import { createEventQueue } from './event-queue.ts'

export interface VirtualTime {
  /** Whole milliseconds since the run began. */
  readonly nowMs: number
  /** Calls `action` at this moment, a whole millisecond or the next one; what is due in the past is due now. */
  at: (atMs: number, action: () => void) => void
  readonly timer: Timer
  readonly wait: (ms: number) => Promise<void>
  /** Lets happen all that is due until then, which is then now. */
  runUntil: (endMs: number) => Promise<void>
  /** Lets happen what is due until this is settled, and gives its result. Rejects if time ends before: when nothing is due any more, or after `withinMs`. */
  done: <T>(work: Promise<T>, withinMs?: number) => Promise<T>
}

export function createVirtualTime (): VirtualTime {
  const queue = createEventQueue<() => void>()
  let nowMs = 0

  function at (atMs: number, action: () => void): void {
    queue.push(Math.max(nowMs, Math.ceil(atMs)), action)
  }

  const timer: Timer = (ms, action) => {
    let due: (() => void) | undefined = action
    at(nowMs + ms, () => { due?.() })
    return () => { due = undefined }
  }

  /** All that is due in one millisecond, in the order in which it was asked for; then promises go on, and what they ask for of the same millisecond follows. */
  async function moment (): Promise<void> {
    while ((queue.nextMs() ?? Infinity) <= nowMs) {
      while ((queue.nextMs() ?? Infinity) <= nowMs) queue.pop()?.()
      await promisesToGoOn()
    }
  }

  return {
    get nowMs () { return nowMs },
    at,
    timer,
    wait: async ms => new Promise((resolve) => { timer(ms, resolve) }),
    async runUntil (endMs) {
      await promisesToGoOn()
      for (;;) {
        await moment()
        const nextMs = queue.nextMs()
        if (nextMs == null || nextMs > endMs) break
        nowMs = nextMs
      }
      nowMs = Math.max(nowMs, endMs)
    },
    async done (work, withinMs = Infinity) {
      const endMs = nowMs + withinMs
      const settled = { yet: false }
      const over = (): void => { settled.yet = true }
      work.then(over, over)
      for (;;) {
        await promisesToGoOn()
        await moment()
        if (settled.yet) return work
        const nextMs = queue.nextMs()
        if (nextMs == null || nextMs > endMs) throw new Error(`What was waited for did not come within ${withinMs} ms of virtual time.`)
        nowMs = nextMs
      }
    }
  }
}
