/**
 * Whom a hub links to (SPEC.md V1 to V11): the one place that decides it. Pure: facts in, decisions out. It deals in peer ids; by which addresses a hub is
 * dialled, and what a link is, is its driver's business (network/dialer.ts).
 *
 * Invariants
 * 1. Links and dials for more are never more than wanted together, but for one swap; what others ask for is bounded by `admits`.
 * 2. A hub is never dialled twice at once, nor while it is linked directly.
 * 3. Links are given up only where that leaves another way round (spare-links.ts).
 * 4. Whatever is dialled is answered with `linked`, `dial-failed` or `full`, and counts as under way until then.
 */
import type { PeerId } from '../base/peer.ts'
import { createAcquaintances, type Acquaintance, type Path } from './acquaintances.ts'
import { defaultMembershipConfig, type MembershipConfig } from './membership-config.ts'
import { isSpare } from './spare-links.ts'

export type { Path }

export type MembershipInput =
  /** A hub announced itself: `ways` and `said` speak of it. */
  | { readonly type: 'announced', readonly peer: PeerId }
  /** It is dialling this hub: its signalling has arrived. */
  | { readonly type: 'calling', readonly peer: PeerId }
  /** Both hellos were exchanged. A relayed link that becomes a direct one is told again. */
  | { readonly type: 'linked', readonly peer: PeerId, readonly path: Path }
  | { readonly type: 'unlinked', readonly peer: PeerId }
  | { readonly type: 'dial-failed', readonly peer: PeerId, readonly error: string }
  /** It has no place, or gave up the link to make room (after `unlinked`), and says who has one. */
  | { readonly type: 'full', readonly peer: PeerId, readonly others: readonly PeerId[] }
  /** The network came back or the page woke: failures of before say nothing. */
  | { readonly type: 'hurry' }
  /** What `nextDeadlineMs` named has passed, or other hubs can be reached than before. */
  | { readonly type: 'deadline' }

export type MembershipEffect =
  | { readonly type: 'dial', readonly peer: PeerId, readonly path: Path }
  /** End the link with `full`, naming these. */
  | { readonly type: 'part', readonly peer: PeerId, readonly others: readonly PeerId[] }

export interface Candidate {
  readonly peer: PeerId
  readonly state: 'discovered' | 'dialling' | 'waiting'
  readonly attempts: number
  readonly lastError: string | null
  /** Milliseconds since 1970; null while dialling. */
  readonly retryAt: number | null
}

export interface Membership {
  handle: (input: MembershipInput, nowMs: number) => readonly MembershipEffect[]
  /** When `deadline` is to be given next; undefined while nothing waits. May change with every input. */
  nextDeadlineMs: () => number | undefined
  /** Whether a hub that asks for a link and has `links` others gets it; otherwise who may have a place (V3). */
  admits: (peer: PeerId, links: number, nowMs: number) => { readonly ok: true } | { readonly ok: false, readonly others: readonly PeerId[] }
  /** Whether it is in either view, or dialled. */
  knows: (peer: PeerId) => boolean
  /** The active view. */
  linked: () => PeerId[]
  /** The passive view, and who is being dialled. */
  candidates: () => Candidate[]
}

/** What membership must know of its hub. Functions of the hub's state, called only within the calls above. */
export interface MembershipHost {
  readonly self: PeerId
  /** By which ways a hub could be dialled now (V8). */
  readonly ways: (peer: PeerId) => { readonly direct: boolean, readonly relayed: boolean }
  /** Whom a hub is linked to directly, as it announced, and when; undefined: it never did. Kept for more hubs than are acquaintances. */
  readonly said: (peer: PeerId) => { readonly neighbours: ReadonlySet<PeerId>, readonly at: number } | undefined
  /** What a link is worth (V9). */
  readonly worth: (peer: PeerId) => { readonly eager: boolean, readonly rttMs: number | null }
  /** From 0 to below 1. */
  readonly random: () => number
}

/** Hubs named in one `full`. */
const othersMax = 6

export function createMembership (host: MembershipHost, config: MembershipConfig = defaultMembershipConfig): Membership {
  const { self, ways, said, random } = host
  const isReachable = (peer: PeerId): boolean => ways(peer).direct
  const known = createAcquaintances({ config, random, isReachable })
  const jitter = (ms: number): number => ms * (0.5 + random())
  const backOff = (attempts: number): number => jitter(Math.min(config.retryMaxMs, config.retryFirstMs * 2 ** Math.max(0, attempts - 1)))
  const spread = (): number => random() * config.firstSpreadMs
  /** No dial before this: after a hub is gone, all its neighbours look for another one at once. */
  let quietUntil = -Infinity
  let tidyAt = -Infinity
  let swapAt: number | undefined
  let swapping: PeerId | undefined

  let lastMs = -Infinity

  /** The clock was set back: what was to be done at its old time is not put off by as much. */
  function follow (nowMs: number): void {
    const backMs = lastMs - nowMs
    lastMs = nowMs
    if (backMs <= 0) return
    known.shift(-backMs)
    quietUntil -= backMs
    tidyAt -= backMs
    if (swapAt != null) swapAt -= backMs
  }

  const active = (): Acquaintance[] => known.all().filter(each => each.linked != null && !each.parting)
  const dials = (): Acquaintance[] => known.all().filter(each => each.dialling)
  const linksOf = (peer: PeerId): number => said(peer)?.neighbours.size ?? 0
  const hasPlace = ({ peer }: Acquaintance): boolean => linksOf(peer) < config.linksMax
  /** Unlinked, and could be dialled but for the time. */
  const isOpen = (each: Acquaintance): boolean => each.linked == null && !each.dialling && isReachable(each.peer)
  /** Who is open and has a place; a hub that has no link, and dials nobody, may ask the full ones too. */
  function open (): Acquaintance[] {
    const all = known.all().filter(isOpen)
    const placed = all.filter(hasPlace)
    return placed.length > 0 || active().length > 0 || dials().length > 0 ? placed : all
  }
  const isUpgrade = (each: Acquaintance): boolean => each.linked === 'relayed' && !each.parting && !each.dialling && isReachable(each.peer)

  const anyOf = (from: readonly Acquaintance[]): Acquaintance | undefined => from[Math.floor(random() * from.length)]

  /** How many more hubs may be linked, and when the next one may be dialled, for a link that is wanted or a better path to a linked one. */
  function room (): { readonly links: number, readonly dialAt: number } {
    const dialling = dials()
    const links = config.linksWanted - active().length - dialling.filter(each => each.linked == null && each.peer !== swapping).length
    const newest = Math.max(-Infinity, ...dialling.map(({ dialledAt }) => dialledAt))
    return { links, dialAt: dialling.length < config.dialsMax ? newest + config.patienceMs : Infinity }
  }

  function dial (each: Acquaintance, nowMs: number): MembershipEffect {
    each.dialling = true
    each.dialledAt = nowMs
    const isRelayed = each.linked == null && each.attempts % 2 === 1 && ways(each.peer).relayed
    return { type: 'dial', peer: each.peer, path: isRelayed ? 'relayed' : 'direct' }
  }

  /** Everything whose time has come. */
  function decide (nowMs: number): MembershipEffect[] {
    known.forget(nowMs)
    swapAt ??= nowMs + jitter(config.swapMs)
    const effects: MembershipEffect[] = []
    const isDue = (each: Acquaintance): boolean => each.dueAt <= nowMs
    for (const each of known.all()) if (room().dialAt <= nowMs && isUpgrade(each) && isDue(each)) effects.push(dial(each, nowMs))
    for (;;) {
      const { links, dialAt } = room()
      const choices = nowMs < quietUntil ? [] : open().filter(isDue)
      const choice = anyOf(choices)
      if (links <= 0 || nowMs < dialAt || choice == null) break
      effects.push(dial(choice, nowMs))
    }
    if (nowMs >= swapAt) {
      swapAt = nowMs + jitter(config.swapMs)
      const { links, dialAt } = room()
      const mayTry = links <= 0 && dialAt <= nowMs && active().length <= config.linksMax && swapping == null
      const choices = mayTry ? open().filter(isDue) : []
      const choice = anyOf(choices)
      if (choice != null) {
        swapping = choice.peer
        effects.push(dial(choice, nowMs))
      }
    }
    const count = active().length
    if (count > config.linksWanted && nowMs >= tidyAt) {
      tidyAt = nowMs + config.tidyMs
      effects.push(...part(count > config.linksMax ? config.linksNeeded : config.linksWanted, nowMs))
    }
    return effects
  }

  /** What a hub said of its links lately. */
  function believed (peer: PeerId, nowMs: number): ReadonlySet<PeerId> | undefined {
    const last = said(peer)
    return last != null && Math.abs(nowMs - last.at) <= config.believedMs ? last.neighbours : undefined
  }

  /** Those of its links that the other end announces too: one hub alone could invent the other way round that makes a link look spare. */
  function* neighboursOf (of: PeerId, nowMs: number): Iterable<PeerId> {
    for (const neighbour of believed(of, nowMs) ?? []) if (believed(neighbour, nowMs)?.has(of) === true) yield neighbour
  }

  /** Gives up the least useful spare link whose other end has more than `theirsAbove` links; none where there is no such link. */
  function part (theirsAbove: number, nowMs: number, but?: PeerId): MembershipEffect[] {
    const direct = active().filter(({ linked }) => linked === 'direct')
    const peers = direct.map(({ peer }) => peer)
    const [least] = direct
      .map(each => ({ each, theirs: believed(each.peer, nowMs)?.size ?? 0, ...host.worth(each.peer) }))
      .filter(({ each: { peer }, theirs }) => peer !== but && theirs > theirsAbove && isSpare(self, peer, peers, of => neighboursOf(of, nowMs)))
      .sort((a, b) => Number(b.theirs > config.linksWanted) - Number(a.theirs > config.linksWanted) ||
        Number(a.eager) - Number(b.eager) || (b.rttMs ?? Infinity) - (a.rttMs ?? Infinity))
    if (least == null) return []
    least.each.parting = true
    return [{ type: 'part', peer: least.each.peer, others: others(least.each.peer, nowMs) }]
  }

  /** Some of whom this hub knows to have a place, by chance. */
  function others (but: PeerId, nowMs: number): PeerId[] {
    return known.all()
      .filter(each => each.peer !== but && !each.parting && believed(each.peer, nowMs) != null && hasPlace(each))
      .map(({ peer }) => ({ peer, place: random() }))
      .sort((a, b) => a.place - b.place)
      .slice(0, othersMax)
      .map(({ peer }) => peer)
  }

  function announced (peer: PeerId, nowMs: number): void {
    const isKnown = known.get(peer) != null
    const each = known.meet(peer, nowMs)
    if (each == null) return
    each.heardAt = nowMs
    const isForThisHub = self < peer || linksOf(peer) >= config.linksWanted
    if (!isKnown) each.dueAt = nowMs + (isForThisHub ? spread() : jitter(config.yieldMs))
    else if (each.yielding && isForThisHub) each.dueAt = Math.min(each.dueAt, nowMs + spread())
    if (!isKnown || isForThisHub) each.yielding = !isForThisHub
  }

  function onFull (peer: PeerId, named: readonly PeerId[], nowMs: number): void {
    const each = known.get(peer)
    if (each != null) {
      each.dialling = false
      each.lastError = 'It has as many links as it takes.'
      each.dueAt = nowMs + (active().length === 0 ? backOff(each.attempts += 1) : config.fullMs)
    }
    for (const other of named) {
      if (other === self || other === peer) continue
      const next = known.get(other) ?? (isReachable(other) ? known.meet(other, nowMs) : undefined)
      if (next == null || next.linked != null || next.dialling || nowMs - next.namedAt < config.fullMs) continue
      next.namedAt = nowMs
      next.dueAt = Math.min(next.dueAt, nowMs + spread())
    }
  }

  return {
    handle (input, nowMs) {
      follow(nowMs)
      const each = 'peer' in input ? known.get(input.peer) : undefined
      if ('peer' in input && input.peer === self) return []
      switch (input.type) {
        case 'announced':
          announced(input.peer, nowMs)
          break
        case 'calling':
          if (each == null || each.linked != null) break
          each.dueAt = Math.max(each.dueAt, nowMs + config.callingMs)
          each.yielding = false
          break
        case 'linked': {
          const linked = known.meetLinked(input.peer, nowMs)
          const isUp = linked.linked == null
          Object.assign(linked, { dialling: false, linked: input.path, parting: false, heardAt: nowMs, lastError: null })
          linked.attempts = input.path === 'direct' ? 0 : linked.attempts + 1
          if (input.path === 'relayed') linked.dueAt = nowMs + backOff(linked.attempts)
          if (isUp) tidyAt = Math.max(tidyAt, nowMs + config.tidyMs) // what it and others say of it comes meanwhile
          if (swapping === input.peer) {
            swapping = undefined
            return [...part(config.linksNeeded, nowMs, input.peer), ...decide(nowMs)]
          }
          break
        }
        case 'unlinked':
          if (each?.linked == null) break
          each.yielding = !each.parting && input.peer < self
          each.dueAt = nowMs + (each.parting ? config.fullMs : jitter(each.yielding ? config.yieldMs : config.retryFirstMs))
          Object.assign(each, { linked: undefined, parting: false, heardAt: nowMs })
          quietUntil = nowMs + spread()
          break
        case 'dial-failed':
          if (swapping === input.peer) swapping = undefined
          if (each == null) break
          each.dialling = false
          if (each.linked === 'direct') break // the other one's dial was quicker
          each.attempts += 1
          each.lastError = input.error
          each.dueAt = nowMs + backOff(each.attempts)
          break
        case 'full':
          if (swapping === input.peer) swapping = undefined
          onFull(input.peer, input.others, nowMs)
          break
        case 'hurry':
          for (const other of known.all()) if (other.linked !== 'direct') Object.assign(other, { attempts: 0, lastError: null, dueAt: nowMs })
          break
        case 'deadline':
          break
      }
      return decide(nowMs)
    },
    nextDeadlineMs () {
      const { links, dialAt } = room()
      const times = [swapAt ?? Infinity, active().length > config.linksWanted ? tidyAt : Infinity]
      times.push(...known.all().filter(isUpgrade).map(({ dueAt }) => Math.max(dueAt, dialAt)))
      if (links > 0) times.push(...open().map(({ dueAt }) => Math.max(dueAt, quietUntil, dialAt)))
      const next = Math.min(...times)
      return next === Infinity ? undefined : next
    },
    admits (peer, links, nowMs) {
      const count = known.all().filter(each => each.peer !== peer && (each.dialling || (each.linked != null && !each.parting))).length
      if (known.get(peer)?.linked != null || count < config.linksMax || (links === 0 && count < config.linksMax + config.guestsMax)) return { ok: true }
      return { ok: false, others: others(peer, nowMs) }
    },
    knows: peer => known.get(peer) != null,
    linked: () => active().map(({ peer }) => peer),
    candidates: () => known.all().filter(each => each.linked == null).map(({ peer, dialling, attempts, lastError, dueAt }) => ({
      peer,
      state: dialling ? 'dialling' : attempts > 0 ? 'waiting' : 'discovered',
      attempts,
      lastError,
      retryAt: dialling ? null : dueAt
    }))
  }
}
