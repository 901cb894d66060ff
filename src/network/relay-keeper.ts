/**
 * Keeps this hub connected to its relays: dials, waits longer after each failure, measures the round trip, and tells when a relay
 * is gone or back. It has a place kept there for this hub (reservations.ts), where others are to reach it. Losing every relay does
 * not touch direct links.
 */
import type { Connection, Libp2p, PeerId as Libp2pPeerId } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import { hostOf } from '../base/multiaddr-host.ts'
import type { PeerId } from '../base/peer.ts'
import type { RelayStatus } from '../hub/api.ts'
import { closeConnection } from './close-connection.ts'
import type { Reservations } from './reservations.ts'

export interface RelayKeeper {
  views: () => RelayStatus[]
  /** Keeps these, up to a limit. Those kept before that are not among them are let go, unless they answer. */
  use: (addresses: readonly Multiaddr[]) => void
  /** No longer kept, even if it answers: its connection ends. */
  letGo: (address: string) => void
  /** Dials at once those that wait. */
  hurry: () => void
  isRelay: (peer: string) => boolean
  /** Relays that answer, by their peer ids. */
  connected: () => PeerId[]
  /** A place at some relay was given or is gone. */
  look: () => void
  /** The relay is of no use to this hub: it is let go and not dialled again. */
  refuse: (peer: string, sentence: string) => void
  stop: () => void
}

interface KeptRelay {
  view: () => RelayStatus
  look: () => void
  hurry: () => void
  peer: () => string | undefined
  refuse: (sentence: string) => void
  stop: () => void
}

export interface RelayKeeperOptions {
  readonly libp2p: Libp2p<{ ping: Ping }>
  readonly now: () => number
  readonly report: (report: Report) => void
  /** Called now and then while a relay is connected: its process may be a hub too, whose link ended. */
  readonly onBeat: (connection: Connection) => void
  /** Whether others are to reach this hub through its relays. @default they are not */
  readonly reservations?: Pick<Reservations, 'keep' | 'drop' | 'holds' | 'refusal'>
}

/** Relays kept at once. A network names a few; each costs a connection. */
const relaysMax = 8
const dialTimeoutMs = 10_000
const retryFirstMs = 500
/** A relay that is back is found within this. */
const retryMaxMs = 15_000
const pingIntervalMs = 10_000
const pingTimeoutMs = 8_000

export function createRelayKeeper ({ libp2p, now, report, onBeat, reservations }: RelayKeeperOptions): RelayKeeper {
  const relays: KeptRelay[] = []

  function use (addresses: readonly Multiaddr[]): void {
    const named = new Set(addresses.map(address => address.toString()))
    for (const relay of [...relays]) {
      if (relay.view().state !== 'looking' || named.has(relay.view().address)) continue
      relay.stop()
      relays.splice(relays.indexOf(relay), 1)
    }
    for (const address of addresses) {
      if (relays.length >= relaysMax || relays.some(relay => relay.view().address === address.toString())) continue
      relays.push(keep(address))
    }
  }

  function keep (address: Multiaddr): KeptRelay {
    let connectedTo: Libp2pPeerId | undefined
    let since = now()
    let reserved = false
    let refused = false
    let released = false
    let rttMs: number | null = null
    let failures = 0
    let lastError: string | null = null
    let retryAt: number | null = null
    let retry: ReturnType<typeof setTimeout> | undefined
    let heartbeat: ReturnType<typeof setInterval> | undefined

    async function dial (): Promise<void> {
      retryAt = null
      try {
        const connection = await libp2p.dial(address, { signal: AbortSignal.timeout(dialTimeoutMs) })
        if (released) { // it was let go meanwhile
          closeConnection(connection)
          return
        }
        connectedTo = connection.remotePeer
        since = now()
        failures = 0
        lastError = null
        reservations?.keep(connectedTo.toString() as PeerId)
        report({ type: 'relay-up', peer: connectedTo.toString(), sentence: 'The relay answers.' })
        beat(connection)
        heartbeat = setInterval(() => { beat(connection) }, pingIntervalMs)
        if (connection.status !== 'open') lost('The relay closed the connection at once.')
      } catch (thrown) {
        // By WebRTC-direct (decisions/0036) nobody says why.
        const hint = address.toString().includes('/certhash/') ? ' It is away, or its UDP port is closed, or it has another certificate, which its /network.json names.' : ''
        wait(`Dialling it failed: ${reasonOf(thrown)}.${hint}`)
      }
    }

    function beat (connection: Connection): void {
      onBeat(connection)
      void measure()
    }

    async function measure (): Promise<void> {
      if (connectedTo == null) return
      const peer = connectedTo
      try {
        rttMs = await libp2p.services.ping.ping(peer, { signal: AbortSignal.timeout(pingTimeoutMs) })
      } catch (thrown) {
        // A relay that does not answer a ping is as good as gone: closing makes it seen as such, and dialled again.
        report({ type: 'relay-silent', peer: peer.toString(), code: 'relay-silent', sentence: `The relay did not answer a ping: ${reasonOf(thrown)}` })
        for (const connection of libp2p.getConnections(peer)) connection.abort(new Error('relay silent'))
      }
    }

    function lost (sentence: string): void {
      if (connectedTo == null) return
      report({ type: 'relay-gone', peer: connectedTo.toString(), sentence })
      reservations?.drop(connectedTo.toString() as PeerId)
      connectedTo = undefined
      rttMs = null
      reserved = false
      since = now()
      clearInterval(heartbeat)
      wait(sentence)
    }

    function wait (sentence: string): void {
      if (released || refused) return
      if (failures === 0) report({ type: 'relay-unreachable', code: 'relay-unreachable', sentence: `The relay at ${hostOf(address.toString())}: ${sentence}` })
      lastError = sentence
      const waitMs = Math.min(retryMaxMs, retryFirstMs * 2 ** failures) * (0.5 + Math.random())
      failures += 1
      retryAt = now() + waitMs
      clearTimeout(retry)
      retry = setTimeout(() => { void dial() }, waitMs)
    }

    const onDisconnect = (event: CustomEvent<Libp2pPeerId>): void => {
      if (connectedTo?.equals(event.detail) === true) lost('The connection to the relay ended.')
    }
    function look (): void {
      const peer = connectedTo?.toString() as PeerId | undefined
      const has = peer != null && reservations?.holds(peer) === true
      if (has === reserved) return
      reserved = has
      since = now()
      if (has) report({ type: 'relay-reserved', peer, sentence: 'The relay holds a place for this hub: others can find it.' })
    }
    libp2p.addEventListener('peer:disconnect', onDisconnect)
    void dial()

    return {
      view () {
        const refusal = connectedTo == null || reserved ? null : reservations?.refusal(connectedTo.toString() as PeerId) ?? null
        return {
          address: address.toString(), state: refused ? 'refused' : connectedTo == null ? 'looking' : reserved ? 'reserved' : 'connected',
          rttMs, since, retryAt, lastError: refusal?.sentence ?? lastError, full: refusal?.isFull ?? false
        }
      },
      peer: () => connectedTo?.toString(),
      look,
      refuse: (sentence: string) => {
        const connections = connectedTo == null ? [] : libp2p.getConnections(connectedTo)
        refused = true
        lastError = sentence
        report({ type: 'relay-refused', peer: connectedTo?.toString(), code: 'wrong-network', sentence })
        for (const connection of connections) connection.abort(new Error(sentence))
      },
      hurry: () => {
        if (retryAt == null) return
        clearTimeout(retry)
        failures = 0
        void dial()
      },
      stop: () => {
        released = true
        clearTimeout(retry)
        clearInterval(heartbeat)
        libp2p.removeEventListener('peer:disconnect', onDisconnect)
      }
    }
  }

  return {
    views: () => relays.map(relay => relay.view()),
    use,
    letGo (address) {
      const index = relays.findIndex(relay => relay.view().address === address)
      const [relay] = index < 0 ? [] : relays.splice(index, 1)
      const peer = relay?.peer()
      relay?.stop()
      if (peer == null) return
      reservations?.drop(peer as PeerId)
      for (const connection of libp2p.getConnections(peerIdFromString(peer))) closeConnection(connection)
    },
    hurry: () => { for (const relay of relays) relay.hurry() },
    refuse: (peer, sentence) => { relays.find(relay => relay.peer() === peer)?.refuse(sentence) },
    connected: () => [...new Set(relays.flatMap(relay => relay.peer() as PeerId | undefined ?? []))], // one relay may have two addresses
    look: () => { for (const relay of relays) relay.look() },
    isRelay: peer => relays.some(relay => relay.peer() === peer),
    stop: () => {
      for (const relay of relays) relay.stop()
    }
  }
}
