/** What a run is measured by, and what it must never do (FACTS.md 4, "Definitions"). Counting only: it changes nothing in the world. */
import type { Frame } from '../gossip/frames.ts'
import type { Entry } from '../hub/messages/entry.ts'
import type { Ledger, Written } from './ledger.ts'
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

/** A message reached a hub, or was written there. */
export interface Arrival {
  /** From 0, in the order of publishing. */
  readonly number: number
  readonly hub: number
  /** It was written there. */
  readonly own: boolean
  /** Links from the author; 0 where it came by a comparison, or is its own. */
  readonly hops: number
  readonly publishedMs: number
  readonly atMs: number
}

export interface Measures {
  readonly happened: Happenings
  /** What no run may do, told in sentences; the first few of them. */
  readonly violations: readonly string[]
  readonly rejections: ReadonlyMap<string, number>
  /** What is written from now on is counted, once `warmUp` messages are written. */
  begin: (warmUp: number) => void
  sent: (place: Counted, frame: Frame) => void
  /** A gossip frame with these bytes of a message came. */
  arrived: (place: Counted, from: Counted, bytes: Uint8Array) => void
  /** A hub has stored a message and told its application. */
  told: (place: Counted, entry: Entry, nowMs: number) => void
  rejected: (code: string) => void
  /** It lost its data. */
  emptied: (place: Counted) => void
  figures: (hubs: number) => Figures
}

/** Broken promises that are worth printing. */
const violationsMax = 10
/** What is known of a message at a hub. */
const told = { nothing: 0, header: 1, body: 2 }

/** One message at all hubs, by their index: it reaches a thousand of them in a moment, and then none. */
interface Spread {
  /** `told`. */
  readonly told: Uint8Array
  /** Links from the author; 0: not by gossip, or its own. */
  readonly hops: Uint8Array
}

/**
 * `messagesMax` is how many the ledger will have at most, `hubsMax` how many hubs there are, hostile ones too. `onArrival` hears of every message's arrivals at
 * honest hubs, those of the warm-up too.
 */
export function createMeasures (ledger: Ledger, messagesMax: number, hubsMax: number, onArrival?: (arrival: Arrival) => void): Measures {
  const happened: Happenings = {
    payloads: 0, duplicates: 0, noteFrames: 0, notes: 0, grafts: 0, prunes: 0, otherFrames: 0, lost: 0, rejected: 0,
    linksDown: 0, linksUp: 0, crashes: 0, freezes: 0, comparisons: 0, comparedMessages: 0, syncBytes: 0
  }
  const violations: string[] = []
  const rejections = new Map<string, number>()
  const payloads = new Uint32Array(messagesMax)
  const lastHops = new Uint16Array(messagesMax)
  const arrivals = new Uint32Array(messagesMax)
  const delays: number[] = []
  const spreads: Spread[] = []
  let first = Infinity
  let firstMeasured = Infinity
  let arrivalsOfAll = 0

  function spreadOf ({ number }: Written): Spread {
    while (spreads.length <= number) spreads.push({ told: new Uint8Array(hubsMax), hops: new Uint8Array(hubsMax) })
    return spreads[number] as Spread
  }

  function violated (sentence: string): void {
    if (violations.length < violationsMax) violations.push(sentence)
  }

  function countArrival (place: Counted, { number, atMs }: Written, own: boolean, hops: number, nowMs: number): void {
    if (!place.honest || number < first) return
    onArrival?.({ number: number - first, hub: place.index, own, hops, publishedMs: atMs, atMs: nowMs })
    arrivals[number] = (arrivals[number] ?? 0) + 1
    arrivalsOfAll += 1
    lastHops[number] = Math.max(lastHops[number] ?? 0, hops)
    if (number >= firstMeasured) delays.push(nowMs - atMs)
  }

  return {
    happened,
    violations,
    rejections,
    begin (warmUp) {
      first = ledger.all.length
      firstMeasured = first + warmUp
    },
    sent ({ honest }, frame) {
      if (!honest) return
      const counts = ledger.all.length > first ? 1 : 0
      switch (frame.type) {
        case 'gossip': {
          const written = ledger.find(frame.message)?.written
          if (written == null) violated('A hub forwarded a message that nobody signed.')
          else if (written.number >= first) {
            happened.payloads += 1
            payloads[written.number] = (payloads[written.number] ?? 0) + 1
          }
          return
        }
        case 'ihave':
          happened.noteFrames += counts
          happened.notes += counts * frame.ids.length
          return
        case 'graft': happened.grafts += counts; return
        case 'prune': happened.prunes += counts; return
        case 'hello': case 'full': case 'ping': case 'pong': case 'signer-want': happened.otherFrames += counts
      }
    },
    arrived (place, from, bytes) {
      const written = ledger.find(bytes)?.written
      if (written == null) return
      const { hops } = spreadOf(written)
      if (hops[place.index] === 0) hops[place.index] = (hops[from.index] ?? 0) + 1
    },
    told (place, { message, from }, nowMs) {
      const written = ledger.withId(message.id)
      if (written == null) {
        violated(`Hub ${place.index} took a message that nobody signed.`)
        return
      }
      const spread = spreadOf(written)
      const is = message.body == null ? told.header : told.body
      const was = spread.told[place.index] ?? told.nothing
      if (is <= was) violated(`Hub ${place.index} told its application of message ${written.number} twice.`)
      spread.told[place.index] = is
      if (was !== told.nothing) return
      const hops = from == null ? 0 : spread.hops[place.index] ?? 0
      if (from != null && hops === 0) happened.comparedMessages += 1
      countArrival(place, written, from == null, hops, nowMs)
    },
    rejected: (code) => { rejections.set(code, (rejections.get(code) ?? 0) + 1) },
    emptied ({ index }) {
      for (const { told, hops } of spreads) told[index] = hops[index] = 0
    },
    figures (hubs) {
      const end = ledger.all.length
      const measured = Math.max(0, end - firstMeasured)
      // All hubs but the author's own, or those that were there to get it.
      const others = (number: number): number => Math.max(1, (arrivals[number] ?? 1) - 1)
      const redundancy = payloads.subarray(firstMeasured, end).reduce((sum, count, index) => sum + count / others(firstMeasured + index) - 1, 0)
      const hops = [...lastHops.subarray(firstMeasured, end)].sort((a, b) => a - b)
      const ms = Float64Array.from(delays).sort()
      const share = (sorted: ArrayLike<number>, part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
      const deliveries = Math.max(1, (end - first) * (hubs - 1))
      const { payloads: sent, noteFrames, notes, grafts, prunes, otherFrames } = happened
      happened.duplicates = Math.max(0, sent - arrivalsOfAll + end - first)
      return {
        measured, rmr: rounded(redundancy / Math.max(1, measured)),
        notesPerDelivery: rounded(notes / deliveries), framesPerDelivery: rounded((sent + noteFrames + grafts + prunes + otherFrames) / deliveries),
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
