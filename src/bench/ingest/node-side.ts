/** `ingest` in this Node process: LevelDB below both ways, and the platform's pool of threads for each. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeVerifier } from '../../node/verifier.ts'
import { openLevelDbStore } from '../../store/leveldb.ts'
import { createCeilingPlatform } from './ceiling-node.ts'
import { ceilingWay } from './ceiling-way.ts'
import { makeFeed } from './feed.ts'
import { hubWay } from './hub-way.ts'
import { measureRounds, type IngestRounds, type IngestTask } from './rounds.ts'

/** Threads of Node's pool, unless the environment says otherwise. */
const poolThreads = 4

export async function ingestInNode ({ messages, rounds }: IngestTask): Promise<IngestRounds> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-ingest-'))
  try {
    const feed = await makeFeed(messages)
    const openStore = async (): ReturnType<typeof openLevelDbStore> => openLevelDbStore(await mkdtemp(join(folder, 'hub-')))
    const measured = await measureRounds(feed, rounds, {
      hub: hubWay(openStore, createNodeVerifier()),
      ceiling: ceilingWay(createCeilingPlatform(folder))
    })
    return { workers: Number(process.env.UV_THREADPOOL_SIZE ?? poolThreads), rounds: measured }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
