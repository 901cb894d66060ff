/**
 * What a Maelstrom test runs in: nodes that take and give lines, and time. One world is real (processes.ts), one virtual (virtual-nodes.ts); the test
 * (test.ts) is the same in both.
 */
import type { Timer } from '../../base/timer.ts'
import type { Profile } from '../../node/maelstrom/profile.ts'

export interface MaelstromNodeHandle {
  /** Hands it one line. */
  readonly send: (line: string) => void
}

export interface MaelstromWorld {
  /** Milliseconds since the test began. */
  readonly nowMs: () => number
  readonly timer: Timer
  /** Starts the node; `onLine` gets each line that it writes. */
  readonly startNode: (id: string, onLine: (line: string) => void) => MaelstromNodeHandle
  /** Lets time pass until `work` is settled, and gives its result. */
  readonly done: <T>(work: Promise<T>) => Promise<T>
  /** Why the world itself failed, sentences: a node that ended, for one. */
  readonly troubles: () => readonly string[]
  readonly stop: () => Promise<void>
  /** Called when a node first has a value; never where nobody can look into nodes. */
  onValue?: (node: string, value: unknown, atMs: number) => void
}

export type Workload = 'echo' | 'unique-ids' | 'broadcast'

export interface TestOptions {
  readonly workload: Workload
  readonly nodes: number
  /** One way between nodes, ms; clients have none. */
  readonly latencyMs: number
  readonly latencyDistribution: 'constant' | 'uniform' | 'exponential'
  /** Operations a second, all clients together. */
  readonly rate: number
  readonly seconds: number
  readonly profile: Profile['name']
  readonly partitions: boolean
  readonly seed: number
}
