/**
 * The engine's side of the tabs: attaches pages that look for it, answers their calls, hands them their events. Runs in the worker, which hears pages
 * without its own page. It knows neither who leads nor what a hub does.
 *
 * Invariants
 * 1. A page has at most `callsMax` calls and `subscriptionsMax` subscriptions here; one more is answered with `too-many`.
 * 2. What a page had here ends with the page: it holds a lock for as long as it lives.
 * 3. Calls take turns (turns.ts), so that no page takes the engine from gossip.
 * 4. A slow page is read to at its own speed, `eventsAheadMax` events ahead at most.
 */
import { HubError } from '../../base/errors.ts'
import type { HubApi } from '../api.ts'
import { carryError } from '../carried-error.ts'
import { callOn } from '../forward.ts'
import {
  callChannel, callsMax, eventsAheadMax, hubChannel, opened, pageChannel, pageLock, pagesMax, protocolVersion, sealed, subscriptionsMax,
  type Said, type Term, type ToEngine, type ToPage
} from './protocol.ts'
import { createShares, createTurns } from './turns.ts'

export interface TabServer {
  /** Pages that are attached. */
  readonly size: number
}

export interface TabServerOptions {
  readonly hubName: string
  readonly hub: HubApi
  readonly term: Term
  readonly locks: Pick<LockManager, 'request'>
  /** A page is gone: what it wrote and nobody published yet is to be seen to. */
  readonly onGone: () => void
}

interface Subscription {
  /** Sent and not taken. */
  ahead: number
  goOn: (() => void) | undefined
  stop: (() => void) | undefined
  ended: boolean
}

export function serveTabs ({ hubName, hub, term, locks, onGone }: TabServerOptions): TabServer {
  const channel = new BroadcastChannel(hubChannel(hubName))
  const pages = new Map<string, () => void>()
  const shares = createShares()
  const attached: ToPage = { type: 'attached', version: protocolVersion, term }

  channel.addEventListener('message', ({ data }: MessageEvent) => {
    const message = opened(data)
    if (message?.type === 'looking') attach(message.page)
  })
  channel.postMessage(sealed({ type: 'leading', version: protocolVersion, term }))

  function attach (page: string): void {
    const known = pages.get(page)
    if (known != null) known() // it asked again before it heard
    else if (pages.size < pagesMax) open(page)
  }

  function open (page: string): void {
    const welcome = new BroadcastChannel(pageChannel(hubName, page))
    const own = new BroadcastChannel(callChannel(hubName, page, term))
    const post = (message: ToPage): void => { own.postMessage(sealed(message)) }
    const tellAttached = (): void => { welcome.postMessage(sealed(attached)) }
    const { obey, close } = createPageSession(hub, post, shares)
    own.addEventListener('message', ({ data }: MessageEvent) => {
      const message = opened(data)
      if (message != null) obey(message)
    })
    pages.set(page, tellAttached)
    locks.request(pageLock(hubName, page), () => {
      pages.delete(page)
      close()
      own.close()
      welcome.close()
      onGone()
    }).catch(() => { pages.delete(page) }) // this worker is being ended
    tellAttached()
  }

  return { get size () { return pages.size } }
}

/** What one page has here. */
export function createPageSession (
  hub: HubApi,
  post: (message: ToPage) => void,
  shares = createShares()
): { readonly obey: (message: Said) => void, readonly close: () => void } {
  const subscriptions = new Map<number, Subscription>()
  const leave = shares.enter()
  const turns = createTurns(shares.share)
  let calls = 0

  function answer (call: number, path: string, work: () => Promise<unknown>): void {
    if (calls >= callsMax) {
      post({ type: 'threw', call, error: carryError(new HubError('too-many', `${callsMax} calls of this page wait for their answers: wait for some of them first.`)) })
      return
    }
    calls += 1
    turns.take(path, async () => {
      try {
        post({ type: 'returned', call, value: await work() })
        return true
      } catch (thrown) { // also: what was returned cannot be sent
        post({ type: 'threw', call, error: carryError(thrown) })
        return false
      } finally {
        calls -= 1
      }
    })
  }

  async function subscribe ({ subscription: number, filter, fromEvent }: Extract<ToEngine, { type: 'subscribe' }>): Promise<void> {
    if (subscriptions.size >= subscriptionsMax) throw new HubError('too-many', `This page has ${subscriptionsMax} subscriptions already: end one first.`)
    const subscription: Subscription = { ahead: 0, goOn: undefined, stop: undefined, ended: false }
    subscriptions.set(number, subscription)
    try {
      const stop = await hub.subscribe(filter, async (event) => {
        if (subscription.ended) return
        subscription.ahead += 1
        post({ type: 'event', subscription: number, event })
        if (subscription.ahead >= eventsAheadMax) await new Promise<void>((resolve) => { subscription.goOn = resolve })
      }, fromEvent == null ? {} : { fromEvent })
      subscription.stop = stop
      if (subscription.ended) stop() // meanwhile
    } catch (thrown) {
      subscriptions.delete(number)
      throw thrown
    }
  }

  function taken (number: number): void {
    const subscription = subscriptions.get(number)
    if (subscription == null) return
    subscription.ahead -= 1
    subscription.goOn?.()
    subscription.goOn = undefined
  }

  function end (number: number): void {
    const subscription = subscriptions.get(number)
    if (subscription == null) return
    subscriptions.delete(number)
    subscription.ended = true
    subscription.stop?.()
    subscription.goOn?.()
  }

  return {
    obey (message) {
      if (message.type === 'call') answer(message.call, message.path, async () => callOn(hub, message.path, message.given))
      else if (message.type === 'subscribe') answer(message.call, message.type, async () => subscribe(message))
      else if (message.type === 'unsubscribe') end(message.subscription)
      else if (message.type === 'taken') taken(message.subscription)
      else if (message.type === 'ping') post({ type: 'pong' })
    },
    close () {
      turns.end()
      leave()
      for (const number of subscriptions.keys()) end(number)
    }
  }
}
