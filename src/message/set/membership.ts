/**
 * Who is a member (set/SPEC.md, R2 to R7): admits what the rules let in, takes out what a lower fork displaces, and keeps links, walks and
 * standing in step. It holds nothing back and knows nothing of time but to pass it on: what may wait is replicated-set.ts's business.
 */
import { createChains } from './chains.ts'
import { createFeeds } from './feeds.ts'
import { createForks } from './forks.ts'
import { createMemberTable, none } from './member-table.ts'
import { createIdWords, readHex } from './packed-ids.ts'
import { createRestoring } from './restoring.ts'
import { createRevocations } from './revocation.ts'
import { covers, widen } from './scope.ts'
import { createStandings } from './standing.ts'
import { createWatchedIds } from './watched-ids.ts'
import type { Feed } from './feeds.ts'
import type { MemberTable } from './member-table.ts'
import type { SetChange } from './outcome.ts'
import type { IdWords } from './packed-ids.ts'
import type { Restoring } from './restoring.ts'
import type { Revocations } from './revocation.ts'
import type { Standings } from './standing.ts'
import type { Message, MessageId, PublicKeyHex } from '../types.ts'

export interface Membership extends Restoring {
  memoryBytes (): number
  readonly table: MemberTable
  readonly standings: Standings
  readonly revocations: Revocations
  /** Whether any signer-add of this author is a member: its invention was paid for. */
  knows (author: PublicKeyHex): boolean
  find (author: PublicKeyHex, signer: PublicKeyHex): Feed | undefined
  feedOf (index: number): Feed
  feedCount (): number
  feedByNumber (feed: number): Feed
  /** The first member at a seq of a feed, or `none`. */
  firstAt (feed: Feed, seq: number): number
  /** The first member at a feed's highest seq, or `none`. */
  highest (feed: Feed): number
  /** The member before this one in its chain, or `none`. */
  previousOf (index: number): number
  /** Whether known signer-adds cover this message (R2, R3; a header alone: may cover it), and whose signer-add it needs. */
  covered (message: Message): { readonly covered: boolean, readonly signer: PublicKeyHex, readonly signerKnown: boolean }
  /** Whether the fork limit lets it in: by its rank or because it is exempt (R4, R5). */
  fits (message: Message): boolean
  /** Makes a covered message that fits a member. */
  admit (message: Message, nowMs: number): void
  /** Members of one seq, the lowest ids first; a bounded sample where there are very many. */
  forksAt (feed: Feed, seq: number): MessageId[]
  /** Up to `limit` members that have another one of their seq after them, the newest. */
  forked (limit: number): number[]
}

export interface MembershipReports {
  changed (change: SetChange): void
  /** Scope of this signer widened: what waits for it may be covered now. */
  widened (author: PublicKeyHex, signer: PublicKeyHex): void
  /** A closure names this id, which is not a member. */
  closureWants (id: MessageId): void
  /** A member lacks its body, and no live remove excuses it (true) or one does now (false). */
  bodyWanted (id: MessageId, author: PublicKeyHex, wanted: boolean, nowMs: number): void
}

export function createMembership (report: MembershipReports, tableSeed: number): Membership {
  const table = createMemberTable(tableSeed)
  const feeds = createFeeds()
  const feedOf = (index: number): Feed => feeds.byNumber(table.feedOf(index))
  const forks = createForks(table)
  const chains = createChains(table, forks)
  const watched = createWatchedIds()
  const revocations = createRevocations(table, chains, watched, id => report.closureWants(id))
  const standings = createStandings(table, feedOf, header => feeds.author(header.author), revocations, watched, {
    changed: (index, standing) => report.changed({ type: 'standing', id: table.idOf(index), standing }),
    bodyWanted: (index, wanted, nowMs) => report.bodyWanted(table.idOf(index), feedOf(index).author.key, wanted, nowMs)
  })
  /** What each signer-remove that is a member says: its bytes are in the store, out of reach when it is displaced. */
  const signerRemoves = new Map<number, { readonly feed: Feed, readonly keepHead: MessageId | undefined }>()

  const named = createIdWords()

  const isExempt = (index: number): boolean => revocations.keeps(index) || table.kindOf(index) === 'signer-add'

  /** Lists a new member in its feed and links those that name it; the one that it pushed out of the four lowest, or `none`. */
  const list = (index: number, feed: Feed, id: IdWords, first: number): number => {
    const pushedOut = forks.enter(index, feed, id, first)
    feed.seqEnd = Math.max(feed.seqEnd, table.seqOf(index))
    if (!isNamespace0(feed)) chains.enter(index, feed, id, first)
    return pushedOut
  }

  const judgeFeed = (feed: Feed, nowMs: number): void => {
    forks.forEach(feed, index => standings.judge(index, feed, nowMs))
  }

  const displace = (index: number, nowMs: number): void => {
    const feed = feedOf(index)
    forks.leave(index, feed)
    if (!isNamespace0(feed)) chains.leave(index, feed)
    report.changed({ type: 'displaced', id: table.idOf(index), member: index })
    standings.leave(index, nowMs)
    const remove = signerRemoves.get(index)
    signerRemoves.delete(index)
    if (remove !== undefined) remove.feed.signerMessages.splice(remove.feed.signerMessages.indexOf(index), 1)
    table.remove(index)
    if (remove === undefined) return
    // What its closure alone had kept beyond the fork limit goes with it.
    for (const released of revocations.undo(remove.feed, remove.keepHead)) if (!forks.ranked(released, remove.feed)) displace(released, nowMs)
    judgeFeed(remove.feed, nowMs)
  }

  const applySignerMessage = (index: number, { header, body }: Message, nowMs: number): void => {
    if (body?.kind === 'signer-add') {
      // A root key is no device: naming it adds nothing, and so it can never be removed either (R6).
      if (body.signer === header.author) return
      const feed = feeds.findOrCreate(header.author, body.signer)
      feed.signerMessages.push(index)
      if (widen(feed.coverage, body.scope)) report.widened(header.author, body.signer)
    } else if (body?.kind === 'signer-remove') {
      const feed = feeds.findOrCreate(header.author, body.signer)
      feed.signerMessages.push(index)
      signerRemoves.set(index, { feed, keepHead: body.keepHead })
      if (revocations.revoke(feed, body.keepHead)) judgeFeed(feed, nowMs)
    }
  }

  return {
    table, standings, revocations, feedOf,
    ...createRestoring({ table, feeds, forks, chains, watched, list }),
    feedCount: () => feeds.count(),
    feedByNumber: feed => feeds.byNumber(feed),
    memoryBytes: () => table.memoryBytes() + forks.memoryBytes() + chains.memoryBytes(),
    firstAt: (feed, seq) => forks.first(feed, seq),
    highest: feed => forks.first(feed, feed.seqEnd),
    previousOf: index => chains.previousOf(index, feedOf(index)),
    knows: author => feeds.author(author) !== undefined,
    find: (author, signer) => feeds.find(author, signer),
    covered (message) {
      const { header, body } = message
      if (header.kind === 'signer-add' || (header.kind === 'signer-remove' && body?.kind !== 'signer-remove')) {
        return { covered: true, signer: header.signer, signerKnown: true }
      }
      const signer = body?.kind === 'signer-remove' ? body.signer : header.signer
      const coverage = feeds.find(header.author, signer)?.coverage
      if (coverage?.known !== true) return { covered: false, signer, signerKnown: false }
      return { covered: body?.kind === 'signer-remove' || covers(coverage, message), signer, signerKnown: true }
    },
    fits ({ id, header }) {
      const feed = feeds.find(header.author, header.signer)
      if (feed === undefined || header.kind === 'signer-add') return true
      return forks.ranks(feed, header.seq, table.wordsOf(id)) || revocations.expects(feed, header.seq, id)
    },
    admit (message, nowMs) {
      const { id, header } = message
      const feed = feeds.findOrCreate(header.author, header.signer)
      const words = table.wordsOf(id)
      const index = table.insert(words, feed.number, header.seq, header.kind)
      const pushedOut = list(index, feed, words, forks.first(feed, header.seq))
      if (header.prev !== undefined && !isNamespace0(feed)) chains.seek(index, feed, readHex(header.prev, named))
      const passed = revocations.enter(index, id)
      report.changed({ type: 'admitted', message, member: index })
      standings.enter(index, message, nowMs)
      for (const spared of passed) standings.judge(spared, feed, nowMs)
      if (pushedOut !== none && !isExempt(pushedOut)) displace(pushedOut, nowMs)
      if (forks.next(forks.first(feed, header.seq)) !== none) {
        report.changed({ type: 'forked', author: header.author, signer: header.signer, seq: header.seq, ids: forks.evidence(feed, header.seq) })
      }
      applySignerMessage(index, message, nowMs)
    },
    forksAt: (feed, seq) => forks.evidence(feed, seq),
    forked: limit => forks.some(limit)
  }
}

function isNamespace0 (feed: Feed): boolean {
  return feed.signer === feed.author.key
}
