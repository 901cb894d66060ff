/** What goes into a join and comes out of it (join.ts). Shapes only. */
import type { PeerId } from '../base/peer.ts'
import type { Message, NetworkGenesis, PublicKeyHex } from '../message/types.ts'
import type { Attestation, Certificate } from './checkpoint.ts'
import type { ChunkFault } from './chunk.ts'
import type { ChunkEntry } from './manifest.ts'

export type JoinFault = ChunkFault | 'certificate-malformed' | 'bad-certificate' | 'checkpoint-ahead' | 'manifest-wrong' | 'piece-too-large' |
  'change-malformed' | 'bad-change'

export type JoinInput =
  /** `fromEpoch`: the first epoch that it keeps, as it says. @default all */
  | { readonly type: 'peer', readonly peer: PeerId, readonly fromEpoch?: number | undefined }
  | { readonly type: 'peer-gone', readonly peer: PeerId }
  /** What a peer serves: a certificate, which may have no attestations; undefined: nothing. */
  | { readonly type: 'offer', readonly peer: PeerId, readonly bytes: Uint8Array | undefined }
  /** How many of the attestations of candidate `candidate` are valid. */
  | { readonly type: 'signatures', readonly candidate: number, readonly valid: number }
  | { readonly type: 'manifest', readonly peer: PeerId, readonly bytes: Uint8Array | undefined }
  /** Decompressed; undefined: the peer does not have it. `entry`: as it was in the effect, by which answers to what is not pinned any more are told. */
  | { readonly type: 'chunk', readonly peer: PeerId, readonly index: number, readonly entry: ChunkEntry, readonly pieces: readonly Uint8Array[] | undefined }
  /** What came is no answer: more than there may be, or no compressed bytes. */
  | { readonly type: 'fault', readonly peer: PeerId, readonly code: JoinFault }
  /** A chunk is on the disk, or verified and offered to the set. */
  | { readonly type: 'kept', readonly index: number, readonly entry: ChunkEntry }
  /** All signatures behind the swap are valid, and all is in the set. */
  | { readonly type: 'verified' }
  /** A signature in a chunk is not valid. */
  | { readonly type: 'bad-signature', readonly index: number, readonly entry: ChunkEntry }
  /** The shell could not go on: its disk, its verifier. */
  | { readonly type: 'broken', readonly reason: string }
  | { readonly type: 'deadline' }

export type JoinEffect =
  | { readonly type: 'ask-offer', readonly peer: PeerId }
  | { readonly type: 'check-signatures', readonly candidate: number, readonly input: Uint8Array<ArrayBuffer>, readonly attestations: readonly Attestation[] }
  | { readonly type: 'ask-manifest', readonly peer: PeerId, readonly hash: Uint8Array }
  /** What a crash is resumed from: the certificate and the manifest that it pins. */
  | { readonly type: 'pin', readonly certificate: Certificate, readonly certified: boolean, readonly manifest: Uint8Array }
  | { readonly type: 'ask-chunk', readonly peer: PeerId, readonly index: number, readonly entry: ChunkEntry, readonly height: number }
  /** Of a certified checkpoint: to be staged. */
  | { readonly type: 'stage', readonly index: number, readonly entry: ChunkEntry, readonly messages: readonly Message[] }
  /** Of one that is not: to be verified, offered to the set and stored. */
  | { readonly type: 'take', readonly index: number, readonly entry: ChunkEntry, readonly peer: PeerId, readonly messages: readonly Message[] }
  /** Everything is staged: the snapshot is shown from now on, and verified behind. */
  | { readonly type: 'swap' }
  /** What was staged or shown is to go. */
  | { readonly type: 'drop' }
  | { readonly type: 'offence', readonly peer: PeerId, readonly code: JoinFault }
  | { readonly type: 'ended', readonly outcome: 'taken' | 'refused' | 'nothing-offered', readonly reason: string, readonly mainPeer: PeerId | undefined }

/** What a join that a crash interrupted goes on from. */
export interface Resumed {
  readonly certificate: Certificate
  readonly certified: boolean
  readonly manifest: Uint8Array
  /** Chunks that are staged. @default none */
  readonly kept?: ReadonlySet<number>
}

export interface JoinOptions {
  readonly rules: NetworkGenesis
  /** F26. Keys of the attesters of a height, as this hub knows them by itself. */
  readonly attestersAt: (height: number) => ReadonlySet<PublicKeyHex>
  /** Chunks under way at once. 1: block by block, in order. @default askedMax */
  readonly parallel?: number
  /** Chunks asked of one peer at once. 1: none is on its way while one is verified. @default askedOfPeerMax */
  readonly ofPeer?: number
  readonly resumed?: Resumed | undefined
  /** Whether certified chunks are staged, swapped in and verified behind. Otherwise they are verified as they come, like all others. @default true */
  readonly stages?: boolean
  /** F24. The first epoch of which this hub keeps ordinary messages; chunks that end before it are not fetched. @default 0 */
  readonly fromEpoch?: () => number
  /** Whether this hub has exactly these members already: they are not fetched. @default no */
  readonly holds?: (entry: ChunkEntry, height: number) => boolean
}

export interface Join {
  handle (input: JoinInput, nowMs: number): readonly JoinEffect[]
  nextDeadlineMs (): number
  /** For people. */
  readonly progress: JoinProgress
}

export interface JoinProgress {
  readonly phase: 'offers' | 'manifest' | 'chunks' | 'behind' | 'ended'
  readonly height: number | null
  readonly certified: boolean
  readonly chunks: number
  readonly kept: number
  readonly messages: number
  readonly messagesKept: number
  readonly awaited: ReadonlyMap<PeerId, readonly number[]>
}
