/** Collections with a limit. What falls out is the oldest; whoever needs more than that must ask again. */

/** A set that remembers its newest `max` members. Adding a member again makes it the newest. */
export class RecentSet<T> {
  readonly #members = new Set<T>()
  readonly #max: number

  constructor (max: number) {
    this.#max = max
  }

  get size (): number {
    return this.#members.size
  }

  /** Oldest first. */
  [Symbol.iterator] (): IterableIterator<T> {
    return this.#members.values()
  }

  has (member: T): boolean {
    return this.#members.has(member)
  }

  add (member: T): void {
    this.#members.delete(member)
    this.#members.add(member)
    if (this.#members.size > this.#max) {
      for (const oldest of this.#members) {
        this.#members.delete(oldest)
        break
      }
    }
  }
}

/** A bucket of tokens: `take` says whether one more is allowed now. Time is an argument (milliseconds). */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #atMs = 0

  constructor (perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
  }

  take (nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#atMs)
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs / 1000 * this.#perSecond)
    this.#atMs = nowMs // also where the clock was set back: waiting for the old time would take as long as the clock was wrong
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
