/**
 * What the replicated set says about what it was offered (set/SPEC.md, "Offers"). Data only.
 */
import type { Message, MessageId, PublicKeyHex } from '../types.ts'

/** live: counts. barred: a revoked signer's, not in every keepHead closure (R9). removed: its author removed it (R11); wins over barred. */
export type Standing = 'live' | 'barred' | 'removed'

/** What an offered message did to the set. Every change is reported once, in the order in which it happened. */
export type SetChange =
  /**
   * A new member and its number; its standing is live unless a `standing` change follows. The message is without its body where that is gone or may be
   * kept no longer.
   */
  | { readonly type: 'admitted', readonly message: Message, readonly member: number }
  /** No longer a member: a fifth fork with a lower id took its place. Its number may be given anew from here on, by a later change of the same offer too. */
  | { readonly type: 'displaced', readonly id: MessageId, readonly member: number }
  | { readonly type: 'standing', readonly id: MessageId, readonly standing: Standing }
  | { readonly type: 'forked', readonly author: PublicKeyHex, readonly signer: PublicKeyHex, readonly seq: number, readonly ids: readonly MessageId[] }
  /** A member that lacked its body has it now. */
  | { readonly type: 'completed', readonly message: Message }

export type OfferOutcome =
  | { readonly type: 'admitted' }
  | { readonly type: 'duplicate' }
  /** It was a member without its body; now it has it. */
  | { readonly type: 'completed' }
  /** Held until a signer-add of this signer is known: the caller asks the sender for it at once. */
  | { readonly type: 'pending', readonly author: PublicKeyHex, readonly signer: PublicKeyHex }
  /** More than 10 min ahead of this clock: not kept, offered again by sync. */
  | { readonly type: 'deferred', readonly untilMs: number }
  /**
   * Not in the set by rule, or not yet. Not an offence.
   * fork-limit: a fifth fork. scope: no known signer-add covers it (held for a wider one). pending-full: not held, offered again by sync.
   * body-wanted: a header alone (see `bodiesWanted`). body-removed: a body that was removed for good.
   */
  | { readonly type: 'excluded', readonly reason: 'fork-limit' | 'scope' | 'pending-full' | 'body-wanted' | 'body-removed' }

export interface Offered {
  readonly outcome: OfferOutcome
  /** Includes pending messages that this one let in. */
  readonly changes: readonly SetChange[]
}

export interface OfferOptions {
  /** Whom it came from: what is held for one sender never crowds out another's. @default one share for all that have no sender */
  readonly sender?: string
  /** This hub's own store held it as a member: it is neither deferred nor kept waiting for its body. @default false */
  readonly stored?: boolean
}
