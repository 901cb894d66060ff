/** S6: "sync brings them back". With a page over a damaged block the set has them, and nobody brings them back. */
import { expect, test } from 'vitest'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { createAuthor, post } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'
import { pageRows } from '../../messages/pages.ts'

test('what a damaged block has taken comes back from a neighbour', async () => {
  const mesh = createMesh()
  const before = await mesh.add('a')
  const ida = await createAuthor(1)
  await before.runtime.publish(ida.introduction)
  const posts: Message[] = []
  for (let count = 0; count < pageRows; count += 1) posts.push(await ida.write(post(`${count}`)))
  for (const message of posts) await before.runtime.publish(message)
  await before.runtime.settled()
  for (let event = 100; event < 150; event += 1) before.disk.events[event] = undefined // a damaged block
  const after = await mesh.add('again', { disk: before.disk })
  await after.runtime.messages.query({ limit: 1_000 }) // reading it shows the damage
  for (const { bytes } of posts) await after.runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
  await after.runtime.settled()
  for (const { id } of posts) expect(await after.runtime.messages.get(id)).toBeDefined()
})
