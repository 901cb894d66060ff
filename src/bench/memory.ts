/**
 * What very many messages cost a hub in a tab: the memory of what it keeps of each, and the time to open it. A hub is made on a real Chromium's
 * IndexedDB (memory/hub.ts), the browser ends, and a new process opens it in a fresh worker.
 */
import type { Benchmark } from './benchmark.ts'
import { openBenchPage } from './browser/bench-page.ts'

const options = {
  messages: { default: 1_000_000, sentence: 'Messages that the hub holds, about 300 bytes each.' }
}

/**
 * JSON: `{messages, bytesPerMessage, indexBytes, openMs, setBytes, placeBytes, referenceBytes, memoryBytes, fillMs}`. indexBytes: setBytes + placeBytes, the
 * packed memory that sync, queries by id and by time need, as the runtime counts it; referenceBytes: what views and filters need on top. memoryBytes: by how
 * much heap and buffers of the worker grew on opening, as the browser counts them, and bytesPerMessage a message's part of it. openMs: from a
 * fresh worker to the first answer by id; the operating system may have the files in memory.
 */
export const memory: Benchmark<typeof options> = {
  name: 'memory',
  sentence: 'A hub with many messages: bytes of memory for each, and how long it takes to open.',
  options,
  async run ({ messages }) {
    const page = await openBenchPage()
    try {
      const start = performance.now()
      const filling = await page.open()
      const filled = await filling.call('fillHub', messages)
      await filling.close()
      const fillMs = performance.now() - start
      const opening = await page.open()
      const before = await opening.memoryBytes()
      const { openMs, setBytes, placeBytes, referenceBytes } = await opening.call('openHub', filled)
      const after = await opening.memoryBytes()
      await opening.close()
      const indexBytes = setBytes + placeBytes
      const memoryBytes = after - before
      return {
        messages,
        bytesPerMessage: Math.round(memoryBytes / messages),
        indexBytes,
        openMs: Math.round(openMs),
        setBytes,
        placeBytes,
        referenceBytes,
        memoryBytes,
        fillMs: Math.round(fillMs)
      }
    } finally {
      await page.close()
    }
  }
}
