/**
 * Feeds and what is wanted of them as bytes (SPEC.md, S23, S24). Total: bytes that are not exactly that give undefined.
 *
 *     feed = tag: 6 ‖ further: varint ‖ runs: varint, 1 or more ‖ runs × ( gap: varint ‖ length − 1: varint )
 *     want = gap to the feed's number: varint ‖ runs: varint, 0: all ‖ runs × ( gap: varint ‖ length − 1: varint )
 *
 * Runs are of seqs that rise from 1 to `seqMax`; a gap counts from the end of the run before, of the same feed. `further` is how many members there
 * are beside one a seq.
 */
import { seqMax } from './feeds.ts'

/** Runs of one entry, so that it fits a frame: of a feed with more, several entries follow one another. */
export const entryRunsMax = 1_024
/** A varint here has at most 28 bits. */
const varintBytesMax = 4
const tagBytes = 6
const entryHeadBytesMax = tagBytes + 2 * varintBytesMax
const runBytesMax = 2 * varintBytesMax

/** Seqs from … to before …, one pair after another, ascending. */
export type Runs = readonly number[]

export interface FeedEntry {
  /** 48 bits. */
  readonly tag: number
  readonly further: number
  readonly runs: Runs
  readonly seqs: number
}

export interface FeedWant {
  /** The number of the entry. */
  readonly entry: number
  /** undefined: all of it. */
  readonly runs: Runs | undefined
}

/** Packs entries into the payloads of frames. */
export interface EntryWriter {
  /** The runs of each entry that it took. */
  addFeed (tag: Uint8Array, further: number, runs: Runs): Runs[]
  /** Entries rise, and of one entry runs. */
  addWant (entry: number, runs: Runs | undefined): void
  readonly bytes: number
  payloads (): ReadonlyArray<Uint8Array<ArrayBuffer>>
}

export function createEntryWriter (payloadBytesMax: number): EntryWriter {
  const payloads: Array<Uint8Array<ArrayBuffer>> = []
  let scratch = new Uint8Array(payloadBytesMax)
  let at = 0
  let before = 0
  let lastEntry = 0
  let lastEnd = 0

  function begin (runs: number): void {
    if (at + entryHeadBytesMax + runs * runBytesMax > scratch.length) flush()
  }
  function flush (): void {
    if (at > 0) payloads.push(scratch.slice(0, at))
    before += at
    at = 0
  }
  function write (number: number): void {
    let rest = number
    for (; rest > 127; rest >>>= 7) scratch[at++] = rest & 127 | 128
    scratch[at++] = rest
  }
  function writeRuns (runs: Runs, from: number, end: number, start: number): number {
    write((end - from) / 2)
    let previous = start
    for (let place = from; place < end; place += 2) {
      const [first, after] = [runs[place] as number, runs[place + 1] as number]
      write(first - previous)
      write(after - first - 1)
      previous = after
    }
    return previous
  }

  return {
    addFeed (tag, further, runs) {
      const parts: Runs[] = []
      for (let from = 0; from < runs.length; from += entryRunsMax * 2) {
        const end = Math.min(runs.length, from + entryRunsMax * 2)
        begin((end - from) / 2)
        scratch.set(tag, at)
        at += tagBytes
        write(from === 0 ? further : 0)
        writeRuns(runs, from, end, 0)
        parts.push(runs.slice(from, end))
      }
      return parts
    },
    addWant (entry, runs) {
      for (let from = 0; from === 0 || (runs !== undefined && from < runs.length); from += entryRunsMax * 2) {
        const end = Math.min(runs?.length ?? 0, from + entryRunsMax * 2)
        begin((end - from) / 2)
        write(entry - lastEntry)
        if (entry !== lastEntry) lastEnd = 0
        lastEntry = entry
        lastEnd = writeRuns(runs ?? [], from, end, lastEnd)
      }
    },
    get bytes () { return before + at },
    payloads () {
      flush()
      scratch = new Uint8Array(0)
      return payloads
    }
  }
}

/** Whole entries that fill `bytes`. */
export function readFeeds (bytes: Uint8Array): FeedEntry[] | undefined {
  const reader = createReader(bytes)
  const entries: FeedEntry[] = []
  while (reader.at < bytes.length) {
    const tag = reader.tag()
    const further = reader.number()
    const runs = reader.runs(reader.number(), 0)
    if (runs === undefined || runs.length === 0) return undefined
    entries.push({ tag, further, runs, seqs: seqsIn(runs) })
  }
  return reader.at === bytes.length ? entries : undefined
}

export interface WantReader {
  /** Whole wants that fill `bytes`, after those read before; undefined too where one asks twice for the same. */
  read (bytes: Uint8Array): FeedWant[] | undefined
}

export function createWantReader (entries: number): WantReader {
  let entry = 0
  let end = 0
  return {
    read (bytes) {
      const reader = createReader(bytes)
      const wants: FeedWant[] = []
      while (reader.at < bytes.length) {
        const gap = reader.number()
        if (gap > 0) end = 0
        entry += gap
        const count = reader.number()
        const runs = reader.runs(count, end)
        if (runs === undefined || entry >= entries || (count === 0 && end > 0)) return undefined
        end = count === 0 ? Infinity : runs.at(-1) ?? end
        wants.push({ entry, runs: count === 0 ? undefined : runs })
      }
      return reader.at === bytes.length ? wants : undefined
    }
  }
}

export function seqsIn (runs: Runs): number {
  let sum = 0
  for (let place = 0; place < runs.length; place += 2) sum += (runs[place + 1] as number) - (runs[place] as number)
  return sum
}

/** Past the end, or after a varint that is too long, it stands at Infinity and reads zeros. */
interface Reader {
  readonly at: number
  number (): number
  tag (): number
  /** So many runs after `start`; undefined where they do not rise, or reach beyond `seqMax`. */
  runs (count: number, start: number): Runs | undefined
}

function createReader (bytes: Uint8Array): Reader {
  let at = 0
  const reader: Reader = {
    get at () { return at },
    number () {
      let number = 0
      for (let shift = 0; shift < varintBytesMax * 7; shift += 7) {
        const byte = bytes[at++]
        if (byte === undefined) break
        number |= (byte & 127) << shift
        if (byte < 128) return number
      }
      at = Infinity
      return 0
    },
    tag () {
      if (at + tagBytes > bytes.length) at = Infinity
      let tag = 0
      for (let byte = tagBytes - 1; byte >= 0; byte--) tag = tag * 256 + (bytes[at + byte] ?? 0)
      at += tagBytes
      return tag
    },
    runs (count, start) {
      if (count > entryRunsMax) return undefined
      const runs: number[] = []
      let previous = start
      for (let run = 0; run < count; run++) {
        const from = previous + reader.number()
        const end = from + reader.number() + 1
        // A seq is from 1 on, and two runs that touch are one.
        if (at === Infinity || from < 1 || (run > 0 && from === previous) || end > seqMax + 1) return undefined
        runs.push(from, end)
        previous = end
      }
      return runs
    }
  }
  return reader
}
