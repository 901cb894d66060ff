/**
 * One diff sync with one peer, both directions (SPEC.md, S4 to S16): compare; find the difference; want and send; compare again, until equal. The same
 * machine on both sides: the initiator compares, the responder answers and chooses how to begin.
 *
 * Pure: what happens comes in through `handle`, what is to be done goes out of it; time and chance are arguments. Heavy work is done in slices, asked for by
 * `work` effects. It knows members by number and messages as bytes; whether they are valid is found out by whoever gets `take`.
 *
 * Invariants: 1. While a slice is due no frame is taken (`ready`). 2. In a pass exactly one side knows the difference and sends `wants`. 3. Each side ends
 * its messages of a pass once, and only then compares again or answers. 4. After `ended` nothing comes. 5. Other sessions may move the set's cut in between:
 * whenever members are measured or listed, this one's comes first.
 */
import { assert } from '../../base/errors.ts'
import { saltBytes } from '../sketch/short-ids.ts'
import { chooseOpening } from '../planner.ts'
import { decodeSyncFrame, encodeSyncFrame, syncVersion } from '../frames.ts'
import { createFinding } from './finding.ts'
import { createSummary } from './summary.ts'
import { createTransfer } from './transfer.ts'
import { collect, countIn, differing, measure, spansOf, splitOf } from './spans.ts'
import type { BucketRange } from '../buckets.ts'
import type { ComparableSet } from '../comparable-set.ts'
import type { Compare, SyncFrame } from '../frames.ts'
import type { Estimate } from '../planner.ts'
import type { Finding } from './finding.ts'
import type { SessionEffect, SessionInput, SessionOutcome, SessionRecord } from './outcome.ts'
import type { Measured } from './spans.ts'
import type { Summary } from './summary.ts'
import type { Transfer } from './transfer.ts'

export interface SessionConfig {
  /** Messages published in these last ms are gossip's. @default gossipsMs */
  readonly newestMs?: number
  /** Ms without anything from the peer. @default 15,000 */
  readonly stallMs?: number
  /** Ms for the whole session. @default 600,000: a million messages at the rate at which they are verified take a minute. */
  readonly totalMs?: number
  /** Messages taken in one session; the next one goes on where this ended. @default 2²⁰ */
  readonly messagesMax?: number
}

export interface SessionOptions {
  readonly role: 'initiator' | 'responder'
  readonly set: ComparableSet
  /** The first epoch of namespace 1 that both hold, as far as this side knows: an initiator that heard of the peer's own asks no less. 0 for all. */
  readonly fromEpoch: number
  /** 32 random bits that the peer cannot guess. */
  readonly random: () => number
  readonly config?: SessionConfig
}

export interface Session {
  handle (input: SessionInput, nowMs: number): readonly SessionEffect[]
  /** Whether a frame may be handed in now. Until then it waits in the stream, which slows the peer down. */
  readonly ready: boolean
  /** When `tick` is due. */
  readonly deadlineMs: number
  /** Of the current difference. toFetch is an estimate until this side knows it. */
  readonly progress: { readonly fetched: number, readonly toFetch: number, readonly sent: number, readonly toSend: number }
}

/** Gossip reaches all hubs within a second or two: what is newer than this in ms is on its way. Guess. */
export const gossipsMs = 5_000
/** Passes with a difference: the second mends a collision of short ids, the third is for what arrived late meanwhile. */
const passesMax = 3
/** An initiator's clock may be off by as much as a message's (10 min): beyond, its moment is cut to that. */
const skewMaxMs = 600_000
/** Nodes of the tree hashed in one slice: pages, mostly, of 0.03 to 0.2 ms. */
const sliceNodes = 48
/** Messages above what was asked for: a five-byte want may name two members. */
const unaskedMax = 16

export function createSession ({ role, set, fromEpoch: ownFromEpoch, random, config = {} }: SessionOptions): Session {
  const { newestMs = gossipsMs, stallMs = 15_000, totalMs = 600_000, messagesMax = 2 ** 20 } = config
  const seed = random()
  let effects: SessionEffect[] = []
  let phase: 'idle' | 'comparing' | 'finding' | 'transferring' | 'ended' = 'idle'
  let job: { readonly slice: () => boolean, readonly then: () => void } | undefined
  let fromEpoch = ownFromEpoch
  let untilMs = 0
  let rangeAsked = false
  let salt = new Uint8Array(saltBytes)
  let spans: readonly BucketRange[] = []
  let measured: Measured | undefined
  let finding: Finding | undefined
  let transfer: Transfer | undefined
  let wanted: number | undefined
  let expectedTheirs = 0
  let passes = 0
  let receivedBefore = 0
  let startedMs: number | undefined
  let heardMs = 0
  let spoke = false
  const strategies: Array<'list' | 'sketch' | 'sketch-then-list'> = []
  const totals = { rounds: 0, bytesSent: 0, bytesReceived: 0, messageBytes: 0, fetched: 0, sent: 0, symbols: 0 }
  let estimate: Estimate | undefined

  function send (frame: SyncFrame): void {
    const bytes = encodeSyncFrame(frame)
    totals.bytesSent += bytes.length
    if (carriesMessages(frame)) totals.messageBytes += bytes.length
    spoke = true
    effects.push({ type: 'send', bytes })
  }

  function run (slice: () => boolean, then: () => void): void {
    assert(job === undefined, 'a session does one thing at a time')
    job = { slice, then }
    effects.push({ type: 'work' })
  }

  function end (outcome: SessionOutcome): void {
    if (phase === 'ended') return
    closePass()
    phase = 'ended'
    job = undefined
    effects.push({ type: 'ended', record: { outcome, strategies, estimate, ...totals } satisfies SessionRecord })
  }

  function closePass (): void {
    if (finding !== undefined) {
      if (finding.usedSketch || finding.usedList) strategies.push(!finding.usedList ? 'sketch' : finding.usedSketch ? 'sketch-then-list' : 'list')
      estimate ??= finding.estimate
      totals.symbols += finding.symbols
    }
    totals.sent += transfer?.sent ?? 0
    receivedBefore += transfer?.received ?? 0
    finding = undefined
    transfer = undefined
  }

  /** Initiator: begins a pass, with a salt of its own. */
  function compare (nowMs: number): void {
    phase = 'comparing'
    const words = new DataView(salt.buffer)
    words.setUint32(0, random())
    words.setUint32(4, random())
    untilMs = Math.max(0, nowMs - newestMs)
    set.settle(untilMs)
    run(() => set.tree.settle(sliceNodes), () => {
      set.settle(untilMs)
      const splitEpoch = splitOf(set, fromEpoch)
      spans = spansOf(fromEpoch, splitEpoch)
      measured = measure(set, spans, salt)
      send({ type: 'compare', version: syncVersion, salt, fromEpoch, untilMs, splitEpoch, ...measured })
    })
  }

  /** Responder: answers a comparison. */
  function answer (frame: Compare, nowMs: number): void {
    if (frame.version !== syncVersion) { end('unsupported-version'); return }
    if (passes > passesMax) { end('unequal'); return }
    if (frame.fromEpoch < ownFromEpoch) {
      if (rangeAsked) { end('unexpected-frame'); return }
      rangeAsked = true
      send({ type: 'range', fromEpoch: ownFromEpoch })
      return
    }
    salt = new Uint8Array(frame.salt)
    spans = spansOf(frame.fromEpoch, frame.splitEpoch)
    untilMs = Math.max(0, Math.min(nowMs, Math.max(nowMs - skewMaxMs, frame.untilMs)))
    set.settle(untilMs)
    run(() => set.tree.settle(sliceNodes), () => {
      set.settle(untilMs)
      const own = measure(set, spans, salt)
      const mask = differing(own.roots, frame.roots)
      if (mask === 0) {
        send({ type: 'equal' })
        end('equal')
        return
      }
      const theirs = countIn(mask, frame.counts)
      const strategy = chooseOpening(countIn(mask, own.counts), theirs)
      if (strategy === 'too-different') { end('too-different'); return }
      find(mask, theirs, (found, summary) => {
        send({ type: 'differ', spans: mask, counts: own.counts, strategy, estimate: strategy === 'sketch' ? summary.counters : undefined })
        if (strategy === 'list') found.openList()
        else if (strategy === 'list-yours') found.expectList()
        else found.openSketch()
      })
    })
  }

  /** Summarises our side of the differing spans, then begins. */
  function find (mask: number, theirs: number, begin: (finding: Finding, summary: Summary) => void): void {
    phase = 'finding'
    passes++
    set.settle(untilMs)
    const summary = createSummary(set.members, collect(set, spans, mask), salt)
    expectedTheirs = Math.max(0, theirs - summary.list.length)
    const found = createFinding(summary, theirs, seed, { send, run, found: owe, fail: end })
    finding = found
    transfer = createTransfer({
      send,
      read (members) { effects.push({ type: 'read', members }) },
      take (messages) { effects.push({ type: 'take', messages }) }
    })
    wanted = undefined
    run(() => summary.fill(), () => { begin(found, summary) })
  }

  function owe (members: Uint32Array, wantedCount: number | undefined): void {
    phase = 'transferring'
    wanted = wantedCount
    transfer?.begin(members)
  }

  /** Initiator: the responder says what differs and how it began. */
  function follow (frame: SyncFrame & { type: 'differ' }): void {
    if (passes === passesMax) { end('unequal'); return }
    find(frame.spans, countIn(frame.spans, frame.counts), (found) => {
      if (frame.strategy === 'list') found.expectList()
      else if (frame.strategy === 'list-yours') found.sendList()
      else if (frame.estimate !== undefined) found.expectSymbols(frame.estimate)
    })
  }

  function receive (messages: readonly Uint8Array[], last: boolean): void {
    if (transfer === undefined || transfer.isReceived) { end('unexpected-frame'); return }
    transfer.receive(messages, last)
    if (receivedBefore + transfer.received > messagesMax) end('over-budget')
    else if (wanted !== undefined && transfer.received > wanted + Math.ceil(wanted / 8) + unaskedMax) end('unasked-messages')
  }

  function takeFrame (frame: SyncFrame, nowMs: number): void {
    if (frame.type === 'messages') receive(frame.messages, frame.last)
    else if (phase === 'finding' && finding?.take(frame) === true) return
    else if (role === 'responder' && phase === 'idle' && frame.type === 'compare') answer(frame, nowMs)
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'equal') end('equal')
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'differ') follow(frame)
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'range' && frame.fromEpoch > fromEpoch && !rangeAsked) {
      rangeAsked = true
      fromEpoch = frame.fromEpoch
      compare(nowMs)
    } else end('unexpected-frame')
  }

  function goOn (nowMs: number): void {
    if (phase !== 'transferring' || transfer?.isDone !== true || job !== undefined) return
    closePass()
    phase = 'idle'
    if (role === 'initiator') compare(nowMs)
  }

  function apply (input: SessionInput, nowMs: number): void {
    switch (input.type) {
      case 'start': compare(nowMs); break
      case 'frame': {
        totals.bytesReceived += input.bytes.length
        if (spoke) totals.rounds++
        spoke = false
        const decoded = decodeSyncFrame(input.bytes)
        if (decoded.ok) {
          if (carriesMessages(decoded.value)) totals.messageBytes += input.bytes.length
          takeFrame(decoded.value, nowMs)
        } else end(decoded.code)
        break
      }
      case 'work': {
        const current = job
        if (current === undefined) break
        if (!current.slice()) { effects.push({ type: 'work' }); break }
        job = undefined
        current.then()
        break
      }
      case 'read': transfer?.read(input.messages); break
      case 'taken':
        totals.fetched += input.fetched
        transfer?.taken()
        break
      case 'tick':
        if (startedMs !== undefined && nowMs >= startedMs + totalMs) end('timed-out')
        else if (nowMs >= heardMs + stallMs) end('stalled')
        break
      case 'closed': end('closed'); break
    }
  }

  return {
    handle (input, nowMs) {
      if (phase === 'ended') return []
      startedMs ??= nowMs
      if (input.type !== 'tick') heardMs = nowMs
      effects = []
      apply(input, nowMs)
      goOn(nowMs)
      return effects
    },
    get ready () {
      return phase !== 'ended' && job === undefined && transfer?.hasRoom !== false && !(phase === 'transferring' && transfer?.isReceived === true)
    },
    get deadlineMs () { return Math.min((startedMs ?? 0) + totalMs, heardMs + stallMs) },
    get progress () {
      return {
        fetched: transfer?.received ?? 0, toFetch: wanted ?? expectedTheirs,
        sent: transfer?.sent ?? 0, toSend: transfer?.toSend ?? 0
      }
    }
  }
}

function carriesMessages (frame: SyncFrame): boolean {
  return frame.type === 'messages' && frame.messages.length > 0
}
