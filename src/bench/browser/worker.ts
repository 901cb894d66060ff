/** The bench worker: a dedicated worker like the engine's. */
import { expose } from 'comlink'
import { ingestInBrowser } from '../ingest/browser-side.ts'
import { rawCopy } from '../join/raw-copy.ts'
import { fillHub, openHub } from '../memory/hub.ts'
import { workerReady } from './ready.ts'
import type { BrowserTasks } from './tasks.ts'

const tasks: BrowserTasks = { ingest: ingestInBrowser, rawCopy, fillHub, openHub }

expose(tasks)
postMessage(workerReady)
