/**
 * The hub's decisions, pure: the replicated set and gossip joined (gossip/SPEC.md, message/SPEC.md). Inputs are facts that
 * already happened (a verified message came, a link is up); effects are what the runtime is to do. Diff sync and fast sync
 * join here too.
 *
 * Invariants
 * 1. `store` and `send-message` speak only of messages that were verified and are in the set (G6).
 * 2. One's own message comes in as `published` after it is stored (G11): nothing here can announce what a crash would forget.
 * 3. A message is stored once: exactly when the set admits it.
 */
import { RecentSet, TokenBucket } from '../../base/bounded.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { idsMax } from '../../gossip/frames.ts'
import { epochOf } from '../../message/epoch.ts'
import type { Broadcast, BroadcastEffect, BroadcastHost, BroadcastInput } from '../../gossip/broadcast.ts'
import type { OfferOptions, OfferOutcome, ReplicatedSet, SetChange } from '../../message/replicated-set.ts'
import type { Header, Message, MessageId, PublicKeyHex } from '../../message/types.ts'

export type HubInput =
  | Extract<BroadcastInput, { readonly type: 'link-up' }>
  | { readonly type: 'link-down', readonly peer: PeerId }
  /** Decoded, valid, signature checked. */
  | { readonly type: 'message', readonly message: Message, readonly from: PeerId, readonly hops: number }
  /** The same, in a comparison with this neighbour, or of a snapshot that it serves: not pushed to others, as they find it in theirs (gossip/SPEC.md G38). */
  | { readonly type: 'synced', readonly message: Message, readonly from: PeerId, readonly by: 'comparison' | 'snapshot' }
  /** A neighbour sent a message that `has` answers for. */
  | { readonly type: 'duplicate', readonly id: MessageId, readonly from: PeerId }
  /** Written here and stored. */
  | { readonly type: 'published', readonly message: Message }
  /** A displaced fork of this hub's own store, which a closure wants (message/set/SPEC.md R5). */
  | { readonly type: 'restored', readonly message: Message, readonly storedAtMs: number }
  /** Every `tickMs`. `lost`: members whose bytes this hub has no more and wants again. */
  | { readonly type: 'tick', readonly lost: readonly MessageId[] }
  /** The neighbour's newest messages, when a link comes up or has caught up (G17, G15): asked for at once. */
  | { readonly type: 'offer', readonly from: PeerId, readonly ids: readonly MessageId[] }
  | Extract<BroadcastInput, { readonly type: 'ihave' | 'graft' | 'prune' | 'round-trip' | 'congested' | 'drained' | 'retention' | 'deadline' }>
  | { readonly type: 'signer-want', readonly from: PeerId, readonly author: PublicKeyHex, readonly signer: PublicKeyHex }

export type HubEffect =
  | { readonly type: 'send-message', readonly peer: PeerId, readonly message: Message, readonly hops: number }
  /** Read these from the store and send them, in this order. */
  | { readonly type: 'send-stored', readonly peer: PeerId, readonly ids: readonly MessageId[], readonly hops: number }
  /** Send one ihave with the newest messages of the store. */
  | { readonly type: 'send-newest', readonly peer: PeerId }
  /** Without ids or without a counter, but not without both (gossip/SPEC.md). */
  | { readonly type: 'send-graft', readonly peer: PeerId, readonly ids: readonly MessageId[], readonly counter: number }
  | Extract<BroadcastEffect, { readonly type: 'send-ihave' | 'send-prune' | 'offence' }>
  /** Something is missing that gossip will not bring: compare with a neighbour soon. */
  | { readonly type: 'compare' }
  | { readonly type: 'send-signer-want', readonly peer: PeerId, readonly author: PublicKeyHex, readonly signer: PublicKeyHex }
  | { readonly type: 'store', readonly message: Message, readonly from: PeerId }
  /** No longer a member: `member` may be another's number from now on. */
  | { readonly type: 'displaced', readonly member: number, readonly id: MessageId }
  /** A member that this hub has stored already, or stores by itself (`published`). */
  | { readonly type: 'returned', readonly message: Message }
  /** Offer these again as `restored`, those of them that the store holds. */
  | { readonly type: 'restore', readonly ids: readonly MessageId[] }
  /** Erase these bodies, and tell the set. */
  | { readonly type: 'erase', readonly ids: readonly MessageId[] }
  | { readonly type: 'report', readonly report: Report }

export interface HubCore {
  handle (input: HubInput, nowMs: number): readonly HubEffect[]
  /** Whether a message is in the set: then its bytes need no second look. */
  has (id: MessageId): boolean
  /** When `deadline` is to be given next; undefined while nothing waits. */
  nextDeadlineMs (): number | undefined
  linkOf (peer: PeerId): 'eager' | 'lazy' | 'none'
  readonly set: ReplicatedSet
}

/** G10: signer-wants answered a second and link. An honest hub asks once for each signer it does not know. */
const signerAnswersPerSecond = 20
/** G19. */
const graftAnswersPerSecond = 256
const graftAnswersBurst = 1_024
/** A signer is asked of one peer again only after this: its answer may be under way. */
const signerWantAgainMs = 5_000
/** Remembered questions. Guess: more unknown signers than that at once is an attack, and then asking again is harmless. */
const signerWantsMax = 1_024

/**
 * Between two ticks: bodies and closures that are wanted are asked of one neighbour, in turn, and bodies are erased whose time has come. A body is asked
 * for 2 min (message/set/limits.ts), so of some twenty neighbours.
 */
export const tickMs = 5_000
/** Bodies erased in one tick. Each costs a rewritten block at worst. */
const erasedPerTick = 500

/** What follows from most notes and duplicates. */
const nothing: readonly HubEffect[] = []

/** Where a message came from; undefined where it was written here or read back. */
interface Origin {
  readonly from: PeerId
  readonly hops: number
  /** Otherwise than by gossip: it is not pushed on, and no duplicate there. */
  readonly by?: 'comparison' | 'snapshot'
}

interface Neighbour {
  readonly signerAnswers: TokenBucket
  readonly graftAnswers: TokenBucket
}

export interface HubCoreOptions {
  readonly set: ReplicatedSet
  readonly createBroadcast: (host: BroadcastHost) => Broadcast
}

export function createHubCore ({ set, createBroadcast }: HubCoreOptions): HubCore {
  const broadcast = createBroadcast({ has: id => set.has(id) })
  const neighbours = new Map<PeerId, Neighbour>()
  /**
   * Where messages came from that the set may hold, as it did not let them in at once. Weak, by the header that it keeps: an origin lives exactly as long as
   * the set's pools hold its message, so their limits are its limit, and a message that is let in later never lacks it.
   */
  const origins = new WeakMap<Header, Origin>()
  let asked = new RecentSet<string>(signerWantsMax)
  let askedSinceMs = 0
  let ticks = 0

  function offer (message: Message, origin: Origin | undefined, nowMs: number, options: OfferOptions = {}): readonly HubEffect[] {
    const { outcome, changes } = set.offer(message, nowMs, options)
    if (origin != null && outcome.type !== 'admitted' && outcome.type !== 'duplicate') origins.set(message.header, origin)
    const effects: HubEffect[] = []
    for (const change of changes) effects.push(...applyChange(change, message, origin, nowMs))
    if (outcome.type !== 'admitted') effects.push(...applyOutcome(outcome, message, origin, nowMs))
    return effects
  }

  /** `offered`: what was offered, from `origin`; what that let in came from where it came from. */
  function applyChange (change: SetChange, offered: Message, origin: Origin | undefined, nowMs: number): readonly HubEffect[] {
    switch (change.type) {
      case 'admitted': {
        const { message } = change
        const { id, header } = message
        const source = header === offered.header ? origin : origins.get(header)
        const effects: HubEffect[] = [source == null ? { type: 'returned', message } : { type: 'store', message, from: source.from }]
        const delivered = broadcast.handle({
          type: 'delivered', id, epoch: epochOf(header.timestamp), from: source?.from, hops: source?.hops ?? 0, by: source?.by ?? 'gossip'
        }, nowMs)
        effects.push(...spread(delivered, message))
        return effects
      }
      case 'forked': {
        const sentence = `Author ${change.author.slice(0, 8)}… signed ${change.ids.length} different messages as number ${change.seq} of one device: a copied key, or a device restored from a backup.`
        return [{ type: 'report', report: { type: 'fork', sentence } }]
      }
      case 'completed':
        return origin == null ? [] : [{ type: 'store', message: change.message, from: origin.from }]
      case 'displaced':
        return [change]
      case 'standing':
        return []
    }
  }

  function applyOutcome (outcome: OfferOutcome, message: Message, origin: Origin | undefined, nowMs: number): readonly HubEffect[] {
    // What waits for its body is asked for again; all else that is not taken is not.
    const isDecided = outcome.type === 'pending' || outcome.type === 'deferred' || (outcome.type === 'excluded' && outcome.reason !== 'body-wanted')
    const effects = isDecided ? spread(broadcast.handle({ type: 'refused', id: message.id }, nowMs)) : []
    return [...effects, ...reactTo(outcome, message, origin, nowMs)]
  }

  function reactTo (outcome: OfferOutcome, message: Message, origin: Origin | undefined, nowMs: number): readonly HubEffect[] {
    switch (outcome.type) {
      case 'admitted':
      case 'completed':
        return []
      case 'duplicate':
        return origin == null || origin.by != null ? [] : spread(broadcast.handle({ type: 'duplicate', id: message.id, from: origin.from }, nowMs))
      case 'pending':
        return origin == null ? [] : [
          {
            type: 'report',
            report: {
              type: 'message-pending', peer: origin.from, code: 'pending', message: message.id,
              sentence: `Message ${message.id.slice(0, 8)}… waits: nothing here says yet that its device may write as its author.`
            }
          },
          ...wantSigner(origin.from, outcome.author, outcome.signer, nowMs)
        ]
      case 'deferred':
        return [{
          type: 'report',
          report: { type: 'message-deferred', peer: origin?.from, code: 'deferred', message: message.id, sentence: `A message is dated ${Math.round((message.header.timestamp - nowMs) / 60_000)} min ahead of this hub's clock: not taken in until then.` }
        }]
      case 'excluded':
        return [{
          type: 'report',
          report: { type: 'message-excluded', peer: origin?.from, code: outcome.reason, message: message.id, sentence: `A message is not part of the set (${outcome.reason}).` }
        }]
    }
  }

  function wantSigner (peer: PeerId, author: PublicKeyHex, signer: PublicKeyHex, nowMs: number): readonly HubEffect[] {
    if (nowMs - askedSinceMs > signerWantAgainMs) {
      asked = new RecentSet(signerWantsMax)
      askedSinceMs = nowMs
    }
    const question = `${peer} ${author} ${signer}`
    if (asked.has(question)) return []
    asked.add(question)
    return [{ type: 'send-signer-want', peer, author, signer }]
  }

  function tick (lost: readonly MessageId[], nowMs: number): readonly HubEffect[] {
    const effects: HubEffect[] = []
    const closures = set.closuresWanted()
    if (closures.length > 0) effects.push({ type: 'restore', ids: closures.slice(0, idsMax) })
    const wanted = [...set.bodiesWanted(nowMs), ...closures, ...lost]
    const peers = [...neighbours.keys()]
    const peer = peers[ticks++ % peers.length]
    if (peer != null && wanted.length > 0) {
      // Not always the same ones first, where there are more than one question takes.
      const start = wanted.length <= idsMax ? 0 : ticks * idsMax % wanted.length
      effects.push({ type: 'send-graft', peer, ids: wanted.slice(start, start + idsMax), counter: 0 })
    }
    const ids = set.erasable(nowMs, erasedPerTick)
    if (ids.length > 0) effects.push({ type: 'erase', ids })
    return effects
  }

  return {
    set,
    has: id => set.has(id),
    nextDeadlineMs: broadcast.nextDeadlineMs,
    linkOf: broadcast.linkOf,
    handle (input, nowMs) {
      switch (input.type) {
        case 'link-up':
          neighbours.set(input.peer, {
            signerAnswers: new TokenBucket(signerAnswersPerSecond, signerAnswersPerSecond),
            graftAnswers: new TokenBucket(graftAnswersPerSecond, graftAnswersBurst)
          })
          return [...spread(broadcast.handle(input, nowMs)), { type: 'send-newest', peer: input.peer }]
        case 'link-down':
          neighbours.delete(input.peer)
          return spread(broadcast.handle(input, nowMs))
        case 'message':
          return offer(input.message, input, nowMs, { sender: input.from })
        case 'synced':
          return offer(input.message, { from: input.from, hops: 0, by: input.by }, nowMs, { sender: input.from })
        case 'duplicate': case 'ihave': case 'prune': case 'round-trip': case 'congested': case 'drained': case 'retention': case 'deadline':
          return spread(broadcast.handle(input, nowMs))
        case 'published':
          // It is stored already, and this clock made its time: it is a member here, whatever the clock says by now.
          return offer(input.message, undefined, nowMs, { stored: true })
        case 'restored':
          // It is stored already: no origin.
          return offer(input.message, undefined, input.storedAtMs, { stored: true })
        case 'tick':
          return tick(input.lost, nowMs)
        case 'offer': {
          const ids = input.ids.filter(id => !set.has(id))
          return ids.length === 0 ? [] : [{ type: 'send-graft', peer: input.from, ids, counter: 0 }]
        }
        case 'graft': {
          const bucket = neighbours.get(input.from)?.graftAnswers
          const ids = input.ids.filter(id => set.has(id) && bucket?.take(nowMs) === true)
          return spread(broadcast.handle({ ...input, ids }, nowMs))
        }
        case 'signer-want': {
          if (neighbours.get(input.from)?.signerAnswers.take(nowMs) !== true) return []
          const ids = set.signerMessages(input.author, input.signer)
          return ids.length === 0 ? [] : [{ type: 'send-stored', peer: input.from, ids, hops: 0 }]
        }
      }
    }
  }
}

/** What the strategy wants, as the hub does it. `inHand` is the message that was just taken: it may not be stored yet. */
function spread (effects: readonly BroadcastEffect[], inHand?: Message): readonly HubEffect[] {
  if (effects.length === 0) return nothing
  const spread: HubEffect[] = []
  /** Payloads for one neighbour that are read together. */
  let stored: Map<PeerId, { readonly hops: number, readonly ids: MessageId[] }> | undefined
  for (const effect of effects) {
    switch (effect.type) {
      case 'send-payload': {
        const { peer, id, hops } = effect
        if (inHand?.id === id) {
          spread.push({ type: 'send-message', peer, message: inHand, hops })
          break
        }
        const known = stored?.get(peer)
        if (known?.hops === hops) known.ids.push(id)
        else {
          const read = { type: 'send-stored' as const, peer, hops, ids: [id] }
          stored ??= new Map()
          stored.set(peer, read)
          spread.push(read)
        }
        break
      }
      case 'missing': case 'compare':
        spread.push({ type: 'compare' })
        break
      case 'send-ihave': case 'send-graft': case 'send-prune': case 'offence':
        spread.push(effect)
    }
  }
  return spread
}
