/** A header that could not be stored is tried again, over the whole message that was stored meanwhile. */
import { expect, test } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { createAuthor, post, startMs } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'

test('a body that came while its header waited for the disk is shown', async () => {
  let nowMs = startMs
  const mesh = createMesh()
  const hub = await mesh.add('a', { now: () => nowMs })
  const ida = await createAuthor(1)
  const take = async ({ bytes }: Pick<Message, 'bytes'>): Promise<void> => {
    await hub.runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
    await hub.runtime.settled()
  }
  await take(ida.introduction)
  const whole = await ida.write(post('whole'))
  const stripped = { bytes: { ...whole.bytes, body: undefined } }
  await take(stripped) // its body is wanted
  nowMs += 121_000
  const append = hub.store.append.bind(hub.store)
  hub.store.append = async () => Promise.reject(new HubError('storage-busy', 'The disk is slow.'))
  await take(stripped) // a member now; the disk does not take it
  await new Promise(resolve => setTimeout(resolve))
  hub.store.append = append
  expect(hub.runtime.set.has(whole.id)).toBe(true)
  await take(whole)
  expect((await hub.runtime.messages.get(whole.id))?.message.body).toEqual(whole.body)
  hub.runtime.tick()
  await mesh.settled()
  expect((await hub.runtime.messages.get(whole.id))?.message.body).toEqual(whole.body)
})
