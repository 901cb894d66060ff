/**
 * What the frontier asks of the set: to which feed a member belongs, as which one, and when this hub came to have it. A feed is one signer of one author. All
 * calls but `copyFeed` are made a million times in a loop. What they answer for one member must not change while it is in the tree.
 */
export interface Feeds {
  /** How many there are. */
  readonly count: number
  /** A small number. */
  feedOf (member: number): number
  /** From 1 to `seqMax`; 0 for a member that has left the set since it was listed. */
  seqOf (member: number): number
  /** Grows with the order in which this hub came to have its members, and outlives its restarts; 0: not known. */
  eventOf (member: number): number
  /** The highest event of all members. */
  readonly lastEvent: number
  /** Writes the 64 bytes of author and signer. */
  copyFeed (feed: number, target: Uint8Array, offset: number): void
}

/** The highest seq (message/limits.ts). */
export const seqMax = 100_000
export const feedKeyBytes = 64
