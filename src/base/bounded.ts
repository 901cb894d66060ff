/** Collections with a limit. What falls out is the oldest; whoever needs more than that must ask again. */

/**
 * Walks a map or set from its oldest key on, while that is deleted from and added to. One iterator is kept: a new one each time would step over every
 * place that deletions have left, thousands in a collection that is full.
 */
class Oldest<T> {
  readonly #collection: { keys (): IterableIterator<T> }
  #keys: IterableIterator<T>

  constructor (collection: { keys (): IterableIterator<T> }) {
    this.#collection = collection
    this.#keys = collection.keys()
  }

  /** The oldest key; the caller deletes it. To be called only where there is one. */
  next (): T {
    const found = this.#keys.next()
    if (found.done !== true) return found.value
    // One that has come to an end stays there.
    this.#keys = this.#collection.keys()
    return this.#keys.next().value as T
  }
}

/** A map that remembers what was set newest, `max` keys of it. Setting a key again makes it the newest. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #oldest = new Oldest<Key>(this.#entries)
  readonly #max: number
  readonly #onForgotten: ((value: Value) => void) | undefined

  /** `onForgotten` is told what falls out. */
  constructor (max: number, onForgotten?: (value: Value) => void) {
    this.#max = max
    this.#onForgotten = onForgotten
  }

  get size (): number {
    return this.#entries.size
  }

  has (key: Key): boolean {
    return this.#entries.has(key)
  }

  get (key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set (key: Key, value: Value): void {
    const { size } = this.#entries
    this.#entries.set(key, value)
    if (this.#entries.size === size) {
      // It was there, in its old place.
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    if (this.#entries.size <= this.#max) return
    const oldest = this.#oldest.next()
    const forgotten = this.#entries.get(oldest) as Value
    this.#entries.delete(oldest)
    this.#onForgotten?.(forgotten)
  }

  delete (key: Key): void {
    this.#entries.delete(key)
  }
}

/** A set that remembers its newest `max` members. Adding a member again makes it the newest. */
export class RecentSet<T> {
  readonly #members = new Set<T>()
  readonly #oldest = new Oldest<T>(this.#members)
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
    const { size } = this.#members
    this.#members.add(member)
    if (this.#members.size === size) {
      // It was there, in its old place.
      this.#members.delete(member)
      this.#members.add(member)
    }
    if (this.#members.size > this.#max) this.#members.delete(this.#oldest.next())
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
