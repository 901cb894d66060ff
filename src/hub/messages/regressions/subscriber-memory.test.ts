/** A subscriber that reads the log loses what is stored and not yet entered (memory store). */
import { expect, test } from 'vitest'
import type { PeerId } from '../../../base/peer.ts'
import { createEventLog } from '../../../base/event-log.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { createAuthor, post, startMs } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'
import { toMessageView } from '../../message-view.ts'
import { createSubscriptions } from '../../subscriptions.ts'

test('a subscriber that resumes after a restart hears of everything that comes meanwhile, once', async () => {
  const mesh = createMesh()
  const before = await mesh.add('a')
  const ida = await createAuthor(1)
  await before.runtime.publish(ida.introduction)
  const posts: Message[] = []
  for (let count = 0; count < 100; count += 1) posts.push(await ida.write(post(`${count}`)))
  for (const message of posts.slice(0, 20)) await before.runtime.publish(message)
  for (let delay = 0; delay < 30; delay += 1) {
    const after = await mesh.add(`again ${delay}`, { disk: { events: [...before.disk.events], values: new Map(before.disk.values), holder: null }, verify: async () => true })
    const heard: string[] = []
    const subscriptions = createSubscriptions({ runtime: after.runtime, report: createEventLog(() => startMs).report, view: entry => toMessageView(entry, { state: 'here', reach: { held: 0, of: 0 } }, 'live') })
    subscriptions.subscribe({}, async ({ message }) => { heard.push(message.id) }, 1)
    for (let turn = 0; turn < delay; turn += 1) await Promise.resolve()
    for (const message of posts.slice(20)) {
      await after.runtime.frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(message.bytes), hops: 0 })
    }
    await mesh.settled()
    for (let turn = 0; turn < 5; turn += 1) await new Promise(resolve => setTimeout(resolve))
    expect(heard, `${delay}`).toEqual([ida.introduction, ...posts].map(({ id }) => id))
  }
})
