/**
 * Dials the hubs that the plan (dial-plan.ts) says are due, by the path it says, and tells it what came of it. The only place that
 * starts WebRTC dials. A dial is bounded in time; how many connections a page may build at all is the proxy's budget (rtc/).
 */
import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebRTC } from '@multiformats/multiaddr-matcher'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { closeConnection } from './close-connection.ts'
import { createDialPlan, type Candidate, type Path } from './dial-plan.ts'
import { stageShownBy, type Trails } from './diagnosis.ts'
import type { Links } from './links.ts'

export interface Dialer {
  /** A hub announced itself with these addresses. */
  heard: (peer: PeerId, addresses: readonly Multiaddr[]) => void
  linked: (peer: PeerId, path: Path) => void
  unlinked: (peer: PeerId) => void
  /** Dials at once whom it knows: the network came back, or the page woke up. */
  hurry: () => void
  candidates: () => Candidate[]
  stop: () => void
}

export interface DialerOptions {
  readonly libp2p: Libp2p
  readonly links: Links
  readonly trails: Trails
  readonly now: () => number
  readonly report: (report: Report) => void
}

/** A direct dial takes 0.1 s nearby and seconds behind bad routers; ICE gives up after about 15 s. */
const dialTimeoutMs = 15_000
/** Introducers tried of one hub. Each costs a peer connection. */
const introducersMax = 4
/** Shortest time between two looks at the plan, so that what is due and has to wait for others costs little. */
const runGapMs = 20
/** The same while everything that is due waits for a place: links and dials are at their limit. */
const blockedGapMs = 500

export function createDialer ({ libp2p, links, trails, now, report }: DialerOptions): Dialer {
  const self = libp2p.peerId.toString() as PeerId
  const plan = createDialPlan({ self, random: Math.random })
  const addressesOf = new Map<PeerId, readonly Multiaddr[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastRunMs = -Infinity
  let isBlocked = false
  let stopped = false

  function arm (): void {
    clearTimeout(timer)
    const next = plan.nextDueMs()
    if (stopped || next == null) return
    // Counted from the last run, not from now: in a large network somebody announces itself all the time, and must not put it off.
    timer = setTimeout(run, Math.max(next, lastRunMs + (isBlocked ? blockedGapMs : runGapMs)) - now())
  }

  function run (): void {
    lastRunMs = now()
    const dials = plan.due(now())
    isBlocked = dials.length === 0 && (plan.nextDueMs() ?? Infinity) <= now()
    for (const { peer, path } of dials) void dial(peer, path)
    const known = new Set(plan.candidates().map(candidate => candidate.peer))
    for (const peer of addressesOf.keys()) if (!known.has(peer) && links.get(peer) == null) addressesOf.delete(peer)
    arm()
  }

  async function dial (peer: PeerId, path: Path): Promise<void> {
    const direct = onePerIntroducer((addressesOf.get(peer) ?? []).filter(address => WebRTC.matches(address)))
    const addresses = (path === 'direct' ? direct : direct.map(address => address.decapsulate('/webrtc'))).map(address => withPeer(address, peer))
    // A peer that is linked through a relay stays connected, whatever becomes of a better path.
    const isLinked = (): boolean => links.get(peer) != null
    if (!isLinked()) trails.attempt(peer)
    try {
      if (addresses.length === 0) throw new Error('It announced no address that a browser can dial.')
      const connection = await libp2p.dial(addresses, {
        signal: AbortSignal.timeout(dialTimeoutMs),
        force: true,
        onProgress: ({ type }) => {
          const shown = stageShownBy(type)
          if (shown != null && !isLinked()) trails.note(peer, shown.stage, true, shown.sentence)
        }
      })
      if (path === 'direct' && connection.limits != null) throw new Error('Only a relayed connection came about.')
      const link = await links.open(connection)
      if (link == null) {
        closeConnection(connection)
        throw new Error(links.lastEnd(peer)?.sentence ?? 'It did not answer on the connection.')
      }
    } catch (thrown) {
      const reason = reasonOf(thrown)
      report({ type: 'dial-failed', peer, code: 'dial-failed', sentence: `No ${path} connection came about: ${reason}` })
      if (!isLinked()) trails.failed(peer, reason)
      plan.failed(peer, reason, now())
    }
    arm()
  }

  return {
    heard (peer, addresses) {
      addressesOf.set(peer, addresses)
      if (links.get(peer) == null && !plan.candidates().some(candidate => candidate.peer === peer)) trails.note(peer, 'discovered', true, `It announced itself with ${addresses.length} addresses.`)
      plan.heard(peer, now())
      arm()
    },
    linked (peer, path) {
      plan.linked(peer, path, now())
      arm()
    },
    unlinked (peer) {
      plan.unlinked(peer, now())
      arm()
    },
    hurry () {
      for (const { peer } of plan.candidates()) plan.hurry(peer, now())
      arm()
    },
    candidates: () => plan.candidates(),
    stop () {
      stopped = true
      clearTimeout(timer)
    }
  }
}

/** One address for each introducer: several ways to the same one would only build a peer connection each. */
function onePerIntroducer (addresses: readonly Multiaddr[]): Multiaddr[] {
  const byIntroducer = new Map<string, Multiaddr>()
  for (const address of addresses) {
    const introducer = address.getComponents().find(({ name }) => name === 'p2p')?.value ?? ''
    if (!byIntroducer.has(introducer)) byIntroducer.set(introducer, address)
  }
  return [...byIntroducer.values()].slice(0, introducersMax)
}

function withPeer (address: Multiaddr, peer: PeerId): Multiaddr {
  return address.toString().endsWith(`/p2p/${peer}`) ? address : address.encapsulate(`/p2p/${peer}`)
}
