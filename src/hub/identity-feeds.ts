/**
 * What is known here of one author's keys: the last message of each, what it may sign, and whether it was revoked (message/set/SPEC.md
 * R3, R9). Read once from the index, then kept up with what is stored, so that a publisher need not search a large store for
 * each message, and sees what the author's other devices and hubs have done.
 *
 * As many entries as the author has keys; only the author's root key makes more.
 */
import { coversWithoutBody, createCoverage, widen, type Coverage } from '../message/set/scope.ts'
import type { Body, Message, MessageId, PublicKeyHex } from '../message/types.ts'
import type { Runtime } from './runtime.ts'

/** The message of a key that the next one names. */
export interface Head {
  readonly seq: number
  readonly id: MessageId
  readonly timestamp: number
}

export interface IdentityFeeds {
  /** Takes in a message that was stored; another author's is passed over. */
  add: (message: Message) => void
  /** The stored message with the highest number, of the root key too. undefined: none is known here. */
  head: (signer: PublicKeyHex) => Head | undefined
  /** Whether a signer-add of this device is known. */
  isDevice: (signer: PublicKeyHex) => boolean
  isRevoked: (signer: PublicKeyHex) => boolean
  /** Whether its signer-adds cover this body. */
  mayWrite: (signer: PublicKeyHex, body: Body) => boolean
}

interface Feed {
  head: Head | undefined
  readonly coverage: Coverage
  readonly removes: MessageId[]
}

/** The feeds of `author` as the store has them now. */
export function readFeeds ({ index, standing }: Pick<Runtime, 'index' | 'standing'>, author: PublicKeyHex): IdentityFeeds {
  const feeds = new Map<PublicKeyHex, Feed>()

  function feedOf (signer: PublicKeyHex): Feed {
    const feed = feeds.get(signer) ?? { head: undefined, coverage: createCoverage(), removes: [] }
    feeds.set(signer, feed)
    return feed
  }

  function add ({ id, header, body }: Message): void {
    if (header.author !== author) return
    const feed = feedOf(header.signer)
    const { seq, timestamp } = header
    if (seq > (feed.head?.seq ?? 0)) feed.head = { seq, id, timestamp }
    if (body?.kind === 'signer-add') widen(feedOf(body.signer).coverage, body.scope)
    if (body?.kind === 'signer-remove') feedOf(body.signer).removes.push(id)
  }

  for (const { message } of index.fromEvent(0, Infinity)) add(message)
  return {
    add,
    head: signer => feeds.get(signer)?.head,
    isDevice: signer => feeds.get(signer)?.coverage.known === true,
    // Asked each time: lower forks can take a signer-remove out of the set again (R4).
    isRevoked: signer => feeds.get(signer)?.removes.some(id => standing(id) === 'live') === true,
    mayWrite (signer, body) {
      const coverage = feeds.get(signer)?.coverage
      if (coverage == null) return false
      return coversWithoutBody(coverage, body.kind) || (body.kind === 'record' && coverage.collections?.has(body.collection) === true)
    }
  }
}
