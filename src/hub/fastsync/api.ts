/** What fast sync tells of itself: the part of the hub's API (hub/api.ts) that is about joining by a snapshot. Data only. */

/** The join that runs, or the last one. */
export interface JoinView {
  /** offers: hubs are asked what they serve. manifest: which chunks there are. chunks: these come. behind: their signatures are verified. */
  readonly phase: 'offers' | 'manifest' | 'chunks' | 'behind' | 'ended'
  /** The last epoch in the snapshot; null: none was chosen yet. */
  readonly height: number | null
  /** Whether enough of the network's attesters signed it. Otherwise every message is verified before it counts. */
  readonly certified: boolean
  readonly chunks: number
  /** Chunks that are verified and stored, or were here already. */
  readonly chunksKept: number
  /** In the snapshot, and in the chunks that are kept. */
  readonly messages: number
  readonly messagesKept: number
  /** Of each hub that is asked: chunks kept from it, those that are awaited of it, and compressed bytes that came. */
  readonly hubs: ReadonlyArray<{ readonly peerId: string, readonly kept: number, readonly asked: number, readonly bytes: number }>
  /** taken: what could be had was taken. null: it runs. */
  readonly outcome: 'taken' | 'refused' | 'nothing-offered' | 'stopped' | null
  /** Why it ended, a sentence. */
  readonly reason: string | null
  readonly startedAt: number
  /** How long it ran, or runs. */
  readonly ms: number
  readonly etaMs: number | null
}
