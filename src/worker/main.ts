/** The worker's entry: peer connections first, because libp2p looks for them while it loads; then the engine behind Comlink. */
import '../network/rtc/install.ts'
import './transfer.ts'
import { expose, proxy } from 'comlink'
import type { Engine } from './client.ts'
import { startEngine, type StartedEngine } from './engine.ts'
import { engineReady, type OpeningProgress } from './engine-config.ts'
import { forward } from './forward.ts'

const started = Promise.withResolvers<StartedEngine>()
started.promise.catch(() => { /* whoever called `start` is told; this keeps the worker from reporting it a second time */ })
const hub = forward(async () => (await started.promise).hub)

const engine: Engine = {
  ...hub,
  async start (config) {
    const tell = (done: number, total: number): void => {
      const progress: OpeningProgress = { type: 'hubbub/opening', done, total }
      postMessage(progress)
    }
    startEngine(config, tell).then(started.resolve, started.reject)
    await started.promise
  },
  pause: async () => { (await started.promise).pause() },
  resume: async () => { (await started.promise).resume() },
  // What is returned is a function, and functions cross a boundary only as proxies.
  subscribe: async (...given) => proxy(await hub.subscribe(...given))
}

expose(engine)
postMessage(engineReady)
