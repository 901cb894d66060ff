/** The newest lines of the hub's log as the page keeps them. Pure. */
import type { LogEvent } from '../../worker/api.ts'

/** Lines that the page keeps: what an hour of a busy hub writes. The engine drops old ones too, of each type for itself. */
export const logLinesMax = 5_000

/** Joins what was known with a later answer, in which counts may have grown. The same array when nothing changed. */
export function mergeLog (known: readonly LogEvent[], answer: readonly LogEvent[]): readonly LogEvent[] {
  const byEvent = new Map(known.map(line => [line.event, line]))
  let changed = false
  for (const line of answer) {
    if (byEvent.get(line.event)?.times === line.times) continue
    byEvent.set(line.event, line)
    changed = true
  }
  if (!changed) return known
  return [...byEvent.values()].sort((a, b) => a.event - b.event).slice(-logLinesMax)
}
