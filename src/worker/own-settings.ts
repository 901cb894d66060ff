/** What a person set of this hub, kept in its store, and made to hold: at once, at each start, and for the time to keep, as time goes. */
import type { EventLog } from '../base/event-log.ts'
import type { HubSettings } from '../hub/api.ts'
import { startKeepDays, type KeepingDays } from '../hub/keep-days.ts'
import type { Retention } from '../hub/retention.ts'
import { parseAddress } from '../network/address.ts'
import type { MessageStore } from '../store/message-store.ts'

export interface OwnSettings {
  readonly current: HubSettings
  /** Resolves once they are stored and hold. Codes: `invalid-argument`, `address-invalid`, those of the store. */
  change: (given: Partial<HubSettings>) => Promise<HubSettings>
  /** From now on messages that are older than `keepDays` are given up. */
  begin: (retention: Pick<Retention, 'keepFrom'>, onChange: (settings: HubSettings, before: HubSettings) => void) => void
  stop: () => void
}

const settingsName = 'settings'

export async function openOwnSettings (store: Pick<MessageStore, 'getValue' | 'putValue'>, log: Pick<EventLog, 'report'>, now: () => number): Promise<OwnSettings> {
  let current: HubSettings = { relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic', ...await store.getValue(settingsName) as Partial<HubSettings> | undefined }
  let onChange: ((settings: HubSettings, before: HubSettings) => void) | undefined
  let keeping: KeepingDays | undefined

  return {
    get current () { return current },
    async change (given) {
      const { changedSettings } = await import('../hub/settings.ts')
      const before = current
      const next = changedSettings(before, given, parseAddress)
      await store.putValue(settingsName, next)
      current = next
      if (next.keepDays !== before.keepDays) await keeping?.look()
      onChange?.(next, before)
      log.report({ type: 'settings-changed', sentence: `Settings of this hub were changed: ${Object.keys(given).join(', ')}.` })
      return current
    },
    begin (retention, listener) {
      onChange = listener
      keeping = startKeepDays({ retention, keepDays: () => current.keepDays, now, report: log.report })
    },
    stop () { keeping?.stop() }
  }
}
