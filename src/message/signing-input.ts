/** What a signature covers (SPEC.md M30). Apart from compose.ts, so that a thread that only checks signatures need not load what makes messages. */
import { bytesOf } from './canonical.ts'
import { hashBytes } from './limits.ts'
import type { MessageId } from './types.ts'

/** Before the id: no signature made for anything else can be taken for a message's. */
export const signingDomain = new TextEncoder().encode('hubbub/message/v1')

/** Bytes of every signing input. */
export const signingInputBytes = signingDomain.byteLength + hashBytes

/** The bytes that a signature covers: `"hubbub/message/v1" ‖ id`, `signingInputBytes` of them, the caller's own. */
export function signingInput (id: MessageId): Uint8Array<ArrayBuffer> {
  const input = new Uint8Array(signingInputBytes)
  input.set(signingDomain)
  input.set(bytesOf(id), signingDomain.byteLength)
  return input
}
