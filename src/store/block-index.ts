/**
 * Where the blocks of a log begin: all their keys in memory, ascending, 8 bytes each (some 10,000 for a million messages), so that finding
 * the block of a message asks no disk. Pure; block-log.ts keeps it in step with what is committed.
 */

export interface BlockIndex {
  /** The key of the block that has `event` if any has: the highest that is not above it. */
  covering (event: number): number | undefined
  /** Keys in order, at most `limit`: the one that covers `fromEvent`, and those after it. */
  from (fromEvent: number, limit: number): number[]
  /** The key after `key`; undefined for the newest. */
  after (key: number): number | undefined
  /** Takes `removed` out, then `added` in. */
  replace (removed: readonly number[], added: readonly number[]): void
}

/** `keys` ascending; it is the index's from now on. */
export function createBlockIndex (keys: number[]): BlockIndex {
  /** How many keys are not above `event`. */
  function countUpTo (event: number): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((keys[middle] ?? Infinity) <= event) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    covering: event => keys[countUpTo(event) - 1],
    from (fromEvent, limit) {
      const start = Math.max(0, countUpTo(fromEvent) - 1)
      return keys.slice(start, start + limit)
    },
    after: key => keys[countUpTo(key)],
    replace (removed, added) {
      for (const key of removed) {
        const at = countUpTo(key) - 1
        if (keys[at] === key) keys.splice(at, 1)
      }
      for (const key of added) keys.splice(countUpTo(key), 0, key)
    }
  }
}
