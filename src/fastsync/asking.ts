/**
 * Which chunk is asked of whom (SPEC.md, F12): several peers at once, each with the next one on its way, in the order of the manifest; what one does not
 * have or does not answer is asked of another. Who says to keep less is asked for the rest of it last. It knows no bytes and no certificates.
 *
 * Invariants: 1. A chunk is queued, asked of one peer, or had. 2. A peer has at most `ofPeer` asked of it; asked or not kept are at most `parallel`; both also
 * by their messages, but that one chunk is always asked for.
 */
import type { PeerId } from '../base/peer.ts'
import { answerWithinMs, askedMessagesMax, askedOfPeerMax, askedOfPeerMessagesMax, silencesMax } from './limits.ts'

export interface Asking {
  /** A peer may be asked from now on. Harmless for one that is known, out ones included. */
  add (peer: PeerId): void
  /** It is asked nothing more, and what was asked of it is asked of others. */
  remove (peer: PeerId): void
  /** Begins with chunks of so many messages each, but those had already. `mayHave`: whether it is worth asking a peer while there is another for it. */
  begin (messages: readonly number[], had: ReadonlySet<number>, mayHave?: (peer: PeerId, index: number) => boolean): void
  /** What is to be asked now, of chunks before `end`. */
  next (nowMs: number, end?: number): ReadonlyArray<{ readonly peer: PeerId, readonly index: number }>
  /** Whether the peer was asked for it and it is awaited still; from now on it is had, and under way until it is kept. */
  answered (peer: PeerId, index: number): boolean
  /** It is dealt with. */
  kept (index: number): void
  /** It is not had after all, and is asked of others. */
  failed (peer: PeerId, index: number): void
  /** The peer does not have it. */
  refused (peer: PeerId, index: number): void
  /** What is awaited for too long is asked of others. */
  expire (nowMs: number): void
  /** When `expire` has something to do next; Infinity: nothing is awaited. */
  readonly deadlineMs: number
  /** Chunks that nobody who is left has. */
  readonly unavailable: readonly number[]
  readonly had: number
  /** What is awaited of whom, for people. */
  readonly awaited: ReadonlyMap<PeerId, readonly number[]>
  readonly peers: readonly PeerId[]
}

interface Asked {
  readonly deadlines: Map<number, number>
  readonly lacks: Set<number>
  silences: number
}

export function createAsking (parallel: number, ofPeer = askedOfPeerMax): Asking {
  const peers = new Map<PeerId, Asked>()
  const out = new Set<PeerId>()
  /** Ascending. */
  let queue: number[] = []
  /** Had, and not kept yet. */
  const dealtWith = new Set<number>()
  let had = 0
  /** Of each chunk. */
  let sizes: readonly number[] = []
  let mayHave: (peer: PeerId, index: number) => boolean = () => true

  /** Whether a chunk is to be asked of a peer: it may have it, or nobody who is left does better. */
  function suits (peer: PeerId, lacks: ReadonlySet<number>, index: number): boolean {
    if (lacks.has(index)) return false
    return mayHave(peer, index) || ![...peers].some(([other, asked]) => mayHave(other, index) && !asked.lacks.has(index))
  }

  function messagesIn (indices: Iterable<number>): number {
    let sum = 0
    for (const index of indices) sum += sizes[index] ?? 0
    return sum
  }

  function enqueue (indices: Iterable<number>): void {
    queue = [...queue, ...indices].sort((one, other) => one - other)
  }

  function remove (peer: PeerId): void {
    const asked = peers.get(peer)
    out.add(peer)
    peers.delete(peer)
    if (asked !== undefined) enqueue(asked.deadlines.keys())
  }

  return {
    add (peer) {
      if (!out.has(peer) && !peers.has(peer)) peers.set(peer, { deadlines: new Map(), lacks: new Set(), silences: 0 })
    },
    remove,
    begin (messages, known, judge = () => true) {
      sizes = messages
      mayHave = judge
      for (const { deadlines, lacks } of peers.values()) {
        deadlines.clear()
        lacks.clear()
      }
      dealtWith.clear()
      queue = Array.from(sizes.keys()).filter(index => !known.has(index))
      had = sizes.length - queue.length
    },
    next (nowMs, end = Infinity) {
      const asks: Array<{ peer: PeerId, index: number }> = []
      let [underWay, messages] = [dealtWith.size, messagesIn(dealtWith)]
      for (const { deadlines } of peers.values()) {
        underWay += deadlines.size
        messages += messagesIn(deadlines.keys())
      }
      for (let round = 0; round < ofPeer; round += 1) {
        for (const [peer, { deadlines, lacks }] of peers) {
          if (underWay >= parallel || deadlines.size > round) continue
          const at = queue.findIndex(index => index >= end || suits(peer, lacks, index))
          const index = queue[at]
          if (index === undefined || index >= end) continue
          const more = sizes[index] ?? 0
          if (underWay > 0 && messages + more > askedMessagesMax) continue
          if (deadlines.size > 0 && messagesIn(deadlines.keys()) + more > askedOfPeerMessagesMax) continue
          queue.splice(at, 1)
          deadlines.set(index, nowMs + answerWithinMs)
          underWay += 1
          messages += more
          asks.push({ peer, index })
        }
      }
      return asks
    },
    answered (peer, index) {
      if (peers.get(peer)?.deadlines.delete(index) !== true) return false
      had += 1
      dealtWith.add(index)
      return true
    },
    kept (index) { dealtWith.delete(index) },
    failed (peer, index) {
      had -= 1
      dealtWith.delete(index)
      peers.get(peer)?.lacks.add(index)
      enqueue([index])
    },
    refused (peer, index) {
      const asked = peers.get(peer)
      if (asked?.deadlines.delete(index) !== true) return
      asked.lacks.add(index)
      enqueue([index])
    },
    expire (nowMs) {
      for (const [peer, asked] of peers) {
        for (const [index, deadlineMs] of asked.deadlines) {
          if (deadlineMs > nowMs) continue
          asked.deadlines.delete(index)
          asked.silences += 1
          enqueue([index])
        }
        if (asked.silences >= silencesMax) remove(peer)
      }
    },
    get deadlineMs () { return Math.min(Infinity, ...[...peers.values()].flatMap(({ deadlines }) => [...deadlines.values()])) },
    get unavailable () {
      const left = [...peers.values()]
      return queue.filter(index => left.every(({ lacks }) => lacks.has(index)))
    },
    get had () { return had },
    get awaited () { return new Map([...peers].map(([peer, { deadlines }]) => [peer, [...deadlines.keys()]])) },
    get peers () { return [...peers.keys()] }
  }
}
