/**
 * Serving and joining as this hub does them, loaded when the first of it is needed: a hub that is equal with its neighbours needs neither. When a join
 * begins is fast-sync.ts's business.
 */
import type { EventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { membersOf, type Holdings } from '../../fastsync/making.ts'
import type { Message, NetworkGenesis } from '../../message/types.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import type { FastNetwork } from './fast-network.ts'
import { startJoin, type Joining, type JoinRejection } from './joining.ts'
import { createServing } from './serving.ts'

export interface SnapshotsOptions {
  readonly rules: NetworkGenesis
  readonly network: FastNetwork
  readonly members: {
    readonly holdings: Holdings & { readonly size: number }
    /** Resolves when all members can be asked for. */
    built (): Promise<void>
    /** The bytes of these members as they travel, in this order; fewer where some are not here any more. */
    read (members: readonly number[]): Promise<readonly Uint8Array[]>
    has (message: Message): boolean
    /** For each, whether its signature is valid; whatever is asked for waits for its turn. */
    check (messages: readonly Message[]): Promise<readonly boolean[]>
  }
  /** As comparisons have it (hub/sync). */
  readonly offerAll: (from: PeerId, offers: (offer: (message: Message) => void) => void) => void
  readonly stored: () => Promise<unknown>
  readonly reject: (peer: PeerId, code: JoinRejection, sentence: string) => void
  readonly log: EventLog
  readonly now: () => number
  readonly timer: Timer
  readonly wait: (ms: number) => Promise<void>
}

export interface Snapshots {
  serve (peer: PeerId, stream: SyncStream): Promise<void>
  join (): Joining
  stop (): void
}

export function createSnapshots (options: SnapshotsOptions): Snapshots {
  const { rules, network, members, offerAll, stored, reject, log, now, timer, wait } = options
  const { holdings } = members
  const serving = createServing({
    network: rules.network, now, timer,
    report: log.report,
    rest: async () => wait(0),
    reject: (peer, code) => { reject(peer, code, 'The hub asked for something of a snapshot in a way that is none.') },
    read: async asked => members.read(asked),
    async holdings () {
      await members.built()
      return holdings
    }
  })
  return {
    serve: async (peer, stream) => serving.serve(peer, stream),
    stop: () => { serving.stop() },
    join: () => startJoin({
      rules, network, offerAll, stored, reject, now, timer,
      report: log.report,
      has: message => members.has(message),
      verifyAll: async messages => members.check(messages),
      holds: (entry, height) => holdings.size > 0 && membersOf(holdings, entry, height) !== undefined
    })
  }
}
