/** A HubApi whose calls wait for another one: the page's for the engine, the engine's for its own start. */
import { HubError } from '../base/errors.ts'
import type { HubApi } from './api.ts'

type Call = (...given: unknown[]) => Promise<unknown>

/** Every method once; a missing or misspelt one does not compile. */
const methods: Readonly<Record<Exclude<keyof HubApi, 'identity'>, true>> = {
  status: true, publish: true, query: true, count: true, message: true, thread: true, conversation: true, answers: true,
  waiting: true, reactions: true, links: true, profile: true,
  records: true, subscribe: true, whenSynced: true, peers: true, candidates: true, hubs: true, diagnose: true,
  connect: true, disconnect: true, sync: true, sessions: true, tree: true, frontier: true, events: true, faults: true, wipe: true
}
const identityMethods: Readonly<Record<keyof HubApi['identity'], true>> = { show: true, export: true, import: true, addDevice: true, revokeDevice: true }

/** `target` is asked at each call: it may wait, or reject with why there is no hub. */
export function forward (target: () => Promise<HubApi>): HubApi {
  const calls = Object.keys(methods).map(name => [name, async (...given: unknown[]) => callOf(await target(), name)(...given)])
  const identity = Object.keys(identityMethods).map(name => [name, async (...given: unknown[]) => callOf((await target()).identity, name)(...given)])
  return Object.fromEntries([...calls, ['identity', Object.fromEntries(identity)]]) as HubApi
}

function callOf (holder: object, name: string): Call {
  // Called on its holder: a Comlink proxy finds the method by this path.
  return async (...given) => {
    try {
      const calls = holder as Record<string, Call | undefined>
      if (calls[name] == null) throw new TypeError(`${name} is missing`)
      return await calls[name](...given)
    } catch (thrown) {
      // What cannot be copied to the worker (a function, a symbol) is refused by the browser, before the engine can.
      if (thrown instanceof DOMException && thrown.name === 'DataCloneError') {
        throw new HubError('invalid-argument', `An argument of ${name} cannot be handed to the engine: use plain data.`, { cause: thrown })
      }
      throw thrown
    }
  }
}
