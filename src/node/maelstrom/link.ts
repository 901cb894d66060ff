/**
 * One link between two Maelstrom nodes (SPEC.md L5 to L9): a stream of frames over messages that a partition swallows without a word. It greets, numbers what
 * it sends, hands on in order what comes, pings when nothing comes, and ends when something was lost, as a connection does that breaks: what was missed
 * is then found by the offer and the comparison that every new link begins with (gossip/SPEC.md G17, sync/SPEC.md S19).
 *
 * Each side's life of a link has a number of its own. Messages name both, so that whatever belongs to an earlier life is known as such.
 *
 * Invariants
 * 1. Frames are handed on only while the link is up, each once, in the order in which they were sent, none left out.
 * 2. A link is up only after the other side was heard to know this side's life: never because of one direction alone.
 */
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { decodeFrame, encodeFrame, gossipVersion, type Frame } from '../../gossip/frames.ts'
import type { NetworkId } from '../../message/types.ts'
import type { Envelope, SyncPart } from './envelope.ts'
import type { LinkTiming } from './profile.ts'

export type LinkFrame = Exclude<Frame, { readonly type: 'hello' | 'full' | 'ping' | 'pong' }>

export interface Link {
  readonly peer: PeerId
  readonly isUp: boolean
  /** Greets the neighbour, again if need be. */
  dial: () => void
  receive: (envelope: Envelope) => void
  /** False: the link is down, and the frame was not taken. */
  send: (frame: Frame) => boolean
  sendSync: (part: SyncPart) => boolean
  /** Ends it, and tells the neighbour. Nothing happens to one that is not up. */
  close: (sentence: string) => void
  /** To be called every `beatMs`. */
  beat: () => void
}

export interface LinkOptions {
  readonly peer: PeerId
  readonly network: NetworkId
  readonly agent: string
  /** How many links this node has: a hello says it. */
  readonly links: () => number
  readonly timing: LinkTiming
  readonly batchMs: number
  readonly now: () => number
  readonly timer: Timer
  /** A number above 0 that no earlier life had. */
  readonly newLife: () => number
  readonly transmit: (envelope: Envelope) => void
  readonly onUp: () => void
  readonly onDown: (sentence: string) => void
  readonly onFrame: (frame: LinkFrame) => void
  readonly onSync: (part: SyncPart) => void
  readonly onRoundTrip: (rttMs: number) => void
  /** The neighbour is no hub of this network, or breaks the protocol. */
  readonly onRefused: (sentence: string) => void
}

/** A message takes about this much of frames and no more: pipes and JSON parsers like it small. */
const envelopeBytesMax = 65_536
/** Messages that may wait for one before them. More are lost with it. */
const heldMax = 1_024
/** Weight of a new round trip. As in network/link.ts. */
const newestWeight = 1 / 4
/** Greets whom it has heard nothing of yet. */
const unknown = 0
const greeting = 0
const closing = -1

export function createLink (options: LinkOptions): Link {
  const { peer, network, agent, links, timing, batchMs, now, timer, newLife, transmit, onUp, onDown, onFrame, onSync, onRoundTrip, onRefused } = options
  /** `greeted`: the other side's life is known, and not yet whether it knows this one. */
  let state: 'idle' | 'dialling' | 'greeted' | 'up' = 'idle'
  let mine = unknown
  let theirs = unknown
  let gossip: Uint8Array[] = []
  let sync: SyncPart[] = []
  let queuedBytes = 0
  let sent = 0
  let flushedMs = -Infinity
  let callOffFlush: (() => void) | undefined
  /** The number that is to come next, and what came before its turn. */
  let expected = 1
  const held = new Map<number, Envelope>()
  let holeSinceMs: number | undefined
  let heardMs = 0
  let pings = 0
  let pingSentMs: number | undefined
  let rttMs: number | undefined

  function greet (): void {
    const hello = encodeFrame({ type: 'hello', version: gossipVersion, network, agent, links: links() })
    transmit({ from: mine, to: theirs, number: greeting, gossip: [hello], sync: [] })
  }

  function begin (): void {
    mine = newLife()
    theirs = unknown
    state = 'dialling'
  }

  function goUp (): void {
    state = 'up'
    heardMs = now()
    sent = 0
    expected = 1
    holeSinceMs = undefined
    held.clear()
    pingSentMs = undefined
    onUp()
    ping() // it also tells the neighbour that its greeting came
  }

  function goDown (sentence: string): void {
    const wasUp = state === 'up'
    state = 'idle'
    mine = unknown
    callOffFlush?.()
    callOffFlush = undefined
    gossip = []
    sync = []
    queuedBytes = 0
    if (wasUp) onDown(sentence)
  }

  /** The stream has a hole: only a new one is whole. */
  function breakOff (sentence: string): void {
    goDown(sentence)
    begin()
    greet()
  }

  function flush (): void {
    callOffFlush = undefined
    if (state !== 'up' || gossip.length + sync.length === 0) return
    sent += 1
    flushedMs = now()
    const envelope = { from: mine, to: theirs, number: sent, gossip, sync }
    gossip = []
    sync = []
    queuedBytes = 0
    transmit(envelope)
  }

  /**
   * After a pause it goes at once, with whatever else this turn brings; otherwise at the end of the slice of time that all links of this node share: so the
   * last neighbour has it no later than the others, half a slice on average.
   */
  function waitMs (): number {
    const nowMs = now()
    return nowMs - flushedMs >= batchMs ? 0 : batchMs - nowMs % batchMs
  }

  function queued (bytes: number, isUrgent: boolean): void {
    queuedBytes += bytes
    if (queuedBytes >= envelopeBytesMax) {
      callOffFlush?.()
      flush()
      return
    }
    if (isUrgent) {
      callOffFlush?.()
      callOffFlush = undefined
    }
    callOffFlush ??= timer(isUrgent ? 0 : waitMs(), flush)
  }

  function send (frame: Frame): boolean {
    if (state !== 'up') return false
    const bytes = encodeFrame(frame)
    gossip.push(bytes)
    // Round trips are the network's, not the batches'.
    queued(bytes.byteLength, frame.type === 'ping' || frame.type === 'pong')
    return true
  }

  function ping (): void {
    pings = (pings + 1) % 2 ** 32
    pingSentMs = now()
    send({ type: 'ping', nonce: pings })
  }

  function onPong (nonce: number): void {
    if (pingSentMs === undefined || nonce !== pings) return
    const sample = now() - pingSentMs
    pingSentMs = undefined
    rttMs = rttMs === undefined ? sample : rttMs + (sample - rttMs) * newestWeight
    onRoundTrip(sample)
  }

  function takeGreeting ({ from, to, gossip: [first] }: Envelope): void {
    const decoded = first === undefined ? undefined : decodeFrame(first)
    if (decoded?.ok !== true || decoded.value.type !== 'hello') { onRefused('The first frame is not a greeting.'); return }
    if (decoded.value.version !== gossipVersion) { onRefused(`The hub speaks version ${decoded.value.version} of gossip, this one version ${gossipVersion}.`); return }
    if (decoded.value.network !== network) { onRefused(`The hub belongs to another network (${decoded.value.network.slice(0, 8)}…).`); return }
    if (to !== unknown && to !== mine) { disown(from, to); return }
    if (state === 'up') {
      if (from === theirs) return // a greeting that was repeated
      goDown('The other hub began the link anew.')
    }
    if (mine === unknown) begin()
    theirs = from
    if (to === mine) goUp()
    else {
      state = 'greeted'
      greet()
    }
  }

  /** It speaks to a life that is over. */
  function disown (from: number, to: number): void {
    transmit({ from: to, to: from, number: closing, gossip: [], sync: [] })
  }

  function takeFrame (frame: Exclude<Frame, { readonly type: 'hello' | 'full' }>): void {
    switch (frame.type) {
      case 'ping': send({ type: 'pong', nonce: frame.nonce }); return
      case 'pong': onPong(frame.nonce); return
      case 'gossip': case 'ihave': case 'graft': case 'prune': case 'signer-want': onFrame(frame)
    }
  }

  function deliver ({ gossip: frames, sync: parts }: Envelope): void {
    expected += 1
    const life = mine
    for (const bytes of frames) {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok || decoded.value.type === 'hello' || decoded.value.type === 'full') {
        onRefused('The hub sent what no hub sends on a link.')
        goDown('The hub sent what no hub sends on a link.')
        return
      }
      takeFrame(decoded.value)
      if (life !== mine) return // the frame ended the link
    }
    for (const part of parts) if (life === mine) onSync(part)
  }

  return {
    peer,
    get isUp () { return state === 'up' },
    dial () {
      if (state === 'up') return
      if (state === 'idle') begin()
      greet()
    },
    receive (envelope) {
      const { from, to, number } = envelope
      if (number === greeting) { takeGreeting(envelope); return }
      if (mine === unknown || to !== mine || from !== theirs) {
        if (number !== closing) disown(from, to)
        return
      }
      if (number === closing) { goDown('The other hub closed the link.'); return }
      if (state === 'greeted') goUp()
      heardMs = now()
      if (number < expected) return
      if (number > expected) {
        holeSinceMs ??= now()
        if (held.size < heldMax) held.set(number, envelope)
        return
      }
      deliver(envelope)
      for (let next = held.get(expected); next !== undefined && mine === to; next = held.get(expected)) {
        held.delete(expected)
        deliver(next)
      }
      holeSinceMs = held.size === 0 ? undefined : now()
    },
    send,
    sendSync (part) {
      if (state !== 'up') return false
      const last = sync.at(-1)
      // Frames of one session that go together are one part.
      if (last !== undefined && last.session === part.session && last.mine === part.mine && last.end === undefined) {
        sync[sync.length - 1] = { ...part, frames: [...last.frames, ...part.frames] }
      } else sync.push(part)
      queued(part.frames.reduce((sum, { byteLength }) => sum + byteLength, 0), false)
      return true
    },
    close (sentence) {
      if (state !== 'up') return
      flush()
      transmit({ from: mine, to: theirs, number: closing, gossip: [], sync: [] })
      goDown(sentence)
    },
    beat () {
      if (state !== 'up') return
      const nowMs = now()
      const lostAfterMs = Math.max(timing.lostAfterMsMin, timing.lostAfterRoundTrips * (rttMs ?? 0))
      if (holeSinceMs !== undefined && nowMs - holeSinceMs >= lostAfterMs) breakOff('Something on the link was lost.')
      else if (nowMs - heardMs >= timing.deadAfterMs) breakOff(`Nothing came on the link for ${Math.round((nowMs - heardMs) / 1000)} s.`)
      else if (nowMs - heardMs >= timing.pingAfterMs && nowMs - (pingSentMs ?? -Infinity) >= timing.pingAfterMs) ping()
    }
  }
}
