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
/** Addresses tried of one hub. */
const addressesMax = 8

export function createDialer ({ libp2p, links, trails, now, report }: DialerOptions): Dialer {
  const self = libp2p.peerId.toString() as PeerId
  const plan = createDialPlan({ self, random: Math.random })
  const addressesOf = new Map<PeerId, readonly Multiaddr[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  function arm (): void {
    clearTimeout(timer)
    const next = plan.nextDueMs()
    if (stopped || next == null) return
    timer = setTimeout(run, Math.max(20, next - now()))
  }

  function run (): void {
    for (const { peer, path } of plan.due(now())) void dial(peer, path)
    const known = new Set(plan.candidates().map(candidate => candidate.peer))
    for (const peer of addressesOf.keys()) if (!known.has(peer) && links.get(peer) == null) addressesOf.delete(peer)
    arm()
  }

  async function dial (peer: PeerId, path: Path): Promise<void> {
    const direct = (addressesOf.get(peer) ?? []).filter(address => WebRTC.matches(address)).slice(0, addressesMax)
    const addresses = (path === 'direct' ? direct : direct.map(address => address.decapsulate('/webrtc'))).map(address => withPeer(address, peer))
    try {
      if (addresses.length === 0) throw new Error('It announced no address that a browser can dial.')
      const connection = await libp2p.dial(addresses, {
        signal: AbortSignal.timeout(dialTimeoutMs),
        force: true,
        onProgress: ({ type }) => {
          const shown = stageShownBy(type)
          if (shown != null) trails.note(peer, shown.stage, true, shown.sentence)
        }
      })
      if (path === 'direct' && connection.limits != null) throw new Error('Only a relayed connection came about.')
      const link = await links.open(connection)
      if (link == null) {
        await connection.close()
        throw new Error(links.lastEnd(peer)?.sentence ?? 'It did not answer on the connection.')
      }
    } catch (thrown) {
      const reason = reasonOf(thrown)
      report({ type: 'dial-failed', peer, code: 'dial-failed', sentence: `No ${path} connection came about: ${reason}` })
      trails.failed(peer, reason)
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

function withPeer (address: Multiaddr, peer: PeerId): Multiaddr {
  return address.toString().endsWith(`/p2p/${peer}`) ? address : address.encapsulate(`/p2p/${peer}`)
}
