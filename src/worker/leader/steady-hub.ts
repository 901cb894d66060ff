/**
 * The hub as a page sees it: one `HubApi` that stays while the engine moves from tab to tab. Calls wait for a leader; what a leader's end leaves open is asked
 * again where that does no harm, and rejects with `leader-changed` where it might; subscriptions go on after the last event that was taken.
 *
 * A draft is published under a key, so that asking again never doubles it (hub/publications.ts). Where the engine is another tab's, the draft lies in the
 * outbox first: from then on it is published even if both tabs end.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import { toHex } from '../../base/bytes.ts'
import { randomBytes } from '../../base/random.ts'
import type { Draft, HubApi, HubStatus, MessageEvent, Published } from '../api.ts'
import { asHub } from '../forward.ts'
import type { Attachment } from './attachment.ts'
import type { Outbox } from './outbox.ts'

/** Where calls go at the moment. */
export interface Lead {
  /** Waits while nobody leads. Rejects when this page cannot have a hub, with why. */
  readonly current: () => Promise<Attachment>
  /** Hears of every attachment that follows another one. */
  readonly onAttached: (listener: () => void) => () => void
  readonly announceWiped: () => void
}

export interface SteadyHubOptions {
  readonly lead: Lead
  /** Opened when the first draft goes to another tab. */
  readonly outbox: () => Promise<Outbox>
  readonly now: () => number
}

/** What must not be done twice by asking twice. */
const askedOnce: ReadonlySet<string> = new Set(['identity.import', 'identity.addDevice', 'identity.revokeDevice', 'wipe'])

/** A key of a publish (hub/publications.ts). */
export function newKey (nowMs: number): string {
  return `${nowMs.toString(16).padStart(12, '0')}-${toHex(randomBytes(8))}`
}

export function createSteadyHub ({ lead, outbox, now }: SteadyHubOptions): HubApi {
  async function call (path: string, given: readonly unknown[]): Promise<unknown> {
    return withLeader(attachment => attachment.call(path, given), askedOnce.has(path))
  }

  /** As often as the lead changes. */
  async function withLeader<T> (work: (attachment: Attachment) => Promise<T>, once = false): Promise<T> {
    for (;;) {
      const attachment = await lead.current()
      try {
        return await work(attachment)
      } catch (thrown) {
        if (once || !isLeaderChanged(thrown)) throw thrown
      }
    }
  }

  async function publish (draft: Draft, options: { readonly traced?: boolean, readonly key?: string } = {}): Promise<Published> {
    if (typeof options !== 'object' || options as object | null === null) return await call('publish', [draft, options]) as Published // refused there
    const keyed = { ...options, key: options.key ?? newKey(now()) }
    const ask = async (): Promise<Published> => await call('publish', [draft, keyed]) as Published
    if ((await lead.current()).isOwn) return ask()
    const accepted = await outbox()
    await accepted.add(keyed.key, draft, keyed)
    try {
      return await ask()
    } finally {
      // Done, or refused and said so: nobody is to find it there and publish it after all. What was done and cannot be removed is found by its key.
      await accepted.remove(keyed.key).catch((thrown: unknown) => { console.error(reasonOf(thrown)) })
    }
  }

  async function subscribe (...[filter, callback, options]: Parameters<HubApi['subscribe']>): Promise<() => void> {
    // Checked here: anything else would reach the engine looking like a function, or not at all.
    if (typeof callback !== 'function' || !Object.isExtensible(callback)) throw new HubError('invalid-argument', 'subscribe needs a function to call, one that is not frozen.')
    const given = options?.fromEvent
    let next = given ?? (await call('status', []) as HubStatus).lastEvent + 1
    let ended = false
    let begun = 0
    let stop: (() => void) | undefined
    const take = async (event: MessageEvent): Promise<void> => {
      if (ended || event.event < next) return
      next = event.event + 1
      try {
        await callback(event)
      } catch (thrown) {
        end()
        throw thrown
      }
    }
    const begin = async (): Promise<void> => {
      const attempt = begun += 1
      const stopThis = await withLeader(async attachment => attachment.subscribe(filter, take, next))
      if (ended || attempt !== begun) stopThis() // ended, or begun again, meanwhile
      else stop = stopThis
    }
    const end = (): void => {
      ended = true
      stopHearing()
      stop?.()
    }
    const stopHearing = lead.onAttached(() => {
      stop = undefined
      begin().catch((thrown: unknown) => {
        console.error(`A subscription could not go on in another tab: ${reasonOf(thrown)}`)
        end()
      })
    })
    try {
      await begin()
    } catch (thrown) {
      end()
      throw thrown
    }
    return end
  }

  return {
    ...asHub(call),
    async status () {
      return withLeader(async attachment => ({ ...await attachment.call('status', []) as HubStatus, leader: attachment.isOwn }))
    },
    publish,
    subscribe,
    async wipe (confirmation) {
      await call('wipe', [confirmation])
      lead.announceWiped()
    }
  }
}

function isLeaderChanged (thrown: unknown): boolean {
  return thrown instanceof HubError && thrown.code === 'leader-changed'
}
