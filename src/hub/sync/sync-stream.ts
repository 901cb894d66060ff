/**
 * What diff sync asks of the network: who can be compared with, and one stream a session. Shapes only; network/sync-streams.ts and the mesh of tests fill
 * them.
 */
import type { PeerId } from '../../base/peer.ts'
import type { FrameRejection } from '../../gossip/frames.ts'

export { syncProtocol } from '../../sync/frames.ts'

/** One frame, or the end of the stream: `code` where the peer is to blame. */
export type SyncRead =
  | { readonly type: 'frame', readonly bytes: Uint8Array }
  | { readonly type: 'end', readonly code: FrameRejection | undefined }

export interface SyncStream {
  /** Queues a frame, however many wait: a session says how many there can be. The bytes belong to the stream from then on. */
  send (frame: Uint8Array): void
  /** Resolves when little waits to be sent, or the stream has ended. */
  room (): Promise<void>
  /** The next frame; the peer sends only so much that is not read. One reader at a time. Never rejects. */
  read (): Promise<SyncRead>
  /** Ends the stream after what is queued was sent. */
  close (): void
  /** Ends the stream at once. */
  abort (): void
}

export interface SyncNetwork {
  /** Of two sessions that two hubs begin with each other at the same moment, the one of the lower id goes on. */
  readonly peerId: PeerId
  /** Hubs with a link that is not relayed. */
  neighbours (): PeerId[]
  /** Opens the stream of a session; undefined: the hub is gone, or speaks no diff sync. Never rejects. */
  open (peer: PeerId): Promise<SyncStream | undefined>
}
