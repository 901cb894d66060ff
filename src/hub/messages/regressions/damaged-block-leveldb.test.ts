/** As damaged-block-stays, on a real disk: one damaged block, and what it took never comes back; queries pass over it in silence. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { expect, test } from 'vitest'
import { createEventLog } from '../../../base/event-log.ts'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { openLevelDbStore } from '../../../store/leveldb.ts'
import { createAuthor, post, startMs, testRules } from '../../fixtures/author.ts'
import { pageRows } from '../../messages/pages.ts'
import { createRuntime, type Runtime } from '../../runtime.ts'

test('what a damaged block has taken comes back from a neighbour', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-'))
  try {
    const damage: number[] = []
    const open = async (): Promise<{ runtime: Runtime, close: () => Promise<void> }> => {
      const store = await openLevelDbStore(folder, {
        limits: { blockBytes: 4_096 }, onDamage: ({ firstEvent, lastEvent }) => { damage.push(lastEvent - firstEvent + 1) }
      })
      const runtime = await createRuntime({
        rules: testRules, random: length => new Uint8Array(length).fill(1), store, verify: async () => true, isOwn: () => false,
        transport: { send: () => true, reject: () => undefined }, log: createEventLog(() => startMs), now: () => startMs
      })
      return { runtime, close: async () => { await runtime.settled(); await store.close() } }
    }
    const ida = await createAuthor(1)
    const posts: Message[] = []
    for (let count = 0; count < pageRows; count += 1) posts.push(await ida.write(post(`${count}`)))
    const first = await open()
    for (const message of [ida.introduction, ...posts]) await first.runtime.publish(message)
    await first.close()
    const raw = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
    const blocks = await raw.iterator({ gte: Uint8Array.of(0x62), lt: Uint8Array.of(0x63) }).all()
    const [key, value] = blocks[Math.floor(blocks.length / 2)]!
    const changed = new Uint8Array(value)
    changed[changed.length >> 1]! ^= 0xff
    await raw.put(key, changed)
    await raw.close()
    const { runtime, close } = await open()
    await runtime.messages.query({ limit: 1_000 })
    expect(damage).toHaveLength(1)
    for (const { bytes } of posts) await runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
    await runtime.settled()
    const missing = (await Promise.all(posts.map(async ({ id }) => runtime.messages.get(id)))).filter(entry => entry === undefined)
    await close()
    expect(missing).toHaveLength(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
