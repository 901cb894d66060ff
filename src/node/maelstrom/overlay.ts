/**
 * Whom a Maelstrom node links to (SPEC.md L10, L11), whatever `topology` says: the first nodes of the list that answer. So while all is well every node has
 * a link to the same two: the broadcast tree that gossip makes of that is a star, two hops wide, and the links to the second one carry notes. When one of
 * the two does not answer the next in the list takes its place, on each side of a partition; when it is back, what took its place is closed again.
 */
import type { Link } from './link.ts'

export interface Overlay {
  /** To be called every `beatMs`. */
  beat: () => void
}

export interface OverlayOptions {
  /** All others, in the order that all nodes were told. */
  readonly links: readonly Link[]
  readonly linksWanted: number
  readonly redialMs: number
  readonly now: () => number
}

/** Greetings that one leaves unanswered before the next in the list is greeted too. */
const patienceDials = 2
/** A link in place of another one is closed so long after that is up again: by then it has been compared, and what it missed is on its way. */
const spareMs = 5_000

interface Candidate {
  readonly link: Link
  /** In a row, unanswered. */
  dials: number
  dialledMs: number
  /** Since when it is up and not needed; undefined while it is. */
  spareSinceMs: number | undefined
  /** Whether this side began it: only that side closes it. */
  isOurs: boolean
}

/** L11: such a link carries notes, and messages when something is missed. */
export function isSpare (nodeIds: readonly string[], one: string, other: string): boolean {
  const [first, second] = nodeIds
  return (one === second || other === second) && one !== first && other !== first
}

export function createOverlay ({ links, linksWanted, redialMs, now }: OverlayOptions): Overlay {
  const candidates: Candidate[] = links.map(link => ({ link, dials: 0, dialledMs: -Infinity, spareSinceMs: undefined, isOurs: false }))

  function dial (candidate: Candidate, nowMs: number): void {
    if (nowMs - candidate.dialledMs < redialMs) return
    candidate.dialledMs = nowMs
    candidate.dials += 1
    candidate.isOurs = true
    candidate.link.dial()
  }

  function letGo (candidate: Candidate, nowMs: number): void {
    candidate.dials = 0
    candidate.spareSinceMs ??= nowMs
    if (!candidate.isOurs || nowMs - candidate.spareSinceMs < spareMs) return
    candidate.isOurs = false
    candidate.link.close('The nodes before it answer again.')
  }

  return {
    beat () {
      const nowMs = now()
      let hopeful = 0
      for (const candidate of candidates) {
        const { isUp } = candidate.link
        if (hopeful >= linksWanted) {
          letGo(candidate, nowMs)
          continue
        }
        candidate.spareSinceMs = undefined
        if (isUp) candidate.dials = 0
        else dial(candidate, nowMs)
        if (isUp || candidate.dials <= patienceDials) hopeful += 1
      }
    }
  }
}
