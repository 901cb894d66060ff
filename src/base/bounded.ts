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
export class RecentMap<Key, Value> extends Map<Key, Value> {
  readonly #oldest = new Oldest<Key>(this)
  readonly #max: number
  readonly #onForgotten: ((value: Value) => void) | undefined

  /** `onForgotten` is told what falls out. */
  constructor (max: number, onForgotten?: (value: Value) => void) {
    super()
    this.#max = max
    this.#onForgotten = onForgotten
  }

  override set (key: Key, value: Value): this {
    const { size } = this
    super.set(key, value)
    if (this.size === size) {
      // It was there, in its old place.
      this.delete(key)
      super.set(key, value)
    }
    if (this.size <= this.#max) return this
    const oldest = this.#oldest.next()
    const forgotten = this.get(oldest) as Value
    this.delete(oldest)
    this.#onForgotten?.(forgotten)
    return this
  }
}

/** A set that remembers its newest `max` members, oldest first. Adding a member again makes it the newest. */
export class RecentSet<T> extends Set<T> {
  readonly #oldest = new Oldest<T>(this)
  readonly #max: number

  constructor (max: number) {
    super()
    this.#max = max
  }

  override add (member: T): this {
    const { size } = this
    super.add(member)
    if (this.size === size) {
      // It was there, in its old place.
      this.delete(member)
      super.add(member)
    }
    if (this.size > this.#max) this.delete(this.#oldest.next())
    return this
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
