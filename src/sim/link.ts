/**
 * What goes over one simulated link, late, twice, never or out of order as its network says: frames of gossip, which may be lost, and the streams of diff
 * sync, which are reliable and stall while the link is shut. All chance follows from the seed it is given.
 */
import type { Random } from '../base/seeded-random.ts'
import type { Frame } from '../gossip/frames.ts'
import { createPipe, type Pipe } from './pipe.ts'
import type { NetworkModel } from './scenario.ts'
import type { VirtualTime } from './virtual-time.ts'

export type Side = 0 | 1

export interface Carrier {
  /** One way, as drawn for this link. Milliseconds. */
  readonly latencyMs: number
  isUp: () => boolean
  /** Whether something from this side arrives. */
  isOpen: (from: Side) => boolean
  /** Shut: frames vanish and streams stall. Open again: streams go on. */
  setOpen: (from: Side, open: boolean) => void
  /** A frame of gossip and its bytes, which arrive as often as the network wants. */
  carryFrame: (from: Side, frame: Frame, bytes: Uint8Array) => void
  /** A stream; `receive` takes what arrives on a side, as soon as that side can. `bytesPerMs`: how fast it is from each side. */
  openPipe: (receive: (at: Side, action: () => void) => void, bytesPerMs: readonly [number, number]) => Pipe
  /** For good. Streams are cut. */
  end: () => void
}

export interface CarrierOptions {
  readonly time: VirtualTime
  readonly random: Random
  readonly network: NetworkModel
  readonly onFrame: (from: Side, frame: Frame, bytes: Uint8Array) => void
  /** Something was lost. */
  readonly onLost: () => void
  readonly onStreamBytes: (bytes: number) => void
}

export function createCarrier ({ time, random, network, onFrame, onLost, onStreamBytes }: CarrierOptions): Carrier {
  const [minMs, maxMs] = network.latencyMs
  const latencyMs = minMs + random.below(1_000) / 1_000 * (maxMs - minMs)
  const open: [boolean, boolean] = [true, true]
  /** In order: nothing arrives before what was sent before it. */
  const lastFrameMs: [number, number] = [0, 0]
  const stalled: [Array<() => void>, Array<() => void>] = [[], []]
  const pipes = new Set<Pipe>()
  let up = true

  function arriveReliably (from: Side, arrive: () => void): void {
    if (!up) return
    if (open[from] && stalled[from].length === 0) arrive()
    else stalled[from].push(arrive)
  }

  return {
    latencyMs,
    isUp: () => up,
    isOpen: from => up && open[from],
    setOpen (from, isOpen) {
      open[from] = isOpen
      if (isOpen) for (const arrive of stalled[from].splice(0)) arrive()
    },
    carryFrame (from, frame, bytes) {
      if (random.chance(network.loss)) {
        onLost()
        return
      }
      const times = network.duplicate > 0 && random.chance(network.duplicate) ? 2 : 1
      for (let turn = 0; turn < times; turn += 1) {
        const lateMs = network.jitterMs === 0 ? 0 : random.below(1_000) / 1_000 * network.jitterMs
        let arrivesMs = time.nowMs + latencyMs + lateMs
        if (!network.reorder) arrivesMs = lastFrameMs[from] = Math.max(arrivesMs, lastFrameMs[from])
        time.at(arrivesMs, () => {
          if (up && open[from]) onFrame(from, frame, bytes)
          else onLost()
        })
      }
    },
    openPipe (receive, bytesPerMs) {
      const lastMs: [number, number] = [0, 0]
      const pipe = createPipe((from, bytes, arrive) => {
        const to = from === 0 ? 1 : 0
        onStreamBytes(bytes)
        // Sent one after the other, then under way.
        lastMs[from] = Math.max(lastMs[from], time.nowMs) + bytes / bytesPerMs[from]
        time.at(lastMs[from] + latencyMs, () => { arriveReliably(from, () => { receive(to, arrive) }) })
      })
      for (const known of pipes) if (known.isOver) pipes.delete(known)
      pipes.add(pipe)
      return pipe
    },
    end () {
      up = false
      for (const pipe of pipes) pipe.cut()
      pipes.clear()
    }
  }
}
