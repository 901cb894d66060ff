/**
 * The standing of members (set/SPEC.md, R8 to R12): barred by revocation, hidden by their author's live removes. It only ever changes flags;
 * who is a member is not its business.
 */
import { eraseAfterMs } from './limits.ts'
import { memberFlags, none } from './member-table.ts'
import { createRemovals, neverRemoved } from './removal.ts'
import type { Author, Feed } from './feeds.ts'
import type { MemberFlag, MemberTable } from './member-table.ts'
import type { Standing } from './outcome.ts'
import type { Revocations } from './revocation.ts'
import { coversWithoutBody } from './scope.ts'
import type { WatchedIds } from './watched-ids.ts'
import type { Header, Kind, Message, MessageId } from '../types.ts'

export interface Standings {
  of (index: number): Standing
  /** A new member, linked and walked: its own standing, and its target's if it is a remove. */
  enter (index: number, message: Message, nowMs: number): void
  /** A member that leaves: a remove hides its target no longer. */
  leave (index: number, nowMs: number): void
  /** Bars or spares a member as revocation has it now. */
  judge (index: number, feed: Feed, nowMs: number): void
  isBodyless (index: number): boolean
  setBodyless (index: number, bodyless: boolean): void
  /** Whether a live remove of this message is a member. */
  isRemoved (header: Header, id: MessageId): boolean
  /** Whether the body of this message is gone for good (R12): neither served nor accepted. */
  isErased (header: { readonly kind: Kind }, feed: Feed, id: MessageId, nowMs: number): boolean
  /** Members whose bodies may go. */
  erasable (nowMs: number): Generator<number>
}

export interface StandingReports {
  changed (index: number, standing: Standing): void
  /** A member lacks its body and no live remove excuses it (true), or one does (false). */
  bodyWanted (index: number, wanted: boolean, nowMs: number): void
}

export function createStandings (table: MemberTable, feedOf: (index: number) => Feed, authorOf: (header: Header) => Author | undefined,
  revocations: Revocations, watched: WatchedIds, report: StandingReports): Standings {
  /** Targets of members that are removes. */
  const targets = new Map<number, MessageId>()
  /** Removed members that have their bodies. */
  const hidden = new Set<number>()
  const { bodyless: bodylessFlag, barred: barredFlag, removed: removedFlag } = memberFlags
  const has = (index: number, flag: MemberFlag): boolean => table.has(index, flag)

  const of = (index: number): Standing => has(index, removedFlag) ? 'removed' : has(index, barredFlag) ? 'barred' : 'live'

  const setFlag = (index: number, flag: MemberFlag, on: boolean): void => {
    const before = of(index)
    table.setFlag(index, flag, on)
    if (of(index) !== before) report.changed(index, of(index))
  }

  const countHidden = (index: number): void => {
    if (has(index, removedFlag) && !has(index, bodylessFlag)) hidden.add(index)
    else hidden.delete(index)
  }

  /** Hides or shows a member as its author's removes have it now. */
  const hide = (index: number, author: Author, id: MessageId, nowMs: number): void => {
    if (index === none || feedOf(index).author !== author || neverRemoved.has(table.kindOf(index))) return
    const removed = author.removals?.sinceMs(id) !== undefined
    if (removed === has(index, removedFlag)) return
    setFlag(index, removedFlag, removed)
    countHidden(index)
    if (has(index, bodylessFlag)) report.bodyWanted(index, !removed, nowMs)
  }

  const applyRemove = (remove: number, target: MessageId, live: boolean, nowMs: number): void => {
    const { author } = feedOf(remove)
    const removals = author.removals ??= createRemovals(watched)
    if (live) removals.enter(remove, target, nowMs)
    else removals.leave(remove, target)
    hide(table.indexOf(target), author, target, nowMs)
  }

  const judge = (index: number, feed: Feed, nowMs: number): void => {
    const barred = !revocations.spares(index, feed)
    if (barred === has(index, barredFlag)) return
    setFlag(index, barredFlag, barred)
    const target = targets.get(index)
    if (target !== undefined) applyRemove(index, target, !barred, nowMs)
  }

  const isErased: Standings['isErased'] = ({ kind }, feed, id, nowMs) => {
    const sinceMs = feed.author.removals?.sinceMs(id)
    return sinceMs !== undefined && nowMs - sinceMs >= eraseAfterMs && mayLackBody(kind, feed)
  }

  return {
    of,
    enter (index, { id, body }, nowMs) {
      if (body === undefined) setFlag(index, bodylessFlag, true)
      hide(index, feedOf(index).author, id, nowMs)
      judge(index, feedOf(index), nowMs)
      if (body?.kind !== 'remove') return
      targets.set(index, body.target)
      if (!has(index, barredFlag)) applyRemove(index, body.target, true, nowMs)
    },
    leave (index, nowMs) {
      hidden.delete(index)
      const target = targets.get(index)
      if (target === undefined) return
      targets.delete(index)
      applyRemove(index, target, false, nowMs)
    },
    judge,
    isBodyless: index => has(index, bodylessFlag),
    setBodyless (index, bodyless) {
      setFlag(index, bodylessFlag, bodyless)
      countHidden(index)
    },
    isRemoved: (header, id) => !neverRemoved.has(header.kind) && authorOf(header)?.removals?.sinceMs(id) !== undefined,
    isErased,
    * erasable (nowMs) {
      for (const index of hidden) if (isErased({ kind: table.kindOf(index) }, feedOf(index), table.idOf(index), nowMs)) yield index
    }
  }
}

/** Whether a member of this kind can be one without its body: nothing that decides about others, nothing whose scope only the body shows. */
export function mayLackBody (kind: Kind, feed: Feed): boolean {
  return !neverRemoved.has(kind) && coversWithoutBody(feed.coverage, kind)
}
