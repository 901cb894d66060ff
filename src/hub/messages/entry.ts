/** A stored message, decoded, with what this hub noted beside it. */
import type { Message, MessageRejection, NetworkGenesis } from '../../message/types.ts'
import { validateMessage } from '../../message/validate.ts'
import type { StoredEvent } from '../../store/message-store.ts'

export interface Entry {
  readonly message: Message
  /** Durable, growing: where `subscribe({fromEvent})` resumes. */
  readonly event: number
  /** When this hub stored it, by its own clock. */
  readonly storedAt: number
  /** The peer it came from; null: written here. */
  readonly from: string | null
}

export type ReadEntry = { readonly ok: true, readonly entry: Entry } | { readonly ok: false, readonly code: MessageRejection }

/** What a store gave back, decoded. Its signature was checked before it was stored. */
export function readEntry ({ bytes, event, storedAt, from }: StoredEvent, rules: NetworkGenesis): ReadEntry {
  const validated = validateMessage(bytes, rules)
  return validated.ok ? { ok: true, entry: { message: validated.value, event, storedAt, from } } : validated
}
