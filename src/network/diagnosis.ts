/**
 * The staged answer to "why am I not connected?" (CONTRACT `diagnose`): what was seen of a peer at each stage of a connection, kept
 * from the first word of it on, not only after somebody asks. It names a cause only where what was seen implies it.
 */
import type { Diagnosis } from '../hub/api.ts'
import type { PeerId } from '../base/peer.ts'

export const stages = ['discovered', 'reserved', 'signalled', 'ice', 'encrypted', 'gossiping'] as const
export type Stage = typeof stages[number]

interface Seen { readonly ok: boolean, readonly at: number, readonly sentence: string }

export interface Trails {
  /** A stage was reached, or failed; failing one forgets those after it, reaching one says the same of those before it. */
  note: (peer: PeerId, stage: Stage, ok: boolean, sentence: string) => void
  /** It announced itself: news only where nothing is known of it. */
  heardOf: (peer: PeerId, sentence: string) => void
  /** A dial begins: what earlier ones reached says nothing of it, but that the peer is known. */
  attempt: (peer: PeerId) => void
  /** The furthest stage reached was the last one of this attempt: the next one failed. */
  failed: (peer: PeerId, sentence: string) => void
  /** No direct path opened, a sentence why: it stands until one does, whatever is tried meanwhile. */
  pathFailed: (peer: PeerId, sentence: string) => void
  /** A link through a relay is up: messages cross, though no direct path was found. */
  relayed: (peer: PeerId) => void
  of: (peer: PeerId) => Diagnosis
}

/** Peers remembered; the one nothing happened to for longest is forgotten. */
const peersMax = 256
/** What libp2p says during a dial, and which stage it shows. */
const stageOfProgress: Readonly<Record<string, { readonly stage: Stage, readonly sentence: (introducer: string) => string } | undefined>> = {
  'webrtc:open-signaling-stream': { stage: 'reserved', sentence: introducer => `Its place at ${introducer} answered.` },
  'webrtc:read-ice-candidates': { stage: 'signalled', sentence: introducer => `Offer and answer crossed, by way of ${introducer}.` },
  'webrtc:close-signaling-stream': { stage: 'ice', sentence: () => 'A path between the two was found.' },
  'connection:opened': { stage: 'encrypted', sentence: () => 'The data channel is open and encrypted.' }
}

const failures: Readonly<Record<Stage, string>> = {
  discovered: 'Nobody announced it.',
  reserved: 'Its introducer could not reach it',
  signalled: 'No answer to the offer came',
  ice: 'Offer and answer crossed, but no path between the two opened',
  encrypted: 'A path was found, but the channel on it did not open',
  gossiping: 'The channel is open, but no gossip came about on it'
}

export function createTrails (now: () => number): Trails {
  const trails = new Map<PeerId, Map<Stage, Seen>>()
  /** Of peers that have a trail. */
  const pathFailures = new Map<PeerId, string>()

  function trailOf (peer: PeerId): Map<Stage, Seen> {
    const trail = trails.get(peer) ?? new Map<Stage, Seen>()
    trails.delete(peer)
    trails.set(peer, trail)
    for (const oldest of trails.keys()) {
      if (trails.size <= peersMax) break
      trails.delete(oldest)
      pathFailures.delete(oldest)
    }
    return trail
  }

  function note (peer: PeerId, stage: Stage, ok: boolean, sentence: string): void {
    const trail = trailOf(peer)
    const index = stages.indexOf(stage)
    for (const [position, other] of stages.entries()) {
      if (position < index && trail.get(other)?.ok !== true) trail.set(other, { ok: true, at: now(), sentence: 'Passed.' })
      if (position > index && !ok) trail.delete(other)
    }
    trail.set(stage, { ok, at: now(), sentence })
    if (stage === 'gossiping' && ok) pathFailures.delete(peer)
  }

  return {
    note,
    heardOf (peer, sentence) {
      if (!trails.has(peer)) note(peer, 'discovered', true, sentence)
    },
    attempt (peer) {
      const trail = trailOf(peer)
      for (const stage of stages) if (stage !== 'discovered') trail.delete(stage)
    },
    failed (peer, sentence) {
      const trail = trailOf(peer)
      const next = stages.find(stage => trail.get(stage)?.ok !== true) ?? 'gossiping'
      note(peer, next, false, `${failures[next]}: ${sentence}`)
    },
    pathFailed (peer, sentence) {
      trailOf(peer)
      pathFailures.set(peer, sentence)
    },
    relayed (peer) {
      note(peer, 'reserved', true, 'Its place at the introducer answered.')
      note(peer, 'ice', false, `No direct path was found${detailOf(pathFailures.get(peer))} The relay carries the messages, and a direct path goes on being tried.`)
      trailOf(peer).set('gossiping', { ok: true, at: now(), sentence: 'Greeted through the relay.' })
    },
    of (peer) {
      const trail = trails.get(peer)
      return {
        peerId: peer,
        sentence: sentenceOf(trail),
        stages: stages.map((stage) => {
          const seen = trail?.get(stage)
          return seen == null ? { stage, ok: null, at: null, sentence: 'Not reached.' } : { stage, ...seen }
        })
      }
    }
  }
}

/** Progress of a dial by way of `introducer`, as libp2p tells it, as a stage; undefined for what shows none. */
export function stageShownBy (progress: string, introducer: string): { readonly stage: Stage, readonly sentence: string } | undefined {
  const shown = stageOfProgress[progress]
  return shown == null ? undefined : { stage: shown.stage, sentence: shown.sentence(introducer) }
}

function detailOf (failure: string | undefined): string {
  return failure == null ? '.' : `: ${failure}`
}

function sentenceOf (trail: Map<Stage, Seen> | undefined): string {
  if (trail == null) return 'Nothing was heard of this hub here: check its id, or wait until it is announced.'
  const failed = stages.find(stage => trail.get(stage)?.ok === false)
  if (trail.get('gossiping')?.ok === true) return failed == null ? 'Connected: messages cross.' : `Connected through a relay. ${trail.get(failed)?.sentence ?? ''}`
  if (failed != null) return `Not connected. ${trail.get(failed)?.sentence ?? ''}`
  const reached = stages.findLast(stage => trail.has(stage))
  return reached == null || reached === 'discovered' ? 'It is known, and no dial was made yet: this hub has its links, or waits for the other one to dial.' : 'A connection is being made.'
}
