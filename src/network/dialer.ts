/**
 * Carries out what membership decides (gossip/membership.ts): dials hubs by way of who introduces them, gives up links, and tells it what came
 * of that. The only place that starts WebRTC dials. A dial is bounded in time; how many connections a page may build at all is the
 * proxy's budget (rtc/budget.ts).
 */
import type { Libp2p } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { Membership, MembershipEffect, MembershipHost, MembershipInput, Path } from '../gossip/membership.ts'
import { closeConnection } from './close-connection.ts'
import type { Contact } from './contacts.ts'
import { stageShownBy, type Trails } from './diagnosis.ts'
import type { Links } from './links.ts'
import type { IceRecord } from './rtc/ice-record.ts'

export interface Dialer {
  /** Tells membership, and does what it says. */
  tell: (input: MembershipInput) => void
  stop: () => void
}

export interface DialerOptions {
  readonly libp2p: Libp2p
  readonly links: Links
  readonly membership: Membership
  readonly contact: (peer: PeerId) => Contact | undefined
  /** Relays that answer. */
  readonly relays: () => readonly PeerId[]
  readonly trails: Trails
  /** The search for a path of the connection that made an offer last (rtc/install.ts). @default nobody knows */
  readonly newestOffer?: () => IceRecord | undefined
  readonly now: () => number
  readonly report: (report: Report) => void
}

/** A direct dial takes 0.1 s nearby and seconds behind bad routers; ICE gives up after about 15 s. */
const dialTimeoutMs = 15_000
/** An introducer that has not reached the other hub by then is passed over: its own link may have died unnoticed. */
const introductionMs = 4_000
/** Introducers tried in one dial. */
const introducersMax = 4

interface Way {
  readonly introducer: string
  readonly address: Multiaddr
}

export function createDialer (options: DialerOptions): Dialer {
  const { libp2p, links, membership, trails, now, report } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  let idle = false

  function tell (input: MembershipInput): void {
    for (const effect of membership.handle(input, now())) carryOut(effect)
    arm()
  }

  function arm (): void {
    clearTimeout(timer)
    const next = membership.nextDeadlineMs()
    if (!idle && next != null) timer = setTimeout(() => { tell({ type: 'deadline' }) }, next - now())
  }

  function carryOut (effect: MembershipEffect): void {
    if (effect.type === 'dial') {
      if (idle) tell({ type: 'dial-failed', peer: effect.peer, error: 'This hub has stopped.' })
      else void dial(effect.peer, effect.path)
      return
    }
    const link = links.get(effect.peer)
    if (link == null) tell({ type: 'unlinked', peer: effect.peer })
    else void link.part(effect.others)
  }

  async function dial (peer: PeerId, path: Path): Promise<void> {
    // A peer that is linked through a relay stays connected, whatever becomes of a better path.
    const isLinked = (): boolean => links.get(peer) != null
    if (!isLinked()) trails.attempt(peer)
    const end = AbortSignal.timeout(dialTimeoutMs)
    const ways = waysTo(peer, options).filter(({ isServed }) => path === 'direct' || isServed).slice(0, introducersMax)
    let reason = 'Nobody who introduces it is linked here.'
    for (const way of ways) {
      const attempt = await dialBy(peer, path, way, end)
      if (attempt.type === 'done') return
      reason = attempt.reason
      if (attempt.isMet || end.aborted) break // no other introducer would bring the two closer
    }
    // The other one dialled too, and was quicker.
    const isMet = links.get(peer)?.path === 'direct'
    if (!isLinked()) trails.failed(peer, reason)
    if (!isMet) report({ type: 'dial-failed', peer, code: 'dial-failed', sentence: `No ${path} connection came about: ${reason}` })
    tell({ type: 'dial-failed', peer, error: reason })
  }

  type Attempt = { readonly type: 'done' } | { readonly type: 'failed', readonly reason: string, readonly isMet: boolean }

  /** One attempt by one introducer. `isMet`: the two hubs spoke with each other. */
  async function dialBy (peer: PeerId, path: Path, { introducer, address }: Way, end: AbortSignal): Promise<Attempt> {
    const unmet = new AbortController()
    const waiting = setTimeout(() => { unmet.abort(new Error('the introducer did not reach it')) }, introductionMs)
    const endBefore = links.lastEnd(peer)
    let isMet = false
    /** While a path is searched: what is seen of that. */
    const search: { record?: IceRecord | undefined, isOn: boolean } = { isOn: false }
    const meet = (): void => {
      isMet = true
      clearTimeout(waiting)
    }
    try {
      const connection = await libp2p.dial(path === 'direct' ? address : withoutWebRTC(address), {
        signal: AbortSignal.any([end, unmet.signal]),
        force: true,
        onProgress: ({ type }: { readonly type: string }) => {
          if (type === 'webrtc:send-sdp-offer') search.record = options.newestOffer?.()
          search.isOn = type === 'webrtc:read-ice-candidates' || (search.isOn && type !== 'webrtc:close-signaling-stream')
          const shown = stageShownBy(type, introducer)
          if (shown == null) return
          meet()
          if (links.get(peer) == null) trails.note(peer, shown.stage, true, shown.sentence)
        }
      })
      meet()
      if (path === 'direct' && connection.limits != null) throw new Error('Only a relayed connection came about.')
      if (await links.open(connection) == null) {
        closeConnection(connection)
        const ended = links.lastEnd(peer)
        // It names others, and membership was told; without them it is this hub's own answer to a call of the other one.
        if (ended !== endBefore && ended?.others != null) return { type: 'done' }
        throw new Error(ended?.sentence ?? 'It did not answer on the connection.')
      }
      return { type: 'done' }
    } catch (thrown) {
      if (!search.isOn || search.record == null) return { type: 'failed', reason: dialFailure(reasonOf(thrown)), isMet }
      const { pathFailure } = await import('./ice-words.ts')
      const reason = pathFailure(search.record)
      trails.pathFailed(peer, reason)
      return { type: 'failed', reason, isMet }
    } finally {
      clearTimeout(waiting)
      closeUnused(peer)
    }
  }

  /** The circuit that carried the signalling: it takes one of its introducer's few places. */
  function closeUnused (peer: PeerId): void {
    for (const connection of libp2p.getConnections()) {
      const isUnused = connection.limits != null && connection.remotePeer.toString() === peer && links.get(peer)?.connection !== connection
      if (isUnused) closeConnection(connection)
    }
  }

  return {
    tell,
    stop () {
      idle = true
      clearTimeout(timer)
    }
  }
}

/** What libp2p says of a dial that failed, for people. */
function dialFailure (reason: string): string {
  return /NO_RESERVATION/.test(reason) ? 'it holds no place there any more.' : /^All multiaddr dials/.test(reason) ? 'none of its addresses answered.' : reason
}

/**
 * How a hub can be dialled now (gossip/SPEC.md V8): relays that answer here first, then neighbours that introduce it, then its other relays. The
 * address of a hub that introduces is its peer id alone: the way to it is open.
 */
export function waysTo (peer: PeerId, { links, contact, relays }: Pick<DialerOptions, 'links' | 'contact' | 'relays'>): Array<Way & { readonly isServed: boolean }> {
  const known = contact(peer)
  if (known == null) return []
  const answering = relays()
  const by = (introducer: PeerId): Multiaddr => multiaddr(`/p2p/${introducer}/p2p-circuit/webrtc/p2p/${peer}`)
  const served = known.served.map((address) => {
    const introducer = address.getComponents().find(({ name }) => name === 'p2p')?.value as PeerId | undefined
    return introducer != null && answering.includes(introducer)
      ? { introducer: 'the relay', address: by(introducer), isServed: true, isOpen: true }
      : { introducer: 'a relay', address: withPeer(address, peer), isServed: true, isOpen: false }
  })
  const neighbours = known.introducers.filter(introducer => introducer !== peer && links.get(introducer)?.path === 'direct')
    .map(introducer => ({ introducer: `the hub ${introducer}`, address: by(introducer), isServed: false }))
  return [...served.filter(({ isOpen }) => isOpen), ...neighbours, ...served.filter(({ isOpen }) => !isOpen)]
}

/** What membership asks of the network. */
export function waysFor (options: Pick<DialerOptions, 'links' | 'contact' | 'relays'>): MembershipHost['ways'] {
  return (peer) => {
    const ways = waysTo(peer, options)
    return { direct: ways.length > 0, relayed: ways.some(({ isServed }) => isServed) }
  }
}

function withPeer (address: Multiaddr, peer: PeerId): Multiaddr {
  return address.toString().endsWith(`/p2p/${peer}`) ? address : address.encapsulate(`/p2p/${peer}`)
}

function withoutWebRTC (address: Multiaddr): Multiaddr {
  return multiaddr(address.getComponents().filter(({ name }) => name !== 'webrtc'))
}
