/**
 * Fast sync as a hub has it (fastsync/SPEC.md, F19 and F20): when it joins by a snapshot, what waits for that, and the streams of those that join from it.
 * How is loaded when it is first needed (snapshots.ts).
 */
import { reasonOf } from '../../base/errors.ts'
import type { PeerId } from '../../base/peer.ts'
import { farBehindMin, holdsBackMs, joinAgainMs } from '../../fastsync/limits.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import type { JoinView } from './api.ts'
import type { Joining } from './joining.ts'
import type { Snapshots, SnapshotsOptions } from './snapshots.ts'

export interface FastSync {
  /** A peer would join from this hub. */
  accept (peer: PeerId, stream: SyncStream): void
  /** A neighbour told something of itself, or some time has passed. */
  look (): void
  linkDown (peer: PeerId): void
  /** Whether a join runs. */
  readonly running: boolean
  /** Whether comparisons wait for it. */
  readonly holdsBack: boolean
  /** The height of the newest certified checkpoint; null: none is known. */
  readonly checkpoint: number | null
  /** The join that runs, or the last one; null: there was none since this hub started. */
  readonly view: JoinView | null
  settled (): Promise<unknown>
  stop (): void
}

export interface FastSyncOptions extends SnapshotsOptions {
  /** Whether this hub serves. */
  readonly serves: () => boolean
  /** Messages of this hub. */
  readonly size: () => number
  /** Whether it keeps all that there is. */
  readonly keepsAll: () => boolean
  /** A join began or ended; `mainPeer`: who sent most of it. */
  readonly onChange: (mainPeer: PeerId | undefined) => void
}

export function createFastSync (options: FastSyncOptions): FastSync {
  const { rules, network, serves, size, keepsAll, onChange, log, now } = options
  let loading: Promise<Snapshots> | undefined
  let loaded: Snapshots | undefined
  let join: Joining | undefined
  /** The join that is loaded, or runs. */
  let going: Promise<unknown> | undefined
  let beganMs = -Infinity
  let againMs = -Infinity
  let attesting: Promise<unknown> | undefined
  let stopped = false

  const load = async (): Promise<Snapshots> => loading ??= import('./snapshots.ts').then(({ createSnapshots }) => loaded = createSnapshots(options))

  /** F19. Those that hold much more than this hub. */
  function ahead (): PeerId[] {
    return network.neighbours().filter((peer) => {
      const { serving = false, messages = null } = network.statusOf(peer) ?? {}
      return serving && (messages ?? 0) >= Math.max(2 * size(), size() + farBehindMin)
    })
  }

  async function run (): Promise<void> {
    const before = size()
    join = (await load()).join()
    for (const peer of ahead()) join.peer(peer)
    onChange(undefined)
    const mainPeer = await join.ended
    if (size() - before < farBehindMin) againMs = now() + joinAgainMs
    going = undefined
    onChange(mainPeer)
  }

  return {
    accept (peer, stream) {
      if (!serves() || stopped) stream.abort()
      else load().then(async snapshots => snapshots.serve(peer, stream), () => { stream.abort() }) // not loaded: the peer asks others
    },
    look () {
      if (going !== undefined) {
        for (const peer of ahead()) join?.peer(peer)
        return
      }
      if (stopped || !keepsAll()) return
      if (now() < againMs || ahead().length === 0) {
        // Where nobody attests there is nothing to load.
        if (rules.genesis.attesters.length > 0 && serves()) attesting = load().then(async snapshots => snapshots.attest(), () => { loading = undefined })
        return
      }
      beganMs = now()
      going = run().catch((thrown: unknown) => {
        loading = undefined
        going = undefined
        againMs = now() + joinAgainMs
        log.report({ type: 'not-loaded', sentence: `Fast sync could not begin: ${reasonOf(thrown)}` })
        onChange(undefined)
      })
    },
    linkDown (peer) { join?.peerGone(peer) },
    get running () { return going !== undefined },
    get holdsBack () { return going !== undefined && now() - Math.max(beganMs, join?.movedMs ?? 0) < holdsBackMs },
    get checkpoint () { return loaded?.checkpoint ?? null },
    get view () { return join?.view ?? null },
    settled: async () => Promise.all([going, attesting]),
    stop () {
      stopped = true
      join?.stop()
      loading?.then((snapshots) => { snapshots.stop() }, () => undefined) // nothing was begun
    }
  }
}
