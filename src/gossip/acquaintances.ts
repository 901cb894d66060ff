/**
 * The hubs that membership knows (SPEC.md V6): the linked ones and, bounded, the passive view. What became of dials is kept
 * with it. Pure; it knows who stays known, and nothing of who is dialled.
 */
import type { PeerId } from '../base/peer.ts'
import type { MembershipConfig } from './membership-config.ts'

export type Path = 'direct' | 'relayed'

export interface Acquaintance {
  readonly peer: PeerId
  /** When it was announced, or linked, last. */
  heardAt: number
  /** Not dialled before this. */
  dueAt: number
  /** When a full hub last named it: that hastens a dial once in a while, or two that name each other would be dialled for ever. */
  namedAt: number
  /** It is for the other one to dial; this hub waits until it is due, or the other wants no more links. */
  yielding: boolean
  /** Failed dials since the last direct link. */
  attempts: number
  dialling: boolean
  /** When it was dialled last. */
  dialledAt: number
  linked: Path | undefined
  /** This hub is giving up the link. */
  parting: boolean
  lastError: string | null
}

export interface Acquaintances {
  get: (peer: PeerId) => Acquaintance | undefined
  all: () => Acquaintance[]
  /** The hub as it is known, or from now on, due at once; undefined where the passive view has no room for it. */
  meet: (peer: PeerId, nowMs: number) => Acquaintance | undefined
  /** A hub that is linked has room always. */
  meetLinked: (peer: PeerId, nowMs: number) => Acquaintance
  /** Lets go of who is gone, and of more than the passive view holds. */
  forget: (nowMs: number) => void
  /** The clock went by so many milliseconds. */
  shift: (byMs: number) => void
}

export interface AcquaintancesOptions {
  readonly config: MembershipConfig
  /** From 0 to below 1. */
  readonly random: () => number
  /** Whether there is a way to dial it now. */
  readonly isReachable: (peer: PeerId) => boolean
}

/** Failures after which a hub makes room for an unknown one. Guess. */
const attemptsMax = 3

export function createAcquaintances ({ config, random, isReachable }: AcquaintancesOptions): Acquaintances {
  const known = new Map<PeerId, Acquaintance>()
  const passive = (): Acquaintance[] => [...known.values()].filter(each => each.linked == null && !each.dialling)

  function add (peer: PeerId, nowMs: number): Acquaintance {
    const added: Acquaintance = {
      peer, heardAt: nowMs, dueAt: nowMs, namedAt: -Infinity, dialledAt: -Infinity, yielding: false, attempts: 0, dialling: false,
      linked: undefined, parting: false, lastError: null
    }
    known.set(peer, added)
    return added
  }

  /** Who makes room for `peer`, in the order of V6; undefined: nobody, this time. */
  function replaceable (peer: PeerId, nowMs: number): Acquaintance | undefined {
    const members = passive()
    const silent = members.filter(each => nowMs - each.heardAt > config.believedMs).sort((a, b) => a.heardAt - b.heardAt)[0]
    if (silent != null) return silent
    const unreachable = isReachable(peer) ? members.find(each => !isReachable(each.peer)) : undefined
    if (unreachable != null) return unreachable
    const failing = members.find(each => each.attempts >= attemptsMax)
    if (failing != null) return failing
    return random() * config.replaceEvery < 1 ? members[Math.floor(random() * members.length)] : undefined
  }

  return {
    get: peer => known.get(peer),
    all: () => [...known.values()],
    meet (peer, nowMs) {
      const before = known.get(peer)
      if (before != null) return before
      if (passive().length >= config.passiveMax) {
        const replaced = replaceable(peer, nowMs)
        if (replaced == null) return undefined
        known.delete(replaced.peer)
      }
      return add(peer, nowMs)
    },
    meetLinked: (peer, nowMs) => known.get(peer) ?? add(peer, nowMs),
    shift (byMs) {
      for (const each of known.values()) {
        each.heardAt += byMs
        each.dueAt += byMs
        each.namedAt += byMs
        each.dialledAt += byMs
      }
    },
    forget (nowMs) {
      const members = passive().sort((a, b) => b.heardAt - a.heardAt)
      for (const [index, { peer, heardAt }] of members.entries()) {
        if (index >= config.passiveMax || nowMs - heardAt > config.forgetMs) known.delete(peer)
      }
    }
  }
}
