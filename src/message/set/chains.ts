/**
 * Who came before whom: a member's `previous` link, made as soon as both ends are members, whatever the order (set/SPEC.md, R7). A link holds
 * only inside one feed and from one seq to the seq below; any other `prev` leads nowhere for ever, for an id fixes feed and seq.
 */
import { none } from './member-table.ts'
import type { MemberTable } from './member-table.ts'
import type { MessageId } from '../types.ts'

export interface Chains {
  /** Links a new member to the one before it and to those that waited for it. */
  enter (index: number, id: MessageId, prev: MessageId | undefined): void
  /** Unlinks a member that leaves; `children` are the members one seq above it. */
  leave (index: number, id: MessageId, children: Iterable<number>): void
  /** The id that this member waits for to be linked; undefined when it is linked or leads nowhere. */
  missing (index: number): MessageId | undefined
}

export function createChains (table: MemberTable): Chains {
  const missing = new Map<number, MessageId>()
  const waiting = new Map<MessageId, Set<number>>()

  const fits = (child: number, parent: number): boolean =>
    table.feed.get(child) === table.feed.get(parent) && table.seq.get(child) === table.seq.get(parent) + 1

  const wait = (child: number, prev: MessageId): void => {
    missing.set(child, prev)
    const children = waiting.get(prev)
    if (children === undefined) waiting.set(prev, new Set([child]))
    else children.add(child)
  }

  return {
    enter (index, id, prev) {
      if (prev !== undefined) {
        const parent = table.indexOf(prev)
        if (parent === none) wait(index, prev)
        else if (fits(index, parent)) table.previous.set(index, parent)
      }
      for (const child of waiting.get(id) ?? []) {
        missing.delete(child)
        if (fits(child, index)) table.previous.set(child, index)
      }
      waiting.delete(id)
    },
    leave (index, id, children) {
      for (const child of children) {
        if (table.previous.get(child) !== index) continue
        table.previous.set(child, none)
        wait(child, id)
      }
      const prev = missing.get(index)
      if (prev === undefined) return
      missing.delete(index)
      const siblings = waiting.get(prev)
      siblings?.delete(index)
      if (siblings?.size === 0) waiting.delete(prev)
    },
    missing: index => missing.get(index)
  }
}
