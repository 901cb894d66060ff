/**
 * `/hubbub/status/1` on libp2p (SPEC.md, N1 to N3): neighbours tell one another what they are and hold, when a link comes up and every half minute.
 * It keeps what each told last; what follows from it is not its business.
 */
import type { Libp2p, Stream } from '@libp2p/interface'
import { TokenBucket } from '../base/bounded.ts'
import type { PeerId } from '../base/peer.ts'
import { createFrameStream, type FrameStream } from './frame-stream.ts'
import type { Links } from './links.ts'
import { decodeStatus, encodeStatus, type PeerStatus } from './status.ts'

export const statusProtocol = '/hubbub/status/1'

export interface StatusExchange {
  linkDown: (peer: PeerId) => void
  /** Asks all that are due: new links at once. To be called every few seconds. */
  tick: () => void
  /** What a neighbour told last; undefined: nothing, or too long ago. */
  of: (peer: PeerId) => PeerStatus | undefined
  stop: () => Promise<void>
}

export interface StatusExchangeOptions {
  readonly libp2p: Libp2p
  readonly links: Pick<Links, 'get' | 'all' | 'arrival'>
  /** What this hub tells now. */
  readonly own: () => PeerStatus
  readonly now: () => number
  /** A neighbour told something. */
  readonly onTold?: ((peer: PeerId, status: PeerStatus) => void) | undefined
}

/** N1. Twice a minute, as comparisons are. */
const intervalMs = 30_000
/** N1. Who did not answer, because it was not ready, is asked again after this. Guess. */
const againAfterMs = 10_000
/** N2. */
const answerTimeoutMs = 5_000
const asksPerSecond = 0.2
const asksBurst = 8
/** N3. Two exchanges, and one that was lost. */
const staleAfterMs = 75_000
const streamsPerPeerMax = 4
/** The link of whoever asks may come up a moment later on this side. */
const linkWaitMs = 2_000

/** Of one neighbour, for as long as it is linked. */
interface Told {
  readonly asks: TokenBucket
  status: PeerStatus | undefined
  atMs: number
  askedMs: number
}

export async function createStatusExchange ({ libp2p, links, own, now, onTold }: StatusExchangeOptions): Promise<StatusExchange> {
  const self = libp2p.peerId.toString() as PeerId
  /** Bounded by the links. */
  const told = new Map<PeerId, Told>()

  function entryOf (peer: PeerId): Told {
    const known = told.get(peer)
    if (known != null) return known
    const entry: Told = { asks: new TokenBucket(asksPerSecond, asksBurst), status: undefined, atMs: -Infinity, askedMs: -Infinity }
    told.set(peer, entry)
    return entry
  }

  /** Whether a status came. */
  async function read (frames: FrameStream, peer: PeerId): Promise<boolean> {
    const next = await frames.read({ signal: AbortSignal.timeout(answerTimeoutMs) })
    if (next.type !== 'frame') {
      if (next.type === 'failed' && next.code != null) links.get(peer)?.reject(next.code, `A status could not be read: ${next.code}.`)
      return false
    }
    const status = decodeStatus(next.bytes, now())
    if (status == null) {
      links.get(peer)?.reject('frame-malformed', 'The hub sent a status that is none.')
      return false
    }
    if (links.get(peer) == null) return false
    Object.assign(entryOf(peer), { status, atMs: now() })
    onTold?.(peer, status)
    return true
  }

  async function answer (stream: Stream, peer: PeerId): Promise<void> {
    const link = await links.arrival(peer, linkWaitMs)
    if (link == null || !entryOf(peer).asks.take(now())) {
      stream.abort(new Error('not now'))
      return
    }
    const frames = createFrameStream(stream)
    if (await read(frames, peer)) frames.send(encodeStatus(own()))
    await frames.close()
  }

  async function ask (peer: PeerId): Promise<void> {
    const connection = links.get(peer)?.connection
    if (connection == null) return
    entryOf(peer).askedMs = now()
    const stream = await connection.newStream(statusProtocol, { runOnLimitedConnection: true, signal: AbortSignal.timeout(answerTimeoutMs) })
    const frames = createFrameStream(stream)
    frames.send(encodeStatus(own()))
    if (await read(frames, peer)) await frames.close()
    else frames.abort(new Error('no status'))
  }

  function askOnce (peer: PeerId): void {
    const entry = entryOf(peer)
    // Gone meanwhile (then its entry is too), or it does not speak the protocol (N2): nothing is known of it, which `of` says.
    ask(peer).catch(() => { entry.askedMs = now() - intervalMs + againAfterMs })
  }

  await libp2p.handle(statusProtocol, async (stream, connection) => {
    await answer(stream, connection.remotePeer.toString() as PeerId)
  }, { runOnLimitedConnection: true, maxInboundStreams: streamsPerPeerMax, maxOutboundStreams: streamsPerPeerMax })

  return {
    linkDown (peer) { told.delete(peer) },
    tick () {
      for (const { peer } of links.all()) if (self < peer && now() - entryOf(peer).askedMs >= intervalMs) askOnce(peer)
    },
    of (peer) {
      const entry = told.get(peer)
      return entry != null && now() - entry.atMs <= staleAfterMs ? entry.status : undefined
    },
    stop: async () => { await libp2p.unhandle(statusProtocol) }
  }
}
