/**
 * The page's side of the engine: starts the worker, hosts its peer connections, and keeps one hub per origin and name by a Web Lock.
 * The UI and `globalThis.hubbub` both stand on what `openHub` returns. It knows nothing of what the engine does.
 */
import { proxy, wrap, type Remote } from 'comlink'
import { HubError, reasonOf } from '../base/errors.ts'
import { hostPeerConnections } from '../network/rtc/host.ts'
import type { HubApi } from './api.ts'
import { engineReady, isOpeningProgress, type EngineConfig } from './engine-config.ts'
import { forward } from './forward.ts'
import { missingOn, readPageOptions, type PageOptions } from './page-options.ts'
import './transfer.ts'

export type HubState =
  | { readonly type: 'starting', readonly sentence: string }
  /** This origin or browser cannot run a hub. */
  | { readonly type: 'insecure', readonly sentence: string }
  /** Another tab runs this hub; this one takes over when that one closes. */
  | { readonly type: 'elsewhere', readonly sentence: string }
  | { readonly type: 'failed', readonly code: string, readonly sentence: string }
  | { readonly type: 'running', readonly hub: HubApi }

export interface HubClient {
  /** The name in `?hub=`. */
  readonly name: string
  state: () => HubState
  onChange: (listener: () => void) => () => void
  /** Waits while the hub starts. Codes: `not-leader`, `insecure-context`, and those a start can fail with. */
  running: () => Promise<HubApi>
}

/** What worker/main.ts exposes. */
export interface Engine extends HubApi {
  start: (config: EngineConfig) => Promise<void>
  /** The page is about to be frozen: says goodbye to everybody. */
  pause: () => Promise<void>
  resume: () => Promise<void>
}

const starting = 'Starting the hub: keys and storage are being opened.'

function openingSentence (done: number, total: number): string {
  return `Opening what is stored: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} messages.`
}

/** Starts this page's hub. Called once. */
export function openHub (): HubClient {
  let state: HubState = { type: 'starting', sentence: starting }
  const listeners = new Set<() => void>()
  const set = (next: HubState): void => {
    state = next
    for (const listener of listeners) listener()
  }
  const onChange = (listener: () => void): () => void => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }
  const fail = (thrown: unknown): void => {
    set({ type: 'failed', code: thrown instanceof HubError ? thrown.code : 'internal', sentence: reasonOf(thrown) })
  }

  let name = ''
  try {
    const options = readPageOptions(location.search)
    name = options.hub
    const missing = missingOn({
      isSecureContext, host: location.host, hasWorker: 'Worker' in globalThis, hasWebRTC: 'RTCPeerConnection' in globalThis, hasIndexedDB: 'indexedDB' in globalThis
    })
    if (missing != null) set({ type: 'insecure', sentence: missing })
    else lead(options, set).catch(fail)
  } catch (thrown) {
    fail(thrown)
  }

  return {
    name,
    state: () => state,
    onChange,
    running: async () => new Promise((resolve, reject) => {
      const settle = (): void => {
        if (state.type === 'starting') return
        stop()
        if (state.type === 'running') resolve(state.hub)
        else if (state.type === 'elsewhere') reject(new HubError('not-leader', state.sentence))
        else if (state.type === 'insecure') reject(new HubError('insecure-context', state.sentence))
        else reject(new HubError(state.code as HubError['code'], state.sentence))
      }
      const stop = onChange(settle)
      settle()
    })
  }
}

/** One tab at a time runs a hub: the one that holds the lock, until it closes. */
async function lead (options: PageOptions, set: (state: HubState) => void): Promise<void> {
  const lock = `hubbub/${options.hub}`
  const untilClosed = async (held: Lock | null): Promise<boolean> => {
    if (held == null) return false
    await run(options, set)
    return new Promise(() => { /* held until the tab goes */ })
  }
  await navigator.locks.request(lock, { ifAvailable: true }, untilClosed)
  set({ type: 'elsewhere', sentence: 'This hub runs in another tab of this browser. Close that tab and it goes on here.' })
  await navigator.locks.request(lock, async (held) => {
    set({ type: 'starting', sentence: starting })
    return untilClosed(held)
  })
}

async function run (options: PageOptions, set: (state: HubState) => void): Promise<void> {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module', name: `hub ${options.hub}` })
  const host = hostPeerConnections(worker, { forceProxy: options.forceProxy })
  worker.addEventListener('message', ({ data }) => {
    if (isOpeningProgress(data)) set({ type: 'starting', sentence: openingSentence(data.done, data.total) })
  })
  try {
    const engine = await start(worker, options)
    sleepWithPage(engine)
    set({ type: 'running', hub: remoteHub(engine) })
  } catch (thrown) {
    worker.terminate() // it may hold the storage open, which the next tab is to have
    host.dispose()
    throw thrown
  }
}

/**
 * A frozen page stops its worker too, at whatever it does. So the hub leaves its neighbours on `freeze` and comes back on `resume`; likewise while the page
 * waits in the browser's history. What the worker has no time for, the page's host of connections has done by itself (network/rtc/host.ts).
 */
function sleepWithPage (engine: Remote<Engine>): void {
  const report = (thrown: unknown): void => { console.error(`The hub could not be told that the page sleeps or wakes: ${reasonOf(thrown)}`) }
  const pause = (): void => { engine.pause().catch(report) }
  const resume = (): void => { engine.resume().catch(report) }
  document.addEventListener('freeze', pause)
  document.addEventListener('resume', resume)
  addEventListener('pagehide', ({ persisted }) => { if (persisted) pause() })
  addEventListener('pageshow', ({ persisted }) => { if (persisted) resume() })
}

async function start (worker: Worker, options: PageOptions): Promise<Remote<Engine>> {
  await loaded(worker)
  const engine = wrap<Engine>(worker)
  await engine.start({
    hub: options.hub, origin: location.origin, relay: options.relay, network: options.network, agent: `hubbub/0.1.0 ${browserName()}`, deviceName: browserName()
  })
  return engine
}

/** Resolves when the worker listens. Codes: `internal` when its script does not load, with what the browser says of that. */
async function loaded (worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => { if (data === engineReady) resolve() })
    worker.addEventListener('error', ({ message }) => {
      reject(new HubError('internal', `The engine could not be loaded: ${message === '' ? 'its script did not arrive' : message}. Reload the page.`))
    })
  })
}

/** The engine as a `HubApi`: callbacks are wrapped, so that a caller passes plain functions. */
function remoteHub (engine: Remote<Engine>): HubApi {
  const remote = engine as unknown as HubApi
  const calls = forward(async () => remote)
  return {
    ...calls,
    async subscribe (filter, callback, options) {
      // Checked here: anything else would reach the engine looking like a function, or not at all.
      if (typeof callback !== 'function' || !Object.isExtensible(callback)) throw new HubError('invalid-argument', 'subscribe needs a function to call, one that is not frozen.')
      return calls.subscribe(filter, proxy(callback), options)
    },
    async publish (...given) {
      const published = await calls.publish(...given)
      askToPersist()
      return published
    },
    async wipe (confirmation) {
      await calls.wipe(confirmation)
      location.reload() // a hub without keys is a new one: it starts as on a first visit
    }
  }
}

let isPersistenceAsked = false

/**
 * Asks the browser not to evict this hub's data: once a visit, when there is something that only its writer has. A browser may ask the person, or decide by
 * itself; `status().storage.persisted` says what came of it. Only a page can ask, not a worker.
 */
function askToPersist (): void {
  if (isPersistenceAsked) return
  isPersistenceAsked = true
  navigator.storage.persist().catch(() => { /* a browser that cannot promise it says so in the status */ })
}

function browserName (): string {
  const { userAgent } = navigator
  const browser = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find(name => userAgent.includes(name)) ?? 'Browser'
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find(name => userAgent.includes(name))
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser
  return system == null ? name : `${name} on ${system}`
}
