/**
 * The states of a hub's life and the causes of their changes (SPEC.md), pure: facts go in, transitions and what is to be done come out. It knows neither
 * what makes a hub synced nor how one leaves.
 *
 * Invariants: L1 to L5, L7 and L8.
 */
import type { Lifecycle, Mode } from '../api.ts'

export interface LifeFacts {
  readonly links: number
  /** By sync/SPEC.md S21; null: it cannot know. */
  readonly synced: boolean | null
  /** Whether messages are compared or fetched. */
  readonly comparing: boolean
}

export type LifecycleInput =
  | { readonly type: 'observed', readonly facts: LifeFacts }
  | { readonly type: 'serve', readonly on: boolean }
  /** `alone`: messages that nobody else is known to hold. */
  | { readonly type: 'leave', readonly alone: number }
  /** Handing over has ended, or took too long. */
  | { readonly type: 'handed-over' }
  /** No link is left. */
  | { readonly type: 'gone' }

export type LifecycleEffect =
  /** A line of the log (L8). */
  | { readonly type: 'changed', readonly sentence: string }
  | { readonly type: 'hand-over' }
  | { readonly type: 'say-goodbye' }

export interface LifeState {
  readonly lifecycle: Lifecycle
  readonly mode: Mode
  readonly serving: boolean
}

export interface LifecycleMachine {
  readonly state: LifeState
  handle (input: LifecycleInput): readonly LifecycleEffect[]
}

export interface LifecycleOptions {
  /** Whether this hub is one of the network's attesters. Asked when it may matter: its peer id is known after its runtime. */
  readonly isAttester: () => boolean
  readonly serving: boolean
}

type Place = Pick<LifeState, 'lifecycle' | 'mode'>

export function createLifecycle ({ isAttester, serving: servingAtFirst }: LifecycleOptions): LifecycleMachine {
  let place: Place = { lifecycle: 'joining', mode: 'unsynced' }
  let serving = servingAtFirst
  let links = 0

  const isOver = (): boolean => place.lifecycle === 'leaving' || place.lifecycle === 'shutdown'

  function move (to: Place, cause: string): LifecycleEffect[] {
    if (to.lifecycle === place.lifecycle && to.mode === place.mode) return []
    const sentence = `From ${nameOf(place)} to ${nameOf(to)}: ${cause}`
    place = to
    return [{ type: 'changed', sentence }]
  }

  function observe (facts: LifeFacts): LifecycleEffect[] {
    ({ links } = facts)
    if (links === 0) return move({ lifecycle: 'joining', mode: 'unsynced' }, 'no hub is linked.')
    if (facts.synced === true) {
      return isAttester()
        ? move({ lifecycle: 'babbling', mode: 'pacemaker' }, 'it is equal with its neighbours, and one of the attesters of this network.')
        : move({ lifecycle: 'babbling', mode: 'synced' }, 'it was found equal with two neighbours, or all it has, within the last minute.')
    }
    if (facts.comparing) return move({ lifecycle: 'catching-up', mode: 'sync' }, 'messages are compared or fetched.')
    const { lifecycle, mode } = place
    const cause = lifecycle === 'joining' ? 'a hub is linked.'
      : lifecycle === 'babbling' ? 'too few neighbours were found equal within the last minute.'
        : mode === 'sync' ? 'what ran has ended, and too few neighbours are known to be equal.' : ''
    return move({ lifecycle: 'catching-up', mode: 'unsynced' }, cause)
  }

  return {
    get state () { return { ...place, serving } },
    handle (input) {
      switch (input.type) {
        case 'observed':
          return isOver() ? [] : observe(input.facts)
        case 'serve':
          if (serving === input.on) return []
          serving = input.on
          return [{ type: 'changed', sentence: serving ? 'It serves snapshots from now on: switched on here.' : 'It serves no snapshots any more: switched off here.' }]
        case 'leave': {
          if (isOver()) return []
          const handsOver = input.alone > 0 && links > 0
          const cause = handsOver ? `it was told to, and hands over first: ${input.alone} messages are not known to be elsewhere.` : 'it was told to.'
          return [...move({ lifecycle: 'leaving', mode: 'unsynced' }, cause), { type: handsOver ? 'hand-over' : 'say-goodbye' }]
        }
        case 'handed-over':
          return place.lifecycle === 'leaving' ? [{ type: 'say-goodbye' }] : []
        case 'gone':
          return place.lifecycle === 'leaving' ? move({ lifecycle: 'shutdown', mode: 'unsynced' }, 'it said goodbye to every hub.') : []
      }
    }
  }
}

function nameOf ({ lifecycle, mode }: Place): string {
  return lifecycle === 'catching-up' || lifecycle === 'babbling' ? `${lifecycle} (${mode})` : lifecycle
}
