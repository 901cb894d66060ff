/** What a runtime is given of its surroundings: the store, the network, the clock. Shapes only. */
import type { EventLog } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import type { Timer } from '../base/timer.ts'
import type { Broadcast, BroadcastHost, BroadcastOffence } from '../gossip/broadcast.ts'
import type { Frame } from '../gossip/frames.ts'
import type { Message, MessageRejection, NetworkGenesis, PublicKeyHex } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { CatchUp } from './api.ts'
import type { FastNetwork } from './fastsync/fast-network.ts'
import type { JoinRejection } from './fastsync/joining.ts'
import type { SyncRejection } from './sync/conversation.ts'
import type { SyncNetwork } from './sync/sync-stream.ts'
import type { TraceReport } from './traces.ts'

/** Frames to neighbours, as far as the runtime needs the network. */
export interface Transport {
  /** False: the neighbour is gone or does not keep up, and the frame was not taken. */
  send: (peer: PeerId, frame: Frame) => boolean
  /** Ends the link because of what the peer sent. */
  reject: (peer: PeerId, code: MessageRejection | SyncRejection | JoinRejection | BroadcastOffence, sentence: string) => void
}

export interface RuntimeOptions {
  readonly rules: NetworkGenesis
  /** Any bytes that peers cannot guess, `length` of them. */
  readonly random: (length: number) => Uint8Array<ArrayBuffer>
  readonly store: MessageStore
  readonly verify: (message: Message) => Promise<boolean>
  /** The same of many. @default each by itself */
  readonly verifyAll?: (messages: readonly Message[]) => Promise<readonly boolean[]>
  /** Whether this hub writes as this author: such messages are never given up. */
  readonly isOwn: (author: PublicKeyHex) => boolean
  readonly transport: Transport
  /** Who gets a message, and who a note. @default the broadcast tree */
  readonly createBroadcast?: (host: BroadcastHost, random: Random) => Broadcast
  /** This hub has stored a traced message: tells all hubs (gossip/SPEC.md T2). @default nobody */
  readonly reportTrace?: (report: TraceReport) => void
  /** Hubs to compare with. @default none */
  readonly syncNetwork?: SyncNetwork
  /** Hubs to join from, and that join from this one. @default none */
  readonly fastNetwork?: FastNetwork
  /** Messages that it lacks before it joins by a snapshot, for tests. @default farBehindMin (fastsync/limits.ts) */
  readonly farBehind?: number | undefined
  /** How it catches up when it is far behind (fastsync/SPEC.md F28). @default optimistic */
  readonly catchUp?: (() => CatchUp) | undefined
  /** Whether it serves snapshots at first (lifecycle/SPEC.md L7). @default true */
  readonly serving?: boolean
  readonly log: EventLog
  readonly now: () => number
  /** @default the platform's */
  readonly timer?: Timer
  /** Resolves after so many ms; after 0, once whatever else waits has run. @default by `timer` */
  readonly wait?: (ms: number) => Promise<void>
  /** How far opening is, in stored messages. */
  readonly onProgress?: (done: number, total: number) => void
}
