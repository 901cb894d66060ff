/** What fast sync keeps across restarts (fastsync/SPEC.md, F16 and F22): a join that was interrupted is gone on with, and what was certified served again. */
import type { MessageStore } from '../../store/message-store.ts'

/** All as fastsync/pin.ts writes it; anything, if the disk is damaged. */
export interface Remembered {
  /** What a join that was not ended had pinned. */
  readonly pinned: Uint8Array | undefined
  /** Keeps it for the next start; undefined: there is nothing to go on from any more. Codes: those of the store. */
  readonly keepPin: (pinned: Uint8Array | undefined) => Promise<void>
  /** The newest certified snapshot of a life before this one. Codes: those of the store. */
  readonly recallCertified: () => Promise<Uint8Array | undefined>
  /** Codes: those of the store. */
  readonly keepCertified: (certified: Uint8Array) => Promise<void>
}

/** Names in the store. Each has some 50 bytes a chunk, 100 kB of two million messages. */
const [pinName, certifiedName] = ['join', 'certified']

/** Codes: those of the store. */
export async function recall (store: Pick<MessageStore, 'getValue' | 'putValue'>): Promise<Remembered> {
  const bytesOf = async (name: string): Promise<Uint8Array | undefined> => {
    const kept = await store.getValue(name)
    return kept instanceof Uint8Array ? kept : undefined
  }
  return {
    pinned: await bytesOf(pinName),
    keepPin: async pinned => store.putValue(pinName, pinned),
    recallCertified: async () => bytesOf(certifiedName),
    keepCertified: async certified => store.putValue(certifiedName, certified)
  }
}
