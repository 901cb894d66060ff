/**
 * The simulated world: hubs, the links between them, and virtual time. It delivers frames late, twice, never or out of order as its network says, and
 * lets hubs crash, freeze and find each other again. All chance follows from one seed. It knows nothing of strategies: a hub is a `SimHub`, and of
 * scenarios it knows the network.
 */
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import { createEventQueue } from './event-queue.ts'
import type { SimDisk, SimFrame, SimHub, SimMessage, SimPorts } from './hub.ts'
import type { Measures } from './measures.ts'
import type { NetworkModel } from './scenario.ts'

export interface Link {
  readonly one: Place
  readonly other: Place
  readonly latencyMs: number
  up: boolean
  /** Whether frames from `one`, and from `other`, arrive. */
  readonly open: [fromOne: boolean, fromOther: boolean]
  /** Full: frames from `one`, and from `other`, take a second more. */
  readonly full: [fromOne: boolean, fromOther: boolean]
  /** Frames in order: none arrives before the one before it. */
  readonly lastMs: [fromOne: number, fromOther: number]
}

/** Where a hub lives: it may be gone, its disk stays. */
export interface Place {
  readonly index: number
  readonly peer: PeerId
  readonly honest: boolean
  hub: SimHub | undefined
  disk: SimDisk
  readonly links: Map<PeerId, Link>
  /** What came in while it stood still. */
  frozen: Array<() => void> | undefined
  /** For when the next deadline is in the queue. */
  scheduledMs: number
  comparing: boolean
  /** Those it will never link to again, for what they did. */
  readonly banned: Set<PeerId>
  /** RTCPeerConnections built in its life. */
  constructions: number
  /** The side of a partition. */
  side: number
}

export interface WorldOptions {
  readonly random: Random
  readonly network: NetworkModel
  readonly measures: Measures
  readonly createHub: (place: Place, ports: SimPorts) => SimHub
}

export interface World {
  readonly nowMs: number
  readonly places: readonly Place[]
  addPlace: (honest: boolean) => Place
  start: (place: Place) => void
  /** Gone without a word: neighbours notice after `crashNoticedMs`. */
  crash: (place: Place, keepsData: boolean) => void
  freeze: (place: Place) => void
  thaw: (place: Place) => void
  /** False where a budget, a ban, a partition or a limit is against it. */
  link: (one: Place, other: Place, linksMax: number) => boolean
  unlink: (link: Link) => void
  congest: (link: Link, side: 0 | 1, full: boolean) => void
  publish: (place: Place, message: SimMessage) => void
  /** Lets two linked hubs exchange what one of them lacks, if frames pass both ways. */
  compare: (place: Place) => void
  at: (atMs: number, action: () => void) => void
  /** Runs all that is due until then. */
  runUntil: (endMs: number) => void
}

/** FACTS 2: a peer that is gone without a goodbye is noticed so late. */
export const crashNoticedMs = 13_000
/** FACTS 2: what a tab may build in its life. */
const constructionsMax = 500
/** What a full queue adds to a frame's way. Guess. */
const fullMs = 1_000
/** Comparisons that hubs ask for themselves are at least this far apart. */
const compareAgainMs = 1_000
/** DESIGN 6: the newest seconds are gossip's. What a comparison took out of gossip's hands would be missing further down the tree. */
const gossipsMs = 3_000

type Event =
  | { readonly type: 'frame', readonly link: Link, readonly from: Place, readonly to: Place, readonly frame: SimFrame }
  | { readonly type: 'deadline', readonly place: Place }
  | { readonly type: 'action', readonly action: () => void }

export function createWorld ({ random, network, measures, createHub }: WorldOptions): World {
  const { happened } = measures
  const queue = createEventQueue<Event>()
  const places: Place[] = []
  let nowMs = 0

  const at = (atMs: number, action: () => void): void => { queue.push(atMs, { type: 'action', action }) }
  const sideOf = (link: Link, place: Place): 0 | 1 => link.one === place ? 0 : 1
  const otherOf = (link: Link, place: Place): Place => link.one === place ? link.other : link.one

  /** Gives a fact to a hub that is there, now or when it thaws, and minds its deadline. */
  function give (place: Place, fact: (hub: SimHub) => void): void {
    if (place.frozen != null) {
      place.frozen.push(() => { give(place, fact) })
      return
    }
    if (place.hub == null) return
    fact(place.hub)
    schedule(place)
  }

  function schedule (place: Place): void {
    const dueMs = place.hub?.nextDeadlineMs()
    if (dueMs == null || dueMs >= place.scheduledMs) return
    place.scheduledMs = Math.max(dueMs, nowMs)
    queue.push(place.scheduledMs, { type: 'deadline', place })
  }

  function send (from: Place, peer: PeerId, frame: SimFrame): void {
    const link = from.links.get(peer)
    if (link == null) return
    measures.sent(frame, from.honest)
    const side = sideOf(link, from)
    if (random.chance(network.loss)) {
      happened.lost += 1
      return
    }
    const times = network.duplicate > 0 && random.chance(network.duplicate) ? 2 : 1
    for (let time = 0; time < times; time += 1) {
      const lateMs = network.jitterMs === 0 ? 0 : random.below(1_000) / 1_000 * network.jitterMs
      let arrivesMs = nowMs + link.latencyMs + lateMs + (link.full[side] ? fullMs : 0)
      if (!network.reorder) {
        arrivesMs = Math.max(arrivesMs, link.lastMs[side])
        link.lastMs[side] = arrivesMs
      }
      queue.push(arrivesMs, { type: 'frame', link, from, to: otherOf(link, from), frame })
    }
  }

  function arrive ({ link, from, to, frame }: Event & { type: 'frame' }): void {
    if (!link.up || !link.open[sideOf(link, from)] || to.hub == null) {
      happened.lost += 1
      return
    }
    if (to.frozen != null) to.frozen.push(() => { arrive({ type: 'frame', link, from, to, frame }) })
    else {
      to.hub.frame(from.peer, frame, nowMs)
      schedule(to)
    }
  }

  function unlink (link: Link): void {
    if (!link.up) return
    link.up = false
    happened.linksDown += 1
    for (const place of [link.one, link.other]) {
      const { peer } = otherOf(link, place)
      place.links.delete(peer)
      give(place, (hub) => { hub.linkDown(peer, nowMs) })
    }
  }

  const portsOf = (place: Place): SimPorts => ({
    disk: place.disk,
    send: (peer, frame) => { send(place, peer, frame) },
    reject (peer, code) {
      happened.rejected += 1
      measures.rejected(code)
      place.banned.add(peer)
      at(nowMs, () => {
        const link = place.links.get(peer)
        if (link != null) unlink(link)
      })
    },
    tell: (message, hops) => { measures.told(place, message, hops, nowMs) },
    compare: () => { compareSoon(place) }
  })

  /** One that asks again at once gets one comparison. */
  function compareSoon (place: Place): void {
    if (place.comparing) return
    place.comparing = true
    at(nowMs + random.below(compareAgainMs), () => {
      place.comparing = false
      compare(place)
    })
  }

  function compare (place: Place): void {
    const links = [...place.links.values()]
    if (place.hub == null || place.frozen != null || links.length === 0) return
    const link = random.pick(links)
    const other = otherOf(link, place)
    at(nowMs + 2 * link.latencyMs, () => {
      if (!link.up || !link.open[0] || !link.open[1] || place.hub == null || other.hub == null || other.frozen != null || place.frozen != null) return
      happened.comparisons += 1
      if (measures.alike(place, other)) return
      exchange(place, other)
      exchange(other, place)
    })
  }

  function exchange (from: Place, to: Place): void {
    const lacking = [...from.disk.values()].filter(({ id, publishedMs }) => publishedMs < nowMs - gossipsMs && !to.disk.has(id))
    if (lacking.length === 0) return
    happened.comparedMessages += lacking.length
    give(to, (hub) => { hub.compared(from.peer, lacking, nowMs) })
  }

  return {
    get nowMs () { return nowMs },
    places,
    at,
    unlink,
    compare,
    addPlace (honest) {
      const place: Place = {
        index: places.length, peer: `h${places.length}` as PeerId, honest, hub: undefined, disk: new Map(), links: new Map(), frozen: undefined,
        scheduledMs: Infinity, comparing: false, banned: new Set(), constructions: 0, side: 0
      }
      places.push(place)
      return place
    },
    start (place) {
      place.hub = createHub(place, portsOf(place))
      place.scheduledMs = Infinity
    },
    crash (place, keepsData) {
      happened.crashes += 1
      place.hub = undefined
      place.frozen = undefined
      if (!keepsData) {
        place.disk = new Map()
        measures.emptied(place)
      }
      for (const link of place.links.values()) {
        link.open[0] = link.open[1] = false
        at(nowMs + crashNoticedMs, () => { unlink(link) })
      }
      place.links.clear()
    },
    freeze (place) {
      happened.freezes += 1
      place.frozen ??= []
    },
    thaw (place) {
      const waiting = place.frozen ?? []
      place.frozen = undefined
      for (const action of waiting) action()
      place.scheduledMs = Infinity
      schedule(place)
    },
    link (one, other, linksMax) {
      if (one === other || one.links.has(other.peer) || one.hub == null || one.frozen != null || one.constructions >= constructionsMax) return false
      one.constructions += 1
      const refused = other.hub == null || other.frozen != null || other.constructions >= constructionsMax || one.side !== other.side ||
        one.links.size >= linksMax || other.links.size >= linksMax || one.banned.has(other.peer) || other.banned.has(one.peer) || other.links.has(one.peer)
      if (refused) return false
      other.constructions += 1
      const [minMs, maxMs] = network.latencyMs
      const latencyMs = minMs + random.below(1_000) / 1_000 * (maxMs - minMs)
      const link: Link = { one, other, latencyMs, up: true, open: [true, true], full: [false, false], lastMs: [0, 0] }
      one.links.set(other.peer, link)
      other.links.set(one.peer, link)
      happened.linksUp += 1
      for (const place of [one, other]) give(place, (hub) => { hub.linkUp(otherOf(link, place).peer, 2 * latencyMs, nowMs) })
      return true
    },
    congest (link, side, full) {
      link.full[side] = full
      const [place, other] = side === 0 ? [link.one, link.other] : [link.other, link.one]
      if (link.up) give(place, (hub) => { hub.congestion(other.peer, full, nowMs) })
    },
    publish (place, message) {
      give(place, (hub) => { hub.publish(message, nowMs) })
    },
    runUntil (endMs) {
      while ((queue.nextMs ?? Infinity) <= endMs) {
        nowMs = queue.nextMs ?? endMs
        const event = queue.pop()
        if (event == null) break
        if (event.type === 'frame') arrive(event)
        else if (event.type === 'action') event.action()
        else if (nowMs >= event.place.scheduledMs && event.place.frozen == null && event.place.hub != null) {
          event.place.scheduledMs = Infinity
          event.place.hub.deadline(nowMs)
          schedule(event.place)
        }
      }
      nowMs = endMs
    }
  }
}
