/**
 * A message that somebody signed elsewhere and handed to this hub, over HTTP say: judged and checked like a neighbour's, and answered for. It goes out by
 * gossip as if a neighbour had sent it.
 */
import { decodeSignedBytes } from '../message/codec.ts'
import type { Message, MessageId, MessageRejection, NetworkGenesis } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'

export type Submission =
  /** It is in the set, and on this hub's disk. It may have been before. */
  | { readonly type: 'stored', readonly id: MessageId }
  /** Signed, but not taken: its device is not introduced yet, it is dated ahead or older than what is kept, or its feed has no room (message/set/SPEC.md). */
  | { readonly type: 'not-taken', readonly id: MessageId }
  | { readonly type: 'rejected', readonly code: MessageRejection }

export interface SubmissionsOptions {
  readonly rules: NetworkGenesis
  readonly verify: (message: Message) => Promise<boolean>
  readonly isStored: (id: MessageId) => boolean
  /** Offers it to the set. */
  readonly take: (message: Message) => void
  /** Resolves when all that was taken is written, as far as it can be. */
  readonly written: () => Promise<unknown>
}

/** The returned function rejects only where this platform fails. */
export function createSubmissions ({ rules, verify, isStored, take, written }: SubmissionsOptions): (bytes: Uint8Array) => Promise<Submission> {
  return async (bytes) => {
    const decoded = decodeSignedBytes(bytes)
    const validated = decoded.ok ? validateMessage(decoded.value, rules) : decoded
    if (!validated.ok) return { type: 'rejected', code: validated.code }
    const message = validated.value
    if (!await verify(message)) return { type: 'rejected', code: 'bad-signature' }
    if (!isStored(message.id)) {
      take(message)
      await written()
    }
    return { type: isStored(message.id) ? 'stored' : 'not-taken', id: message.id }
  }
}
