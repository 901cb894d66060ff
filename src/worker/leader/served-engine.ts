/** An engine and its tabs: serves them once it is there, and publishes what they had accepted before. A chunk of its own, loaded beside the engine. */
import type { HubApi } from '../api.ts'
import type { EngineConfig } from '../engine-config.ts'
import type { StartedEngine } from '../engine.ts'
import { openOutbox, publishWaiting } from './outbox.ts'
import { serveTabs, type TabServer } from './serve.ts'

export interface ServedEngine {
  /** Pages that use the engine, its own included. */
  readonly tabs: () => number
  /** From now on tabs are served. Returns the hub for this page. */
  readonly begin: (engine: StartedEngine) => HubApi
}

export function servedEngine ({ hub: hubName, term }: EngineConfig): ServedEngine {
  let server: TabServer | undefined
  return {
    tabs: () => 1 + (server?.size ?? 0),
    begin ({ hub: own, report }) {
      const outbox = openOutbox(hubName)
      const hub: HubApi = {
        ...own,
        async wipe (confirmation) {
          await own.wipe(confirmation)
          await (await outbox).clear()
        }
      }
      const empty = (): void => {
        outbox.then(async opened => publishWaiting(opened, async (...given) => own.publish(...given), report)).catch((thrown: unknown) => {
          report({ type: 'outbox-failed', code: 'storage-failed', sentence: thrown instanceof Error ? thrown.message : String(thrown) })
        })
      }
      empty()
      server = serveTabs({ hubName, hub, term, locks: navigator.locks, onGone: empty })
      return hub
    }
  }
}
