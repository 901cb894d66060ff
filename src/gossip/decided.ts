/**
 * What this hub lately decided about ids (SPEC.md G34): taken in, with how it came, or refused for good. Whatever is in here is not asked for again.
 */
import { RecentMap } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'

export interface Decision {
  /** Who sent it first; undefined for what was written here, what a comparison brought, and what was refused. */
  readonly source: PeerId | undefined
  /** What a frame that passes it on says. */
  readonly hops: number
  /** When it was first noted, if a graft brought it: whoever brings it now shows how late the tree would have been. */
  readonly notedAtMs: number | undefined
  /** Whether a duplicate of it prunes (pruners.ts). */
  readonly prunes: boolean
}

export type Decided = Pick<RecentMap<MessageId, Decision>, 'get' | 'set'>

export function createDecided (max: number): Decided {
  return new RecentMap(max)
}
