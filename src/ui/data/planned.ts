/**
 * Calls of the engine that the page already draws and that may not be there yet, by the types agreed for them. A part that is not
 * there is null, and shown as not known. Each entry goes when hub/api.ts has it.
 */
import type { HubApi, Mode, PeerView } from '../../worker/api.ts'

/** A hub that was heard of, as it announced itself. */
export interface HubView {
  readonly peerId: string
  readonly agent: string
  readonly mode: Mode | null
  readonly messages: number | null
  readonly minEpoch: number | null
  readonly maxEpoch: number | null
  readonly introducers: readonly string[]
  readonly links: ReadonlyArray<{ readonly peerId: string, readonly link: PeerView['link'], readonly rttMs: number | null }>
  readonly heardAt: number
  readonly linked: boolean
}

/** Counts since the link came up. */
export interface LinkCounts {
  readonly messagesIn: number
  readonly messagesOut: number
  readonly duplicatesIn: number
  readonly notesIn: number
  readonly notesOut: number
}

export async function hubsOf (hub: HubApi): Promise<HubView[] | null> {
  return hub.hubs()
}

export function countsOf (peer: PeerView): LinkCounts | null {
  return peer
}
