/**
 * Workers that check signatures, and the way to them: the page makes them, and the engine in its own worker gets a port to each. A worker must not make
 * them itself: in Firefox (ESR 153) its `Worker` constructor does not return in one start of about a hundred, and the engine stands still for good.
 */
import type { VerifyWorker } from './verifier-pool.ts'

export interface PreparedVerifyWorker {
  /** For the engine. It closes when the worker fails. */
  readonly port: MessagePort
  /** Loads it. What the engine asks before that waits in the port. */
  readonly start: () => void
  readonly terminate: () => void
}

/**
 * Verifying workers of a machine with so many cores. Measured in Chromium, processor time a message: 62 µs in the verifying worker and 38 µs in the
 * engine's, 30 µs in the browser's own threads. One worker is thus the narrow place, two are more than the engine can feed, and a third would
 * have nothing to do; but where there are two cores, one worker and the engine fill them.
 */
export function workersFor (cores: number): number {
  return cores <= 2 ? 1 : 2
}

/** Not loaded yet: an engine that opens has nothing to check, and the processor for itself until it answers. */
export function prepareVerifyWorker (): PreparedVerifyWorker {
  const { port1, port2 } = new MessageChannel()
  let worker: Worker | undefined
  return {
    port: port1,
    start () {
      const started = worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module', name: 'hubbub-verify' })
      started.postMessage(port2, [port2])
      started.addEventListener('error', (event) => {
        event.preventDefault() // the engine goes on without it, and says so
        started.terminate()
      })
    },
    terminate: () => { worker?.terminate() }
  }
}

/** The worker at the other end of this port, for the pool. Its failure shows by `close`, which Firefox lacks: there the pool finds an answer overdue. */
export function verifyWorkerAt (port: MessagePort): VerifyWorker {
  port.start()
  return {
    postMessage: (message: unknown, transfer: Transferable[]) => { port.postMessage(message, transfer) },
    addEventListener: (type: string, listener: EventListener) => { port.addEventListener(type === 'error' ? 'close' : type, listener) },
    terminate: () => { port.close() }
  } as VerifyWorker
}
