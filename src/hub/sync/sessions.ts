/**
 * The sessions of diff sync that this hub has: one a peer, four in all, begun by either side. With whom the next one is, is the schedule's business; how a
 * session goes the session's (sync/session), how it is carried out the conversation's.
 *
 * Invariants
 * 1. `running` has at most one slot a peer: of two that both sides begin at once, the one that the lower peer id began goes on.
 * 2. No session begins before the tree holds all members.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { Timer } from '../../base/timer.ts'
import type { PeerId } from '../../base/peer.ts'
import { createSession, gossipsMs } from '../../sync/session/session.ts'
import type { HubStatus, SyncAlternative, SyncReport, SyncSession } from '../api.ts'
import type { Comparable } from './comparable.ts'
import { converse, type Conversation, type ConversationOptions, type SyncRejection } from './conversation.ts'
import { createPace, type Pace } from './pace.ts'
import { progressOf } from './progress.ts'
import { createRate, type Rate } from './rate.ts'
import type { RememberedMeetings } from './remembered-meetings.ts'
import { createReports } from './reports.ts'
import { createSchedule } from './schedule.ts'
import { endedView, liveProgress, liveView, reportOf, sentenceOf, type SessionFacts } from './session-view.ts'
import type { SyncNetwork, SyncStream } from './sync-stream.ts'
import { createTally, type Tally } from './tally.ts'

export interface Sessions {
  linkUp (peer: PeerId): void
  linkDown (peer: PeerId): void
  /** The stream of a session that another hub begins. */
  accept (peer: PeerId, stream: SyncStream): void
  /** A member entered the set: with several sessions at once, peers are told, so that it does not come twice. */
  arrived (member: number): void
  /** To be called every `tickMs`. */
  tick (): void
  /** Gossip misses something, or this hub slept: compares with a neighbour by chance, now, or with the next tick where that was done in the last 2 s. */
  hurry (): void
  /** Compares with this neighbour, or with one by chance, and resolves when that has ended, however it did. Codes: `not-connected`, `too-many`, `stopped`. */
  sync (peer?: PeerId): Promise<SyncReport>
  /** Resolves with the newest report as soon as this hub is synced. Codes: `timed-out`, `too-many`. */
  whenSynced (timeoutMs: number): Promise<SyncReport>
  readonly synced: boolean | null
  readonly progress: HubStatus['sync']
  /** How many run. */
  readonly running: number
  /** The last 100, oldest first. */
  readonly reports: readonly SyncReport[]
  /** Those that run, then the last 100 that ended, the newest first. */
  all (): SyncSession[]
  /** Resolves when no session runs or is about to begin. */
  settled (): Promise<void>
  /** A join by a snapshot begins, before which sessions give way (`holdsBack`), or has ended: all are compared with, `last` after the others. */
  joining (begins: boolean, last?: PeerId): void
  /** Ends all sessions and begins none any more. */
  stop (): void
}

export interface SessionsOptions {
  readonly network: SyncNetwork
  readonly comparable: Comparable
  readonly meetings: Pick<RememberedMeetings, 'recall' | 'remember'>
  /** How messages are read and taken in a session, which each of them that moves is counted for. */
  readonly reader: (tally: Tally) => ConversationOptions['read']
  readonly taker: (peer: PeerId, tally: Tally) => ConversationOptions['take']
  /** What other ways would have cost. */
  readonly alternatives: (tally: Tally, fetched: number) => readonly SyncAlternative[]
  /** The first epoch that this hub keeps whole. */
  readonly minEpoch: () => number
  /** Whether nothing else says that this hub is behind. */
  readonly isComplete: () => boolean
  /** 32 random bits that peers cannot guess. */
  readonly random: () => number
  readonly now: () => number
  readonly timer: Timer
  /** Resolves after so many ms; after 0, once whatever else waits has run. */
  readonly wait: (ms: number) => Promise<void>
  readonly report: (report: Report) => void
  readonly reject: (peer: PeerId, code: SyncRejection, sentence: string) => void
  /** Whether sessions wait for something better. */
  readonly holdsBack?: (() => boolean) | undefined
  /** A session began or ended. */
  readonly onChange?: (() => void) | undefined
}

/** Sessions at once: each may hold a list and symbols of some 30 MB at worst. Fewer would let slow peers hold up the others. Guess. */
const sessionsMax = 4
/** From a link's coming up to its comparison: the other side has to notice it too, and gossip's offer of the newest ids goes first. Guess. */
const linkSettleMs = 1_000
/** Where each peer begins with what it owes, in sixteenths: as far from one another as they can be. */
const turnsBySession = [0, 8, 4, 12]
/** Callers that wait to be synced, so that a script in a loop cannot pile them up. */
const waitingMax = 1_000

interface Slot {
  /** From 1, growing; given again after a restart. */
  readonly id: number
  readonly peer: PeerId
  readonly isInitiator: boolean
  readonly tally: Tally
  readonly rate: Rate
  pace: Pace
  conversation: Conversation | undefined
  startedMs: number
  /** The slot of this peer that goes on in its place. */
  supersededBy: Slot | undefined
  /** undefined: it did not come about. */
  report: Promise<SyncReport | undefined>
}

export function createSessions (options: SessionsOptions): Sessions {
  const { network, comparable, meetings, reader, taker, alternatives, minEpoch, isComplete, random, now, timer, wait, report, reject, onChange } = options
  const { holdsBack = () => false } = options
  const running = new Map<PeerId, Slot>()
  const schedule = createSchedule({ network, random, now })
  /** Since when gossip reaches a neighbour. */
  const linkedMs = new Map<PeerId, number>()
  const reports = createReports()
  const waiting = new Set<() => void>()
  /** What `settled` waits for. */
  const pending = new Set<Promise<unknown>>()
  let stopped = false
  let slots = 0

  const isSynced = (): boolean | null => {
    const equal = reports.isSynced(network.neighbours(), now())
    return equal === true ? isComplete() : equal
  }

  const factsOf = (slot: Slot, fetched: number): SessionFacts => ({ ...slot, alternatives: alternatives(slot.tally, fetched) })
  const live = (): SyncSession[] => [...running.values()].map(slot =>
    liveView(factsOf(slot, slot.conversation?.session.record.fetched ?? 0), slot.conversation, slot.rate, now()))

  function track<T> (work: Promise<T>): Promise<T> {
    pending.add(work)
    void work.finally(() => { pending.delete(work) })
    return work
  }

  function beginDue (): void {
    while (!stopped && !holdsBack() && running.size < sessionsMax) {
      const peer = schedule.next()
      if (peer === undefined) return
      void begin(peer)
    }
  }

  /** S26: with all places taken and somebody waiting, those that move little give way. */
  function makeRoom (): void {
    const isWanted = running.size >= sessionsMax && schedule.isWaiting
    for (const { conversation, pace } of running.values()) {
      if (conversation === undefined) continue
      const { bytesSent, bytesReceived } = conversation.session.record
      if (pace.isSlow(bytesSent + bytesReceived, now()) && isWanted) conversation.giveWay()
    }
  }

  function begin (peer: PeerId): Promise<SyncReport | undefined> {
    return running.get(peer)?.report ?? occupy(peer, true, async () => network.open(peer)).report
  }

  /** Runs a session in a slot of its own. Never rejects. */
  function occupy (peer: PeerId, isInitiator: boolean, open: () => Promise<SyncStream | undefined>): Slot {
    const slot: Slot = {
      id: slots += 1, peer, isInitiator, tally: createTally(), rate: createRate(), pace: createPace(now()),
      conversation: undefined, startedMs: now(), supersededBy: undefined, report: Promise.resolve(undefined)
    }
    running.set(peer, slot)
    schedule.remove(peer)
    const ran = run(peer, slot, open).catch((thrown: unknown) => {
      report({ type: 'sync-failed', peer, code: 'internal', sentence: `A comparison failed here: ${reasonOf(thrown)}` })
      return undefined
    })
    slot.report = track(ran.finally(() => {
      if (running.get(peer) === slot) running.delete(peer)
      beginDue()
      for (const look of waiting) look()
      onChange?.()
    }))
    return slot
  }

  async function run (peer: PeerId, slot: Slot, open: () => Promise<SyncStream | undefined>): Promise<SyncReport | undefined> {
    await comparable.built()
    const stream = await open()
    if (stream === undefined) return undefined
    if (successorOf(slot) !== undefined || stopped) {
      stream.abort()
      return successorOf(slot)?.report
    }
    const { isInitiator } = slot
    slot.startedMs = now()
    slot.pace = createPace(slot.startedMs)
    report({ type: 'sync-started', peer, sentence: isInitiator ? 'Comparing messages with the hub.' : 'The hub compares messages with this one.' })
    const session = createSession({
      role: isInitiator ? 'initiator' : 'responder', set: comparable.set, fromEpoch: minEpoch(), random,
      meeting: meetings.recall(peer), turn: turnsBySession[running.size - 1] ?? 0,
      // What was published before the link came up is nobody else's, however new it is.
      config: { newestMs: Math.min(gossipsMs, slot.startedMs - (linkedMs.get(peer) ?? -Infinity)) }
    })
    const conversation = converse({
      session, stream, isInitiator, now, rest: async () => wait(0), read: reader(slot.tally), take: taker(peer, slot.tally),
      onMoved: () => { slot.rate.note(session.progress.fetched + session.progress.sent, now()) }
    })
    slot.conversation = conversation
    onChange?.()
    const end = await conversation.ended
    if (end.record.meeting !== undefined) meetings.remember(peer, end.record.meeting)
    const made = reportOf(factsOf(slot, end.record.fetched), end, now())
    report({ type: 'sync-ended', peer, sentence: sentenceOf(made) })
    const goesOn = successorOf(slot)
    if (goesOn !== undefined) return goesOn.report
    reports.add(made)
    if (end.offence !== undefined) reject(peer, end.offence, `The hub broke the rules of comparing: ${end.offence}.`)
    // It had no room, or was about to compare with this hub by itself; or there is more, and what moved shows that it can: the next tick goes on.
    const isRefused = end.outcome === 'closed' && !conversation.isAnswered
    if (isInitiator && (isRefused || (end.offence === undefined && end.record.again))) schedule.addLater(peer)
    return made
  }

  return {
    linkUp (peer) {
      linkedMs.set(peer, now())
      // The other side does it otherwise: both at once would be one too many.
      if (stopped || peer < network.peerId) return
      void track(wait(linkSettleMs).then(() => {
        schedule.add(peer)
        beginDue()
      }))
    },
    linkDown (peer) {
      schedule.remove(peer)
      linkedMs.delete(peer)
    },
    accept (peer, stream) {
      const slot = running.get(peer)
      const yields = slot !== undefined && slot.isInitiator && peer < network.peerId && slot.conversation?.isAnswered !== true
      const hasRoom = !holdsBack() && (slot !== undefined || running.size < sessionsMax)
      if (stopped || !hasRoom || (slot !== undefined && !yields)) {
        stream.abort()
        if (!hasRoom) schedule.add(peer)
        return
      }
      const taken = occupy(peer, false, async () => stream)
      if (slot === undefined) return
      slot.supersededBy = taken
      slot.conversation?.abandon()
    },
    arrived (member) {
      if (running.size > 1) for (const { conversation } of running.values()) conversation?.arrived(member)
    },
    hurry () {
      schedule.hurry()
      beginDue()
    },
    tick () {
      for (const { conversation } of running.values()) conversation?.tick()
      schedule.tick()
      makeRoom()
      beginDue()
      for (const look of waiting) look()
    },
    async sync (peer = schedule.choose()) {
      if (stopped) throw new HubError('stopped', 'This hub has been stopped.')
      if (peer === undefined) throw new HubError('not-connected', 'There is no hub to compare with: no other one is linked directly or by a server.')
      if (!network.neighbours().includes(peer)) throw new HubError('not-connected', `There is no link to ${peer} that is not relayed, so nothing can be compared.`)
      if (!running.has(peer) && running.size >= sessionsMax) throw new HubError('too-many', `${sessionsMax} comparisons are under way: try again when one has ended.`)
      const made = await begin(peer)
      if (made === undefined) throw new HubError('not-connected', `The hub ${peer} is gone, or does not compare messages.`)
      return made
    },
    async whenSynced (timeoutMs) {
      if (waiting.size >= waitingMax) throw new HubError('too-many', `${waitingMax} callers wait already.`)
      return new Promise((resolve, fail) => {
        const look = (): void => {
          const last = reports.all.at(-1)
          if (isSynced() !== true || last === undefined) return
          leave()
          resolve(last)
        }
        const callOff = timer(timeoutMs, () => {
          leave()
          fail(new HubError('timed-out', `This hub was not found equal to its neighbours within ${timeoutMs} ms.`))
        })
        const leave = (): void => {
          callOff()
          waiting.delete(look)
        }
        waiting.add(look)
        look()
        if (!waiting.has(look)) return
        schedule.addAll()
        beginDue()
      })
    },
    get synced () { return isSynced() },
    get progress () { return progressOf([...running.values()].map(({ conversation, rate }) => liveProgress(conversation, rate, now()))) },
    get running () { return running.size },
    get reports () { return reports.all },
    all: () => [...live(), ...reports.all.toReversed().map(endedView)],
    async settled () {
      while (pending.size > 0) await Promise.all(pending)
    },
    joining (begins, last) {
      if (begins) for (const { conversation } of running.values()) conversation?.giveWay()
      else {
        schedule.addAll()
        if (last !== undefined) schedule.add(last)
        beginDue()
      }
    },
    stop () {
      stopped = true
      for (const { conversation } of running.values()) conversation?.abandon()
    }
  }
}

/** Asked anew after each wait, in which it may have come. */
function successorOf (slot: Slot): Slot | undefined {
  return slot.supersededBy
}
