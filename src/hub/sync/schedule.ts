/**
 * Which neighbour is to be compared with next, and when: after its link came up, after this hub slept, when gossip misses something, and about twice a
 * minute one by chance. Knows no session, only who asks for the next one.
 */
import type { PeerId } from '../../base/peer.ts'
import { tickMs } from '../core/hub-core.ts'
import type { SyncNetwork } from './sync-stream.ts'

export interface Schedule {
  /** After those that wait already. */
  add (peer: PeerId): void
  /** With the next tick, for it has no room now. */
  addLater (peer: PeerId): void
  addAll (): void
  remove (peer: PeerId): void
  /** To be called every `tickMs`. */
  tick (): void
  /** Adds a neighbour by chance, now, or with the next tick where that was done in the last 2 s. */
  hurry (): void
  /** A neighbour by chance, but not the last one again: two in a minute are to be two hubs. */
  choose (): PeerId | undefined
  /** Whether any neighbour waits. */
  readonly isWaiting: boolean
  /** The one that has waited longest, and takes it off; undefined: there is none. */
  next (): PeerId | undefined
}

export interface ScheduleOptions {
  readonly network: Pick<SyncNetwork, 'neighbours'>
  /** 32 random bits. */
  readonly random: () => number
  readonly now: () => number
}

/** Between comparisons by chance, and as much again of the second by chance; ticks make 20 to 30 s of it. */
const intervalMs = 20_000
const intervalSpreadMs = 5_000
/** A comparison out of turn follows another after this: notes that nobody keeps must not make sessions without end. Guess. */
const hurryEveryMs = 2_000
/** A tick that comes so much late says that this hub slept. */
const sleptMs = 15_000

export function createSchedule ({ network, random, now }: ScheduleOptions): Schedule {
  /** Neighbours only, so both are bounded by the links. */
  const due = new Set<PeerId>()
  let later = new Set<PeerId>()
  let lastTickMs = now()
  // Hubs that start together would otherwise all compare in the same tick.
  let nextMs = lastTickMs + random() / 2 ** 32 * (intervalMs + intervalSpreadMs)
  let hurriedMs = -Infinity
  let lastChosen: PeerId | undefined

  function choose (): PeerId | undefined {
    const neighbours = network.neighbours()
    const others = neighbours.filter(peer => peer !== lastChosen)
    const choices = others.length > 0 ? others : neighbours
    lastChosen = choices[Math.floor(random() / 2 ** 32 * choices.length)]
    return lastChosen
  }

  function addAll (): void {
    for (const peer of network.neighbours()) due.add(peer)
  }

  /** One by chance, if its time has come. */
  function addChosen (): void {
    const nowMs = now()
    if (nowMs < nextMs) return
    nextMs = nowMs + intervalMs + random() / 2 ** 32 * intervalSpreadMs
    const peer = choose()
    if (peer !== undefined) due.add(peer)
  }

  return {
    add: (peer) => {
      due.delete(peer)
      due.add(peer)
    },
    addLater: (peer) => { later.add(peer) },
    addAll,
    remove (peer) {
      due.delete(peer)
      later.delete(peer)
    },
    tick () {
      const nowMs = now()
      for (const peer of later) due.add(peer)
      later = new Set()
      if (nowMs - lastTickMs > tickMs + sleptMs) addAll()
      lastTickMs = nowMs
      addChosen()
    },
    hurry () {
      const nowMs = now()
      nextMs = Math.min(nextMs, nowMs)
      if (nowMs - hurriedMs < hurryEveryMs) return
      hurriedMs = nowMs
      addChosen()
    },
    choose,
    get isWaiting () {
      const neighbours = network.neighbours()
      for (const peer of due) if (neighbours.includes(peer)) return true
      return false
    },
    next () {
      const neighbours = network.neighbours()
      for (const peer of due) {
        due.delete(peer)
        if (neighbours.includes(peer)) return peer
      }
      return undefined
    }
  }
}
