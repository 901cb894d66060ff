/**
 * What clients did and saw, and whether that is right. Latencies are those of Maelstrom's checker: from the moment a value is known (acknowledged, or read by
 * somebody) to the last read anywhere that did not have it. Other than Maelstrom's it minds values that are read twice.
 */

export interface Read {
  readonly node: string
  readonly invokedMs: number
  readonly completedMs: number
  readonly values: readonly unknown[]
}

export interface History {
  broadcast: (value: number, invokedMs: number) => void
  acknowledged: (value: number, completedMs: number) => void
  /** Answered by an error that says it has not happened. */
  refused: (value: number) => void
  read: (read: Read) => void
  /** A node has it, by whoever can look into nodes. */
  visible: (value: unknown, atMs: number) => void
  /** `finalReads`: one of each node, after everything had time to arrive. */
  check: (finalReads: readonly Read[], nodes: number) => Verdict
}

export interface Verdict {
  readonly acknowledged: number
  /** Acknowledged values that a last read lacks. */
  readonly lost: readonly unknown[]
  /** Values that some read had twice. */
  readonly duplicated: readonly unknown[]
  /** Values that nobody broadcast. */
  readonly unexpected: readonly unknown[]
  /** By reads, of every value that is everywhere in the end. */
  readonly stable: Latencies | null
  /** From the request to the moment the last node had it, where nodes can be looked into. */
  readonly visible: Latencies | null
}

export interface Latencies {
  readonly medianMs: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Value {
  readonly invokedMs: number
  knownMs: number
  lastAbsentMs: number
  isAcknowledged: boolean
  /** Nodes that have it, and when the last of them got it. */
  holders: number
  visibleMs: number
}

export function createHistory (): History {
  const values = new Map<unknown, Value>()
  const duplicated = new Set<unknown>()
  const unexpected = new Set<unknown>()
  const reads: Read[] = []

  function checkRead ({ values: seen, invokedMs, completedMs }: Read): void {
    const had = new Set(seen)
    if (had.size < seen.length) for (const value of had) if (seen.indexOf(value) !== seen.lastIndexOf(value)) duplicated.add(value)
    for (const value of had) {
      const known = values.get(value)
      if (known === undefined) unexpected.add(value)
      else known.knownMs = Math.min(known.knownMs, completedMs)
    }
    for (const [value, entry] of values) if (!had.has(value) && entry.invokedMs < invokedMs) entry.lastAbsentMs = Math.max(entry.lastAbsentMs, invokedMs)
  }

  return {
    broadcast (value, invokedMs) {
      values.set(value, { invokedMs, knownMs: Infinity, lastAbsentMs: -Infinity, isAcknowledged: false, holders: 0, visibleMs: invokedMs })
    },
    acknowledged (value, completedMs) {
      const entry = values.get(value)
      if (entry === undefined) return
      entry.isAcknowledged = true
      entry.knownMs = Math.min(entry.knownMs, completedMs)
    },
    refused (value) { values.delete(value) },
    read (read) { reads.push(read) },
    visible (value, atMs) {
      const entry = values.get(value)
      if (entry === undefined) return
      entry.holders += 1
      entry.visibleMs = Math.max(entry.visibleMs, atMs)
    },
    check (finalReads, nodes) {
      for (const read of [...reads, ...finalReads]) checkRead(read)
      const last = finalReads.map(({ values: seen }) => new Set(seen))
      const lost: unknown[] = []
      const stableMs: number[] = []
      const visibleMs: number[] = []
      let acknowledged = 0
      for (const [value, entry] of values) {
        const isEverywhere = last.length === nodes && last.every(seen => seen.has(value))
        if (entry.isAcknowledged) {
          acknowledged += 1
          if (!isEverywhere) lost.push(value)
        }
        if (isEverywhere) stableMs.push(Math.max(0, entry.lastAbsentMs - entry.knownMs))
        if (entry.holders === nodes) visibleMs.push(entry.visibleMs - entry.invokedMs)
      }
      return { acknowledged, lost, duplicated: [...duplicated], unexpected: [...unexpected], stable: latenciesOf(stableMs), visible: latenciesOf(visibleMs) }
    }
  }
}

export function latenciesOf (unsorted: readonly number[]): Latencies | null {
  if (unsorted.length === 0) return null
  const sorted = unsorted.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  return { medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
}
