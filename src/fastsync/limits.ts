/** Limits of fast sync (SPEC.md). Part of the protocol where the SPEC names them. */

/** F3. Messages of one chunk: some 300 KB of ordinary messages, which a disk writes in one go and a peer sends in a quarter of a second. */
export const chunkMessagesMax = 1_024
/** F8. Bytes of a piece before it is compressed; compressing never adds as much as is left to 256 KiB, so that no piece is larger on the wire. */
export const pieceRawBytesMax = 240 * 1_024
/** F8. Bytes of a piece on the wire, and of what it may become: a compressed bomb is cut off there. */
export const pieceBytesMax = 256 * 1_024
/**
 * F8. A chunk whose messages take more than this as they are packed, in bytes, is mostly text, and compressed. Of smaller ones nearly all is signature, and
 * compressing takes more time than any link but the slowest gains by it.
 */
export const compressedFromBytes = 256
/** F4. Chunks of a manifest: 3 MB of it, for some 16 million messages, which is more than a hub keeps ids of. */
export const chunksMax = 65_536
/** F1. A checkpoint lags so many epochs behind now, two hours and twenty minutes: what is dated back by less is in it or found by diff sync. */
export const lagEpochs = 8
/** F6. Signatures looked at in one certificate: as many as a network has attesters (message/limits.ts). */
export const signaturesMax = 64

/** F25. Changes of attesters from the genesis on: 1.6 MB with all signatures of sixty-four. */
export const changesMax = 256
/** F25. Heights between the one that is signed when a change is proposed and the first at which it holds, 2 h 20 min: all hubs hear of it before. */
export const changeLeadEpochs = 8

/** F12. Messages asked of one peer at once, 600 KB: the next ones are on their way while some are checked. */
export const askedOfPeerMessagesMax = 2 * chunkMessagesMax
/** F12. … and chunks, where they are small: many small answers fill the way as few large ones do. */
export const askedOfPeerMax = 8
/** F12. Messages under way in all: 2.4 MB of them are held in memory, whatever the snapshot's size. */
export const askedMessagesMax = 8 * chunkMessagesMax
/** F12. … and chunks: as much for a disk to write at a time, where they are of a few hundred messages. */
export const askedMax = 32
/** F12. How long a peer may take for one answer, in ms: 300 KB over 200 kbit/s. */
export const answerWithinMs = 15_000
/** F12. A peer that was silent so often is asked nothing more. */
export const silencesMax = 3
/** F9. Peers asked for their checkpoints. More would only be more of the same. Guess. */
export const offersMax = 8
/** F9. How long offers are waited for after the first, in ms: a slow honest peer may know a newer checkpoint. Guess: some round trips. */
export const offersWithinMs = 2_000

/** F17. */
export const fastSyncProtocol = '/hubbub/fastsync/4'
/** F19. Messages that a hub lacks before it joins by a snapshot: what a comparison moves in a quarter of a second is not worth a second way. Guess. */
export const farBehindMin = 2_048
/** F20. Without a chunk for so long, in ms, comparisons go on beside a join: liars may hold up one of the two only. As long as one answer may take. */
export const holdsBackMs = answerWithinMs
/** F19. After a join that took next to nothing, in ms. Guess: who refused or lied will do so for a while. */
export const joinAgainMs = 600_000
/** F18. Peers served at once: each has two chunks in memory or on their way, 16 MiB of the largest. */
export const servedMax = 8
/** F18. A peer that asks for nothing for so long is served no longer, in ms: longer than verifying what it asked for before takes on a slow machine. */
export const idleMs = 60_000
/** F22. Epochs for which a certified snapshot is offered before a newer one that is not: what came meanwhile, some 40 minutes, is found by comparing. */
export const certifiedEpochs = 2
/** F22. Between two looks for attestations, in ms: an epoch, for which a checkpoint is the newest, has some thirty-five of them. */
export const attestEveryMs = 30_000
/** F22. How long signatures are gathered for one candidate, in ms: ten looks, in which it crosses a network and its signatures come back. */
export const candidateForMs = 300_000
/** F23. Chunks of one candidate whose ids are asked for, 8 MB of them: of messages that crossed each other on their way. More means that hubs are far apart. */
export const idsAskedMax = 256
/** F23. Members that may lie under a chunk's prefix beside its own: what is dated back into one chunk, one a second, while its certificate is served. */
export const besideMax = 4_096

/** F29. Bytes of an app's state: five pieces on the wire, and what a page makes and reads in a blink. More is better had from the messages. */
export const stateBytesMax = 1_048_576
/** F29. Characters of a reducer's name. */
export const reducerNameMax = 64
/** F32. Reducers whose states a hub keeps: of the apps that a person has open, not of all that there ever were. Guess. */
export const reducersMax = 8
/** F32. States of one reducer that are known at once: of an hour or two, and what liars add. */
export const statesOfReducerMax = 64
/** F32. States that one answer tells of. */
export const statesToldMax = 16
/** F33. States of one reducer whose bytes are kept, the newest: the one before serves while the newest is signed by few. */
export const statesKeptMax = 2
