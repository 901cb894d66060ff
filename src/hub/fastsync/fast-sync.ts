/**
 * Fast sync as a hub has it (fastsync/SPEC.md, F19 and F20): when it joins by a snapshot, what waits for that, and the streams of those that join from it.
 * How is loaded when it is first needed (snapshots.ts).
 */
import { reasonOf } from '../../base/errors.ts'
import { lazily } from '../../base/lazily.ts'
import type { PeerId } from '../../base/peer.ts'
import { farBehindMin, holdsBackMs, joinAgainMs } from '../../fastsync/limits.ts'
import type { CatchUp } from '../settings-api.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import type { JoinView } from './api.ts'
import type { AppStates } from './app-states.ts'
import type { AttesterRegister } from './attester-register.ts'
import type { Joining } from './joining.ts'
import type { Remembered } from './remembered.ts'
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
  /** Whether the hub with this id attests now. */
  isAttester (peer: PeerId): boolean
  /** Who attests, loaded for whoever asks. Codes: those of the store. */
  attesters (): Promise<AttesterRegister>
  /** States of apps, loaded for whoever asks. Codes: those of the store. */
  states (): Promise<AppStates>
  /** The height of the newest certified checkpoint; null: none is known. */
  readonly checkpoint: number | null
  /** The join that runs, or the last one; null: there was none since this hub started. */
  readonly view: JoinView | null
  settled (): Promise<unknown>
  stop (): void
}

export interface FastSyncOptions extends SnapshotsOptions, Pick<Remembered, 'pinned' | 'keepPin'> {
  /** Whether this hub serves. */
  readonly serves: () => boolean
  /** Messages of this hub. */
  readonly size: () => number
  /** F28. @default optimistic */
  readonly catchUp?: (() => CatchUp) | undefined
  /** @default farBehindMin */
  readonly farBehind?: number | undefined
  /** A join began or ended; `mainPeer`: who sent most of it. */
  readonly onChange: (mainPeer: PeerId | undefined) => void
}

export function createFastSync (options: FastSyncOptions): FastSync {
  const { rules, network, serves, size, retention, keepPin, onChange, log, now, farBehind = farBehindMin, catchUp = () => 'optimistic' } = options
  let loaded: Snapshots | undefined
  let join: Joining | undefined
  /** The join that is loaded, or runs. */
  let going: Promise<unknown> | undefined
  let beganMs = -Infinity
  let againMs = -Infinity
  let attesting: Promise<unknown> | undefined
  let { pinned } = options
  let stopped = false

  const load = lazily(async () => {
    const { openSnapshots } = await import('./snapshots.ts')
    return loaded = await openSnapshots(options)
  })

  const keepsAll = (): boolean => retention.minEpoch === 0
  const serving = (): PeerId[] => network.neighbours().filter(peer => network.statusOf(peer)?.serving === true)

  /** F19. Those that hold much more than this hub: all that a join was interrupted in is missing in whole chunks. */
  function ahead (): PeerId[] {
    const least = Math.max(pinned === undefined ? 2 * size() : 0, size() + farBehind)
    return serving().filter(peer => (network.statusOf(peer)?.messages ?? 0) >= least)
  }

  function pin (next: Uint8Array | undefined): void {
    if (next === pinned) return
    pinned = next
    keepPin(next).catch((thrown: unknown) => {
      log.report({ type: 'join-not-kept', code: 'storage-failed', sentence: `A join that is interrupted would begin anew: ${reasonOf(thrown)}` })
    })
  }

  async function run (): Promise<void> {
    const before = size()
    const resumed = pinned
    join = await (await load()).join(catchUp(), resumed, pin)
    for (const peer of ahead()) join.peer(peer)
    onChange(undefined)
    const mainPeer = await join.ended
    const { outcome, chunks, chunksKept } = join.view
    // What was begun and not ended is gone on with, unless that brings nothing.
    if (outcome !== 'stopped' && (chunksKept === chunks || size() === before)) pin(undefined)
    const isThrough = resumed !== undefined && chunksKept === chunks
    if (!isThrough && size() - before < farBehind) againMs = now() + joinAgainMs
    // How much others hold says nothing of what a hub lacks that keeps less.
    if (!keepsAll()) againMs = Infinity
    going = undefined
    onChange(mainPeer)
  }

  return {
    accept (peer, stream) {
      if (!serves() || stopped) stream.abort()
      else load().then(async snapshots => stopped ? stream.abort() : snapshots.serve(peer, stream), () => { stream.abort() }) // the peer asks others
    },
    look () {
      if (going !== undefined) {
        for (const peer of ahead()) join?.peer(peer)
        return
      }
      if (stopped) return
      if (pinned !== undefined && ahead().length === 0 && serving().some(peer => network.statusOf(peer)?.messages != null)) pin(undefined)
      if (now() < againMs || catchUp() === 'comparing' || ahead().length === 0) {
        // Where nobody attests there is nothing to load.
        if (!keepsAll() || rules.genesis.attesters.length === 0 || !serves()) return
        attesting = load().then(async snapshots => snapshots.attest(), () => undefined) // not loaded: it is tried again
        return
      }
      beganMs = now()
      going = run().catch((thrown: unknown) => {
        going = undefined
        againMs = now() + joinAgainMs
        log.report({ type: 'not-loaded', sentence: `Fast sync could not begin: ${reasonOf(thrown)}` })
        onChange(undefined)
      })
    },
    linkDown (peer) { join?.peerGone(peer) },
    get running () { return going !== undefined },
    get holdsBack () { return going !== undefined && now() - Math.max(beganMs, join?.movedMs ?? 0) < holdsBackMs },
    isAttester: peer => loaded?.isAttester(peer) ?? rules.genesis.attesters.includes(peer),
    attesters: async () => (await load()).register,
    states: async () => (await load()).states(),
    get checkpoint () { return loaded?.checkpoint ?? null },
    get view () { return join?.view ?? null },
    settled: async () => Promise.all([going, attesting]),
    stop () {
      stopped = true
      join?.stop()
      loaded?.stop()
    }
  }
}
