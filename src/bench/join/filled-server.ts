/** A server's data folder that holds many messages before the server starts, and the genesis file of their network. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { createRuntime } from '../../hub/runtime.ts'
import { genesisToJson } from '../../message/genesis.ts'
import { openLevelDbStore } from '../../store/leveldb.ts'
import { feedRules } from '../ingest/feed.ts'

export interface FilledServer {
  readonly data: string
  readonly genesis: string
  /** Whether the hub of the next server on it serves snapshots. */
  serve (on: boolean): Promise<void>
  remove (): Promise<void>
}

/** Stores these valid messages unchecked: they are checked by whoever takes them from the server. */
export async function fillServer (messages: readonly Uint8Array[]): Promise<FilledServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-join-'))
  const [data, genesis] = [join(folder, 'data'), join(folder, 'genesis.json')]
  await writeFile(genesis, JSON.stringify(genesisToJson(feedRules.genesis)))
  const store = await openLevelDbStore(join(data, 'messages'))
  const now = (): number => Date.now()
  const runtime = await createRuntime({
    rules: feedRules,
    random: length => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    store,
    verify: async () => true,
    isOwn: () => false,
    transport: { send: () => true, reject: (_, code) => { throw new Error(`a message was refused: ${code}`) } },
    log: createEventLog(now),
    now
  })
  for (const message of messages) await runtime.frame('neighbour' as PeerId, { type: 'gossip', message, hops: 1 })
  await runtime.settled()
  runtime.stop()
  await store.close()
  return {
    data, genesis,
    async serve (on) {
      const kept = await openLevelDbStore(join(data, 'messages'))
      await kept.putValue('serving', on)
      await kept.close()
    },
    remove: async () => { await rm(folder, { recursive: true, force: true }) }
  }
}
