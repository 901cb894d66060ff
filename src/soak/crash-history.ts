/**
 * What a hub promises about its data after it was killed (store/message-store.ts S1 to S6, ARCHITECTURE.md "Invariants"), as one check over all that
 * it holds when it is opened again. It knows nothing of who was killed or how the messages were read.
 */
import type { Message, NetworkGenesis, PublicKeyHex, SignedBytes } from '../message/types.ts'
import { createVerifier } from '../message/signing.ts'
import { validateMessage } from '../message/validate.ts'

/** A message as it was read back. */
export interface ReadMessage {
  readonly event: number
  readonly id: string
  readonly bytes: SignedBytes
}

/** What was known of the hub's messages before it was killed. */
export interface Promised {
  /** Messages that it had acknowledged, by id; the number is null where it was not told. */
  readonly acknowledged: ReadonlyMap<string, { readonly seq: number | null }>
  /** Event numbers that it had told, by id. */
  readonly events: ReadonlyMap<string, number>
}

export interface HistoryRules {
  readonly rules: NetworkGenesis
  /** Authors whose feeds must be whole here: no number missing. Of others a hub may have any part. */
  readonly isWhole: (author: PublicKeyHex) => boolean
}

/** Faults told of one history: the first ones say what broke. */
const faultsMax = 8

/** Checks all messages of a hub, in the order of their events. Throws with the first faults. */
export async function checkHistory (read: readonly ReadMessage[], promised: Promised, { rules, isWhole }: HistoryRules): Promise<void> {
  const faults: string[] = []
  const fault = (sentence: string): void => { faults.push(sentence) }
  const eventOf = new Map<string, number>()
  const messages: Message[] = []
  const verifier = createVerifier()
  let last = 0
  for (const { event, id, bytes } of read) {
    if (event <= last) fault(`event ${event} comes after event ${last}`)
    last = event
    if (eventOf.has(id)) fault(`message ${id} has two events`)
    eventOf.set(id, event)
    const judged = validateMessage(bytes, rules)
    if (!judged.ok) {
      fault(`message ${id} (event ${event}) is not readable: ${judged.code}`)
      continue
    }
    if (judged.value.id !== id) fault(`message ${id} (event ${event}) has another id by its bytes`)
    if (!await verifier.verify(judged.value)) fault(`message ${id} (event ${event}) has a wrong signature`)
    messages.push(judged.value)
  }
  for (const [id, event] of promised.events) {
    const now = eventOf.get(id)
    if (now !== event) fault(`message ${id} was event ${event} and ${now == null ? 'is gone' : `is ${now} now`}`)
  }
  const seqOf = new Map(messages.map(({ id, header }) => [id as string, header.seq]))
  for (const [id, { seq }] of promised.acknowledged) {
    if (!seqOf.has(id)) fault(`message ${id}${seq == null ? '' : `, number ${seq}`}, was acknowledged and is gone`)
    else if (seq != null && seqOf.get(id) !== seq) fault(`message ${id} was acknowledged as number ${seq} and has another one`)
  }
  faults.push(...feedFaults(messages, isWhole))
  if (faults.length > 0) throw new Error([`${faults.length} faults in ${read.length} messages:`, ...faults.slice(0, faultsMax)].join('\n    '))
}

/** No number twice, none missing, and each message names the one before it. */
function feedFaults (messages: readonly Message[], isWhole: HistoryRules['isWhole']): string[] {
  const feeds = new Map<PublicKeyHex, Message[]>()
  for (const message of messages) {
    const { signer } = message.header
    const feed = feeds.get(signer)
    if (feed == null) feeds.set(signer, [message])
    else feed.push(message)
  }
  return [...feeds].flatMap(([signer, feed]) => {
    feed.sort((a, b) => a.header.seq - b.header.seq)
    return feed.flatMap(({ header: { author, seq, prev } }, index) => {
      const before = feed[index - 1]
      const name = `number ${seq} of ${signer.slice(0, 8)}…`
      if (before?.header.seq === seq) return [`${name} is there twice`]
      if (!isWhole(author)) return []
      if (seq !== index + 1) return [`${name} comes after number ${before?.header.seq ?? 0}`]
      return prev === before?.id ? [] : [`${name} does not name the message before it`]
    })
  })
}
