/**
 * What a disk must do for the block log, and nothing more: hold blocks under event numbers, values under keys, and one counter, and
 * change them together. indexeddb.ts and leveldb.ts are the two that exist. It knows nothing of what is in a block.
 * Every method throws HubErrors only, of the codes that message-store.ts names.
 */

/** One atomic change. Applied whole or not at all. */
export interface Commit {
  /** Newly written blocks; no block may be under these keys yet unless it is in `removed`. */
  readonly blocks: ReadonlyArray<{ readonly firstEvent: number, readonly bytes: Uint8Array<ArrayBuffer> }>
  /** Keys of blocks that go; removed before `blocks` are written. */
  readonly removed: readonly number[]
  /** Values by key, prepared by `prepareValue`; undefined removes. In order: a later one wins. */
  readonly values: ReadonlyArray<readonly [key: string, prepared: unknown]>
  /** The counter before and after. A counter that is not `before` means that somebody else writes here: nothing may be changed. */
  readonly lastEvent: { readonly before: number, readonly after: number }
}

/** A block as it was found: `bytes` may be anything, disks rot. */
export interface FoundBlock {
  readonly firstEvent: number
  readonly bytes: Uint8Array
  /** The key of the block after it, undefined for the newest. */
  readonly nextEvent: number | undefined
}

export interface BlockStorage {
  /** The counter as it was when the storage was opened; 0 in a new one. */
  readonly lastEvent: number
  commit (commit: Commit): Promise<void>
  /**
   * Up to `blocksMax` blocks in order, as of one moment: the one with the highest key ≤ `fromEvent`, if there is any, and those after it.
   */
  readBlocks (fromEvent: number, blocksMax: number): Promise<FoundBlock[]>
  /** Checks and copies a value for `commit`. Throws `invalid-argument` for what this storage cannot hold. */
  prepareValue (value: unknown): unknown
  getValue (key: string): Promise<unknown>
  close (): Promise<void>
  /** Closes and erases. */
  destroy (): Promise<void>
}
