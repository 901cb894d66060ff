/**
 * Messages that came in a session on their way to the core (sync/SPEC.md, S14): decoded and judged, signatures checked side by side, and handed over in
 * the order in which they came, so that signers come before what they signed. How many may wait is the session's business. It knows neither the tree
 * nor sessions.
 */
import { reasonOf } from '../../base/errors.ts'
import { decodeSignedBytes } from '../../message/codec.ts'
import type { Message, MessageRejection, NetworkGenesis } from '../../message/types.ts'
import { validateMessage } from '../../message/validate.ts'

export interface TakingOptions {
  readonly rules: NetworkGenesis
  /** Whether this hub has all of the message, so that its bytes need no second look. */
  readonly has: (message: Message) => boolean
  readonly verify: (message: Message) => Promise<boolean>
  /** Offers it to the set; whether it was new and is in the set now. */
  readonly offer: (message: Message) => boolean
  /** Resolves when all that was offered is stored, as far as it can be. */
  readonly stored: () => Promise<unknown>
  /** The platform failed, not the peer: the message is not taken, and comes again with the next session. */
  readonly onFailure: (sentence: string) => void
}

/** So many were new; or why the peer is to blame. What came before the bad one is kept. */
export type Taken = { readonly ok: true, readonly fetched: number } | { readonly ok: false, readonly code: MessageRejection }

/** undefined: it is not to be taken, and nobody is to blame. */
type Judged = Message | MessageRejection | undefined

/** Takes the batches of one session, one after the other. Never rejects. */
export function createTaking ({ rules, has, verify, offer, stored, onFailure }: TakingOptions): (batch: readonly Uint8Array[]) => Promise<Taken> {
  let before: Promise<unknown> = Promise.resolve()

  async function judge (bytes: Uint8Array): Promise<Judged> {
    const decoded = decodeSignedBytes(bytes)
    if (!decoded.ok) return decoded.code
    const validated = validateMessage(decoded.value, rules)
    if (!validated.ok) return validated.code
    if (has(validated.value)) return undefined
    try {
      return await verify(validated.value) ? validated.value : 'bad-signature'
    } catch (thrown) {
      onFailure(`A signature could not be checked here: ${reasonOf(thrown)}`)
      return undefined
    }
  }

  async function handOver (batch: ReadonlyArray<Promise<Judged>>): Promise<Taken> {
    let fetched = 0
    for (const judged of await Promise.all(batch)) {
      if (judged === undefined) continue
      if (typeof judged === 'string') return { ok: false, code: judged }
      if (offer(judged)) fetched += 1
    }
    await stored()
    return { ok: true, fetched }
  }

  return async (batch) => {
    const judged = batch.map(judge)
    const taken = before.then(async () => handOver(judged))
    before = taken
    return taken
  }
}
