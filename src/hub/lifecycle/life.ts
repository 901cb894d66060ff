/**
 * A hub's life as it is lived (SPEC.md): looks at the facts when something happened, writes each change to the log, hands over and says goodbye. What the
 * states are and when they change is lifecycle.ts's business.
 */
import type { EventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import type { MessageId } from '../../message/types.ts'
import { gossipsMs } from '../../sync/session/session.ts'
import type { SyncReport } from '../api.ts'
import { createLifecycle, type LifecycleInput, type LifeFacts, type LifeState } from './lifecycle.ts'

export interface Life {
  readonly state: LifeState
  /** Something happened that may change the state. Costs nothing where it did not. */
  look (): void
  serve (on: boolean): void
  /** Hands over, then calls `sayGoodbye`, which closes every link. Resolves when the hub is shut down; at once where it is already. */
  leave (sayGoodbye: () => Promise<unknown>): Promise<void>
}

export interface LifeOptions {
  readonly isAttester: () => boolean
  readonly serving: boolean
  readonly facts: () => LifeFacts
  /** Messages that nobody else is known to hold. */
  readonly alone: () => number
  /** Hubs to hand over to. */
  readonly neighbours: () => readonly PeerId[]
  /** Compares with one. */
  readonly compare: (peer: PeerId) => Promise<SyncReport>
  readonly log: EventLog
  readonly timer: Timer
}

/** L6. Some hundred messages over a slow link. Longer, and whoever closes a server has lost patience. Guess. */
export const handOverMs = 3_000
/** Messages looked at for being held nowhere else: more than one writes without a link in one sitting. Guess. */
export const aloneLookedAt = 512

export function createLife ({ isAttester, serving, facts, alone, neighbours, compare, log, timer }: LifeOptions): Life {
  const machine = createLifecycle({ isAttester, serving })
  let leaving: Promise<void> | undefined

  /** Whether handing over comes first. */
  function give (input: LifecycleInput): boolean {
    let handsOver = false
    for (const effect of machine.handle(input)) {
      if (effect.type === 'changed') log.report({ type: 'lifecycle', sentence: effect.sentence })
      if (effect.type === 'hand-over') handsOver = true
    }
    return handsOver
  }

  /** Whether a neighbour was found to have all that this hub has. */
  async function handOver (): Promise<boolean> {
    for (const peer of neighbours()) {
      const { outcome } = await compare(peer).catch(() => ({ outcome: 'gone' })) // the next one may still be there
      if (outcome === 'equal') return true
    }
    return false
  }

  async function within (work: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const callOff = timer(handOverMs, () => { resolve(false) })
      void work.then((done) => {
        callOff()
        resolve(done)
      })
    })
  }

  async function leave (sayGoodbye: () => Promise<unknown>): Promise<void> {
    if (give({ type: 'leave', alone: alone() })) {
      const done = await within(handOver())
      const cause = done ? 'A neighbour has all that this hub holds.' : 'No neighbour took all that only this hub holds: it is here still, and goes out when the hub is started again.'
      log.report({ type: 'handed-over', sentence: cause })
      give({ type: 'handed-over', cause })
    }
    await sayGoodbye()
    give({ type: 'gone' })
  }

  return {
    get state () { return machine.state },
    look: () => { give({ type: 'observed', facts: facts() }) },
    serve: (on) => { give({ type: 'serve', on }) },
    leave: async sayGoodbye => leaving ??= leave(sayGoodbye)
  }
}

export interface AloneOptions {
  /** The newest messages, oldest first. */
  readonly newest: (limit: number) => readonly MessageId[]
  readonly wayOf: (id: MessageId) => { readonly arrivalMs: number } | undefined
  readonly seenOf: (id: MessageId) => { readonly holders: ReadonlyMap<PeerId, unknown> } | undefined
  readonly wasSent: (id: MessageId) => boolean
  readonly reports: () => readonly SyncReport[]
}

/** How many of the newest messages nobody else is known to hold. */
export function countAlone ({ newest, wayOf, seenOf, wasSent, reports }: AloneOptions): number {
  const equal = reports().findLast(({ outcome }) => outcome === 'equal')
  const comparedMs = equal === undefined ? -Infinity : equal.at - equal.ms - gossipsMs
  return newest(aloneLookedAt).filter(id =>
    !wasSent(id) && (seenOf(id)?.holders.size ?? 0) === 0 && (wayOf(id)?.arrivalMs ?? -Infinity) >= comparedMs).length
}
