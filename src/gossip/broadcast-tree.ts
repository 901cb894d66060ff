/**
 * The epidemic broadcast tree (SPEC.md G21 to G38; Leitão, Pereira, Rodrigues: "Epidemic Broadcast Trees", SRDS 2007; Scuttlebutt's EBT). Messages
 * are pushed over eager links, which come to be a tree; the other links carry notes, and a note about a message that does not come makes its link part
 * of the tree. Pure: it knows ids, links and times, and neither bytes nor the set of messages.
 *
 * Invariants
 * 1. Nothing is pushed or noted but what was `delivered`, that is verified and admitted, or is answered for by `has`.
 * 2. A message is pushed to a neighbour at most once, unless the neighbour asks for it, and never to one that is known to have it.
 * 3. A link is pruned only while another one is eager that brought the message first: no hub cuts itself off.
 * 4. Whatever GRAFTs and PRUNEs cross, the two ends of a link agree about it once the last of them has arrived.
 * 5. Every wanted message ends as delivered, refused, or handed to the comparison.
 */
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import type { MessageId } from '../message/types.ts'
import type { Broadcast, BroadcastEffect, BroadcastHost, BroadcastInput, Note } from './broadcast.ts'
import { createDecided, type Decision } from './decided.ts'
import { idsMax } from './frames.ts'
import { createLateness } from './lateness.ts'
import { createPruners } from './pruners.ts'
import { defaultTreeConfig, type TreeConfig } from './tree-config.ts'
import { createTreeLink, decide, heedNeighbour, measureRoundTrip, type TreeLink } from './tree-link.ts'
import { createWantedMessages, type Announcer, type Wanted } from './wanted.ts'

/** G36. A deadline that is found so late was slept through. Page timers of hidden tabs are late by 1 s, busy machines by less. */
export const thawAfterMs = 3_000
/** G36. Notes wait so long for the comparison after a thaw. Guess: a session with something to fetch. */
export const thawHoldMs = 5_000
/** G33. Grafts in a row that one neighbour may leave unanswered. Its own limit (G19) lets an honest one answer this many in a second. */
export const unkeptMax = 256
/** G26. Cut off by PRUNEs, this hub grafts by itself at most once in this time: a neighbour that prunes every graft gets no more than that. */
const rejoinEveryMs = 1_000
/** G25. PRUNEs on one link are at least this far apart. */
const settleMsMin = 100
/** G27. Messages that notes wait for. What is over is left to the comparison, the oldest first. */
const freshMax = 1_024
/** Deadlines are put off by up to this share, so that the hubs along a broken place do not all graft at once. */
const jitterShare = 0.25

/** G30. What is due within this time is asked for together. */
const coalesceMs = 20

const refused: Decision = { source: undefined, hops: 0, notedAtMs: undefined, prunes: false }

export function createBroadcastTree (host: BroadcastHost, random: Pick<Random, 'next'>, config: TreeConfig = defaultTreeConfig): Broadcast {
  const links = new Map<PeerId, TreeLink>()
  const decided = createDecided(config.decidedMax)
  const wanted = createWantedMessages()
  const lateness = createLateness()
  const pruners = createPruners()
  /** What was delivered since notes were sent last, and who is to get none. */
  let fresh: Array<{ readonly note: Note, readonly from: PeerId | undefined }> = []
  let flushAtMs: number | undefined
  let minEpoch = 0
  let optimisedAtMs = -Infinity
  let rejoinedAtMs = -Infinity

  function nextDeadlineMs (): number | undefined {
    const earliestMs = wanted.earliestMs()
    if (flushAtMs == null) return earliestMs
    return earliestMs == null ? flushAtMs : Math.min(flushAtMs, earliestMs)
  }

  function delivered ({ id, epoch, from, hops, by }: BroadcastInput & { type: 'delivered' }, nowMs: number): BroadcastEffect[] {
    const entry = wanted.delete(id)
    // A hundred thousand of them would wash out what else is remembered, and nobody is told of one.
    if (by === 'snapshot') return []
    const source = by === 'gossip' ? from : undefined
    const grafted = entry?.askedOf != null && entry.askedOf === from
    const onward = from == null ? 0 : hops + 1
    const notedAtMs = entry?.announcers[0]?.atMs
    const prunes = by === 'gossip' && pruners.count(id, nowMs)
    decided.set(id, { source, hops: onward, notedAtMs: grafted ? notedAtMs : undefined, prunes })
    const sender = source == null ? undefined : links.get(source)
    if (sender != null) {
      sender.known.add(id)
      sender.unkept = 0
      if (!grafted) lateness.observe(nowMs - (notedAtMs ?? nowMs))
    }
    const effects: BroadcastEffect[] = []
    let isNoted = false
    for (const { peer, known, eager, congested } of links.values()) {
      // Whom a comparison took it from has it, and need not be remembered to: a hundred thousand of them would wash out what else it is known to have.
      if (peer === from || known.has(id)) continue
      if (eager && !congested && by === 'gossip') {
        known.add(id)
        effects.push({ type: 'send-payload', peer, id, hops: onward })
      } else {
        isNoted = true
      }
    }
    if (isNoted) note({ id, epoch, hops: onward }, from, nowMs)
    if (sender?.eager === true && !grafted) effects.push(...optimise(entry, hops, nowMs))
    // Others cut their cycles by the way that this message took, and this link is part of it: what cut it here was another message, a moment ago.
    if (sender?.eager === false && prunes) effects.push({ type: 'send-graft', peer: sender.peer, counter: decide(sender, true), ids: [] })
    return effects
  }

  function note (note: Note, from: PeerId | undefined, nowMs: number): void {
    fresh.push({ note, from })
    if (fresh.length > freshMax) fresh.shift()
    flushAtMs ??= nowMs + config.noteDelayMs
  }

  /**
   * G35: a link whose notes come from much nearer the author, message after message, becomes eager too; a duplicate then prunes the longer way. What one
   * message says is its author's view of a tree that all share.
   */
  function optimise (entry: Wanted | undefined, hops: number, nowMs: number): BroadcastEffect[] {
    let nearest: TreeLink | undefined
    for (const link of links.values()) {
      // Hops are what others say; that its note came a round trip before the message is what this hub saw.
      const announcer = link.eager ? undefined : entry?.announcers.find(({ peer }) => peer === link.peer)
      const isNearer = announcer != null && hops - announcer.hops >= config.optimiseHops && nowMs - announcer.atMs >= link.rttMs
      link.nearer = isNearer ? link.nearer + 1 : 0
      if (link.nearer >= config.optimiseAfter && (nearest == null || link.rttMs < nearest.rttMs)) nearest = link
    }
    if (nearest == null || nowMs - optimisedAtMs < config.optimiseEveryMs) return []
    nearest.nearer = 0
    optimisedAtMs = nowMs
    return [{ type: 'send-graft', peer: nearest.peer, counter: decide(nearest, true), ids: [] }]
  }

  function duplicate (id: MessageId, from: PeerId, nowMs: number): BroadcastEffect[] {
    const link = links.get(from)
    const decision = decided.get(id)
    if (link == null) return []
    link.known.add(id)
    link.unkept = 0
    if (decision == null || decision === refused || decision.source === from) return []
    if (decision.notedAtMs != null) lateness.observe(nowMs - decision.notedAtMs)
    if (nowMs < link.settledAtMs || (link.eager && !decision.prunes)) return []
    const replaced = decision.source == null ? hasEagerLinkBut(link) : links.get(decision.source)?.eager === true
    if (link.eager && !replaced) return []
    link.settledAtMs = nowMs + Math.max(settleMsMin, 2 * link.rttMs)
    return [{ type: 'send-prune', peer: from, counter: decide(link, false) }]
  }

  function hasEagerLinkBut (but: TreeLink | undefined): boolean {
    for (const link of links.values()) if (link.eager && link !== but) return true
    return false
  }

  function ihave (from: PeerId, notes: readonly Note[], nowMs: number): void {
    const link = links.get(from)
    if (link == null) return
    for (const { id, epoch, hops } of notes) {
      link.known.add(id)
      if (epoch < minEpoch || decided.get(id) != null || host.has(id)) continue
      const waitMs = Math.min(config.graftAfterMsMax, Math.max(config.graftAfterMsMin, config.noteRoundTrips * link.rttMs, lateness.expectedMs()))
      wanted.note(id, from, hops, nowMs, dueAt(nowMs + waitMs * (1 + random.next() / 2 ** 32 * jitterShare)))
    }
  }

  function graft (from: PeerId, counter: number, ids: readonly MessageId[], nowMs: number): BroadcastEffect[] {
    const link = links.get(from)
    if (link == null) return []
    if (!heedNeighbour(link, counter, true)) return [{ type: 'offence', peer: from, code: 'counter-jump' }]
    const effects: BroadcastEffect[] = []
    for (const id of ids) {
      if (!host.has(id) || !(link.known.has(id) ? link.repeats : link.answers).take(nowMs)) continue
      link.known.add(id)
      effects.push({ type: 'send-payload', peer: from, id, hops: decided.get(id)?.hops ?? 0 })
    }
    return effects
  }

  function prune (from: PeerId, counter: number, nowMs: number): BroadcastEffect[] {
    const link = links.get(from)
    if (link == null) return []
    if (!heedNeighbour(link, counter, false)) return [{ type: 'offence', peer: from, code: 'counter-jump' }]
    return rejoin(link, nowMs)
  }

  /** G26: a hub without any eager link makes its nearest one eager. `but` is taken only if there is no other. */
  function rejoin (but: TreeLink | undefined, nowMs: number): BroadcastEffect[] {
    if (hasEagerLinkBut(undefined) || nowMs - rejoinedAtMs < rejoinEveryMs) return []
    let nearest: TreeLink | undefined
    for (const link of links.values()) if (link !== but && (nearest == null || link.rttMs < nearest.rttMs)) nearest = link
    nearest ??= but
    if (nearest == null) return []
    rejoinedAtMs = nowMs
    return [{ type: 'send-graft', peer: nearest.peer, counter: decide(nearest, true), ids: [] }]
  }

  function linkDown (peer: PeerId, nowMs: number): BroadcastEffect[] {
    if (!links.delete(peer)) return []
    const orphans = wanted.forget(peer)
    const effects: BroadcastEffect[] = orphans.length === 0 ? [] : [{ type: 'missing', ids: orphans }]
    return [...effects, ...rejoin(undefined, nowMs)]
  }

  function flush (): BroadcastEffect[] {
    flushAtMs = undefined
    const waited = fresh
    fresh = []
    const effects: BroadcastEffect[] = []
    for (const { peer, known } of links.values()) {
      const notes: Note[] = []
      for (const { note, from } of waited) if (peer !== from && !known.has(note.id)) notes.push(note)
      for (let start = 0; start < notes.length; start += idsMax) effects.push({ type: 'send-ihave', peer, notes: notes.slice(start, start + idsMax) })
    }
    return effects
  }

  /** G30 to G33: what is due is asked of one more of those who noted it, in as few frames to as few neighbours as may be. */
  function ask (nowMs: number): BroadcastEffect[] {
    const asks = new Map<TreeLink, MessageId[]>()
    const missing: MessageId[] = []
    const effects: BroadcastEffect[] = []
    for (const entry of wanted.due(nowMs)) {
      effects.push(...blame(entry))
      const announcer = choose(entry, asks)
      const link = announcer == null ? undefined : links.get(announcer.peer)
      if (announcer == null || link == null) {
        wanted.delete(entry.id)
        missing.push(entry.id)
        continue
      }
      announcer.asked = true
      entry.askedOf = link.peer
      wanted.postpone(entry, dueAt(nowMs + Math.max(config.graftAfterMsMin, config.askRoundTrips * link.rttMs)))
      const ids = asks.get(link) ?? []
      asks.set(link, ids)
      ids.push(entry.id)
    }
    for (const [link, ids] of asks) {
      for (let start = 0; start < ids.length; start += idsMax) {
        effects.push({ type: 'send-graft', peer: link.peer, counter: decide(link, true), ids: ids.slice(start, start + idsMax) })
      }
    }
    if (missing.length > 0) effects.push({ type: 'missing', ids: missing })
    return effects
  }

  /** Whoever is asked anyway, else whose link is eager, else who noted it first. */
  function choose ({ announcers }: Wanted, asks: ReadonlyMap<TreeLink, unknown>): Announcer | undefined {
    let best: Announcer | undefined
    let bestRank = 3
    for (const announcer of announcers) {
      const link = links.get(announcer.peer)
      if (announcer.asked || link == null) continue
      const rank = asks.has(link) ? 0 : link.eager ? 1 : 2
      if (rank >= bestRank) continue
      best = announcer
      bestRank = rank
    }
    return best
  }

  function blame ({ askedOf }: Wanted): BroadcastEffect[] {
    const link = askedOf == null ? undefined : links.get(askedOf)
    if (link == null) return []
    link.unkept += 1
    return link.unkept === unkeptMax ? [{ type: 'offence', peer: link.peer, code: 'notes-unkept' }] : []
  }

  function decideInput (input: BroadcastInput, nowMs: number): readonly BroadcastEffect[] {
    switch (input.type) {
      case 'link-up':
        if (!links.has(input.peer)) links.set(input.peer, createTreeLink(input.peer, input.rttMs, input.eager ?? true, config.knownPerNeighbourMax))
        return []
      case 'link-down':
        return linkDown(input.peer, nowMs)
      case 'round-trip': {
        const link = links.get(input.peer)
        if (link != null) measureRoundTrip(link, input.rttMs)
        return []
      }
      case 'congested': case 'drained': {
        const link = links.get(input.peer)
        if (link != null) link.congested = input.type === 'congested'
        return []
      }
      case 'delivered':
        return delivered(input, nowMs)
      case 'duplicate':
        return duplicate(input.id, input.from, nowMs)
      case 'refused':
        wanted.delete(input.id)
        decided.set(input.id, refused)
        return []
      case 'retention':
        minEpoch = input.minEpoch
        return []
      case 'ihave':
        ihave(input.from, input.notes, nowMs)
        return []
      case 'graft':
        return graft(input.from, input.counter, input.ids, nowMs)
      case 'prune':
        return prune(input.from, input.counter, nowMs)
      case 'deadline':
        return [...flushAtMs != null && flushAtMs <= nowMs ? flush() : [], ...ask(nowMs)]
    }
  }

  return {
    nextDeadlineMs,
    linkOf (peer) {
      const link = links.get(peer)
      return link == null ? 'none' : link.eager ? 'eager' : 'lazy'
    },
    handle (input, nowMs) {
      const dueMs = nextDeadlineMs()
      if (dueMs == null || nowMs - dueMs < thawAfterMs) return decideInput(input, nowMs)
      // Invariant 5 survives a freeze: what is wanted waits for the comparison, and is asked for after it.
      wanted.postponeAll(nowMs + thawHoldMs)
      if (flushAtMs != null) flushAtMs = nowMs + config.noteDelayMs
      return [{ type: 'compare' }, ...decideInput(input, nowMs)]
    }
  }
}

/** G30: the end of the slice in which it falls. */
function dueAt (atMs: number): number {
  return Math.ceil(atMs / coalesceMs) * coalesceMs
}
