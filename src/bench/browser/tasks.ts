/** What a benchmark can have done in a browser's worker: names, what they are given and what they answer. Data crosses as JSON. */
import type { IngestRounds, IngestTask } from '../ingest/rounds.ts'
import type { RawCopy } from '../join/raw-copy.ts'
import type { FilledHub, OpenedHub } from '../memory/hub.ts'

export interface BrowserTasks {
  /** Measures `ingest` on this browser's disk. */
  ingest (task: IngestTask): Promise<IngestRounds>
  /** Stores the bytes that a server sends over a link as hubs have them. */
  rawCopy (address: string): Promise<RawCopy>
  /** Makes a hub with so many messages on this browser's disk. */
  fillHub (messages: number): Promise<FilledHub>
  /** Opens that hub, and keeps it open. */
  openHub (known: FilledHub): Promise<OpenedHub>
}
