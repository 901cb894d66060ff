/**
 * The simulated world: hubs, the links between them, and what befalls both. Hubs crash, freeze and find each other again in virtual time; links carry
 * what hubs send (link.ts). All chance follows from one seed. It knows no protocol: a hub is handed its neighbours, frames and streams.
 */
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import type { Timer } from '../base/timer.ts'
import type { Frame } from '../gossip/frames.ts'
import type { Message } from '../message/types.ts'
import { createWindowedStream } from '../network/windowed-stream.ts'
import { createMemoryDisk, type MemoryDisk } from '../store/memory.ts'
import type { RuntimeOptions } from '../hub/runtime.ts'
import type { SyncNetwork, SyncStream } from '../hub/sync/sync-stream.ts'
import { clockStartMs } from './authors.ts'
import type { SimHub, SimPorts } from './hub.ts'
import { createCarrier, type Carrier, type Side } from './link.ts'
import type { Measures } from './measures.ts'
import type { NetworkModel } from './scenario.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Wire } from './wire.ts'

export interface Link extends Carrier {
  readonly ends: readonly [Place, Place]
  /** Full: frames from this side are not taken. */
  readonly full: [boolean, boolean]
}

/** Where a hub lives: it may be gone, its disk stays. */
export interface Place {
  readonly index: number
  readonly peer: PeerId
  readonly honest: boolean
  hub: SimHub | undefined
  disk: MemoryDisk
  /** Raised with each start and crash: what an earlier life waits for never comes. */
  life: number
  readonly links: Map<PeerId, Link>
  /** What is to happen once it no longer stands still. */
  frozen: Array<() => void> | undefined
  /** Those it will never link to again, for what they did. */
  readonly banned: Set<PeerId>
  /** RTCPeerConnections built in its life. */
  constructions: number
  /** The side of a partition. */
  side: number
  /** Of its clock, ahead of virtual time. Milliseconds. */
  readonly skewMs: number
  /** How fast its streams are. */
  readonly bytesPerMs: number
}

export interface WorldOptions {
  readonly time: VirtualTime
  readonly random: Random
  readonly network: NetworkModel
  readonly measures: Measures
  readonly verify: RuntimeOptions['verify']
  readonly wire: Wire
  readonly createHub: (place: Place, ports: SimPorts) => Promise<SimHub>
}

export interface World {
  readonly time: VirtualTime
  readonly places: readonly Place[]
  addPlace: (traits: Pick<Place, 'honest'> & Partial<Pick<Place, 'skewMs' | 'bytesPerMs'>>) => Place
  /** Resolves when the hub is there. */
  start: (place: Place) => Promise<void>
  /** Gone without a word: neighbours notice after `crashNoticedMs`. */
  crash: (place: Place, keepsData: boolean) => void
  freeze: (place: Place) => void
  thaw: (place: Place) => void
  /** False where a budget, a ban, a partition or a limit is against it. */
  link: (one: Place, other: Place, linksMax: number) => boolean
  unlink: (link: Link) => void
  congest: (link: Link, side: Side, full: boolean) => void
  /** Stores a message as the hub's own, which then lets it go out. */
  publish: (place: Place, message: Message) => void
}

/** FACTS 2: a peer that is gone without a goodbye is noticed so late. */
const crashNoticedMs = 13_000
/** FACTS 2: what a tab may build in its life. */
const constructionsMax = 500

export function sideOf (link: Link, place: Place): Side {
  return link.ends[0] === place ? 0 : 1
}

export function otherOf ({ ends }: Link, place: Place): Place {
  return ends[0] === place ? ends[1] : ends[0]
}

export function createWorld ({ time, random, network, measures, verify, wire, createHub }: WorldOptions): World {
  const { happened } = measures
  const places: Place[] = []

  /** Gives something to the hub that is there now, at once or when it thaws. */
  function give (place: Place, action: (hub: SimHub) => void): void {
    if (place.frozen == null) {
      if (place.hub != null) action(place.hub)
      return
    }
    const { life } = place
    place.frozen.push(() => { if (place.life === life && place.hub != null) action(place.hub) })
  }

  const timerOf = (place: Place): Timer => {
    const { life } = place
    return (ms, action) => {
      let due: (() => void) | undefined = action
      time.at(time.nowMs + ms, () => {
        if (place.life !== life) return
        if (place.frozen != null) place.frozen.push(() => { if (place.life === life) due?.() })
        else due?.()
      })
      return () => { due = undefined }
    }
  }

  function syncNetworkOf (place: Place, timer: Timer): SyncNetwork {
    return {
      peerId: place.peer,
      neighbours: () => [...place.links.keys()],
      open: async (peer) => {
        const link = place.links.get(peer)
        if (link == null) return undefined
        const [near, far] = pipeOf(link, place)
        time.at(time.nowMs + link.latencyMs, () => {
          const other = otherOf(link, place)
          if (link.isOpen(sideOf(link, place))) give(other, (hub) => { hub.accept(place.peer, windowOf(far, other)) })
        })
        await new Promise<void>((resolve) => { timer(2 * link.latencyMs, resolve) })
        if (link.isUp()) return createWindowedStream(near, timer)
        near.abort(new Error('The link is gone.'))
        return undefined
      }
    }
  }

  function pipeOf (link: Link, place: Place): ReturnType<Link['openPipe']>['ends'] {
    const other = otherOf(link, place)
    const [at, opposite] = sideOf(link, place) === 0 ? [0, 1] as const : [1, 0] as const
    const rates = link.ends.map(({ bytesPerMs }) => bytesPerMs) as [number, number]
    const { ends } = link.openPipe((side, action) => { give(side === at ? place : other, action) }, rates)
    return [ends[at], ends[opposite]]
  }

  function windowOf (frames: ReturnType<Link['openPipe']>['ends'][0], place: Place): SyncStream {
    return createWindowedStream(frames, timerOf(place))
  }

  function portsOf (place: Place): SimPorts {
    const { life } = place
    const timer = timerOf(place)
    return {
      disk: place.disk, timer, random, verify, wire,
      now: () => clockStartMs + time.nowMs + place.skewMs,
      syncNetwork: syncNetworkOf(place, timer),
      send (peer, frame, bytes) {
        const link = place.life === life ? place.links.get(peer) : undefined
        if (link == null || link.full[sideOf(link, place)]) return false
        measures.sent(place, frame)
        link.carryFrame(sideOf(link, place), frame, bytes)
        return true
      },
      reject (peer, code) {
        if (place.life !== life) return
        happened.rejected += 1
        measures.rejected(code)
        place.banned.add(peer)
        time.at(time.nowMs, () => {
          const link = place.links.get(peer)
          if (link != null) unlink(link)
        })
      },
      tell: (entry) => { if (place.life === life) measures.told(place, entry, time.nowMs) },
      report: (type) => { if (type === 'sync-ended') happened.comparisons += 1 }
    }
  }

  function arrive (link: Link, from: Side, frame: Frame, bytes: Uint8Array): void {
    const place = link.ends[from]
    const other = otherOf(link, place)
    give(other, (hub) => {
      if (other.links.get(place.peer) !== link) return
      if (frame.type === 'gossip') measures.arrived(other, place, frame.message)
      hub.frame(place.peer, bytes)
    })
  }

  function unlink (link: Link): void {
    if (!link.isUp()) return
    link.end()
    happened.linksDown += 1
    for (const place of link.ends) {
      const { peer } = otherOf(link, place)
      if (place.links.get(peer) !== link) continue
      place.links.delete(peer)
      give(place, ({ runtime }) => { runtime.linkDown(peer) })
    }
  }

  function mayLink (one: Place, other: Place, linksMax: number): boolean {
    const hasRoom = one.links.size < linksMax && other.links.size < linksMax && other.constructions < constructionsMax && !other.links.has(one.peer)
    const isBanned = one.banned.has(other.peer) || other.banned.has(one.peer)
    return hasRoom && !isBanned && other.hub != null && other.frozen == null && one.side === other.side
  }

  return {
    time,
    places,
    unlink,
    addPlace ({ honest, skewMs = 0, bytesPerMs = Infinity }) {
      const place: Place = {
        index: places.length, peer: `h${places.length}` as PeerId, honest, skewMs, bytesPerMs, hub: undefined, disk: createMemoryDisk(), life: 0,
        links: new Map(), frozen: undefined, banned: new Set(), constructions: 0, side: 0
      }
      places.push(place)
      return place
    },
    async start (place) {
      place.life += 1
      const { life } = place
      const hub = await createHub(place, portsOf(place))
      if (place.life === life) place.hub = hub
    },
    crash (place, keepsData) {
      happened.crashes += 1
      place.hub?.runtime.stop()
      place.hub = undefined
      place.life += 1
      place.frozen = undefined
      if (!keepsData) {
        place.disk = createMemoryDisk()
        measures.emptied(place)
      }
      for (const link of place.links.values()) {
        link.setOpen(0, false)
        link.setOpen(1, false)
        time.timer(crashNoticedMs, () => { unlink(link) })
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
    },
    link (one, other, linksMax) {
      if (one === other || one.links.has(other.peer) || one.hub == null || one.frozen != null || one.constructions >= constructionsMax) return false
      one.constructions += 1
      if (!mayLink(one, other, linksMax)) return false
      other.constructions += 1
      const link: Link = Object.assign(createCarrier({
        time, random, network,
        onFrame: (from, frame, bytes) => { arrive(link, from, frame, bytes) },
        onLost: () => { happened.lost += 1 },
        onStreamBytes: (bytes) => { happened.syncBytes += bytes }
      }), {
        ends: [one, other] as const, full: [false, false] as [boolean, boolean]
      })
      one.links.set(other.peer, link)
      other.links.set(one.peer, link)
      happened.linksUp += 1
      for (const place of [one, other]) {
        const { peer } = otherOf(link, place)
        give(place, ({ runtime }) => { runtime.linkUp(peer) })
        time.timer(2 * link.latencyMs, () => { if (link.isUp()) give(place, ({ runtime }) => { runtime.roundTrip(peer, 2 * link.latencyMs) }) })
      }
      return true
    },
    congest (link, side, full) {
      link.full[side] = full
      if (!full && link.isUp()) give(link.ends[side], ({ runtime }) => { runtime.drained(link.ends[side === 0 ? 1 : 0].peer) })
    },
    publish (place, message) {
      give(place, ({ runtime }) => { runtime.publish(message).catch(() => undefined) }) // only a crash can keep it from the store
    }
  }
}
