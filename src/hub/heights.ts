/** What a hub tells all others of its messages. */
import type { HubStatus } from './api.ts'
import type { Runtime } from './runtime.ts'

export function heightsOf ({ sync, messages, retention, life }: Runtime): Pick<HubStatus, 'mode' | 'messages' | 'minEpoch' | 'maxEpoch'> {
  const { maxEpoch } = sync.status()
  return { mode: life.state.mode, maxEpoch, messages: messages.size, minEpoch: retention.minEpoch === 0 ? null : retention.minEpoch }
}
