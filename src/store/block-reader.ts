/**
 * Reading the log: messages by number, and walks along them. It lists the blocks it needs from the index, reads them, checks each once, and
 * reads around damage. It writes nothing; what is written meanwhile it learns from `replaced`.
 *
 * A block that is merged, rewritten or removed while somebody looks at it is stale from that moment on: it is listed and read again, so
 * that a merge cannot be seen (S7) and what was erased or dropped is not given (S10, S11), not even by a walk that was held up in between.
 */
import type { BlockCache } from './block-cache.ts'
import type { BlockIndex } from './block-index.ts'
import { type BlockDamageCode, checkBlock, unpackBlock, unpackChecked } from './blocks.ts'
import type { StoredEvent } from './message-store.ts'

export interface BlockReader {
  /** The messages under these numbers, where there are any. */
  get (events: readonly number[]): Promise<Map<number, StoredEvent>>
  /** The events from `fromEvent` to `toEvent`, at most `limit`, a block a step. */
  walk (fromEvent: number, toEvent: number, limit: number): AsyncGenerator<readonly StoredEvent[], void, undefined>
  /** To be told of blocks that are not what they were, when that is committed and before anybody hears of it. */
  replaced (keys: readonly number[]): void
}

export interface BlockReaderOptions {
  readonly index: Pick<BlockIndex, 'covering' | 'from' | 'after'>
  readonly cache: BlockCache
  readonly lastEvent: () => number
  /** The blocks under these keys; undefined where there is none. */
  readonly readBlocks: (keys: readonly number[]) => Promise<ReadonlyArray<Uint8Array | undefined>>
  /** Resolves when the commit that is under way has ended, and the index knows of it. */
  readonly settled: () => Promise<void>
  /** Told of each damaged block that is met, again each time. */
  readonly onDamaged: (key: number, code: BlockDamageCode) => void
}

/** Blocks that somebody has read and works on. */
interface Look {
  /** Empty when there is none. */
  blockOf (key: number): Uint8Array
  isStale (key: number): boolean
  end (): void
}

/** Blocks of the first step of a walk; each step doubles it up to the maximum: one message costs one block, and a long walk few transactions. */
const blocksPerStepFirst = 1
/** Blocks of one step of a walk: 1 MiB in memory at once. */
const blocksPerStepMax = 32
/** Blocks that `get` reads at once, 4 MiB: a page of 100 messages is one transaction wherever they lie. */
const blocksPerGetMax = 128

export function createBlockReader ({ index, cache, lastEvent, readBlocks, settled, onDamaged }: BlockReaderOptions): BlockReader {
  /** The blocks of each look that are not stale yet. */
  const looks = new Set<Set<number>>()

  /** `unread`: those of `keys` that are to be read. */
  async function lookAt (keys: readonly number[], unread = keys): Promise<Look> {
    const current = new Set(keys)
    looks.add(current)
    const end = (): void => { looks.delete(current) }
    try {
      const found = unread.length === 0 ? [] : await readBlocks(unread)
      const blocks = new Map(unread.map((key, at) => [key, found[at]]))
      // Not where it was listed: most likely a commit that is on the disk already and not yet known here.
      if (found.includes(undefined)) await settled()
      return { blockOf: key => blocks.get(key) ?? new Uint8Array(), isStale: key => !current.has(key), end }
    } catch (error) {
      end()
      throw error
    }
  }

  /** Gets what it can of `wanted` (by block), and returns the events whose blocks became stale meanwhile. */
  async function getFrom (wanted: ReadonlyMap<number, ReadonlySet<number>>, into: Map<number, StoredEvent>): Promise<number[]> {
    const keys = [...wanted.keys()]
    const cached = new Map(keys.map(key => [key, cache.get(key)]))
    const look = await lookAt(keys, keys.filter(key => cached.get(key) == null))
    look.end()
    const again: number[] = []
    for (const [key, only] of wanted) {
      if (look.isStale(key)) {
        again.push(...only)
        continue
      }
      const known = cached.get(key)
      const block = known ?? look.blockOf(key)
      const code = known == null ? checkBlock(key, block) : undefined
      const unpacked = code == null ? unpackChecked(key, block, { only, toEvent: Math.max(...only) }) : { ok: false as const, code }
      if (!unpacked.ok) {
        onDamaged(key, unpacked.code)
        continue
      }
      if (known == null) cache.add(key, block)
      for (const event of unpacked.events) into.set(event.event, event)
    }
    return again
  }

  return {
    async get (events) {
      const found = new Map<number, StoredEvent>()
      let left = [...new Set(events)].sort((one, other) => one - other)
      while (left.length > 0) {
        const wanted = new Map<number, Set<number>>()
        let taken = 0
        for (const event of left) {
          const key = index.covering(event)
          if (key != null && !wanted.has(key)) {
            if (wanted.size === blocksPerGetMax) break
            wanted.set(key, new Set())
          }
          if (key != null) wanted.get(key)?.add(event)
          taken += 1
        }
        left = [...await getFrom(wanted, found), ...left.slice(taken)]
      }
      return found
    },
    async* walk (fromEvent, toEvent, limit) {
      let next = Math.max(fromEvent, 1)
      let left = limit
      let blocksMax = blocksPerStepFirst
      while (left > 0 && next <= Math.min(toEvent, lastEvent())) {
        const end = lastEvent()
        const keys = index.from(next, blocksMax)
        if (keys.length === 0) return
        const following = keys.map((key, at) => keys[at + 1] ?? index.after(key) ?? end + 1)
        const look = await lookAt(keys)
        try {
          for (const [at, key] of keys.entries()) {
            if (look.isStale(key)) break
            const after = following[at] ?? end + 1
            const unpacked = unpackBlock(key, look.blockOf(key), { fromEvent: next, toEvent: Math.min(toEvent, after - 1), limit: left })
            if (!unpacked.ok) onDamaged(key, unpacked.code)
            next = after
            if (!unpacked.ok || unpacked.events.length === 0) continue
            left -= unpacked.events.length
            yield unpacked.events
            if (left === 0) return
          }
        } finally {
          look.end()
        }
        blocksMax = Math.min(blocksMax * 2, blocksPerStepMax)
      }
    },
    replaced (keys) {
      for (const key of keys) {
        cache.remove(key)
        for (const current of looks) current.delete(key)
      }
    }
  }
}
