/** How a hub leaves (SPEC.md, L6): what only it holds, and handing that over. */
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import type { MessageId } from '../../message/types.ts'
import { gossipsMs } from '../../sync/session/session.ts'
import type { SyncReport } from '../api.ts'

export interface LeavingOptions {
  /** The newest messages, oldest first. */
  readonly newest: (limit: number) => readonly MessageId[]
  readonly wayOf: (id: MessageId) => { readonly arrivalMs: number } | undefined
  readonly seenOf: (id: MessageId) => { readonly holders: ReadonlyMap<PeerId, unknown> } | undefined
  readonly wasSent: (id: MessageId) => boolean
  readonly reports: () => readonly SyncReport[]
  /** Hubs to hand over to. */
  readonly neighbours: () => readonly PeerId[]
  /** Compares with one. */
  readonly compare: (peer: PeerId) => Promise<SyncReport>
  readonly timer: Timer
}

/** L6. Some hundred messages over a slow link. Longer, and whoever closes a server has lost patience. Guess. */
export const handOverMs = 3_000
/** Messages looked at for being held nowhere else: more than one writes without a link in one sitting. Guess. */
const aloneLookedAt = 512

/** How many of the newest messages nobody else is known to hold. */
export function countAlone ({ newest, wayOf, seenOf, wasSent, reports }: LeavingOptions): number {
  const equal = reports().findLast(({ outcome }) => outcome === 'equal')
  const comparedMs = equal === undefined ? -Infinity : equal.at - equal.ms - gossipsMs
  return newest(aloneLookedAt).filter(id =>
    !wasSent(id) && (seenOf(id)?.holders.size ?? 0) === 0 && (wayOf(id)?.arrivalMs ?? -Infinity) >= comparedMs).length
}

/** Compares with the neighbours, one after the other. Whether one was found in time to have all that this hub has. */
export async function handOver ({ neighbours, compare, timer }: LeavingOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const callOff = timer(handOverMs, () => { resolve(false) })
    void oneIsEqual(neighbours(), compare).then((isEqual) => {
      callOff()
      resolve(isEqual)
    })
  })
}

async function oneIsEqual (neighbours: readonly PeerId[], compare: LeavingOptions['compare']): Promise<boolean> {
  for (const peer of neighbours) {
    const { outcome } = await compare(peer).catch(() => ({ outcome: 'gone' })) // the next one may still be there
    if (outcome === 'equal') return true
  }
  return false
}
