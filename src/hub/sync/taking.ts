/**
 * Messages that came in a session on their way to the core (sync/SPEC.md, S14): decoded and judged, the signatures of a batch checked together, and handed
 * over in the order in which they came, so that signers come before what they signed. A batch does not wait until the one before it is stored, only until
 * that was offered. How many may wait is the session's business. It knows neither the tree nor sessions.
 */
import { reasonOf } from '../../base/errors.ts'
import { decodeSignedBytes } from '../../message/codec.ts'
import type { Message, MessageRejection, NetworkGenesis } from '../../message/types.ts'
import { validateMessage } from '../../message/validate.ts'

export interface TakingOptions {
  readonly rules: NetworkGenesis
  /** Whether this hub has all of the message, so that its bytes need no second look. */
  readonly has: (message: Message) => boolean
  /** For each, whether its signature is valid. */
  readonly verifyAll: (messages: readonly Message[]) => Promise<readonly boolean[]>
  /** Offers them to the set in this order; how many were new and are in the set now. */
  readonly offerAll: (messages: readonly Message[]) => number
  /** Resolves when all that was offered is stored, as far as it can be. */
  readonly stored: () => Promise<unknown>
  /** The platform failed, not the peer: the message is not taken, and comes again with the next session. */
  readonly onFailure: (sentence: string) => void
}

/** So many were new; or why the peer is to blame. What came before the bad one is kept. */
export type Taken = { readonly ok: true, readonly fetched: number } | { readonly ok: false, readonly code: MessageRejection }

/** Takes the batches of one session, one after the other. Never rejects. */
export function createTaking ({ rules, has, verifyAll, offerAll, stored, onFailure }: TakingOptions): (batch: readonly Uint8Array[]) => Promise<Taken> {
  let before: Promise<unknown> = Promise.resolve()

  /** Those that this hub lacks, up to the first that is not valid, and what is wrong with that one. */
  function judge (batch: readonly Uint8Array[]): { readonly lacking: readonly Message[], readonly code: MessageRejection | undefined } {
    const lacking: Message[] = []
    for (const bytes of batch) {
      const decoded = decodeSignedBytes(bytes)
      if (!decoded.ok) return { lacking, code: decoded.code }
      const validated = validateMessage(decoded.value, rules)
      if (!validated.ok) return { lacking, code: validated.code }
      if (!has(validated.value)) lacking.push(validated.value)
    }
    return { lacking, code: undefined }
  }

  /** The answers; undefined: none could be had here. */
  async function check (lacking: readonly Message[]): Promise<readonly boolean[] | undefined> {
    try {
      return await verifyAll(lacking)
    } catch (thrown) {
      onFailure(`Signatures could not be checked here: ${reasonOf(thrown)}`)
      return undefined
    }
  }

  async function offered (lacking: readonly Message[], code: MessageRejection | undefined, checking: ReturnType<typeof check>): Promise<Offered> {
    const valid = await checking
    const bad = valid?.indexOf(false) ?? -1
    const fetched = valid === undefined ? 0 : offerAll(bad === -1 ? lacking : lacking.slice(0, bad))
    const fault = bad === -1 ? code : 'bad-signature'
    return { taken: fault === undefined ? { ok: true, fetched } : { ok: false, code: fault }, kept: stored() }
  }

  return async (batch) => {
    const { lacking, code } = judge(batch)
    const checking = lacking.length === 0 ? Promise.resolve([]) : check(lacking)
    const offering = before.then(async () => offered(lacking, code, checking))
    before = offering
    const { taken, kept } = await offering
    await kept
    return taken
  }
}

/** What a batch was, once it was offered; `kept` resolves when it is stored too. */
interface Offered {
  readonly taken: Taken
  readonly kept: Promise<unknown>
}
