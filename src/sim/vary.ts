/**
 * A scenario with some of it changed, and the command that runs it so again. What makes a failing run small goes through here, so what it prints is what
 * it ran.
 */
import type { Limits, Scenario } from './scenario.ts'

export interface Variation {
  readonly hubs?: number | undefined
  readonly senders?: number | undefined
  readonly messages?: number | undefined
  /** Of the history. */
  readonly history?: number | undefined
  readonly strategy?: Scenario['strategy'] | undefined
  /** Held to what every run must keep, and to no figure: those are for the scenario as it stands. */
  readonly lenient?: boolean | undefined
  /** Faults and then hostile hubs that are left out, by their places in the scenario, from 0. */
  readonly without?: readonly number[] | undefined
}

export function vary (scenario: Scenario, { hubs, senders, messages, history, strategy, lenient, without = [] }: Variation): Scenario {
  const { faults, hostile } = scenario
  return {
    ...scenario,
    hubs: hubs ?? scenario.hubs,
    senders: Math.min(senders ?? scenario.senders, hubs ?? scenario.hubs),
    messages: messages ?? scenario.messages,
    ...history != null && scenario.history != null && { history: { ...scenario.history, messages: history } },
    strategy: strategy ?? scenario.strategy,
    limits: lenient === true ? lenientLimits(scenario.limits) : scenario.limits,
    faults: faults.filter((_, index) => !without.includes(index)),
    hostile: hostile.filter((_, index) => !without.includes(faults.length + index))
  }
}

/** Frames of any kind for each message and hub: in a small run links cost more than messages do. */
const lenientFramesPerDelivery = 150

function lenientLimits ({ missed = 0, syncBytesPerHub }: Limits): Limits {
  return { missed, framesPerDelivery: lenientFramesPerDelivery, happens: ['payloads'], ...syncBytesPerHub != null && { syncBytesPerHub } }
}

export function commandOf (scenario: Scenario, seed: number, variation: Variation): string {
  const { without = [], lenient, ...values } = variation
  const given: ReadonlyArray<readonly [name: string, value: number | string | undefined]> = Object.entries(values)
  const options = given.flatMap(([name, value]) => value == null ? [] : [`--${name} ${value}`])
  if (lenient === true) options.push('--lenient')
  if (without.length > 0) options.push(`--without ${without.join(',')}`)
  return ['npm run sim -- --scenario', scenario.name, '--seed', seed, ...options].join(' ')
}
