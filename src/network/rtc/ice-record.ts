/**
 * What was seen of one connection's search for a path (ICE): the addresses that each side offered, by kind, and what servers answered. Recorded always, because
 * why a dial failed is asked after it did. It decides nothing.
 */
import type { IceCandidateErrorDetail } from './protocol.ts'

/** host: of this machine. srflx, prflx: as a STUN server or the other side saw it. relay: at a TURN server. */
export type CandidateKind = 'host' | 'srflx' | 'prflx' | 'relay'
export type CandidateCounts = Readonly<Record<CandidateKind, number>>

export interface IceRecord {
  readonly here: CandidateCounts
  readonly there: CandidateCounts
  /** Whether this side has no more to offer. */
  readonly complete: boolean
  /** What STUN and TURN servers answered that is an error: `701` nobody, `401` who are you. */
  readonly errors: ReadonlyArray<Pick<IceCandidateErrorDetail, 'url' | 'errorCode' | 'errorText'>>
}

export interface IceRecorder extends IceRecord {
  /** `candidate` is its line; undefined or empty: no more will come. */
  offeredHere: (candidate: string | undefined) => void
  offeredThere: (candidate: string | undefined) => void
  failed: (detail: IceCandidateErrorDetail) => void
}

/** Errors kept of one connection: a server has one an address of this machine. */
const errorsMax = 16

export function createIceRecorder (): IceRecorder {
  const here = { host: 0, srflx: 0, prflx: 0, relay: 0 }
  const there = { ...here }
  const errors: Array<IceRecord['errors'][number]> = []
  let complete = false
  return {
    here,
    there,
    errors,
    get complete () { return complete },
    offeredHere (candidate) {
      if (candidate == null || candidate === '') complete = true
      else count(here, candidate)
    },
    offeredThere (candidate) { if (candidate != null) count(there, candidate) },
    failed ({ url, errorCode, errorText }) { if (errors.length < errorsMax) errors.push({ url, errorCode, errorText }) }
  }
}

function count (counts: Record<CandidateKind, number>, candidate: string): void {
  const kind = / typ (\w+)/.exec(candidate)?.[1] as CandidateKind | undefined
  if (kind != null && Object.hasOwn(counts, kind)) counts[kind] += 1
}
