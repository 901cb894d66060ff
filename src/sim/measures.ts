/** What a run is measured by, and what it must never do (FACTS.md 4, "Definitions"). Counting only: it changes nothing in the world. */
import { createRandom } from '../base/seeded-random.ts'
import type { MessageId } from '../message/types.ts'
import type { SimFrame, SimMessage } from './hub.ts'
import type { Happenings } from './scenario.ts'

/** A hub, as far as counting goes. */
export interface Counted {
  readonly index: number
  readonly honest: boolean
}

export interface Figures {
  /** Messages that are counted, after the warm-up. */
  readonly measured: number
  /** Payload messages ÷ (hubs − 1) − 1, mean. */
  readonly rmr: number
  /** Notes, and frames of notes, for each message and hub. */
  readonly notesPerDelivery: number
  readonly framesPerDelivery: number
  /** Links to the last hub that gossip reached: median and highest over messages. */
  readonly lastHops: number
  readonly lastHopsMax: number
  /** From publishing to arrival, over all arrivals. Milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly happened: Happenings
}

export interface Measures {
  readonly happened: Happenings
  /** What no run may do, told in sentences; the first few of them. */
  readonly violations: readonly string[]
  readonly rejections: ReadonlyMap<string, number>
  published: (message: SimMessage, nowMs: number) => void
  sent: (frame: SimFrame, honest: boolean) => void
  told: (place: Counted, message: SimMessage, hops: number, nowMs: number) => void
  rejected: (code: string) => void
  /** It lost its data. */
  emptied: (place: Counted) => void
  /** Whether two hubs hold the same, by count and hash. */
  alike: (one: Counted, other: Counted) => boolean
  /** Whether a hub has been told of a message since it last lost its data. */
  has: (place: Counted, number: number) => boolean
  figures: (hubs: number, warmUp: number) => Figures
}

/** Broken promises that are worth printing. */
const violationsMax = 10

export function createMeasures (messages: number): Measures {
  const happened: Happenings = {
    payloads: 0, duplicates: 0, noteFrames: 0, notes: 0, grafts: 0, prunes: 0, lost: 0, rejected: 0,
    linksDown: 0, linksUp: 0, crashes: 0, freezes: 0, comparisons: 0, comparedMessages: 0
  }
  const violations: string[] = []
  const rejections = new Map<string, number>()
  const publishedAtMs = new Float64Array(messages)
  const payloads = new Uint32Array(messages)
  const lastHops = new Uint16Array(messages)
  const arrivals = new Uint32Array(messages)
  const delays: Array<readonly [number: number, ms: number]> = []
  const held = new Map<number, { readonly numbers: Uint8Array, count: number, hash: number }>()
  let notesMeasured = 0
  let framesMeasured = 0
  let newest = -1

  function heldBy ({ index }: Counted): { readonly numbers: Uint8Array, count: number, hash: number } {
    let its = held.get(index)
    if (its == null) held.set(index, its = { numbers: new Uint8Array(messages), count: 0, hash: 0 })
    return its
  }

  function violated (sentence: string): void {
    if (violations.length < violationsMax) violations.push(sentence)
  }

  return {
    happened,
    violations,
    rejections,
    published ({ number }, nowMs) {
      publishedAtMs[number] = nowMs
      newest = number
    },
    sent (frame, honest) {
      if (!honest) return
      framesMeasured += 1
      switch (frame.type) {
        case 'gossip':
          happened.payloads += 1
          if (!frame.message.genuine) violated('A hub forwarded a message whose signature does not hold.')
          if (frame.message.number >= 0) payloads[frame.message.number] = (payloads[frame.message.number] ?? 0) + 1
          return
        case 'ihave':
          happened.noteFrames += 1
          happened.notes += frame.notes.length
          notesMeasured += frame.notes.length
          return
        case 'graft': happened.grafts += 1; return
        case 'prune': happened.prunes += 1
      }
    },
    told (place, { number, genuine }, hops, nowMs) {
      if (!genuine) violated(`Hub ${place.index} took a message whose signature does not hold.`)
      const its = heldBy(place)
      if (its.numbers[number] === 1) violated(`Hub ${place.index} told its application of message ${number} twice.`)
      its.numbers[number] = 1
      its.count += 1
      its.hash = (its.hash + Math.imul(number + 1, 0x9e3779b1)) >>> 0
      if (!place.honest) return
      arrivals[number] = (arrivals[number] ?? 0) + 1
      lastHops[number] = Math.max(lastHops[number] ?? 0, hops)
      delays.push([number, nowMs - (publishedAtMs[number] ?? 0)])
    },
    rejected: (code) => { rejections.set(code, (rejections.get(code) ?? 0) + 1) },
    emptied: ({ index }) => { held.delete(index) },
    alike (one, other) {
      const [a, b] = [heldBy(one), heldBy(other)]
      return a.count === b.count && a.hash === b.hash
    },
    has: (place, number) => heldBy(place).numbers[number] === 1,
    figures (hubs, warmUp) {
      const measured = Math.max(0, newest + 1 - warmUp)
      // All hubs but the author's own, or those that were there to get it.
      const others = (number: number): number => Math.max(1, (arrivals[number] ?? 1) - 1)
      const redundancy = payloads.subarray(warmUp, newest + 1).reduce((sum, count, index) => sum + count / others(warmUp + index) - 1, 0)
      const hops = [...lastHops.subarray(warmUp, newest + 1)].sort((a, b) => a - b)
      const ms = Float64Array.from(delays.filter(([number]) => number >= warmUp), ([, delay]) => delay).sort()
      const share = (sorted: ArrayLike<number>, part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
      const deliveries = Math.max(1, (newest + 1) * (hubs - 1))
      happened.duplicates = Math.max(0, happened.payloads - delays.length + newest + 1)
      return {
        measured, rmr: rounded(redundancy / Math.max(1, measured)),
        notesPerDelivery: rounded(notesMeasured / deliveries), framesPerDelivery: rounded(framesMeasured / deliveries),
        lastHops: share(hops, 0.5), lastHopsMax: hops.at(-1) ?? 0,
        p50Ms: Math.round(share(ms, 0.5)), p99Ms: Math.round(share(ms, 0.99)), maxMs: Math.round(ms.at(-1) ?? 0),
        happened
      }
    }
  }
}

/** To four places: enough to compare, few enough to read. */
function rounded (value: number): number {
  return Math.round(value * 10_000) / 10_000
}

/** The id of message `number` in a run: hex as real ids are, and short, since a thousand hubs remember it. */
export function simMessageId (number: number): MessageId {
  return `${createRandom(number).next().toString(16).padStart(8, '0')}-${number}` as MessageId
}
