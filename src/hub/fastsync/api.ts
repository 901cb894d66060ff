/** What fast sync tells of itself: the part of the hub's API (hub/api.ts) that is about joining by a snapshot. Data only. */
import type { CatchUp } from '../settings-api.ts'

/** The join that runs, or the last one. */
export interface JoinView {
  /** offers: hubs are asked what they serve. manifest: which chunks there are. chunks: these come. behind: their signatures are verified. */
  readonly phase: 'offers' | 'manifest' | 'chunks' | 'behind' | 'ended'
  /** How its chunks are asked for. */
  readonly catchUp: CatchUp
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

/** Who attests snapshots in this network (fastsync/SPEC.md F25 to F27). */
export interface AttestersView {
  /** The height that is attested now. */
  readonly height: number
  /** Peer ids of those who attest at it. */
  readonly attesters: readonly string[]
  /** How many of them certify a snapshot; null: there are none. */
  readonly needed: number | null
  /** How many have to sign the next change. */
  readonly majority: number
  /** Whether this hub is one. */
  readonly own: boolean
  /** From the genesis on; `height`: from which on it holds. */
  readonly changes: ReadonlyArray<{
    readonly number: number
    readonly height: number
    readonly kind: 'joins' | 'leaves'
    readonly peerId: string
    readonly signed: number
  }>
}

export interface AttesterProposal {
  readonly kind: 'joins' | 'leaves'
  readonly peerId: string
}

export interface SignedProposal {
  /** What another attester signs: hex. */
  readonly text: string
  readonly signed: number
  readonly needed: number
  /** The first height at which it would hold. */
  readonly height: number
  /** Whether enough have signed: it holds from that height on, and is told to others. */
  readonly holds: boolean
}

/** Calls of the hub's API about attesters. */
export interface AttestersApi {
  show (): Promise<AttestersView>
  /** Proposes that a hub joins or leaves, for other attesters to sign: more than two thirds of them. Codes: `invalid-argument`, those of the store. */
  propose (proposal: AttesterProposal): Promise<SignedProposal>
  /** Signs what another proposed, if this hub is an attester, and takes it on if enough have signed. Codes: `invalid-argument`, those of the store. */
  sign (text: string): Promise<SignedProposal>
}
