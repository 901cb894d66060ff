/**
 * The bounds of the replicated set (set/SPEC.md, "Limits"). The first group is part of the set's definition: hubs that differ in it do
 * not converge. The second is local: it decides only how long a hub waits and how much it holds for what is not a member yet.
 */

/** Ids of one (author, signer, seq) that are members by rank. Fewer would lose innocent forks of restored devices, more only stores more evidence. */
export const forksMax = 4

/** Milliseconds a message may be ahead of this hub's clock. More would let one wrong clock lead every view; less would refuse honest skew. */
export const aheadMsMax = 10 * 60_000

/** Milliseconds between a remove becoming live and its target's body going: the time in which a thief's removes can be undone by revoking it. */
export const eraseAfterMs = 24 * 3_600_000

/**
 * Milliseconds for which a body is asked of peers before its header counts without it. A hub syncs about twice a minute, so four
 * neighbours were asked by then. Too short: stripped headers get in early; too long: a joiner is not equal to others for that time.
 */
export const bodyWaitMs = 2 * 60_000

/** Milliseconds after which a header that nobody offered with its body is forgotten, waiting and all. */
export const bodyForgetMs = 24 * 3_600_000

/** Bodies that are asked for at once. 4,096 ids are about 1 MiB; a full list delays stripped headers and loses nothing. */
export const bodiesWantedMax = 4_096

/** Bytes of messages held until they count (signer unknown, out of scope, perhaps in a closure), `pendingOverheadBytes` each included. */
export const pendingBytesMax = 32 * 1024 * 1024

/** Bytes counted for each held message beside its own: decoded fields and map entries, measured to about 1 KiB. Bounds their number to 32 Ki. */
export const pendingOverheadBytes = 1024

/** Deferred ids that are counted for people. They are not kept, so a full list only makes the count too low. */
export const deferredCountedMax = 1_024

/** Ids named in one report of a fork: the four members by rank and some of a closure are evidence enough. */
export const forkEvidenceMax = 8

/** Ids in one answer about a signer. Its signer-removes are at most as many (256 seqs of 4); more signer-adds than that nobody needs to be let in. */
export const signerMessagesMax = 1_024
