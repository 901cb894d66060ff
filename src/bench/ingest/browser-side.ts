/** `ingest` in a dedicated worker of a browser: IndexedDB below both ways, and as many verifying workers for each. */
import { openIndexedDbStore } from '../../store/indexeddb.ts'
import { createVerifierPool } from '../../worker/verifier-pool.ts'
import { prepareVerifyWorker, verifyWorkerAt, workersFor } from '../../worker/verify-workers.ts'
import { createCeilingPlatform } from './ceiling-browser.ts'
import { ceilingWay } from './ceiling-way.ts'
import { makeFeed } from './feed.ts'
import { hubWay } from './hub-way.ts'
import { measureRounds, type IngestRounds, type IngestTask } from './rounds.ts'

export async function ingestInBrowser ({ messages, rounds }: IngestTask): Promise<IngestRounds> {
  const workers = workersFor(navigator.hardwareConcurrency)
  const feed = await makeFeed(messages)
  const started = Array.from({ length: workers }, prepareVerifyWorker)
  for (const { start } of started) start()
  const verifier = createVerifierPool(started.map(({ port }) => verifyWorkerAt(port)), { onTrouble: (sentence) => { throw new Error(sentence) } })
  const platform = createCeilingPlatform(workers)
  let opened = 0
  const openStore = async (): ReturnType<typeof openIndexedDbStore> => openIndexedDbStore(`ingest-${opened += 1}`)
  try {
    const measured = await measureRounds(feed, rounds, { hub: hubWay(openStore, verifier), ceiling: ceilingWay(platform) })
    if (verifier.workers !== workers) throw new Error('Not all verifying workers were there: this is not what was to be measured.')
    return { workers, rounds: measured }
  } finally {
    platform.close()
    verifier.close()
    for (const { terminate } of started) terminate()
  }
}
