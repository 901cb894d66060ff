/** Holds runs against the figures that were accepted last (baseline.json): a change that makes gossip dearer or slower is seen, and is accepted or not. */
import type { Report } from './run.ts'

/** One scenario's accepted figures. */
export type Accepted = Readonly<Record<Compared, number>>
export type Baseline = Readonly<Record<string, Accepted>>

const compared = ['missed', 'rmr', 'framesPerDelivery', 'notesPerDelivery', 'lastHops', 'p50Ms', 'p99Ms'] as const
type Compared = typeof compared[number]

/** A figure may be worse by this share, … */
const worseShare = 0.1
/** … and by this much, so that small figures are not held to their last digit. */
const worseBy: Accepted = { missed: 0, rmr: 0.02, framesPerDelivery: 0.1, notesPerDelivery: 0.1, lastHops: 1, p50Ms: 5, p99Ms: 20 }

export function acceptedOf (report: Report): Accepted {
  return Object.fromEntries(compared.map(name => [name, report[name]])) as unknown as Accepted
}

/** What is worse than accepted, in sentences. */
export function worseThan (accepted: Accepted | undefined, report: Report): string[] {
  if (accepted == null) return [`${report.scenario} has no accepted figures: run compare --accept.`]
  return compared.flatMap((name) => {
    const limit = accepted[name] * (1 + worseShare) + worseBy[name]
    return report[name] <= limit ? [] : [`${report.scenario}: ${name} is ${report[name]}, accepted is ${accepted[name]}.`]
  })
}
