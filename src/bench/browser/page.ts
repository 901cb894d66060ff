/** The bench page: starts the worker in which a hub would live, and puts its tasks where the benchmark's process can call them. */
import { wrap, type Remote } from 'comlink'
import { workerReady } from './ready.ts'
import type { BrowserTasks } from './tasks.ts'

declare global {
  /** Resolves once the worker listens. */
  var tasks: Promise<Remote<BrowserTasks>>
}

globalThis.tasks = new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }) => { if (data === workerReady) resolve(wrap<BrowserTasks>(worker)) })
  worker.addEventListener('error', ({ message }) => { reject(new Error(message)) })
})
