/**
 * Faults that people and tests inject at this hub's edge (CONTRACT, `faults`): frames of gossip and of comparisons are lost or late, and hubs are out of
 * reach. They hold in both directions until they are taken back; libp2p's own traffic (relays, announcements) is left alone. What they do to a stream:
 * faulty-frames.ts.
 */
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'

/** What is injected. */
export interface FaultSettings {
  /** The share of frames that is lost, 0 to 1, of those that leave and of those that arrive. */
  readonly drop: number
  /** Each frame waits so long before it leaves, and after it has arrived. */
  readonly delayMs: number
  /** Every frame to and from these hubs is lost, and no link or comparison with them begins. */
  readonly partition: readonly PeerId[]
}

export interface Faults {
  /** null: nothing is injected. */
  readonly settings: FaultSettings | null
  /** Milliseconds that a frame waits now. */
  readonly delayMs: number
  set: (settings: FaultSettings | null) => void
  isParted: (peer: PeerId) => boolean
  /** Decides about one frame to or from this hub. */
  loses: (peer: PeerId) => boolean
}

export interface FaultsOptions {
  readonly report: (report: Report) => void
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number
}

/** For hubs at whose edge nobody injects anything. */
export const noFaults: Pick<Faults, 'delayMs' | 'isParted' | 'loses'> = { delayMs: 0, isParted: () => false, loses: () => false }

export function createFaults ({ report, random = Math.random }: FaultsOptions): Faults {
  let settings: FaultSettings | null = null
  let parted: ReadonlySet<PeerId> = new Set()

  return {
    get settings () { return settings },
    get delayMs () { return settings?.delayMs ?? 0 },
    set (next) {
      settings = next
      parted = new Set(next?.partition)
      report({ type: 'faults', sentence: next == null ? 'No faults are injected any more.' : `Faults are injected at this hub: ${sentenceOf(next)}.` })
    },
    isParted: peer => parted.has(peer),
    loses: peer => settings != null && (parted.has(peer) || random() < settings.drop)
  }
}

function sentenceOf ({ drop, delayMs, partition }: FaultSettings): string {
  const parts = [
    ...drop > 0 ? [`${Math.round(drop * 1_000) / 10} % of the frames are lost`] : [],
    ...delayMs > 0 ? [`frames are ${delayMs} ms late each way`] : [],
    ...partition.length > 0 ? [`${partition.length} ${partition.length === 1 ? 'hub is' : 'hubs are'} out of reach`] : []
  ]
  return parts.join(', ')
}
