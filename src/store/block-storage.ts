/**
 * What a disk must do for the block log, and nothing more: hold blocks under event numbers, values under keys, and one counter, and
 * change them together. indexeddb.ts and leveldb.ts are the two that exist. It knows nothing of what is in a block.
 * Every method throws HubErrors only, of the codes that message-store.ts names.
 */
import type { KeyRange } from './arguments.ts'

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

export interface BlockStorage {
  /** The counter as it was when the storage was opened; 0 in a new one. */
  readonly lastEvent: number
  /** The keys of all blocks as they were then, ascending. */
  readonly blockKeys: number[]
  commit (commit: Commit): Promise<void>
  /** The blocks under these keys; undefined where there is none. What is found may be anything: disks rot. */
  readBlocks (keys: readonly number[]): Promise<ReadonlyArray<Uint8Array | undefined>>
  /** Checks and copies a value for `commit`. Throws `invalid-argument` for what this storage cannot hold. */
  prepareValue (value: unknown): unknown
  /** A Uint8Array comes in a buffer of its own. */
  getValue (key: string): Promise<unknown>
  /** In the order of their keys, at most `limit`. */
  getValues (range: KeyRange, limit: number): Promise<ReadonlyArray<readonly [key: string, value: unknown]>>
  close (): Promise<void>
  /** Closes and erases. */
  destroy (): Promise<void>
}
