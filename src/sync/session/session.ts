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
import { isProof, meetingOf, proofOf } from '../frontier/meetings.ts'
import { saltBytes } from '../sketch/short-ids.ts'
import { decodeSyncFrame, encodeSyncFrame, syncVersion } from '../frames.ts'
import { createFinding } from './finding.ts'
import { createHaves, turned } from './haves.ts'
import { createSummary } from './summary.ts'
import { createTransfer } from './transfer.ts'
import { countIn, createCollecting, differing, measure, spansOf, splitOf } from './spans.ts'
import type { BucketRange } from '../buckets.ts'
import type { Changes } from '../comparable-set.ts'
import type { Compare, SyncFrame } from '../frames.ts'
import type { Meeting } from '../frontier/meetings.ts'
import type { Estimate } from '../planner.ts'
import type { Finding } from './finding.ts'
import type { Haves } from './haves.ts'
import type { SessionOptions } from './options.ts'
import type { SessionEffect, SessionInput, SessionOutcome, SessionPhase, SessionRecord, SessionSoFar, Way } from './outcome.ts'
import type { Found } from './search.ts'
import type { Measured } from './spans.ts'
import type { Transfer } from './transfer.ts'

export interface Session {
  handle (input: SessionInput, nowMs: number): readonly SessionEffect[]
  /** Whether a frame may be handed in now. Until then it waits in the stream, which slows the peer down. */
  readonly ready: boolean
  /** When `tick` is due. */
  readonly deadlineMs: number
  /** Of the differences found so far, all passes together. toFetch is an estimate until this side knows it. */
  readonly progress: { readonly fetched: number, readonly toFetch: number, readonly sent: number, readonly toSend: number }
  readonly phase: SessionPhase
  /** What is recorded of it so far. */
  readonly record: SessionSoFar
}

/** Gossip reaches all hubs within a second or two: what is newer than this in ms is on its way. Guess. */
export const gossipsMs = 5_000
/** Passes with a difference: the second mends a collision of short ids, the third is for what arrived late meanwhile. */
const passesMax = 3
/** An initiator's clock may be off by as much as a message's (10 min): beyond, its moment is cut to that. */
const skewMaxMs = 600_000
/** Nodes of the tree hashed in one slice: pages, mostly, of 0.03 to 0.2 ms. */
const sliceNodes = 48
/** Messages above what was asked for: a short want may name two members. */
const unaskedMax = 16

export function createSession ({ role, set, fromEpoch: ownFromEpoch, random, meeting: remembered, turn = 0, config = {} }: SessionOptions): Session {
  const { newestMs = gossipsMs, stallMs = 15_000, totalMs = 600_000, messagesMax = 2 ** 20 } = config
  const seed = random()
  let effects: SessionEffect[] = []
  let versionTold = false
  let phase: SessionPhase = 'idle'
  let job: { readonly slice: () => boolean, readonly then: () => void } | undefined
  let fromEpoch = ownFromEpoch
  let untilMs = 0
  /** The cut as the initiator told it: the same on both sides. */
  let toldUntilMs = 0
  let splitEpoch = 0
  let event = 0
  let rangeAsked = false
  let salt = new Uint8Array(saltBytes)
  let spans: readonly BucketRange[] = []
  let measured: Measured | undefined
  /** Since it measured what it tells. */
  let changes: Changes | undefined
  let finding: Finding | undefined
  let transfer: Transfer | undefined
  let haves: Haves | undefined
  let theirTurn = 0
  let wanted: number | undefined
  /** What the peer told to have in the spans that differ: nobody owes more. */
  let claimed = 0
  let expectedTheirs = 0
  /** How many more members the other side has in what differs; negative where this side has more. */
  let surplus = 0
  let passes = 0
  let receivedBefore = 0
  let sentBefore = 0
  let startedMs: number | undefined
  let heardMs = 0
  let spoke = false
  const strategies: Way[] = []
  const totals = { rounds: 0, bytesSent: 0, bytesReceived: 0, messageBytes: 0, fetched: 0, sent: 0, spared: 0, symbols: 0 }
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
    changes?.end()
    phase = 'ended'
    job = undefined
    const meeting = outcome === 'equal' && measured !== undefined && set.feeds !== undefined
      ? { ...meetingOf(measured.digests, fromEpoch, splitEpoch, toldUntilMs, event), untilMs }
      : undefined
    const again = innocentlyUnequal.has(outcome) && totals.fetched + totals.sent > 0
    effects.push({ type: 'ended', record: { ...recordOf(), outcome, again, meeting } satisfies SessionRecord })
  }

  function recordOf (): SessionSoFar {
    return {
      ...totals,
      strategies: finding?.way === undefined ? [...strategies] : [...strategies, finding.way],
      estimate: estimate ?? finding?.estimate,
      symbols: totals.symbols + (finding?.symbols ?? 0),
      sent: totals.sent + (transfer?.sent ?? 0),
      spared: totals.spared + (transfer?.spared ?? 0)
    }
  }

  function closePass (): void {
    if (finding !== undefined) {
      if (finding.way !== undefined) strategies.push(finding.way)
      estimate ??= finding.estimate
      totals.symbols += finding.symbols
    }
    totals.sent += transfer?.sent ?? 0
    totals.spared += transfer?.spared ?? 0
    sentBefore += transfer?.sent ?? 0
    receivedBefore += transfer?.received ?? 0
    finding = undefined
    transfer = undefined
    haves = undefined
    wanted = undefined
    expectedTheirs = 0
  }

  /** What both sides were, as of now. */
  function measureNow (): Measured {
    set.settle(untilMs)
    event = set.feeds?.lastEvent ?? 0
    changes?.end()
    changes = set.changes()
    return measure(set, spans, salt)
  }

  /** What this side remembers, where that covers what is compared now. */
  const meetingFor = (): Meeting | undefined => remembered !== undefined && remembered.fromEpoch <= fromEpoch ? remembered : undefined

  /** Initiator: begins a pass, with a salt of its own. */
  function compare (nowMs: number): void {
    // What one session may move is moved: the next one goes on.
    if (sentBefore >= messagesMax || receivedBefore >= messagesMax) { end('unequal'); return }
    phase = 'comparing'
    const words = new DataView(salt.buffer)
    words.setUint32(0, random())
    words.setUint32(4, random())
    toldUntilMs = untilMs = Math.max(0, nowMs - newestMs)
    set.settle(untilMs)
    run(() => set.tree.settle(sliceNodes), () => {
      set.settle(untilMs)
      splitEpoch = splitOf(set, fromEpoch)
      spans = spansOf(fromEpoch, splitEpoch)
      measured = measureNow()
      const meeting = meetingFor()
      const met = meeting === undefined ? new Uint8Array() : proofOf(meeting, salt)
      const { roots, counts } = measured
      send({ type: 'compare', version: syncVersion, salt, fromEpoch, untilMs, splitEpoch, roots, counts, met, turn })
    })
  }

  /** Responder: answers a comparison. */
  function answer (frame: Compare, nowMs: number): void {
    if (frame.version !== syncVersion) {
      send({ type: 'version', highest: syncVersion })
      // It may come again in that version, once.
      if (frame.version < syncVersion || versionTold) end('unsupported-version')
      versionTold = true
      return
    }
    if (passes > passesMax || sentBefore >= messagesMax || receivedBefore >= messagesMax) { end('unequal'); return }
    if (frame.fromEpoch < ownFromEpoch) {
      if (rangeAsked) { end('unexpected-frame'); return }
      rangeAsked = true
      send({ type: 'range', fromEpoch: ownFromEpoch })
      return
    }
    salt = new Uint8Array(frame.salt)
    fromEpoch = frame.fromEpoch
    splitEpoch = frame.splitEpoch
    toldUntilMs = frame.untilMs
    theirTurn = frame.turn
    spans = spansOf(fromEpoch, splitEpoch)
    untilMs = Math.max(0, Math.min(nowMs, Math.max(nowMs - skewMaxMs, frame.untilMs)))
    set.settle(untilMs)
    run(() => set.tree.settle(sliceNodes), () => {
      const own = measured = measureNow()
      const mask = differing(own.roots, frame.roots)
      if (mask === 0) {
        send({ type: 'equal' })
        end('equal')
        return
      }
      const meeting = meetingFor()
      const since = meeting !== undefined && isProof(frame.met, meeting, salt) ? meeting : undefined
      find(mask, countIn(mask, frame.counts), since, (found) => {
        found.open((strategy, counters) => {
          send({ type: 'differ', spans: mask, counts: own.counts, strategy, estimate: counters, since: since !== undefined, turn })
        })
      })
    })
  }

  /** Looks for the difference in the spans of `mask`. */
  function find (mask: number, theirs: number, since: Meeting | undefined, begin: (finding: Finding) => void): void {
    phase = 'finding'
    passes++
    const collecting = createCollecting(set, spans, mask)
    run(() => {
      set.settle(untilMs)
      return collecting.collect()
    }, () => {
      // As they were told to be: what came in since, from others, belongs to the next pass.
      const { added, hasLost } = changes ?? { added: new Set<number>(), hasLost: false }
      const list = collecting.list()
      changes?.end()
      if (hasLost) end('unequal')
      else begin(findAmong(added.size === 0 ? list : list.filter(member => !added.has(member)), theirs, since))
    })
  }

  function findAmong (list: Uint32Array, theirs: number, since: Meeting | undefined): Finding {
    const summary = createSummary(set.members, list, salt)
    claimed = theirs
    surplus = theirs - summary.list.length
    expectedTheirs = Math.max(0, surplus)
    const told = haves = createHaves(set.members, salt, seed)
    transfer = createTransfer({
      send,
      isSpared: member => told.isTheirs(member),
      read (members) { effects.push({ type: 'read', members }) },
      take (messages) { effects.push({ type: 'take', messages }) }
    })
    wanted = undefined
    return finding = createFinding({
      summary, members: set.members, theirCount: theirs, salt, seed, since, wantsMax: messagesMax - receivedBefore,
      // What feeds did not find the first time, they do not see.
      feeds: passes === 1 ? set.feeds : undefined,
      port: { send, run, found: owe, fail: end }
    })
  }

  function owe ({ owed, wanted: asked }: Found): void {
    phase = 'transferring'
    wanted = asked
    const members = turned(owed.subarray(0, messagesMax - sentBefore), set.members, theirTurn)
    // Both have the same without what either lacks.
    expectedTheirs = Math.max(0, surplus + owed.length)
    transfer?.begin(members)
  }

  /** Initiator: the responder says what differs and how it began. */
  function follow (frame: SyncFrame & { type: 'differ' }): void {
    if (passes === passesMax) { end('unequal'); return }
    const meeting = meetingFor()
    if (frame.since && meeting === undefined) { end('unexpected-frame'); return }
    theirTurn = frame.turn
    find(frame.spans, countIn(frame.spans, frame.counts), frame.since ? meeting : undefined, (found) => { found.follow(frame.strategy, frame.estimate) })
  }

  function receive (messages: readonly Uint8Array[], last: boolean): void {
    if (transfer === undefined || transfer.isReceived) { end('unexpected-frame'); return }
    transfer.receive(messages, last)
    const ids = last ? undefined : haves?.take()
    if (ids !== undefined) send({ type: 'have', ids })
    const due = wanted ?? claimed
    if (receivedBefore + transfer.received > messagesMax) end('over-budget')
    else if (transfer.received > due + Math.ceil(due / 8) + unaskedMax) end('unasked-messages')
  }

  function takeFrame (frame: SyncFrame, nowMs: number): void {
    if (frame.type === 'messages') receive(frame.messages, frame.last)
    else if (frame.type === 'have') {
      // What comes when nothing is owed any more, or not yet, was on its way.
      if (haves?.learn(frame.ids) === false) end('unexpected-frame')
    } else if (phase === 'finding' && finding?.take(frame) === true) return
    else if (role === 'responder' && phase === 'idle' && frame.type === 'compare') answer(frame, nowMs)
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'equal') end('equal')
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'differ') follow(frame)
    else if (role === 'initiator' && phase === 'comparing' && frame.type === 'version') end('unsupported-version')
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
      case 'arrived':
        if (transfer?.isReceived === false) haves?.note(input.member)
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
      // The first thing that happens begins the silence, be it a tick: a responder waits from there for the first frame.
      if (startedMs === undefined || (input.type !== 'tick' && input.type !== 'arrived')) heardMs = nowMs
      startedMs ??= nowMs
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
        fetched: receivedBefore + (transfer?.received ?? 0), toFetch: receivedBefore + (wanted ?? expectedTheirs),
        sent: totals.sent + (transfer?.sent ?? 0), toSend: totals.sent + (transfer?.toSend ?? 0)
      }
    },
    get phase () { return phase },
    get record () { return recordOf() }
  }
}

/** Endings after which nobody is to blame and the next session goes on. */
const innocentlyUnequal: ReadonlySet<SessionOutcome> = new Set<SessionOutcome>(['unequal', 'closed', 'stalled', 'timed-out'])

function carriesMessages (frame: SyncFrame): boolean {
  return frame.type === 'messages' && frame.messages.length > 0
}
