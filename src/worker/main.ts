/** The worker's entry: peer connections first, because libp2p looks for them while it loads; then the engine behind Comlink, and for the other tabs. */
import '../network/rtc/install.ts'
import './transfer.ts'
import { expose, proxy } from 'comlink'
import { startEngine, type StartedEngine } from './engine.ts'
import { engineReady, type Engine, type OpeningProgress } from './engine-config.ts'
import { forward } from './forward.ts'

const started = Promise.withResolvers<StartedEngine>()
started.promise.catch(() => { /* whoever called `start` is told; this keeps the worker from reporting it a second time */ })
const hub = forward(async () => (await started.promise).hub)
// Apart, so that the modules above are all that a first visit waits for.
const serving = import('./leader/served-engine.ts')

const engine: Engine = {
  ...hub,
  async start (config, verifiers) {
    const { servedEngine } = await serving
    const served = servedEngine(config)
    const onProgress = (done: number, total: number): void => {
      const progress: OpeningProgress = { type: 'hubbub/opening', done, total }
      postMessage(progress)
    }
    startEngine(config, { verifiers, onProgress, tabs: served.tabs }).then((one) => { started.resolve({ ...one, hub: served.begin(one) }) }, started.reject)
    await started.promise
  },
  // What is returned is a function, and functions cross a boundary only as proxies.
  subscribe: async (...given) => proxy(await hub.subscribe(...given))
}

expose(engine)
postMessage(engineReady)
