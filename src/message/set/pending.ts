/**
 * Messages that are held until they count (set/SPEC.md, R13): their signer is unknown, no scope known so far covers them, or a closure that
 * is still being walked may name them. Bounded and fair (fair-pool.ts); what it lets go, sync offers again.
 */
import { pendingBytesMax, pendingOverheadBytes } from './limits.ts'
import { createFairPool } from './fair-pool.ts'
import type { OfferOptions } from './outcome.ts'
import type { Message, MessageId, PublicKeyHex } from '../types.ts'

export interface Pending {
  size (): number
  isEmpty (): boolean
  /** Holds a message for what its author's signer messages about `signer` will bring; false when there is no room for it. */
  hold (message: Message, signer: PublicKeyHex, options: OfferOptions): boolean
  /** The first `limit` of those that came, for people. */
  list (limit: number): HeldOffer[]
  /** Whether this message is held. */
  has (id: MessageId): boolean
  take (id: MessageId): HeldOffer | undefined
  /** Takes what waits for a signer and may come in now, in sequence order. */
  takeFor (author: PublicKeyHex, signer: PublicKeyHex, mayEnter: (message: Message) => boolean): HeldOffer[]
}

/** A message as it was offered. */
export interface HeldOffer {
  readonly message: Message
  readonly options: OfferOptions
}

interface Waiting extends HeldOffer {
  readonly signer: PublicKeyHex
}

export function createPending (bytesMax = pendingBytesMax): Pending {
  const byAuthor = new Map<PublicKeyHex, Map<PublicKeyHex, Set<MessageId>>>()
  const pool = createFairPool<Waiting>(bytesMax, ({ item }) => forget(item))

  const forget = ({ message, signer }: Waiting): void => {
    const { author } = message.header
    const bySigner = byAuthor.get(author)
    const ids = bySigner?.get(signer)
    ids?.delete(message.id)
    if (ids?.size === 0) bySigner?.delete(signer)
    if (bySigner?.size === 0) byAuthor.delete(author)
  }

  const remember = ({ message, signer }: Waiting): void => {
    const { author } = message.header
    const bySigner = byAuthor.get(author) ?? new Map<PublicKeyHex, Set<MessageId>>()
    const ids = bySigner.get(signer) ?? new Set<MessageId>()
    byAuthor.set(author, bySigner.set(signer, ids.add(message.id)))
  }

  const take = (id: MessageId): Waiting | undefined => {
    const waiting = pool.take(id)
    if (waiting !== undefined) forget(waiting)
    return waiting
  }

  return {
    size: () => pool.size(),
    isEmpty: () => pool.isEmpty(),
    hold (message, signer, options) {
      // The version with its body is the better one to hold.
      const held = pool.get(message.id)
      if (held?.message.body === undefined && message.body !== undefined) take(message.id)
      const item = { message, signer, options }
      const added = pool.add({ id: message.id, sender: options.sender ?? '', author: message.header.author, weight: weightOf(message), item })
      if (added) remember(pool.get(message.id) ?? item)
      return added
    },
    list (limit) {
      const listed: HeldOffer[] = []
      for (const { item } of pool.entries()) {
        if (listed.length === limit) break
        listed.push(item)
      }
      return listed
    },
    has: id => pool.get(id) !== undefined,
    take,
    takeFor (author, signer, mayEnter) {
      const taken: HeldOffer[] = []
      for (const id of [...byAuthor.get(author)?.get(signer) ?? []]) {
        const waiting = pool.get(id)
        if (waiting === undefined || !mayEnter(waiting.message)) continue
        take(id)
        taken.push(waiting)
      }
      return taken.sort((one, other) => one.message.header.seq - other.message.header.seq)
    }
  }
}

function weightOf ({ bytes }: Message): number {
  return pendingOverheadBytes + bytes.header.length + (bytes.body?.length ?? 0) + bytes.signature.length
}
