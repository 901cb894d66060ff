/** R12: a body that waits for the disk while its message is erased is stored afterwards, for good. */
import { expect, test } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { createAuthor, post, startMs } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'

test('a body that was erased is not stored by a later try', async () => {
  let nowMs = startMs
  const mesh = createMesh()
  const hub = await mesh.add('a', { now: () => nowMs })
  const ida = await createAuthor(1)
  const take = async ({ bytes }: Pick<Message, 'bytes'>): Promise<void> => {
    await hub.runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
    await hub.runtime.settled()
    await new Promise(resolve => setTimeout(resolve))
  }
  await take(ida.introduction)
  const secret = await ida.write(post('secret'))
  const append = hub.store.append.bind(hub.store)
  hub.store.append = async messages => messages[0]?.id === secret.id ? Promise.reject(new HubError('storage-full', 'full')) : append(messages)
  await take(secret)
  await take(await ida.write({ kind: 'remove', target: secret.id }))
  nowMs += 25 * 3_600_000
  hub.runtime.tick()
  await mesh.settled()
  expect(hub.runtime.set.hasBody(hub.runtime.set.memberOf(secret.id))).toBe(false)
  hub.store.append = append
  hub.runtime.tick()
  await mesh.settled()
  expect(hub.disk.events.find(event => event?.id === secret.id)?.bytes.body).toBeUndefined()
})
