/**
 * Which members of one author its own removes hide, and since when (set/SPEC.md, R11 and R12). It keeps every remove that is a member, live or barred,
 * under its target, so that either may come first. It does not know whether the target is a member.
 */
import type { WatchedIds } from './watched-ids.ts'
import type { Kind, MessageId } from '../types.ts'

/** Kinds that a remove can never hide: what decides about devices and removes is for ever. */
export const neverRemoved: ReadonlySet<Kind> = new Set<Kind>(['signer-add', 'signer-remove', 'remove'])

export interface Removals {
  /** A live remove of `target` since `nowMs`. */
  enter (remove: number, target: MessageId, nowMs: number): void
  /** That remove is barred, or a member no longer. */
  leave (remove: number, target: MessageId): void
  /** When the oldest remove of `target` that is live now became so; undefined when there is none. */
  sinceMs (target: MessageId): number | undefined
}

/** `watched` hears which ids are targets. */
export function createRemovals (watched: WatchedIds): Removals {
  // Times in order of insertion, so the first is the oldest. Most targets have one remove.
  const live = new Map<MessageId, Map<number, number>>()
  return {
    enter (remove, target, nowMs) {
      let removes = live.get(target)
      if (removes === undefined) {
        removes = new Map()
        live.set(target, removes)
        watched.watch(target)
      }
      removes.set(remove, nowMs)
    },
    leave (remove, target) {
      const removes = live.get(target)
      if (removes?.delete(remove) !== true || removes.size > 0) return
      live.delete(target)
      watched.unwatch(target)
    },
    sinceMs (target) {
      for (const sinceMs of live.get(target)?.values() ?? []) return sinceMs
      return undefined
    }
  }
}
