/**
 * One's own newest message, asked of others (DESIGN 9): a computer that lost its power may have lost the last moments of what its hubs stored, and a hub
 * that writes on from an older number gives one number twice. Other hubs hold what went out; so before its first message a hub that was there before is
 * compared with one of them, if any is there. A tab is never told how it ended: a process that was killed has lost nothing (store/message-store.ts S4), but
 * cannot be told from a power cut.
 */

/** How long the first own message waits for a comparison. Long enough for a link and a small difference, short enough to be taken for a slow start. Guess. */
const headWaitMs = 2_000
const lookEveryMs = 50

/** Resolves when this hub was compared with another one, or when there was time enough for that. */
export async function untilCompared (comparisons: () => number, wait: (ms: number) => Promise<void>): Promise<void> {
  for (let waitedMs = 0; comparisons() === 0 && waitedMs < headWaitMs; waitedMs += lookEveryMs) await wait(lookEveryMs)
}
