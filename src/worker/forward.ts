/** A HubApi whose calls go elsewhere, by name: the page's for the engine, the engine's for its own start, an app's for the page that runs the hub. */
import { HubError } from '../base/errors.ts'
import type { HubApi } from './api.ts'

type Call = (...given: unknown[]) => Promise<unknown>

const identity: Readonly<Record<keyof HubApi['identity'], true>> = {
  show: true, devices: true, export: true, import: true, addDevice: true, revokeDevice: true
}
const apps: Readonly<Record<keyof HubApi['apps'], true>> = { list: true, ask: true, grant: true, revoke: true, forget: true, publish: true, offer: true }
const attesters: Readonly<Record<keyof HubApi['attesters'], true>> = { show: true, propose: true, sign: true }
const states: Readonly<Record<keyof HubApi['states'], true>> = { input: true, offer: true, restore: true, later: true, show: true }
const groups = { identity, apps, attesters, states } as const

/** Every method once; a missing or misspelt one does not compile. */
const methods: Readonly<Record<Exclude<keyof HubApi, keyof typeof groups>, true>> = {
  status: true, publish: true, query: true, count: true, message: true, thread: true, conversation: true, answers: true,
  waiting: true, forks: true, reactions: true, links: true, profile: true,
  records: true, subscribe: true, whenSynced: true, peers: true, candidates: true, hubs: true, diagnose: true,
  icePair: true, testRelay: true, settings: true, configure: true, connect: true, disconnect: true, sync: true, serve: true, leave: true,
  sessions: true, tree: true, frontier: true, events: true, faults: true, wipe: true
}

/** `target` is asked at each call: it may wait, or reject with why there is no hub. */
export function forward (target: () => Promise<HubApi>): HubApi {
  return asHub(async (path, given) => callOn(await target(), path, given))
}

/** The API over one function that carries out calls: `path` is a method's name, or a group's, a dot and one. */
export function asHub (call: (path: string, given: readonly unknown[]) => Promise<unknown>): HubApi {
  const named = (names: object, before = ''): Array<[string, Call]> => Object.keys(names).map(name => [name, async (...given) => call(before + name, given)])
  return Object.fromEntries([
    ...named(methods), ...Object.entries(groups).map(([group, names]) => [group, Object.fromEntries(named(names, `${group}.`))])
  ]) as HubApi
}

/** Calls a method by its path. Codes: `invalid-argument` (no such method, or arguments that cannot be copied), and the method's own. */
export async function callOn (hub: HubApi, path: string, given: readonly unknown[]): Promise<unknown> {
  const [name = '', inner] = typeof path === 'string' ? path.split('.') : []
  const isKnown = inner == null ? Object.hasOwn(methods, name) : isGroup(name) && Object.hasOwn(groups[name], inner)
  if (!isKnown || !Array.isArray(given)) throw new HubError('invalid-argument', `A hub has no call ${shown(path)}.`)
  const holder = (isGroup(name) ? hub[name] : hub) as unknown as Record<string, Call | undefined>
  const method = inner ?? name
  // Called on its holder: a Comlink proxy finds the method by this path.
  try {
    if (holder[method] == null) throw new TypeError(`${path} is missing`)
    return await holder[method](...given as unknown[])
  } catch (thrown) {
    // What cannot be copied to the worker (a function, a symbol) is refused by the browser, before the engine can.
    if (thrown instanceof DOMException && thrown.name === 'DataCloneError') {
      throw new HubError('invalid-argument', `An argument of ${path} cannot be handed to the engine: use plain data.`, { cause: thrown })
    }
    throw thrown
  }
}

function isGroup (name: string): name is keyof typeof groups {
  return Object.hasOwn(groups, name)
}

function shown (path: unknown): string {
  return typeof path === 'string' ? path.slice(0, 40) : `of the type ${typeof path}`
}
