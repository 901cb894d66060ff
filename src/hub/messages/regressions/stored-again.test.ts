/** A displaced fork that belongs again and comes from a neighbour before the next tick is stored a second time. */
import { expect, test } from 'vitest'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import { composeMessage } from '../../../message/compose.ts'
import { rootSigner, signMessage } from '../../../message/signing.ts'
import type { Message } from '../../../message/types.ts'
import { createAuthor, post, startMs, testRules } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'

test('a displaced fork that comes again is stored once', async () => {
  const mesh = createMesh()
  const hub = await mesh.add('a')
  const ida = await createAuthor(1)
  const take = async ({ bytes }: Pick<Message, 'bytes'>): Promise<void> => {
    await hub.runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
    await hub.runtime.settled()
  }
  await take(ida.introduction)
  const forks: Message[] = []
  for (let count = 0; count < 5; count += 1) forks.push(await ida.write(post(`${count}`), { seq: 1, prev: undefined }))
  forks.sort((one, other) => one.id < other.id ? 1 : -1)
  for (const fork of forks) await take(fork)
  const highest = forks[0]!
  expect(hub.runtime.set.has(highest.id)).toBe(false)
  const root = await rootSigner(new Uint8Array(32).fill(1))
  const unsigned = composeMessage({
    author: ida.key, signer: ida.key, seq: 2, prev: ida.introduction.id, timestamp: startMs + 99, body: { kind: 'signer-remove', signer: ida.device, keepHead: highest.id }
  }, testRules)
  await take({ bytes: await signMessage(unsigned, root) })
  await take(highest)
  hub.runtime.tick()
  await mesh.settled()
  expect(hub.runtime.set.has(highest.id)).toBe(true)
  expect(hub.disk.events.filter(event => event?.id === highest.id)).toHaveLength(1)
})
