/** Gives up what is older than so many days, at once and as time goes (hub/retention.ts does it). */
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import { epochOf } from '../message/epoch.ts'
import type { Retention } from './retention.ts'

export interface KeepDaysOptions {
  readonly retention: Pick<Retention, 'keepFrom'>
  /** null: everything is kept. */
  readonly keepDays: () => number | null
  readonly now: () => number
  readonly report: (report: Report) => void
}

export interface KeepingDays {
  /** Looks now. Codes: those of the store. */
  look (): Promise<void>
  stop (): void
}

/** An epoch, at whose end there may be something to give up. */
const lookEveryMs = 2 ** 20
const dayMs = 86_400_000

export function startKeepDays ({ retention, keepDays, now, report }: KeepDaysOptions): KeepingDays {
  async function look (): Promise<void> {
    const days = keepDays()
    if (days != null) await retention.keepFrom(epochOf(Math.max(0, now() - days * dayMs)))
  }

  function lookBehind (): void {
    look().catch((thrown: unknown) => {
      report({ type: 'storage-failed', code: 'retention-failed', sentence: `What is older than it is to be kept could not be given up: ${reasonOf(thrown)}` })
    })
  }

  lookBehind()
  const looking = setInterval(lookBehind, lookEveryMs)
  return { look, stop () { clearInterval(looking) } }
}
