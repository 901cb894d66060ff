/**
 * Carries out one session: frames between it and its stream, reads, messages taken in, slices of work with rests between. The session
 * (sync/session/session.ts) decides; here nothing is decided but how what it asks for is done.
 *
 * Invariants: 1. The session is entered by one input at a time, from synchronous code. 2. It is handed a frame only while it is ready for one.
 */
import type { MessageRejection } from '../../message/types.ts'
import type { SessionInput, SessionEffect, SessionOutcome, SessionRecord, SessionRejection } from '../../sync/session/outcome.ts'
import type { Session } from '../../sync/session/session.ts'
import type { FrameRejection } from '../../gossip/frames.ts'
import type { SyncStream } from './sync-stream.ts'
import type { Taken } from './taking.ts'

/** What a peer did against the rules. */
export type SyncRejection = SessionRejection | MessageRejection | FrameRejection

/** Why this hub ended a session by itself. `sync-failed`: it could not go on. `gave-way`: others waited, and it moved little (sync/SPEC.md, S26). */
export type OwnEnding = 'sync-failed' | 'gave-way'

/** How it ended, and what of it the peer is to blame for. */
export interface ConversationEnd {
  readonly record: SessionRecord
  readonly outcome: SessionOutcome | SyncRejection | OwnEnding
  readonly offence: SyncRejection | undefined
}

export interface Conversation {
  readonly session: Session
  /** Whether the peer has said anything yet. */
  readonly isAnswered: boolean
  /** A member came from elsewhere. */
  arrived (member: number): void
  /** To be called now and then: ends a session that is overdue. */
  tick (): void
  /** Ends it at once: for the session of the other side that goes before this one. */
  abandon (): void
  /** Ends it at once: for a session that moves more. */
  giveWay (): void
  /** Never rejects. */
  readonly ended: Promise<ConversationEnd>
}

export interface ConversationOptions {
  readonly session: Session
  readonly stream: SyncStream
  readonly isInitiator: boolean
  readonly now: () => number
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
  /** Bytes of these members as they travel. Codes: those of the store. */
  readonly read: (members: Uint32Array) => Promise<readonly Uint8Array[]>
  readonly take: (messages: readonly Uint8Array[]) => Promise<Taken>
  /** Messages were sent, or dealt with. */
  readonly onMoved: () => void
}

export function converse ({ session, stream, isInitiator, now, rest, read, take, onMoved }: ConversationOptions): Conversation {
  let resolveEnded: (end: ConversationEnd) => void = () => undefined
  const ended = new Promise<ConversationEnd>((resolve) => { resolveEnded = resolve })
  let over = false
  let isAnswered = false
  let blame: SyncRejection | OwnEnding | undefined
  let becameReady: (() => void) | undefined
  const isOver = (): boolean => over
  /** Resolves when what was read last is handed in: reads may be answered in another order than that in which they were asked for. */
  let brought = Promise.resolve()

  function give (input: SessionInput): void {
    if (over) return
    for (const effect of session.handle(input, now())) perform(effect)
    if (session.ready || isOver()) becameReady?.()
  }

  function perform (effect: SessionEffect): void {
    switch (effect.type) {
      case 'send': stream.send(effect.bytes); return
      case 'work': going(rest().then(() => { give({ type: 'work' }) })); return
      case 'read': going(bring(effect.members)); return
      case 'take': going(deal(effect.messages)); return
      case 'ended': finish(effect.record)
    }
  }

  /** What fails here is this hub's own: the session ends, and the next one begins anew. */
  function going (work: Promise<void>): void {
    work.catch(() => { fail('sync-failed') })
  }

  async function bring (members: Uint32Array): Promise<void> {
    const reading = read(members)
    const before = brought
    let done = (): void => undefined
    brought = new Promise((resolve) => { done = resolve })
    const messages = await reading
    await before
    await stream.room()
    done()
    give({ type: 'read', messages })
    onMoved()
  }

  async function deal (messages: readonly Uint8Array[]): Promise<void> {
    const taken = await take(messages)
    if (taken.ok) give({ type: 'taken', fetched: taken.fetched })
    else fail(taken.code)
    onMoved()
  }

  function fail (code: SyncRejection | OwnEnding): void {
    if (!over) blame = code
    give({ type: 'closed' })
  }

  function finish (record: SessionRecord): void {
    over = true
    const outcome = blame ?? record.outcome
    const offence = outcome !== 'sync-failed' && outcome !== 'gave-way' && !isInnocent(outcome) ? outcome : undefined
    if (offence === undefined) stream.close()
    else stream.abort()
    resolveEnded({ record, outcome, offence })
  }

  async function readFrames (): Promise<void> {
    while (!over) {
      const next = await stream.read()
      if (next.type === 'end') {
        if (next.code === undefined) give({ type: 'closed' })
        else fail(next.code)
        return
      }
      isAnswered = true
      if (!session.ready) await new Promise<void>((resolve) => { becameReady = resolve })
      becameReady = undefined
      give({ type: 'frame', bytes: next.bytes })
    }
  }

  if (isInitiator) give({ type: 'start' })
  going(readFrames())

  return {
    session,
    get isAnswered () { return isAnswered },
    arrived (member) { give({ type: 'arrived', member }) },
    tick () { if (now() >= session.deadlineMs) give({ type: 'tick' }) },
    abandon () { give({ type: 'closed' }) },
    giveWay () { fail('gave-way') },
    ended
  }
}

type Innocent = 'equal' | 'unequal' | 'closed' | 'stalled' | 'timed-out' | 'too-different' | 'unsupported-version' | 'inbound-overflow'
const innocent: ReadonlySet<string> = new Set<Innocent>(['equal', 'unequal', 'closed', 'stalled', 'timed-out', 'too-different', 'unsupported-version', 'inbound-overflow'])

function isInnocent (outcome: SessionOutcome | SyncRejection): outcome is Innocent {
  return innocent.has(outcome)
}
