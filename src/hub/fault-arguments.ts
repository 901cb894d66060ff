/** The arguments of `faults`, checked by hand because scripts call it. Each failure is `invalid-argument`. */
import { HubError } from '../base/errors.ts'
import type { HubStatus } from './api.ts'
import { objectOf, textOf, wholeOf } from './arguments.ts'

/** Each way, so a round trip of 10 s: twice that on a link without anything is its end (gossip/SPEC.md G20). */
const delayMsMax = 5_000
/** Hubs out of reach: as many as a hub may have links. */
const partitionMax = 64
const fields: ReadonlySet<string> = new Set(['drop', 'delayMs', 'partition'])

/** What is to be injected; null: nothing. */
export function faultsOf (given: unknown): HubStatus['faults'] {
  if (given == null) throw new HubError('invalid-argument', 'The faults must be an object; {} ends them.')
  const faults: Readonly<Record<string, unknown>> = objectOf(given, 'faults')
  for (const field of Object.keys(faults)) {
    if (!fields.has(field)) throw new HubError('invalid-argument', `There is no fault "${field.slice(0, 40)}": drop, delayMs and partition can be given.`)
  }
  const drop = faults['drop'] ?? 0
  if (typeof drop !== 'number' || !(drop >= 0 && drop <= 1)) throw new HubError('invalid-argument', 'drop must be a share from 0 to 1.')
  const delayMs = wholeOf(faults['delayMs'], 'delayMs', { from: 0, to: delayMsMax, otherwise: 0 })
  const partition = partitionOf(faults['partition'] ?? [])
  return drop === 0 && delayMs === 0 && partition.length === 0 ? null : { drop, delayMs, partition }
}

function partitionOf (given: unknown): readonly string[] {
  if (!Array.isArray(given) || given.length > partitionMax) throw new HubError('invalid-argument', `partition must be a list of at most ${partitionMax} peer ids.`)
  return [...new Set(given.map(peer => textOf(peer, 'A peer id in partition')))]
}
