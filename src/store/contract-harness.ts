/** What the contract suite needs of a place where a store keeps its data. */
import type { MessageStore, StoreOptions } from './message-store.ts'

/** The blocks on a disk, while no store has it open. */
export interface DiskUnderTest {
  blockKeys (): Promise<number[]>
  readBlock (firstEvent: number): Promise<Uint8Array>
  writeBlock (firstEvent: number, bytes: Uint8Array): Promise<void>
}

/** What a kind of store has, and the suite can thus test. */
export interface StoreAbilities {
  /** Blocks that can be damaged, and looked at while they are merged. */
  readonly hasDisk: boolean
  /** A disk that can be made to be full. */
  readonly canFill: boolean
}

/** One place for data, which can be opened again and again. */
export interface StoreHarness {
  open (options?: StoreOptions): Promise<MessageStore>
  /** Absent for a store without blocks. */
  readonly disk?: DiskUnderTest
  /** Lets the open store's blocks grow by so many bytes together and no more; undefined: without limit. */
  readonly limitSpace?: (bytes: number | undefined) => Promise<void>
  /** Removes what the store has left behind. */
  cleanUp? (): Promise<void>
}
