/**
 * For apps: the hub of this browser, from any page of its origin. Whichever tab runs the hub, this page uses it from there, or runs it itself where no other
 * does. An app reads what everybody may read; it writes in the scope that the person grants it in the hub's settings, by a device key of its own.
 *
 * Version 1. Within it calls are only added.
 */
import { HubError } from '../../base/errors.ts'
import type { AppScope, AppView, HubApi, HubStatus } from '../api.ts'
import { openHub } from '../client.ts'
import type { HubCalls } from './hub-calls.ts'

export type * from '../api.ts'

export const clientVersion = 1

export interface AppDescription {
  /** The same on every visit: lower-case letters, digits, dots, dashes. */
  readonly id: string
  /** As the person reads it who decides. */
  readonly name: string
  /** What it wants to write, all of it: nothing left out means everything. Collections go with the kind `record`. */
  readonly scope: { readonly kinds: AppScope['kinds'], readonly collections?: readonly string[] }
}

/** Reading calls are those of `HubApi`, and so are their codes. */
export interface AppHub extends HubCalls {
  readonly version: typeof clientVersion
  /** What the person has decided. */
  readonly app: () => Promise<AppView>
  /** The public key of the person whose hub this is: as `author` in what this app writes, and in queries for it. */
  readonly author: () => Promise<string>
  /** Resolves once the person has granted it. Codes: `not-granted` when they refuse, or revoke. */
  readonly whenGranted: () => Promise<AppView>
  /**
   * Resolves once the message is stored; whatever happens to tabs meanwhile, it is published once.
   * Codes: `not-granted`, `scope-exceeded`, `too-many`, those of `HubApi.publish`.
   */
  readonly publish: HubApi['publish']
  /**
   * What this app makes of all messages: had back with a checkpoint, or made anew and offered (client/reduce.ts does both). Offering takes that the person
   * granted the app; its reducers are named by its id, or that, a slash and a word. Codes of `offer` besides: `not-granted`, `scope-exceeded`.
   */
  readonly states: HubApi['states']
  /** How much of what the browser gives is used, and whether it may take it back. */
  readonly storage: () => Promise<HubStatus['storage']>
}

/** Between two looks at what the person decided, in ms. */
const lookEveryMs = 1_000

/**
 * Connects, and asks for the scope where it was not asked for yet.
 * Codes: `invalid-argument`, `too-many`, `insecure-context`, `other-version`, those of a start.
 */
export async function connectHub (description: AppDescription): Promise<AppHub> {
  const hub = await openHub().running()
  const { id } = await hub.apps.ask(description)
  const app = async (): Promise<AppView> => {
    const found = (await hub.apps.list()).find(one => one.id === id)
    if (found == null) throw new HubError('not-granted', 'This app was forgotten in the settings: load its page again, and it asks anew.')
    return found
  }
  return {
    version: clientVersion,
    app,
    author: async () => (await hub.status()).author,
    async whenGranted () {
      for (;;) {
        const found = await app()
        if (found.state === 'granted') return found
        if (found.state !== 'asked') throw new HubError('not-granted', `This app may not write: it was ${found.state}. The person decides in the settings, under Apps.`)
        await new Promise((resolve) => { setTimeout(resolve, lookEveryMs) })
      }
    },
    publish: async (draft, options) => hub.apps.publish(id, draft, options),
    states: {
      input: async page => hub.states.input(page),
      offer: async state => hub.apps.offer(id, state),
      restore: async (reducer, options) => hub.states.restore(reducer, options),
      later: async query => hub.states.later(query),
      show: async reducer => hub.states.show(reducer)
    },
    storage: async () => (await hub.status()).storage,
    query: async query => hub.query(query),
    count: async query => hub.count(query),
    message: async message => hub.message(message),
    thread: async (message, page) => hub.thread(message, page),
    reactions: async target => hub.reactions(target),
    links: async ends => hub.links(ends),
    profile: async author => hub.profile(author),
    records: async query => hub.records(query),
    subscribe: async (filter, callback, options) => hub.subscribe(filter, callback, options),
    whenSynced: async options => hub.whenSynced(options)
  }
}
