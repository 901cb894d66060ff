/**
 * The numbers of the broadcast tree (SPEC.md G21 to G38), each with where it comes from. "Guess" means that no run has spoken against it; "measured" that
 * `npm run sim` got worse with others. Times are milliseconds.
 */

export interface TreeConfig {
  /** Notes wait this long for others to the same neighbour, and for the neighbour's own note about the same message, which makes ours needless. */
  readonly noteDelayMs: number
  /** A graft follows a note after so many smoothed round trips to whoever noted it first. DESIGN 5: 2 to 3. */
  readonly noteRoundTrips: number
  /** … and not before this, for links of a fraction of a millisecond. */
  readonly graftAfterMsMin: number
  /** … nor after this, however late the tree has been: what is lost must be asked for. */
  readonly graftAfterMsMax: number
  /** A question that was not answered goes to the next hub after so many smoothed round trips. Plumtree, p. 9: "in the order of an average round trip". */
  readonly askRoundTrips: number
  /** A lazy link becomes eager when its notes come from so many hops closer to the author than the message itself. */
  readonly optimiseHops: number
  /** … for so many messages in a row. */
  readonly optimiseAfter: number
  /** One such swap a hub in this time: many senders want many trees, and there is one. */
  readonly optimiseEveryMs: number
  /** G13, for the tree: ids remembered a neighbour. */
  readonly knownPerNeighbourMax: number
  /** Decisions about ids that are remembered. */
  readonly decidedMax: number
}

export const defaultTreeConfig: TreeConfig = {
  noteDelayMs: 50,
  noteRoundTrips: 2.5,
  graftAfterMsMin: 40,
  graftAfterMsMax: 3_000,
  askRoundTrips: 1.5,
  optimiseHops: 3,
  optimiseAfter: 8,
  optimiseEveryMs: 10_000,
  knownPerNeighbourMax: 1_024,
  decidedMax: 8_192
}
