/**
 * Subscriptions to stored messages: first what is stored from `fromEvent` on, then what comes, in event order, each once. A callback
 * may sit in another thread; one that fails is ended, and its reader resumes from the last event it saw; a slow one is read to at its own speed.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { MessageCallback, MessageView, Query } from './api.ts'
import type { Entry } from './messages/entry.ts'
import { checkQuery, matches } from './messages/query.ts'
import type { Runtime } from './runtime.ts'

/** Subscriptions at once. A page has a few, apps one or two each; a Node hub has its readers over HTTP. */
const subscriptionsMax = 1_280
/** Stored messages read for a resuming subscriber before other work gets its turn. */
const pageSize = 500

export interface SubscriptionsOptions {
  readonly runtime: Runtime
  readonly view: (entry: Entry) => MessageView
  readonly report: (report: Report) => void
}

export interface Subscriptions {
  /** Codes: `invalid-argument`, `too-many`. */
  subscribe: (filter: Query, callback: MessageCallback, fromEvent: number | undefined) => () => void
}

export function createSubscriptions ({ runtime, view, report }: SubscriptionsOptions): Subscriptions {
  let count = 0

  return {
    subscribe (filter, callback, fromEvent) {
      checkQuery(filter)
      if (typeof callback !== 'function') throw new HubError('invalid-argument', 'subscribe needs a function to call.')
      if (fromEvent != null && !(Number.isInteger(fromEvent) && fromEvent >= 0)) throw new HubError('invalid-argument', 'fromEvent must be a whole number from 0.')
      if (count >= subscriptionsMax) throw new HubError('too-many', `There are ${subscriptionsMax} subscriptions already: end one first.`)
      count += 1
      let active = true
      /** The next event to hand over; everything below it was. */
      let next = fromEvent ?? Infinity
      let running = false
      const passes = ({ message }: Entry): boolean =>
        matches(message, filter) && (filter.standing == null || filter.standing === runtime.set.standing(message.id))

      const stopListening = runtime.onStored((entry) => {
        if (next === Infinity) next = entry.event
        void drain()
      })
      const stop = (): void => {
        if (!active) return
        active = false
        count -= 1
        stopListening()
      }

      /** One at a time and awaited, so that a slow reader is read to at its own speed from the log, without a queue of ours. */
      async function drain (): Promise<void> {
        if (running) return
        running = true
        try {
          while (next <= runtime.messages.lastEvent) {
            const page = await runtime.messages.fromEvent(next, pageSize)
            for (const entry of page.entries) {
              if (!active) return
              next = entry.event + 1
              if (passes(entry)) await callback({ event: entry.event, message: view(entry) })
            }
            next = Math.max(next, page.next)
          }
        } catch (thrown) {
          report({ type: 'subscription-ended', code: 'callback-failed', sentence: `A subscription was ended: ${reasonOf(thrown)}` })
          stop()
        } finally {
          running = false
        }
      }

      if (fromEvent != null) void drain()
      return stop
    }
  }
}
