/**
 * Places at other hubs and at relays by which this hub can be reached: asked for, kept, and told of. Who holds one lets its own neighbours
 * signal to this hub. libp2p's transport makes and renews them; it drops them with their connection.
 */
import { circuitRelayTransport, type CircuitRelayService, type CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Libp2p, PeerId as Libp2pPeerId, Transport } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'

/** What is used of libp2p's circuit transport beside dialling. Listening would do too, but needs a listener more at each reconnection. */
export interface ReservingTransport extends Transport {
  readonly reservationStore: {
    addRelay: (peer: Libp2pPeerId, type: 'configured') => Promise<unknown>
    hasReservation: (peer: Libp2pPeerId) => boolean
    getReservation: (peer: Libp2pPeerId) => { readonly addrs: readonly Uint8Array[] } | undefined
  }
}

export interface Reservations {
  /** Asks for a place there until there is one or `drop` is called. */
  keep: (peer: PeerId) => void
  drop: (peer: PeerId) => void
  holds: (peer: PeerId) => boolean
  /** Why it gives this hub no place: it has none left, or something else; null: it gave one, or has not answered yet. */
  refusal: (peer: PeerId) => Refusal | null
  /** Addresses at which this hub is dialled through it; of use to others only where it is a server. */
  addressesAt: (peer: PeerId) => Multiaddr[]
  stop: () => void
}

export interface Refusal {
  readonly isFull: boolean
  readonly sentence: string
}

export interface ReservationsOptions {
  readonly transport: () => ReservingTransport
  readonly report: (report: Report) => void
  /** A place was given or is gone. */
  readonly onChange: () => void
}

/** Between two requests that failed: the other side may see the link a moment later, or be full for long. */
const retryFirstMs = 500
const retryMaxMs = 30_000
/** Requests at once: as many as a hub has neighbours and relays, and more. */
const requestsMax = 64
/** Between two looks whether a place that was given is still there. */
const lookEveryMs = 10_000

export function createReservations ({ transport, report, onChange }: ReservationsOptions): Reservations {
  /** Bounded by the links and relays of this hub. */
  const kept = new Map<PeerId, { timer: ReturnType<typeof setTimeout> | undefined, asking: boolean, failures: number, refusal: Refusal | null }>()
  const looking = setInterval(look, lookEveryMs)
  const holds = (peer: PeerId): boolean => kept.has(peer) && transport().reservationStore.hasReservation(peerIdFromString(peer))

  async function ask (peer: PeerId): Promise<void> {
    const state = kept.get(peer)
    if (state == null) return
    state.timer = undefined
    state.asking = true
    try {
      await transport().reservationStore.addRelay(peerIdFromString(peer), 'configured')
      state.failures = 0
      state.refusal = null
      if (kept.get(peer) === state) onChange()
    } catch (thrown) {
      if (kept.get(peer) !== state) return
      const refusal = state.refusal = refusalOf(reasonOf(thrown))
      if (state.failures === 0) report({ type: refusal.isFull ? 'relay-full' : 'reservation-failed', peer, code: refusal.isFull ? 'relay-full' : 'reservation-failed', sentence: refusal.sentence })
      onChange()
      state.timer = setTimeout(() => { void ask(peer) }, Math.min(retryMaxMs, retryFirstMs * 2 ** state.failures))
      state.failures += 1
    } finally {
      state.asking = false
    }
  }

  function look (): void {
    for (const [peer, { timer, asking }] of kept) if (timer == null && !asking && !holds(peer)) void ask(peer)
  }

  return {
    keep (peer) {
      if (kept.has(peer)) return
      kept.set(peer, { timer: undefined, asking: false, failures: 0, refusal: null })
      void ask(peer)
    },
    drop (peer) {
      clearTimeout(kept.get(peer)?.timer)
      if (kept.delete(peer)) onChange()
    },
    holds,
    refusal: peer => kept.get(peer)?.refusal ?? null,
    addressesAt: (peer) => {
      const { addrs = [] } = holds(peer) ? transport().reservationStore.getReservation(peerIdFromString(peer)) ?? {} : {}
      return addrs.map(bytes => multiaddr(bytes).encapsulate('/p2p-circuit/webrtc'))
    },
    stop () {
      clearInterval(looking)
      for (const { timer } of kept.values()) clearTimeout(timer)
      kept.clear()
    }
  }
}

/** libp2p tells the status of the answer in its error's text alone. A relay refuses with this one when its places are taken, and with no other. */
function refusalOf (reason: string): Refusal {
  return reason.includes('RESERVATION_REFUSED')
    ? { isFull: true, sentence: 'It is full: all the places that it keeps for hubs are taken, so it cannot introduce others to this one.' }
    : { isFull: false, sentence: `It does not introduce this hub to others yet: ${reason}` }
}

/** The other side of it: a hub that left holds no place here any more. libp2p would keep it for hours. */
export function stopIntroducing (libp2p: Libp2p<{ introducer: CircuitRelayService }>, peer: PeerId): void {
  const { reservations } = libp2p.services.introducer
  const id = peerIdFromString(peer)
  reservations.get(id)?.signal.clear()
  reservations.delete(id)
}

/**
 * The transport's factory, and the transport once libp2p has made it. It looks for no relays by itself: any hub would do for it, and
 * with that one it would be content.
 */
export function reservingTransport (): {
  readonly create: (components: CircuitRelayTransportComponents) => Transport
  readonly transport: () => ReservingTransport
} {
  let made: Transport | undefined
  const create = circuitRelayTransport({
    discoveryFilter: { has: () => true, add: () => undefined, remove: () => undefined },
    // Whoever waits in its queue is forgotten, without a word, when another request succeeds: so nobody waits.
    reservationConcurrency: requestsMax
  })
  return {
    create: (components) => {
      made = create(components)
      return made
    },
    transport: () => {
      if (made == null || !('reservationStore' in made)) throw new Error('libp2p made no circuit transport')
      return made as ReservingTransport
    }
  }
}
