/**
 * A simulated hub: the real runtime, with its core, set, sessions and a memory store, and around it what the world does for it. Hostile hubs differ in what
 * becomes of their frames on the way out (hostile-hub.ts), those of very large runs have no shell (core-hub.ts), and that is all the difference there is.
 */
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import type { Timer } from '../base/timer.ts'
import type { Frame } from '../gossip/frames.ts'
import { tickMs } from '../hub/core/hub-core.ts'
import type { Entry } from '../hub/messages/entry.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from '../hub/runtime.ts'
import type { SyncNetwork, SyncStream } from '../hub/sync/sync-stream.ts'
import { openMemoryStore, type MemoryDisk } from '../store/memory.ts'
import { simRules } from './authors.ts'
import type { Wire } from './wire.ts'

/** What the world does for a hub. None of it calls back before it returns. */
export interface SimPorts {
  readonly disk: MemoryDisk
  /** This hub's clock: milliseconds since 1970. */
  readonly now: () => number
  readonly timer: Timer
  readonly random: Random
  readonly verify: RuntimeOptions['verify']
  readonly wire: Wire
  /** Bytes of a frame to a neighbour. False: they were not taken. */
  readonly send: (peer: PeerId, frame: Frame, bytes: Uint8Array) => boolean
  /** Ends the link for what the neighbour sent. */
  readonly reject: (peer: PeerId, code: string) => void
  readonly syncNetwork: SyncNetwork
  /** The application hears of a message. */
  readonly tell: (entry: Entry) => void
  /** The hub's log. */
  readonly report: (type: string, sentence: string) => void
}

export interface SimHub {
  /** A hub without its shell has no store, and compares with nobody. */
  readonly runtime: Pick<Runtime, 'set' | 'linkUp' | 'linkDown' | 'drained' | 'roundTrip' | 'linkOf' | 'publish' | 'stop'> &
    Partial<Pick<Runtime, 'sync' | 'retention' | 'messages'>>
  /** A frame came from a neighbour. It is dealt with before virtual time moves on, so no reader has to wait. */
  frame: (from: PeerId, bytes: Uint8Array) => void
  accept: (from: PeerId, stream: SyncStream) => void
}

export interface SimHubOptions extends Pick<RuntimeOptions, 'createBroadcast'> {
  /** The first epoch that it keeps. @default all */
  readonly minEpoch?: number | undefined
  /** What becomes of its frames on the way out. @default what the protocol says */
  readonly twist?: (frame: Frame) => readonly Frame[]
}

export async function createSimHub (ports: SimPorts, { createBroadcast, minEpoch, twist = frame => [frame] }: SimHubOptions): Promise<SimHub> {
  const { disk, now, timer, random, verify, wire, send, reject, syncNetwork, tell, report } = ports
  const runtime = await createRuntime({
    rules: simRules,
    store: await openMemoryStore(disk),
    random: length => random.bytes(length),
    isOwn: () => false,
    log: { report: ({ type, sentence }) => { report(type, sentence) }, read: () => [] },
    transport: {
      send: (peer, frame) => twist(frame).map(twisted => send(peer, twisted, wire.encode(twisted))).every(Boolean),
      reject
    },
    now, timer, verify, syncNetwork, ...createBroadcast != null && { createBroadcast }
  })
  if (minEpoch != null) await runtime.retention.keepFrom(minEpoch)
  runtime.onStored(tell)

  const tick = (): void => {
    runtime.tick()
    timer(tickMs, tick)
  }
  timer(random.below(tickMs), tick)

  return {
    runtime,
    accept: (from, stream) => { runtime.sync.sessions.accept(from, stream) },
    frame (from, bytes) {
      const decoded = wire.decode(bytes)
      if (!decoded.ok) reject(from, decoded.code)
      else void runtime.frame(from, decoded.value)
    }
  }
}
