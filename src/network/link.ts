/**
 * One link: the long-lived gossip stream to one neighbour, from hello to end (gossip/SPEC.md G1 to G5, G20, V3, V4). It greets, keeps the
 * round trip, answers pings and hands every other frame on, one at a time; the next is read only when the handler is done.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { PeerId } from '../base/peer.ts'
import type { BroadcastOffence } from '../gossip/broadcast.ts'
import { decodeFrame, encodeFrame, gossipVersion, type Frame, type FrameRejection } from '../gossip/frames.ts'
import type { JoinRejection } from '../hub/fastsync/joining.ts'
import type { SyncRejection } from '../hub/sync/conversation.ts'
import type { MessageRejection, NetworkId } from '../message/types.ts'
import { createFaultyFrames } from './faulty-frames.ts'
import { noFaults, type Faults } from './faults.ts'
import { createFrameStream, type Sent } from './frame-stream.ts'

export type LinkPath = 'direct' | 'relayed' | 'server'
/** What the core gets to see of a link. */
export type LinkFrame = Exclude<Frame, { readonly type: 'hello' | 'full' | 'ping' | 'pong' }>
/** `full`: it has as many links as it takes, or made room for another. */
export type LinkRejection = FrameRejection | MessageRejection | SyncRejection | JoinRejection | BroadcastOffence | 'full'

/** Why a link ended; `code` where the peer is to blame or the two do not fit. */
export interface LinkEnd {
  readonly code: LinkRejection | undefined
  readonly sentence: string
  /** With `full`: hubs that may have a place. */
  readonly others?: readonly PeerId[]
}

export interface Link {
  readonly peer: PeerId
  readonly connection: Connection
  readonly path: LinkPath
  readonly transport: string
  /** Who introduced the two; null: nobody had to, or nobody knows. */
  readonly introducer: PeerId | null
  readonly agent: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly rttMs: number | null
  /** Frames come, and none of the pings of the last `oneWayAfterMs` was answered: what this side sends does not arrive. */
  readonly oneWay: boolean
  readonly bytesIn: number
  readonly bytesOut: number
  send: (frame: Frame) => Sent
  /** Ends the link because of what the peer sent. */
  reject: (code: LinkRejection, sentence: string) => void
  /** Ends the link in order. */
  close: () => Promise<void>
  /** Ends the link to make room, and names others. */
  part: (others: readonly PeerId[]) => Promise<void>
  /** Resolves when the link has ended. */
  readonly ended: Promise<LinkEnd>
}

export interface LinkOptions {
  readonly stream: Stream
  readonly connection: Connection
  readonly network: NetworkId
  readonly agent: string
  /** Whether this side opened the stream: then it greets first, and the other decides. */
  readonly isOpener: boolean
  /** How many links this hub has, servers apart. */
  readonly links: () => number
  /** For who answers: whether a hub that has so many links is let in; otherwise who may have a place. */
  readonly admit: (peer: PeerId, links: number) => { readonly ok: true } | { readonly ok: false, readonly others: readonly PeerId[] }
  readonly now: () => number
  /** They begin once both have greeted. @default none */
  readonly faults?: Pick<Faults, 'delayMs' | 'loses'>
  /** Called for each frame in order; the next frame waits for it. */
  readonly onFrame: (frame: LinkFrame, link: Link) => Promise<void>
  /** The neighbour has caught up after frames for it were refused as congested. */
  readonly onDrained?: () => void
  /** A ping was answered after so many milliseconds. */
  readonly onRoundTrip?: (rttMs: number) => void
  /** For tests. @default helloTimeoutMs */
  readonly helloWithinMs?: number
}

/** G1. */
export const helloTimeoutMs = 10_000
/** How long who was refused has for reading that and ending its side. Guess: some round trips. */
const partingMs = 1_000
/** G20. */
export const pingIntervalMs = 5_000
const silenceMaxMs = 20_000
/** A link is one-way after so long; the round trip of an injected delay at its highest (hub/fault-arguments.ts) is shorter, and a silent link ends later. */
export const oneWayAfterMs = 12_000
/** Pings that wait for their pongs: those of the time in which a link is found silent. */
const pingsMax = silenceMaxMs / pingIntervalMs
/** Weight of the newest round trip in the smoothed one. Heavier than RFC 6298's 1/8: there is one sample in 5 s, and the first ones fall into a busy start. */
const newestWeight = 1 / 4

/**
 * Greets on a stream and resolves with the link once the neighbour's hello came; with the end otherwise, the stream then being closed.
 * Reading starts with `run`.
 */
export async function openLink (options: LinkOptions): Promise<{ readonly link: Link, readonly run: () => void } | { readonly end: LinkEnd }> {
  const { stream, connection, network, agent, isOpener, links, admit, now, faults = noFaults } = options
  const { onFrame, onDrained, onRoundTrip, helloWithinMs = helloTimeoutMs } = options
  const greetings = createFrameStream(stream, onDrained)
  const peer = connection.remotePeer.toString() as PeerId
  const greet = (): void => { greetings.send(encodeFrame({ type: 'hello', version: gossipVersion, network, agent, links: links() })) }
  if (isOpener) greet()
  const greeting = await greetings.read({ signal: AbortSignal.timeout(helloWithinMs) })
  const refuse = (code: LinkRejection | undefined, sentence: string): { end: LinkEnd } => {
    greetings.abort(new Error(sentence))
    return { end: { code, sentence } }
  }
  /** The other is to read what was written to it. */
  const refuseInOrder = async (end: LinkEnd): Promise<{ end: LinkEnd }> => {
    if (!isOpener && end.code !== 'full') greet()
    await greetings.close()
    // That closes one side. Whoever leaves the other one open, or goes on sending, is cut off.
    const last = await greetings.read({ signal: AbortSignal.timeout(partingMs) })
    if (last.type !== 'end') greetings.abort(new Error(end.sentence))
    return { end }
  }
  if (greeting.type === 'end') return refuse(undefined, 'The stream ended before a greeting.')
  if (greeting.type === 'failed') {
    if (greeting.code != null) return refuse(greeting.code, `A greeting could not be read (${greeting.code}).`)
    if (isTimeout(greeting.error)) return refuse('stream-silent', `No greeting within ${helloWithinMs / 1000} s on a gossip stream.`)
    return refuse(undefined, `The stream failed before a greeting: ${greeting.error.message}`)
  }
  const hello = decodeFrame(greeting.bytes)
  if (!hello.ok) return refuse(hello.code, 'The first frame is not a greeting.')
  if (hello.value.type === 'full' && isOpener) return refuseInOrder({ code: 'full', sentence: 'The other hub has as many links as it takes.', others: hello.value.others })
  if (hello.value.type !== 'hello') return refuse('unexpected-frame', 'The first frame is not a greeting.')
  if (hello.value.version !== gossipVersion) {
    return refuseInOrder({ code: 'unsupported-version', sentence: `The hub speaks version ${hello.value.version} of gossip, this one version ${gossipVersion}.` })
  }
  if (hello.value.network !== network) {
    return refuseInOrder({ code: 'wrong-network', sentence: `The hub belongs to another network (${hello.value.network.slice(0, 8)}…, this one is ${network.slice(0, 8)}…).` })
  }
  if (!isOpener) {
    const answer = admit(peer, hello.value.links)
    if (!answer.ok) {
      greetings.send(encodeFrame({ type: 'full', others: answer.others }))
      return refuseInOrder({ code: 'full', sentence: 'It was not let in: this hub has as many links as it takes.' })
    }
    greet()
  }

  const frames = createFaultyFrames({ frames: greetings, peer, faults, onLoss: 'go-on', onDrained })
  const ended = Promise.withResolvers<LinkEnd>()
  const since = now()
  let over = false
  let lastHeardMs = since
  let rttMs: number | null = null
  let pings = 0
  /** When the pings that wait for their pongs were sent, by nonce, the oldest first: one pong a ping counts, and what it overtook is lost. */
  const unanswered = new Map<number, number>()
  let heartbeat: ReturnType<typeof setInterval> | undefined

  function finish (end: LinkEnd, error?: Error): void {
    if (over) return
    over = true
    clearInterval(heartbeat)
    if (error != null) frames.abort(error)
    ended.resolve(end)
  }

  const link: Link = {
    peer,
    connection,
    path: pathOf(connection),
    transport: transportOf(connection),
    introducer: introducerOf(connection),
    agent: hello.value.agent,
    since,
    get rttMs () { return rttMs },
    get oneWay () {
      const [firstMs = Infinity] = unanswered.values()
      return now() - firstMs >= oneWayAfterMs && lastHeardMs > firstMs
    },
    get bytesIn () { return frames.bytesIn },
    get bytesOut () { return frames.bytesOut },
    send: frame => over ? 'closed' : frames.send(encodeFrame(frame)),
    reject: (code, sentence) => { finish({ code, sentence }, new Error(sentence)) },
    close: async () => {
      finish({ code: undefined, sentence: 'Closed here.' })
      await frames.close()
    },
    part: async (others) => {
      frames.send(encodeFrame({ type: 'full', others }))
      await frames.close() // before the end is told, which closes the connection under it
      finish({ code: undefined, sentence: 'Given up here, to make room for another.' })
    },
    ended: ended.promise
  }

  function beat (): void {
    const nowMs = now()
    if (nowMs - lastHeardMs > silenceMaxMs) {
      link.reject('link-silent', `Nothing came on the link for ${Math.round((nowMs - lastHeardMs) / 1000)} s.`)
      return
    }
    pings = (pings + 1) % 2 ** 32
    unanswered.set(pings, nowMs)
    if (unanswered.size > pingsMax) for (const oldest of unanswered.keys()) { unanswered.delete(oldest); break }
    link.send({ type: 'ping', nonce: pings })
  }

  function onPong (nonce: number): void {
    const sentMs = unanswered.get(nonce)
    if (sentMs == null) return
    const sample = now() - sentMs
    rttMs = rttMs == null ? sample : rttMs + (sample - rttMs) * newestWeight
    for (const earlier of unanswered.keys()) {
      unanswered.delete(earlier)
      if (earlier === nonce) break
    }
    onRoundTrip?.(sample)
  }

  async function readFrames (): Promise<void> {
    for (;;) {
      const read = await frames.read()
      if (over) return
      if (read.type === 'end') { finish({ code: undefined, sentence: 'The other hub closed the link.' }, new Error('link closed')); return }
      if (read.type === 'failed') { finish({ code: read.code, sentence: `The link broke: ${read.error.message}` }, read.error); return }
      lastHeardMs = now()
      const frame = decodeFrame(read.bytes)
      if (!frame.ok) { link.reject(frame.code, 'The hub sent bytes that are not a gossip frame.'); return }
      switch (frame.value.type) {
        case 'hello': link.reject('unexpected-frame', 'The hub greeted twice.'); return
        case 'full':
          finish({ code: 'full', sentence: 'The other hub made room for another.', others: frame.value.others }, new Error('full'))
          return
        case 'ping': link.send({ type: 'pong', nonce: frame.value.nonce }); break
        case 'pong': onPong(frame.value.nonce); break
        case 'gossip': case 'ihave': case 'graft': case 'prune': case 'signer-want': await onFrame(frame.value, link)
      }
    }
  }

  return {
    link,
    run: () => {
      heartbeat = setInterval(beat, pingIntervalMs)
      beat()
      readFrames().catch((thrown: unknown) => {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        finish({ code: undefined, sentence: `The link failed here: ${error.message}` }, error)
      })
    }
  }
}

export function pathOf (connection: Connection): LinkPath {
  if (connection.limits != null) return 'relayed'
  return transportOf(connection) === 'webrtc' ? 'direct' : 'server'
}

export function transportOf (connection: Connection): string {
  const names = connection.remoteAddr.getComponents().map(({ name }) => name)
  return ['webrtc', 'webrtc-direct', 'p2p-circuit', 'ws', 'wss', 'tcp'].find(name => names.includes(name)) ?? names.at(-1) ?? 'unknown'
}

/** The hub or relay by way of which the two came to know each other, as the address tells. */
export function introducerOf (connection: Connection): PeerId | null {
  const components = connection.remoteAddr.getComponents()
  const circuit = components.findIndex(({ name }) => name === 'p2p-circuit')
  const before = components[circuit - 1]
  return before?.name === 'p2p' && before.value != null ? before.value as PeerId : null
}

function isTimeout (error: Error): boolean {
  return error.name === 'TimeoutError' || error.name === 'AbortError'
}
