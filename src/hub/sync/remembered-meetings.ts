/**
 * The meetings with other hubs (sync/SPEC.md, S22), kept across restarts: a hub that was away is compared by what came since, not as a stranger. What is lost
 * with the last seconds before a crash costs one larger comparison; what is remembered wrongly, one pass (S24).
 */
import { createMeetings, type Meeting, type Meetings } from '../../sync/frontier/meetings.ts'
import type { MessageStore } from '../../store/message-store.ts'

export interface RememberedMeetings extends Pick<Meetings, 'recall' | 'remember'> {
  /** Writes what is new. To be called every tick, and before the store is closed. Codes: those of the store. */
  save (): Promise<void>
}

/** Under this name in the store: some 150 bytes a peer, 40 kB at most. */
const valueName = 'meetings'

/** Codes: those of the store. */
export async function recallMeetings (store: Pick<MessageStore, 'getValue' | 'putValue'>): Promise<RememberedMeetings> {
  const meetings = createMeetings(await store.getValue(valueName))
  let isNew = false
  return {
    recall: peer => meetings.recall(peer),
    remember (peer: string, meeting: Meeting) {
      meetings.remember(peer, meeting)
      isNew = true
    },
    async save () {
      if (!isNew) return
      isNew = false
      await store.putValue(valueName, meetings.save())
    }
  }
}
