import { describe, expect, test } from 'vitest'
import type { Body, MessageId, PublicKeyHex } from '../message/types.ts'
import { createAuthor, post } from './fixtures/author.ts'
import { createMesh, type MeshHub } from './fixtures/mesh.ts'
import { openFeeds } from './identity-feeds.ts'

const record = (collection: string): Body => ({ kind: 'record', collection, key: 'a', value: undefined })
const otherKey = '22'.repeat(32) as PublicKeyHex

async function hubWith (messages: ReadonlyArray<Parameters<MeshHub['runtime']['publish']>[0]>): Promise<MeshHub> {
  const hub = await createMesh().add('a')
  for (const message of messages) await hub.runtime.publish(message)
  return hub
}

describe('heads', () => {
  test('the highest number of each key counts, whatever the order in which messages came', async () => {
    const ann = await createAuthor(1)
    const posts = [await ann.write(post('1')), await ann.write(post('2')), await ann.write(post('3'))] as const
    const { runtime } = await hubWith([ann.introduction, posts[2], posts[0], posts[1]])
    const feeds = await openFeeds(runtime, ann.key)
    expect(feeds.head(ann.device)).toEqual({ seq: 3, id: posts[2].id, timestamp: posts[2].header.timestamp })
    expect(feeds.head(ann.key)).toMatchObject({ seq: 1, id: ann.introduction.id })
    expect(feeds.head(otherKey)).toBeUndefined()
  })

  test('what is stored later is taken in, and another author\'s passed over', async () => {
    const [ann, bob] = [await createAuthor(1), await createAuthor(2)]
    const { runtime } = await hubWith([ann.introduction])
    const feeds = await openFeeds(runtime, ann.key)
    const later = await ann.write(post('later'))
    await runtime.publish(bob.introduction)
    await runtime.publish(later)
    expect(feeds.head(ann.device)?.id).toBe(later.id)
    expect([feeds.isDevice(bob.device), feeds.head(bob.key)]).toEqual([false, undefined])
  })
})

describe('devices', () => {
  test('[R3] the scopes of all signer-adds together say what a device may write', async () => {
    const ann = await createAuthor(1)
    const adds = [
      await ann.introduce({ kinds: ['reaction'], collections: [] }, otherKey),
      await ann.introduce({ kinds: ['record'], collections: ['notes'] }, otherKey)
    ]
    const feeds = await openFeeds((await hubWith([ann.introduction, ...adds])).runtime, ann.key)
    expect([feeds.isDevice(ann.device), feeds.isDevice(otherKey), feeds.isDevice(ann.key)]).toEqual([true, true, false])
    expect([feeds.mayWrite(ann.device, post('x')), feeds.mayWrite(ann.device, record('any'))]).toEqual([true, true])
    expect([feeds.mayWrite(otherKey, post('x')), feeds.mayWrite(otherKey, record('notes')), feeds.mayWrite(otherKey, record('any'))]).toEqual([false, true, false])
    expect(feeds.mayWrite(otherKey, { kind: 'reaction', target: '11'.repeat(32) as MessageId, type: 'like', set: true })).toBe(true)
    expect(feeds.mayWrite('33'.repeat(32) as PublicKeyHex, post('x'))).toBe(false)
  })
})
