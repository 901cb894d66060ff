/**
 * What is known here of one author's keys: the last message of each, what it may sign, and whether it was revoked (message/set/SPEC.md
 * R3, R9). Read once from what is stored, then kept up with what comes, so that a publisher need not search a large store for
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
  /** The stored message with the highest number, of the root key too. undefined: none is known here. */
  head: (signer: PublicKeyHex) => Head | undefined
  /** Whether a signer-add of this device is known. */
  isDevice: (signer: PublicKeyHex) => boolean
  isRevoked: (signer: PublicKeyHex) => boolean
  /** Whether its signer-adds cover this body. */
  mayWrite: (signer: PublicKeyHex, body: Body) => boolean
  /** They are kept up no longer. */
  close: () => void
}

interface Feed {
  head: Head | undefined
  readonly coverage: Coverage
  readonly removes: Set<MessageId>
}

/** The feeds of `author`, from now on. Codes: those of the store. */
export async function openFeeds ({ messages, set, onStored }: Pick<Runtime, 'messages' | 'set' | 'onStored'>, author: PublicKeyHex): Promise<IdentityFeeds> {
  const feeds = new Map<PublicKeyHex, Feed>()

  function feedOf (signer: PublicKeyHex): Feed {
    const feed = feeds.get(signer) ?? { head: undefined, coverage: createCoverage(), removes: new Set() }
    feeds.set(signer, feed)
    return feed
  }

  function raise (signer: PublicKeyHex, head: Head): void {
    const feed = feedOf(signer)
    if (head.seq > (feed.head?.seq ?? 0)) feed.head = head
  }

  function add ({ id, header, body }: Message): void {
    if (header.author !== author) return
    raise(header.signer, { seq: header.seq, id, timestamp: header.timestamp })
    if (body?.kind === 'signer-add') widen(feedOf(body.signer).coverage, body.scope)
    if (body?.kind === 'signer-remove') feedOf(body.signer).removes.add(id)
  }

  // First of all, so that nothing that is stored meanwhile is missed; taking one twice changes nothing.
  const close = onStored(({ message }) => { add(message) })
  const members: number[] = []
  for (const kind of ['signer-add', 'signer-remove'] as const) {
    messages.catalog.walk({ author, kind }, 'ascending', (member) => {
      members.push(member)
      return false
    })
  }
  for (const { message } of await messages.getMembers(members)) add(message)
  for (const signer of [author, ...feeds.keys()]) {
    const id = set.highestSeq(author, signer)
    const member = id === undefined ? -1 : set.memberOf(id)
    // Not read: a number is used up even where the disk has lost its message.
    if (id !== undefined && messages.catalog.has(member)) raise(signer, { seq: set.seqOf(member), id, timestamp: messages.catalog.timestampOf(member) })
  }

  return {
    close,
    head: signer => feeds.get(signer)?.head,
    isDevice: signer => feeds.get(signer)?.coverage.known === true,
    // Asked each time: lower forks can take a signer-remove out of the set again (R4).
    isRevoked: signer => [...feeds.get(signer)?.removes ?? []].some(id => set.standing(id) === 'live'),
    mayWrite (signer, body) {
      const coverage = feeds.get(signer)?.coverage
      if (coverage == null) return false
      return coversWithoutBody(coverage, body.kind) || (body.kind === 'record' && coverage.collections?.has(body.collection) === true)
    }
  }
}
