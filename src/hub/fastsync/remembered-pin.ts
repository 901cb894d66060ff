/** What a join has pinned, kept across restarts (fastsync/SPEC.md, F16). A join that was interrupted is gone on with; nothing else is derived from it. */
import type { MessageStore } from '../../store/message-store.ts'

export interface RememberedPin {
  /** What a join that was not ended had pinned; anything, if the disk is damaged. */
  readonly pinned: Uint8Array | undefined
  /** Keeps it for the next start; undefined: there is nothing to go on from any more. Codes: those of the store. */
  readonly keepPin: (pinned: Uint8Array | undefined) => Promise<void>
}

/** Under this name in the store: some 50 bytes a chunk, 100 kB of two million messages. */
const valueName = 'join'

/** Codes: those of the store. */
export async function recallPin (store: Pick<MessageStore, 'getValue' | 'putValue'>): Promise<RememberedPin> {
  const kept = await store.getValue(valueName)
  return {
    pinned: kept instanceof Uint8Array ? kept : undefined,
    keepPin: async pinned => store.putValue(valueName, pinned)
  }
}
