/** A HubApi whose calls wait for another one: the page's for the engine, the engine's for its own start. */
import type { HubApi } from './api.ts'

type Call = (...given: unknown[]) => Promise<unknown>

/** Every method once; a missing or misspelt one does not compile. */
const methods: Readonly<Record<Exclude<keyof HubApi, 'identity'>, true>> = {
  status: true, publish: true, query: true, message: true, subscribe: true, whenSynced: true, peers: true, candidates: true, diagnose: true,
  connect: true, disconnect: true, sync: true, events: true, faults: true, wipe: true
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
  return (...given) => (holder as Record<string, Call>)[name]?.(...given) ?? Promise.reject(new TypeError(`${name} is missing`))
}
