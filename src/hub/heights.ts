/** What a hub tells all others of its messages. */
import type { HubStatus } from './api.ts'
import type { Runtime } from './runtime.ts'

export function heightsOf ({ sync, messages, retention }: Runtime): Pick<HubStatus, 'mode' | 'messages' | 'minEpoch' | 'maxEpoch'> {
  const { mode, maxEpoch } = sync.status()
  return { mode, maxEpoch, messages: messages.size, minEpoch: retention.minEpoch === 0 ? null : retention.minEpoch }
}
