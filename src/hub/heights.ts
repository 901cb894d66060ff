/** What a hub tells others of its messages: all of them by its announcements, its neighbours as its status. */
import type { HubStatus } from './api.ts'
import type { Runtime } from './runtime.ts'

/** `checkpoint`: the height of the newest certified one that it serves. */
type Heights = Pick<HubStatus, 'mode' | 'messages' | 'minEpoch' | 'maxEpoch' | 'serving' | 'root'> & { readonly checkpoint: number | null }

export function heightsOf ({ sync, messages, retention, life, fastSync }: Runtime): Heights {
  const { mode, serving } = life.state
  const { minEpoch } = retention
  return {
    mode, serving, root: null, checkpoint: fastSync.checkpoint,
    maxEpoch: sync.status().maxEpoch, messages: messages.size, minEpoch: minEpoch === 0 ? null : minEpoch
  }
}

/** What it tells a neighbour that it is linked to (network/SPEC.md N1). */
export function statusOf (runtime: Runtime): Heights {
  return { ...heightsOf(runtime), root: runtime.sync.status().root }
}
