/**
 * A hub's life as it is lived (SPEC.md): looks at the facts when something happened, writes each change to the log, hands over and says goodbye. What the
 * states are and when they change is lifecycle.ts's business.
 */
import type { EventLog } from '../../base/event-log.ts'
import { countAlone, handOver, type LeavingOptions } from './leaving.ts'
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
  readonly leaving: LeavingOptions
  readonly log: EventLog
}

export function createLife ({ isAttester, serving, facts, leaving, log }: LifeOptions): Life {
  const machine = createLifecycle({ isAttester, serving })
  let left: Promise<void> | undefined

  /** Whether handing over comes first. */
  function give (input: LifecycleInput): boolean {
    let handsOver = false
    for (const effect of machine.handle(input)) {
      if (effect.type === 'changed') log.report({ type: 'lifecycle', sentence: effect.sentence })
      if (effect.type === 'hand-over') handsOver = true
    }
    return handsOver
  }

  async function leave (sayGoodbye: () => Promise<unknown>): Promise<void> {
    if (give({ type: 'leave', alone: countAlone(leaving) })) {
      const sentence = await handOver(leaving)
        ? 'A neighbour has all that this hub holds.'
        : 'No neighbour took all that only this hub holds: it is here still, and goes out when the hub is started again.'
      log.report({ type: 'handed-over', sentence })
      give({ type: 'handed-over' })
    }
    await sayGoodbye()
    give({ type: 'gone' })
  }

  return {
    get state () { return machine.state },
    look: () => { give({ type: 'observed', facts: facts() }) },
    serve: (on) => { give({ type: 'serve', on }) },
    leave: async sayGoodbye => left ??= leave(sayGoodbye)
  }
}
