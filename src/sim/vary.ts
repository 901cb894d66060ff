/**
 * A scenario with some of it changed, and the command that runs it so again. What makes a failing run small goes through here, so what it prints is what
 * it ran.
 */
import type { Scenario } from './scenario.ts'

export interface Variation {
  readonly hubs?: number | undefined
  readonly senders?: number | undefined
  readonly messages?: number | undefined
  readonly strategy?: Scenario['strategy'] | undefined
  /** Faults and then hostile hubs that are left out, by their places in the scenario, from 0. */
  readonly without?: readonly number[] | undefined
}

export function vary (scenario: Scenario, { hubs, senders, messages, strategy, without = [] }: Variation): Scenario {
  const { faults, hostile } = scenario
  return {
    ...scenario,
    hubs: hubs ?? scenario.hubs,
    senders: Math.min(senders ?? scenario.senders, hubs ?? scenario.hubs),
    messages: messages ?? scenario.messages,
    strategy: strategy ?? scenario.strategy,
    faults: faults.filter((_, index) => !without.includes(index)),
    hostile: hostile.filter((_, index) => !without.includes(faults.length + index))
  }
}

export function commandOf (scenario: Scenario, seed: number, variation: Variation): string {
  const { without = [], ...values } = variation
  const given: ReadonlyArray<readonly [name: string, value: number | string | undefined]> = Object.entries(values)
  const options = given.flatMap(([name, value]) => value == null ? [] : [`--${name} ${value}`])
  if (without.length > 0) options.push(`--without ${without.join(',')}`)
  return ['npm run sim -- --scenario', scenario.name, '--seed', seed, ...options].join(' ')
}
