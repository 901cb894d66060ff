/**
 * Carries out one join (fastsync/SPEC.md, F9 to F15): asks peers over their streams, checks signatures, offers and stores. The join (fastsync/join.ts)
 * decides; here nothing is decided but how what it asks for is done.
 *
 * Invariant: the join is entered by one input at a time, from synchronous code.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { concatenated } from '../../fastsync/exchange.ts'
import type { Attestation } from '../../fastsync/checkpoint.ts'
import { createJoin } from '../../fastsync/join.ts'
import type { JoinEffect, JoinFault, JoinInput, JoinOptions, Resumed } from '../../fastsync/join-io.ts'
import type { ChunkEntry } from '../../fastsync/manifest.ts'
import { encodePin } from '../../fastsync/pin.ts'
import type { FrameRejection } from '../../gossip/frames.ts'
import type { SignatureCheck } from '../../message/signing.ts'
import type { Header, Message, NetworkGenesis } from '../../message/types.ts'
import { createRate } from '../sync/rate.ts'
import type { CatchUp } from '../settings-api.ts'
import type { JoinView } from './api.ts'
import type { AttesterRegister } from './attester-register.ts'
import { createAskingStream, type Answer, type AskingStream } from './asking-stream.ts'
import type { FastNetwork } from './fast-network.ts'

/** What a peer did against the rules. */
export type JoinRejection = JoinFault | FrameRejection

export interface JoiningOptions {
  readonly rules: NetworkGenesis
  readonly network: Pick<FastNetwork, 'open' | 'statusOf'>
  readonly register: Pick<AttesterRegister, 'at' | 'nextNumber' | 'take'>
  readonly catchUp: CatchUp
  /** What a join before this one had pinned. */
  readonly resumed: Resumed | undefined
  /** A checkpoint was pinned (fastsync/pin.ts): it is gone on from if this process dies. */
  readonly onPin: (pinned: Uint8Array) => void
  /** F24. The first epoch of which this hub keeps ordinary messages. */
  readonly fromEpoch: () => number
  /** Whether it keeps such a message. */
  readonly keeps: (header: Header) => boolean
  /** Whether this hub has exactly these members already. */
  readonly holds: (entry: ChunkEntry, height: number) => boolean
  /** Whether this hub has all of the message. */
  readonly has: (message: Message) => boolean
  /** Whether it is stored, or no member. */
  readonly isKept: (message: Message) => boolean
  /** For each, whether its signature is valid; whatever is asked for waits for its turn. */
  readonly verifyAll: (messages: readonly Message[]) => Promise<readonly boolean[]>
  /** Of attestations. */
  readonly checkSignature: SignatureCheck
  /** Calls `offers` at once, in which verified messages are handed to the core, one by one. What is kept of them is written together. */
  readonly offerAll: (from: PeerId, offers: (offer: (message: Message) => void) => void) => void
  /** Resolves when what the core was handed is stored, as far as it can be. */
  readonly stored: () => Promise<unknown>
  readonly reject: (peer: PeerId, code: JoinRejection, sentence: string) => void
  readonly report: (report: Report) => void
  readonly now: () => number
  readonly timer: Timer
}

export interface Joining {
  readonly view: JoinView
  /** When the last chunk was kept, or the join began. */
  readonly movedMs: number
  /** Another peer that serves. Harmless for one that is known. */
  peer (peer: PeerId): void
  peerGone (peer: PeerId): void
  /** Ends it. */
  stop (): void
  /** Resolves when it is over, with who sent most. Never rejects. */
  readonly ended: Promise<PeerId | undefined>
}

/** F28. How many chunks are asked for or not kept yet, in all and of one peer. */
const paces: Readonly<Record<CatchUp, Pick<JoinOptions, 'parallel' | 'ofPeer'>>> = {
  optimistic: {}, asynchronous: { ofPeer: 1 }, 'in-order': { parallel: 1 }, comparing: {}
}
/** Messages verified at a time: a chunk in several batches keeps a verifier busy while the next chunk is decoded. */
const batchMessages = 256
/** What the time left is told by, in ms: a join becomes twice as fast in its first seconds, while its code is compiled. */
const rateWindowMs = 3_000
/** Of the messages that were lacking, what has to be here before a time left is told: the first chunks are small, and one of them says little. Guess. */
const tellingShare = 0.05

export function startJoin (options: JoiningOptions): Joining {
  const { rules, network, register, catchUp, resumed, onPin, fromEpoch, keeps, holds, has, isKept } = options
  const { verifyAll, checkSignature, offerAll, stored, reject, report, now, timer } = options
  const join = createJoin({ rules, attestersAt: height => register.at(height), fromEpoch, holds, resumed, stages: false, ...paces[catchUp] })
  const startedMs = now()
  /** Bounded by the join's offers, and by the links. */
  const streams = new Map<PeerId, Promise<AskingStream | undefined>>()
  const opened = new Map<PeerId, AskingStream>()
  const keptFrom = new Map<PeerId, number>()
  let resolveEnded: (mainPeer: PeerId | undefined) => void = () => undefined
  const ended = new Promise<PeerId | undefined>((resolve) => { resolveEnded = resolve })
  let over: { readonly outcome: NonNullable<JoinView['outcome']>, readonly reason: string, readonly atMs: number } | undefined
  let movedMs = startedMs
  /** Of messages that chunks brought. */
  const rate = createRate(rateWindowMs)
  let brought = 0
  let callOff = (): void => undefined

  function give (input: JoinInput): void {
    if (over !== undefined) return
    for (const effect of join.handle(input, now())) perform(effect)
    callOff()
    const deadlineMs = join.nextDeadlineMs()
    if (deadlineMs !== Infinity) callOff = timer(Math.max(1, deadlineMs - now()), () => { give({ type: 'deadline' }) })
  }

  function perform (effect: JoinEffect): void {
    switch (effect.type) {
      case 'ask-offer': {
        const { peer } = effect
        asking(peer, async (stream) => {
          // F27. Whose signatures count is known before they are looked at. Where nobody attests nobody can begin to.
          const hearing = rules.genesis.attesters.length > 0 ? stream.ask({ type: 'changes', number: register.nextNumber }) : undefined
          const offering = stream.ask({ type: 'certificate' })
          const changes = hearing && await bytesOf(peer, await hearing)
          if (changes === 'failed') return changes
          const fault = changes && await register.take(changes)
          if (fault !== undefined) {
            give({ type: 'fault', peer, code: fault })
            return 'failed'
          }
          return bytesOf(peer, await offering)
        }, bytes => ({ type: 'offer', peer, bytes }))
        return
      }
      case 'ask-manifest': {
        const { peer, hash } = effect
        asking(peer, async stream => bytesOf(peer, await stream.ask({ type: 'manifest', hash })), bytes => ({ type: 'manifest', peer, bytes }))
        return
      }
      case 'ask-chunk': {
        const { peer, index, entry, height } = effect
        rate.note(brought, now()) // its time begins with the first ask, not with what was looked for before
        asking(peer, async stream => piecesOf(peer, await stream.ask({ type: 'chunk', entry, height })), pieces => ({ type: 'chunk', peer, index, entry, pieces }))
        return
      }
      case 'take': going(take(effect)); return
      case 'offence': reject(effect.peer, effect.code, `The hub broke the rules of fast sync: ${effect.code}.`); return
      case 'ended': finish(effect.outcome, effect.reason, effect.mainPeer); return
      case 'check-signatures': going(count(effect)); return
      case 'pin': onPin(encodePin(effect)); return
      // Nothing is staged here.
      case 'stage': case 'swap': case 'drop':
    }
  }

  /** What fails here is this hub's own. */
  function going (work: Promise<void>): void {
    work.catch((thrown: unknown) => { give({ type: 'broken', reason: `This hub could not go on: ${reasonOf(thrown)}` }) })
  }

  /** Asks, and hands the answer in; undefined where there was none, after which the join knows why. */
  function asking<T> (peer: PeerId, ask: (stream: AskingStream) => Promise<T | 'failed' | undefined>, input: (answer: T | undefined) => JoinInput): void {
    going((async () => {
      const stream = await streamTo(peer)
      const answer = stream && await ask(stream)
      if (stream === undefined) give({ type: 'peer-gone', peer })
      else if (answer !== 'failed') give(input(answer))
    })())
  }

  async function streamTo (peer: PeerId): Promise<AskingStream | undefined> {
    const known = streams.get(peer)
    if (known !== undefined) return known
    const opening = network.open(peer).then((stream) => {
      if (stream === undefined) return undefined
      const asked = createAskingStream(stream)
      if (over === undefined) opened.set(peer, asked)
      else asked.close()
      return asked
    })
    streams.set(peer, opening)
    return opening
  }

  async function piecesOf (peer: PeerId, answer: Answer): Promise<readonly Uint8Array[] | 'failed' | undefined> {
    switch (answer.type) {
      case 'pieces': return answer.pieces
      case 'not-here': return undefined
      case 'gone':
        give({ type: 'peer-gone', peer })
        return 'failed'
      case 'fault':
        if (answer.code === 'piece-too-large' || answer.code === 'chunk-malformed') give({ type: 'fault', peer, code: answer.code })
        else {
          reject(peer, answer.code, `The hub broke the rules of fast sync: ${answer.code}.`)
          give({ type: 'peer-gone', peer })
        }
        return 'failed'
    }
  }

  async function bytesOf (peer: PeerId, answer: Answer): Promise<Uint8Array | 'failed' | undefined> {
    const pieces = await piecesOf(peer, answer)
    return Array.isArray(pieces) ? concatenated(pieces as readonly Uint8Array[]) : pieces as 'failed' | undefined
  }

  async function take ({ index, entry, peer, messages }: Extract<JoinEffect, { readonly type: 'take' }>): Promise<void> {
    const lacking = messages.filter(message => keeps(message.header) && !has(message))
    const checks: Array<Promise<readonly boolean[]>> = []
    for (let start = 0; start < lacking.length; start += batchMessages) checks.push(verifyAll(lacking.slice(start, start + batchMessages)))
    const valid = await Promise.all(checks)
    if (over !== undefined) return
    if (valid.flat().includes(false)) {
      give({ type: 'bad-signature', index, entry })
      return
    }
    offerAll(peer, (offer) => { for (const message of lacking) offer(message) }) // those that came meanwhile are duplicates there
    await stored()
    if (!messages.every(message => !keeps(message.header) || isKept(message))) throw new Error('what came could not be stored.')
    keptFrom.set(peer, (keptFrom.get(peer) ?? 0) + 1)
    movedMs = now()
    brought += entry.count
    rate.note(brought, movedMs)
    give({ type: 'kept', index, entry })
  }

  async function count ({ candidate, input, attestations }: Extract<JoinEffect, { readonly type: 'check-signatures' }>): Promise<void> {
    const answers = await Promise.all(attestations.map(async ({ attester, signature }: Attestation) => checkSignature(attester, signature, input)))
    give({ type: 'signatures', candidate, valid: answers.filter(isValid => isValid).length })
  }

  function finish (outcome: NonNullable<JoinView['outcome']>, reason: string, mainPeer: PeerId | undefined): void {
    over = { outcome, reason, atMs: now() }
    callOff()
    for (const stream of opened.values()) stream.close()
    const { messagesKept, kept, chunks } = join.progress
    report({ type: 'fast-sync-ended', code: outcome, sentence: `Fast sync ended (${outcome}) with ${kept} of ${chunks} chunks, ${messagesKept} messages, after ${now() - startedMs} ms: ${reason}` })
    resolveEnded(mainPeer)
  }

  return {
    get view () {
      const { phase, height, certified, chunks, kept, messages, messagesKept, awaited } = join.progress
      const ms = (over?.atMs ?? now()) - startedMs
      const perSecond = rate.perSecond(now())
      const lacking = messages - messagesKept
      const isTold = over === undefined && perSecond > 0 && brought >= (brought + lacking) * tellingShare
      return {
        phase: over === undefined ? phase : 'ended', catchUp, height, certified, chunks, chunksKept: kept, messages, messagesKept,
        hubs: [...opened].map(([peerId, { bytes }]) => ({ peerId, kept: keptFrom.get(peerId) ?? 0, asked: awaited.get(peerId)?.length ?? 0, bytes })),
        outcome: over?.outcome ?? null, reason: over?.reason ?? null, startedAt: startedMs, ms,
        etaMs: isTold ? Math.round(lacking / perSecond * 1_000) : null
      }
    },
    get movedMs () { return movedMs },
    peer: (peer) => { give({ type: 'peer', peer, fromEpoch: network.statusOf(peer)?.minEpoch ?? undefined }) },
    peerGone: (peer) => { give({ type: 'peer-gone', peer }) },
    stop () { if (over === undefined) finish('stopped', 'This hub has been stopped.', undefined) },
    ended
  }
}
