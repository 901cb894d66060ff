/**
 * The page's side of the engine: the worker, its peer connections, and what the page shows of their start. All tabs of one origin and name are one hub, whose
 * engine runs in one of them (leader/). The UI and `globalThis.hubbub` both stand on what `openHub` returns. It knows nothing of what the engine does.
 */
import { transfer, wrap } from 'comlink'
import { HubError, reasonOf } from '../base/errors.ts'
import { hostPeerConnections } from '../network/rtc/host.ts'
import type { HubApi } from './api.ts'
import { engineReady, isOpeningProgress, type Engine } from './engine-config.ts'
import { attachOwn } from './leader/attachment.ts'
import type { Outbox } from './leader/outbox.ts'
import { createSteadyHub } from './leader/steady-hub.ts'
import { joinTabs, type OwnEngine } from './leader/tab.ts'
import { missingOn, readPageOptions, type PageOptions } from './page-options.ts'
import './transfer.ts'
import { prepareVerifyWorker, workersFor, type PreparedVerifyWorker } from './verify-workers.ts'

export type HubState =
  | { readonly type: 'starting', readonly sentence: string }
  /** This origin or browser cannot run a hub. */
  | { readonly type: 'insecure', readonly sentence: string }
  | { readonly type: 'failed', readonly code: string, readonly sentence: string }
  | { readonly type: 'running', readonly hub: HubApi }

export interface HubClient {
  /** The name in `?hub=`. */
  readonly name: string
  state: () => HubState
  onChange: (listener: () => void) => () => void
  /** Waits while the hub starts. Codes: `other-version`, `insecure-context`, and those a start can fail with. */
  running: () => Promise<HubApi>
  /** Whether a publish of this page is not answered yet. */
  isWriting: () => boolean
}

const starting = 'Starting the hub.'

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

  let name = ''
  let writing = 0
  try {
    const options = readPageOptions(location.search)
    name = options.hub
    const missing = missingOn({
      isSecureContext, host: location.host, hasWorker: 'Worker' in globalThis, hasWebRTC: 'RTCPeerConnection' in globalThis, hasIndexedDB: 'indexedDB' in globalThis
    })
    if (missing != null) set({ type: 'insecure', sentence: missing })
    else join(options, set, (change) => { writing += change })
  } catch (thrown) {
    set(failed(thrown))
  }

  return {
    name,
    state: () => state,
    onChange,
    isWriting: () => writing > 0,
    running: async () => new Promise((resolve, reject) => {
      const settle = (): void => {
        if (state.type === 'starting') return
        stop()
        if (state.type === 'running') resolve(state.hub)
        else if (state.type === 'insecure') reject(new HubError('insecure-context', state.sentence))
        else reject(new HubError(state.code as HubError['code'], state.sentence))
      }
      const stop = onChange(settle)
      settle()
    })
  }
}

function failed (thrown: unknown): HubState {
  return { type: 'failed', code: thrown instanceof HubError ? thrown.code : 'internal', sentence: reasonOf(thrown) }
}

/** This page's hub, whichever tab runs its engine. */
function join (options: PageOptions, set: (state: HubState) => void, onWriting: (change: 1 | -1) => void): void {
  const tab = joinTabs({
    hubName: options.hub,
    locks: navigator.locks,
    prepareEngine: () => createOwnEngine(options, (done, total) => { tab.tellOpening(openingSentence(done, total)) }),
    onOpening: (sentence) => { set({ type: 'starting', sentence }) },
    onRunning: () => { set(running) },
    onFailed: (thrown) => { set(failed(thrown)) },
    onWiped: () => { location.reload() }, // a hub without keys is a new one: it starts as on a first visit
    now: Date.now
  })
  const steady = createSteadyHub({ lead: tab, outbox: openOutboxOnce(options.hub), now: Date.now })
  const running: HubState = {
    type: 'running',
    hub: {
      ...steady,
      async publish (...given) {
        onWriting(1)
        try {
          const published = await steady.publish(...given)
          askToPersist()
          return published
        } finally {
          onWriting(-1)
        }
      }
    }
  }
  // A frozen page stops its worker too, at whatever it does; one in the browser's history likewise.
  document.addEventListener('freeze', tab.sleep)
  document.addEventListener('resume', tab.wake)
  addEventListener('pagehide', ({ persisted }) => { if (persisted) tab.sleep() })
  addEventListener('pageshow', ({ persisted }) => { if (persisted) tab.wake() })
}

function openOutboxOnce (hub: string): () => Promise<Outbox> {
  let opening: Promise<Outbox> | undefined
  return async () => opening ??= import('./leader/outbox.ts').then(async ({ openOutbox }) => openOutbox(hub)).catch((thrown: unknown) => {
    opening = undefined
    throw thrown
  })
}

/** A worker that loads, with the page's peer connections at its service. */
function createOwnEngine (options: PageOptions, onProgress: (done: number, total: number) => void): OwnEngine {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module', name: `hub ${options.hub}` })
  const host = hostPeerConnections(worker, { forceProxy: options.forceProxy })
  worker.addEventListener('message', ({ data }) => { if (isOpeningProgress(data)) onProgress(data.done, data.total) })
  const listening = loaded(worker)
  listening.catch(() => { /* told when it is to start */ })
  let verifiers: readonly PreparedVerifyWorker[] = []
  const terminate = (): void => {
    for (const verifier of verifiers) verifier.terminate()
    worker.terminate() // it may hold the storage open, which the next tab is to have
    host.dispose()
  }
  return {
    terminate,
    async start (term, handedOver) {
      try {
        await listening
        const engine = wrap<Engine>(worker)
        verifiers = Array.from({ length: workersFor(navigator.hardwareConcurrency) }, prepareVerifyWorker)
        const ports = verifiers.map(({ port }) => port)
        await engine.start({
          hub: options.hub, origin: location.origin, relay: options.relay, network: options.network, agent: `hubbub/0.1.0 ${browserName()}`, deviceName: browserName(),
          term, handedOver
        }, transfer(ports, ports))
        for (const verifier of verifiers) verifier.start()
        return attachOwn(engine, term, async () => navigator.locks.query()) // answered after what became of the lock
      } catch (thrown) {
        terminate()
        throw thrown
      }
    }
  }
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
