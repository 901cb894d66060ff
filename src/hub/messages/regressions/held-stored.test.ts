/** A stored message whose signer-add was not stored is a member once that comes, and stays out of sight until the next start. */
import { expect, test } from 'vitest'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import { createAuthor, post } from '../../fixtures/author.ts'
import { createMesh, entriesOf } from '../../fixtures/mesh.ts'

test('what is stored and waits for its signer is shown when the signer comes', async () => {
  const mesh = createMesh()
  const before = await mesh.add('a')
  const ida = await createAuthor(1)
  await before.runtime.publish(ida.introduction)
  const first = await ida.write(post('first'))
  await before.runtime.publish(first)
  before.disk.events[0] = undefined // the disk has damaged the block with the signer-add (S6), or it could not be stored and the hub ended
  const { runtime, disk, rules } = await createMesh().add('again', { disk: before.disk })
  expect(runtime.set.pending()).toBe(1)
  await runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(ida.introduction.bytes), hops: 0 })
  await runtime.settled()
  expect(runtime.set.has(first.id)).toBe(true)
  expect(entriesOf({ disk, rules }).map(({ message }) => message.id)).toContain(first.id)
  expect((await runtime.messages.query({ kind: 'post' })).map(({ message }) => message.id)).toEqual([first.id])
})
