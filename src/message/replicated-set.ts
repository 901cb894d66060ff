/**
 * The replicated set R and the standing of its members: the front door (set/SPEC.md). It takes messages one by one, in any order and any number of
 * times, says what each changed, and ends with the same ids and standing whatever the order. It decides what may come in now, what
 * has to wait, and for what; set/membership.ts does the rest.
 *
 * It knows headers, bodies, ids and the time it is told. It does not know bytes on a wire, signatures, peers, the store, or views.
 */
import { toHex } from '../base/bytes.ts'
import { hashBytes } from './limits.ts'
import { createDeferred } from './set/deferred.ts'
import { signerMessagesMax } from './set/limits.ts'
import { createMembers } from './set/members.ts'
import { createMembership } from './set/membership.ts'
import { none } from './set/member-table.ts'
import { createPending } from './set/pending.ts'
import { mayLackBody } from './set/standing.ts'
import { createWantedBodies } from './set/wanted-bodies.ts'
import type { Members } from './set/members.ts'
import type { HeldOffer } from './set/pending.ts'
import type { Offered, OfferOptions, OfferOutcome, SetChange, Standing } from './set/outcome.ts'
import type { Restoring } from './set/restoring.ts'
import type { Genesis, Message, MessageId, NetworkId, PublicKeyHex } from './types.ts'

export type { Offered, OfferOptions, OfferOutcome, SetChange, Standing } from './set/outcome.ts'
export type { RestorableFeed, RestoredRow } from './set/restoring.ts'

export interface ReplicatedSet extends Members, Restoring {
  /**
   * Takes a message that is well formed and whose signature is valid. Total: never throws on any such message. To rebuild a set from a store, offer
   * what the store holds with `stored` and, as `nowMs`, the time at which each message came in: namespace 0 first is quickest; `restore` is quicker
   * still. Then offer what `closuresWanted` names and the store holds, until it names no such id.
   *
   * Most offers change one thing, but a signer-remove changes the standing of a whole feed at once, and a signer-add lets in all that waited for it:
   * callers must expect 100,000 changes in one answer, and 400,000 of a feed that is forked everywhere.
   */
  offer (message: Message, nowMs: number, options?: OfferOptions): Offered
  has (id: MessageId): boolean
  standing (id: MessageId): Standing | undefined
  /** Ids of the signer messages (namespace 0) that concern this author's signer: what a peer needs to admit that signer's messages. Bounded. */
  signerMessages (author: PublicKeyHex, signer: PublicKeyHex): readonly MessageId[]
  /** The members of one seq: more than one is a fork. Lowest ids first; a bounded sample where an author made very many. */
  idsAt (author: PublicKeyHex, signer: PublicKeyHex, seq: number): readonly MessageId[]
  /** Ids whose bodies are to be asked of peers; nobody is synced while there are any. Each leaves the list once it was asked for long enough. */
  bodiesWanted (nowMs: number): readonly MessageId[]
  /** Ids that keepHead closures need and that are not members: to be asked of peers by id. Some may exist nowhere, so they do not keep a hub unsynced. */
  closuresWanted (): readonly MessageId[]
  /** Up to `limit` members whose bodies the store is to erase; after erasing, tell `bodyErased`. */
  erasable (nowMs: number, limit: number): readonly MessageId[]
  /** The body of this member is gone from the store. */
  bodyErased (id: MessageId, nowMs: number): void
  /** Whether the body of this member is served to others: not once it is to be erased. */
  servesBody (id: MessageId, nowMs: number): boolean
  /** Messages from the future that were turned away and are not due yet. For people; bounded. */
  deferred (nowMs: number): number
  size (): number
  /** One more than the highest member number in use, now or before: numbers of displaced members are given again. */
  membersEnd (): number
  /** Bytes of packed arrays: nearly all that members take (set/SPEC.md, "Memory"). */
  memoryBytes (): number
  /** Messages held until their signer is known. */
  pending (): number
  /** The first `limit` of them to come, and what each waits for: a signer that is not known here, or a wider scope. For people. */
  waiting (limit: number): ReadonlyArray<HeldOffer & { readonly why: 'signer' | 'scope' }>
}

export interface ReplicatedSetOptions {
  readonly network: NetworkId
  readonly genesis: Genesis
  /** Any number that peers cannot guess: without it they could craft ids that make lookups slow. @default 0 */
  readonly tableSeed?: number
}

/** An empty set of one network. All that is offered must be valid for that network and genesis. */
export function createReplicatedSet ({ tableSeed = 0 }: ReplicatedSetOptions): ReplicatedSet {
  const pending = createPending()
  const deferred = createDeferred()
  const bodies = createWantedBodies()
  let changes: SetChange[] = []
  /** Held messages that what just happened may let in. */
  let again: HeldOffer[] = []

  const members = createMembership({
    changed: (change) => { changes.push(change) },
    widened (author, signer) {
      const mayEnter = (message: Message): boolean => members.covered(message).covered && members.fits(message)
      for (const held of pending.takeFor(author, signer, mayEnter)) again.push(held)
    },
    closureWants (id) {
      const held = pending.take(id)
      if (held !== undefined) again.push(held)
    },
    bodyWanted (id, author, wanted, nowMs) {
      if (wanted) bodies.want(id, author, '', nowMs)
      else bodies.drop(id)
    }
  }, tableSeed)
  const { table, standings, revocations } = members

  const consider = (message: Message, nowMs: number, options: OfferOptions): OfferOutcome => {
    const index = table.indexOf(message.id)
    if (index !== none) return offeredAgain(index, message, nowMs)

    const untilMs = options.stored === true ? undefined : deferred.untilMs(message.id, message.header.timestamp, nowMs)
    if (untilMs !== undefined) return { type: 'deferred', untilMs }

    const { covered, signer, signerKnown } = members.covered(message)
    if (!covered) {
      if (!pending.hold(message, signer, options)) return { type: 'excluded', reason: 'pending-full' }
      return signerKnown ? { type: 'excluded', reason: 'scope' } : { type: 'pending', author: message.header.author, signer }
    }
    if (!members.fits(message)) {
      const feed = members.find(message.header.author, message.header.signer)
      if (feed !== undefined && revocations.isOpen(feed)) pending.hold(message, signer, options)
      return { type: 'excluded', reason: 'fork-limit' }
    }
    if (message.body === undefined && !passesWithoutBody(message, nowMs, options)) {
      // Without its body a signer-add proves no work: for an author that nobody paid for, nothing is asked.
      if (members.knows(message.header.author)) bodies.want(message.id, message.header.author, options.sender ?? '', nowMs)
      return { type: 'excluded', reason: 'body-wanted' }
    }
    pending.take(message.id)
    bodies.drop(message.id)
    members.admit(withoutErasedBody(message, nowMs), nowMs)
    return { type: 'admitted' }
  }

  const offeredAgain = (index: number, message: Message, nowMs: number): OfferOutcome => {
    if (message.body === undefined || !standings.isBodyless(index)) return { type: 'duplicate' }
    if (isErased(index, message.id, nowMs)) return { type: 'excluded', reason: 'body-removed' }
    standings.setBodyless(index, false)
    bodies.drop(message.id)
    changes.push({ type: 'completed', message })
    return { type: 'completed' }
  }

  const passesWithoutBody = ({ id, header }: Message, nowMs: number, options: OfferOptions): boolean => {
    // It was a member once, so its scope is among what is still to be replayed.
    if (options.stored === true) return true
    const feed = members.find(header.author, header.signer)
    if (feed === undefined || !mayLackBody(header.kind, feed)) return false
    return standings.isRemoved(header, id) || bodies.isLost(id, nowMs)
  }

  const isErased = (index: number, id: MessageId, nowMs: number): boolean =>
    standings.isErased({ kind: table.kindOf(index) }, members.feedOf(index), id, nowMs)

  const withoutErasedBody = (message: Message, nowMs: number): Message => {
    const { id, header, body, bytes } = message
    const feed = members.find(header.author, header.signer)
    if (body === undefined || feed === undefined || !standings.isErased(header, feed, id, nowMs)) return message
    return { id, header, body: undefined, bytes: { ...bytes, body: undefined } }
  }

  return {
    ...createMembers(members),
    reserve: (count) => { members.reserve(count) },
    isOrdinary: member => members.isOrdinary(member),
    restoreFeed: (author, signer) => members.restoreFeed(author, signer),
    restore (feed, row) {
      // What is held or asked for is let go when it is offered.
      if (!pending.isEmpty() || !bodies.isEmpty()) {
        const id = toHex(row.ids.subarray(row.offset, row.offset + hashBytes)) as MessageId
        if (pending.has(id) || bodies.has(id)) return none
      }
      return members.restore(feed, row)
    },
    offer (message, nowMs, options = {}) {
      table.release()
      const outcome = consider(message, nowMs, options)
      while (again.length > 0) {
        const batch = again
        again = []
        for (const held of batch) consider(held.message, nowMs, held.options)
      }
      const offered = { outcome, changes }
      changes = []
      return offered
    },
    has: id => table.indexOf(id) !== none,
    standing (id) {
      const index = table.indexOf(id)
      return index === none ? undefined : standings.of(index)
    },
    signerMessages: (author, signer) =>
      Array.from(members.find(author, signer)?.signerMessages.slice(0, signerMessagesMax) ?? [], index => table.idOf(index)),
    idsAt (author, signer, seq) {
      const feed = members.find(author, signer)
      return feed === undefined ? [] : members.forksAt(feed, seq)
    },
    bodiesWanted: nowMs => bodies.list(nowMs),
    closuresWanted: () => revocations.wanted(),
    erasable (nowMs, limit) {
      const ids: MessageId[] = []
      for (const index of standings.erasable(nowMs)) {
        if (ids.length >= limit) break
        ids.push(table.idOf(index))
      }
      return ids
    },
    bodyErased (id, nowMs) {
      const index = table.indexOf(id)
      if (index === none || standings.isBodyless(index)) return
      standings.setBodyless(index, true)
      if (standings.of(index) !== 'removed') bodies.want(id, members.feedOf(index).author.key, '', nowMs)
    },
    servesBody (id, nowMs) {
      const index = table.indexOf(id)
      return index !== none && !standings.isBodyless(index) && !isErased(index, id, nowMs)
    },
    deferred: nowMs => deferred.count(nowMs),
    size: () => table.size(),
    memoryBytes: () => members.memoryBytes(),
    membersEnd: () => table.end(),
    pending: () => pending.size(),
    waiting: limit => pending.list(limit).map(held => ({ ...held, why: members.covered(held.message).signerKnown ? 'scope' : 'signer' }))
  }
}
