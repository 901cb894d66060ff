/**
 * The blocks that were read last, up to a number of bytes, so that pages of a view which lie in the same blocks do not read and check them again. Pure.
 * It holds what it is given: whoever replaces a block on the disk removes it here before anybody is told (S10, S11).
 */

export interface BlockCache {
  /** A block that was checked; makes it the newest. */
  get (key: number): Uint8Array | undefined
  add (key: number, block: Uint8Array): void
  remove (key: number): void
}

/** What a block counts for at least, in bytes: the map's own memory, so that blocks of one small message are bounded too. */
const cachedBlockBytesMin = 256

export function createBlockCache (bytesMax: number): BlockCache {
  // A map goes through its keys in the order in which they were added: the first is the one that was not used for longest.
  const blocks = new Map<number, Uint8Array>()
  let bytes = 0

  const sizeOf = (block: Uint8Array): number => Math.max(block.length, cachedBlockBytesMin)

  function remove (key: number): Uint8Array | undefined {
    const block = blocks.get(key)
    if (block == null) return undefined
    blocks.delete(key)
    bytes -= sizeOf(block)
    return block
  }

  function add (key: number, block: Uint8Array): void {
    remove(key)
    blocks.set(key, block)
    bytes += sizeOf(block)
    for (const oldest of blocks.keys()) {
      if (bytes <= bytesMax) break
      remove(oldest)
    }
  }

  return {
    get (key) {
      const block = blocks.get(key)
      if (block != null) {
        blocks.delete(key)
        blocks.set(key, block)
      }
      return block
    },
    add,
    remove: (key) => { remove(key) }
  }
}
