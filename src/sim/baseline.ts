/** Holds runs against the figures that were accepted last (baseline.json): a change that makes gossip dearer or slower is seen, and is accepted or not. */
import type { Report } from './run.ts'

/** One scenario's accepted figures. */
export type Accepted = Readonly<Record<Compared, number>>
export type Baseline = Readonly<Record<string, Accepted>>

const compared = ['missed', 'rmr', 'framesPerDelivery', 'notesPerDelivery', 'lastHops', 'p50Ms', 'p99Ms'] as const
type Compared = typeof compared[number]

/** What chance does in one run is much: a figure is the middle one of so many, of the seeds from 1 on. */
export const baselineSeeds = 5
/** A figure may be worse by this share, … */
const worseShare = 0.25
/** … and by this much, so that small figures are not held to their last digit. */
const worseBy: Accepted = { missed: 0, rmr: 0.3, framesPerDelivery: 0.3, notesPerDelivery: 0.3, lastHops: 2, p50Ms: 15, p99Ms: 60 }

/** Of one scenario's runs: their medians, but that not a message may be missed in any. */
export function acceptedOf (reports: readonly Report[]): Accepted {
  const figureOf = (name: Compared): number => {
    const sorted = reports.map(report => report[name]).sort((a, b) => a - b)
    return sorted[name === 'missed' ? sorted.length - 1 : sorted.length >> 1] ?? 0
  }
  return Object.fromEntries(compared.map(name => [name, figureOf(name)])) as unknown as Accepted
}

/** What is worse than accepted, in sentences. */
export function worseThan (accepted: Accepted | undefined, scenario: string, found: Accepted): string[] {
  if (accepted == null) return [`${scenario} has no accepted figures: run compare --accept.`]
  return compared.flatMap((name) => {
    const limit = accepted[name] * (1 + worseShare) + worseBy[name]
    return found[name] <= limit ? [] : [`${scenario}: ${name} is ${found[name]}, accepted is ${accepted[name]}.`]
  })
}
