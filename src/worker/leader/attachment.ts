/**
 * A page's way to the engine, while one tab leads: its own worker, or another tab's over a channel. When that tab loses the lead, everything open here
 * rejects with `leader-changed`; whether to ask the next one is steady-hub.ts's business.
 */
import { proxy, type Remote } from 'comlink'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { HubApi, MessageEvent as StoredMessageEvent, Query } from '../api.ts'
import { errorOf } from '../carried-error.ts'
import { callOn } from '../forward.ts'
import type { Silence } from './silence.ts'
import { callChannel, callsMax, opened, pageChannel, sealed, type Term, type ToEngine } from './protocol.ts'

/** Resolves when it can take the next one. */
export type TakeEvent = (event: StoredMessageEvent) => Promise<void>

export interface Attachment {
  /** Whether the engine is this page's own. */
  readonly isOwn: boolean
  readonly term: Term
  /** Codes: `leader-changed`, `too-many`, the method's own. */
  readonly call: (path: string, given: readonly unknown[]) => Promise<unknown>
  /** Codes: the same. A callback that rejects ends its subscription. */
  readonly subscribe: (filter: Query, take: TakeEvent, fromEvent: number | undefined) => Promise<() => void>
  readonly end: () => void
}

/** How long, in ms, a call that another tab's engine could not answer waits to hear of a later engine: one that opens a large store takes seconds. Guess. */
const laterEngineMs = 10_000

/**
 * Fails what is open when the attachment ends. An engine that wakes after its place was taken finds its storage taken too (store, `superseded`), and may be
 * quicker to say so than the later one is to be there: `untilLeadIsKnown` resolves once the page would have heard of that, so that the calls are asked again.
 */
function createOpenCalls (untilLeadIsKnown: () => Promise<unknown>): { readonly open: <T>(work: Promise<T>) => Promise<T>, readonly end: () => void } {
  const failing = new Set<(error: HubError) => void>()
  let ended = false
  const gone = (): HubError => new HubError('leader-changed', 'The tab that ran this hub went while it was asked: whether it was done is not known. Look, then ask again.')
  return {
    open: async work => new Promise((resolve, reject) => {
      if (ended) { reject(gone()); return }
      if (failing.size >= callsMax) {
        reject(new HubError('too-many', `${callsMax} calls of this page wait for their answers: wait for some of them first.`))
        return
      }
      failing.add(reject)
      work.catch(async (thrown: unknown) => {
        if (thrown instanceof HubError && thrown.code === 'storage-lost') await untilLeadIsKnown()
        throw thrown
      }).then(resolve, reject).finally(() => { failing.delete(reject) })
    }),
    end () {
      ended = true
      for (const fail of failing) fail(gone())
      failing.clear()
    }
  }
}

/** The engine in this page's worker. `untilLeadIsKnown`: this page has heard what became of its lock. */
export function attachOwn (engine: Remote<HubApi>, term: Term, untilLeadIsKnown: () => Promise<unknown>): Attachment {
  const hub = engine as unknown as HubApi
  const { open, end } = createOpenCalls(untilLeadIsKnown)
  return {
    isOwn: true,
    term,
    call: async (path, given) => open(callOn(hub, path, given)),
    subscribe: async (filter, take, fromEvent) => open(hub.subscribe(filter, proxy(take), fromEvent == null ? {} : { fromEvent })),
    end
  }
}

export interface RemoteAttachment extends Attachment {
  /** Asks the engine for a sign of life. */
  readonly ping: () => void
  /** Asks the page that runs the engine for a sign of life. */
  readonly knock: () => void
}

/** The engine of another tab. `heard`: it said something, or its page did. `echoed`: what this page sent came back to it. */
export function attachToTab (hubName: string, page: string, term: Term, { heard, echoed }: Pick<Silence, 'heard' | 'echoed'>): RemoteAttachment {
  const channel = new BroadcastChannel(callChannel(hubName, page, term))
  const echo = new BroadcastChannel(callChannel(hubName, page, term)) // a channel does not hear itself
  const door = new BroadcastChannel(pageChannel(hubName, term.leader))
  const post = (message: ToEngine): void => { channel.postMessage(sealed(message)) }
  const { open, end } = createOpenCalls(async () => new Promise((resolve) => { setTimeout(resolve, laterEngineMs) }))
  const answers = new Map<number, { readonly resolve: (value: unknown) => void, readonly reject: (error: unknown) => void }>()
  const takers = new Map<number, { readonly take: TakeEvent, last: Promise<void> }>()
  let number = 0

  channel.addEventListener('message', ({ data }: MessageEvent) => {
    const message = opened(data)
    if (message == null) return
    heard()
    if (message.type === 'event') hand(message.subscription, message.event)
    else if (message.type === 'returned' || message.type === 'threw') {
      const answer = answers.get(message.call)
      answers.delete(message.call)
      if (message.type === 'returned') answer?.resolve(message.value)
      else answer?.reject(errorOf(message.error))
    }
  })

  door.addEventListener('message', ({ data }: MessageEvent) => { if (opened(data)?.type === 'here') heard() })
  echo.addEventListener('message', ({ data }: MessageEvent) => { if (opened(data)?.type === 'ping') echoed() })

  /** One at a time, in their order. */
  function hand (subscription: number, event: StoredMessageEvent): void {
    const taker = takers.get(subscription)
    if (taker == null) return
    taker.last = taker.last.then(async () => {
      if (!takers.has(subscription)) return
      try {
        await taker.take(event)
        post({ type: 'taken', subscription })
      } catch (thrown) {
        console.error(`A subscription was ended: ${reasonOf(thrown)}`)
        unsubscribe(subscription)
      }
    })
  }

  function unsubscribe (subscription: number): void {
    if (takers.delete(subscription)) post({ type: 'unsubscribe', subscription })
  }

  async function ask (message: (call: number) => ToEngine, path: string): Promise<unknown> {
    const call = number += 1
    return open(new Promise((resolve, reject) => {
      try {
        post(message(call))
        answers.set(call, { resolve, reject })
      } catch (cause) {
        reject(new HubError('invalid-argument', `An argument of ${path} cannot be handed to the engine: use plain data.`, { cause }))
      }
    }))
  }

  return {
    isOwn: false,
    term,
    ping: () => { post({ type: 'ping' }) },
    knock: () => { door.postMessage(sealed({ type: 'knock' })) },
    call: async (path, given) => ask(call => ({ type: 'call', call, path, given }), path),
    async subscribe (filter, take, fromEvent) {
      const subscription = number += 1
      takers.set(subscription, { take, last: Promise.resolve() })
      try {
        await ask(call => ({ type: 'subscribe', call, subscription, filter, fromEvent }), 'subscribe')
      } catch (thrown) {
        takers.delete(subscription)
        throw thrown
      }
      return () => { unsubscribe(subscription) }
    },
    end () {
      takers.clear()
      answers.clear()
      channel.close()
      echo.close()
      door.close()
      end()
    }
  }
}
