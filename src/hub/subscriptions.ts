/**
 * Subscriptions to stored messages: first what is stored from `fromEvent` on, then what comes, in event order, each once. A callback
 * may sit in another thread; one that fails is ended, and its reader resumes from the last event it saw; a slow one is read to at its own speed.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { MessageCallback, MessageView, Query } from './api.ts'
import type { Entry } from './messages/entry.ts'
import type { Messages } from './messages/messages.ts'
import { checkQuery, matches } from './messages/query.ts'
import type { Runtime } from './runtime.ts'

/** Subscriptions at once. A page has a few, apps one or two each; a Node hub has its readers over HTTP. */
const subscriptionsMax = 1_280
/** Stored messages read at once for a subscriber that is behind: 1 MB and what is decoded of it, where all are as large as can be. */
const pageSize = 100
/**
 * Pages that wait in memory, of all subscribers together: a few read fast. Whoever comes when there are as many reads message by message, so that a
 * thousand readers that take nothing keep one message each.
 */
const pagesMax = 4

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
  /** Pages that are read, or handed over. */
  let pages = 0

  /** What is stored from `next` on: a page of it, which `leave` lets go of, or one message. */
  async function readOn (next: number): Promise<{ readonly page: Awaited<ReturnType<Messages['fromEvent']>>, readonly leave: () => void }> {
    const isPage = pages < pagesMax
    let isHeld = isPage
    const leave = (): void => {
      if (isHeld) pages -= 1
      isHeld = false
    }
    if (isPage) pages += 1
    try {
      return { page: await runtime.messages.fromEvent(next, isPage ? pageSize : 1), leave }
    } catch (thrown) {
      leave()
      throw thrown
    }
  }

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
      let leavePage = (): void => undefined
      const stop = (): void => {
        if (!active) return
        active = false
        count -= 1
        stopListening()
        leavePage() // a callback of a thread that is gone never resolves
      }

      /** One at a time and awaited, so that a slow reader is read to at its own speed from the log, without a queue of ours. */
      async function drain (): Promise<void> {
        if (running) return
        running = true
        try {
          while (next <= runtime.messages.lastEvent) {
            const { page, leave } = await readOn(next)
            leavePage = leave
            try {
              for (const entry of page.entries) {
                if (!active) return
                next = entry.event + 1
                if (passes(entry)) await callback({ event: entry.event, message: view(entry) })
              }
            } finally {
              leave()
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
