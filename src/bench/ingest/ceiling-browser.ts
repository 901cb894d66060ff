/** The ceiling's platform in a browser: workers of its own that verify, and IndexedDB as it comes. */
import { deleteDB, openDB } from 'idb'
import type { CeilingDisk, CeilingPlatform } from './ceiling-way.ts'

const store = 'blocks'
const database = 'ceiling'

export function createCeilingPlatform (workerCount: number): CeilingPlatform & { readonly close: () => void } {
  const workers = Array.from({ length: workerCount }, () => new Worker(new URL('./ceiling-worker.ts', import.meta.url), { type: 'module' }))
  const waiting = new Map<number, (valid: boolean) => void>()
  for (const worker of workers) {
    worker.addEventListener('message', ({ data: { number, valid } }: MessageEvent<{ readonly number: number, readonly valid: boolean }>) => {
      waiting.get(number)?.(valid)
      waiting.delete(number)
    })
  }
  let batches = 0
  return {
    async verify (batch) {
      const number = batches += 1
      const valid = await new Promise<boolean>((resolve) => {
        waiting.set(number, resolve)
        workers[number % workers.length]?.postMessage({ number, batch }, [batch.buffer])
      })
      if (!valid) throw new Error('a message is not signed')
    },
    openDisk: openIndexedDb,
    close: () => { for (const worker of workers) worker.terminate() }
  }
}

async function openIndexedDb (): Promise<CeilingDisk> {
  const opened = await openDB(database, 1, { upgrade: (created) => { created.createObjectStore(store) } })
  return {
    async write (firstNumber, blocks) {
      const transaction = opened.transaction(store, 'readwrite', { durability: 'relaxed' })
      for (const [index, block] of blocks.entries()) void transaction.store.put(block, firstNumber + index)
      await transaction.done
    },
    async erase () {
      opened.close()
      await deleteDB(database)
    }
  }
}
