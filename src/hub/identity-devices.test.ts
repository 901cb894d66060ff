import { describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import { composeMessage } from '../message/compose.ts'
import { signMessage } from '../message/signing.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { createMemoryDisk } from '../store/memory.ts'
import { createAuthor, everything, post, startMs, testRules } from './fixtures/author.ts'
import { createMesh } from './fixtures/mesh.ts'
import { createWriter, messageOf, rootFeed, say } from './fixtures/writer.ts'

const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code
/** A key that is one: the base point. */
const otherKey = `58${'66'.repeat(31)}` as PublicKeyHex

describe('addDevice', () => {
  test('a device of the author may write what its scope says', async () => {
    const ann = await createWriter('ann')
    const { id } = await ann.api.addDevice(otherKey, { kinds: ['record', 'post', 'record'], collections: ['z', 'a', 'z'] })
    expect(messageOf(ann, id)?.header).toMatchObject({ author: ann.identity.author, signer: ann.identity.author, seq: 2 })
    expect(messageOf(ann, id)?.body).toMatchObject({ kind: 'signer-add', signer: otherKey, scope: { kinds: ['post', 'record'], collections: ['a', 'z'] } })
    const { id: again } = await ann.api.addDevice(otherKey)
    expect(messageOf(ann, again)?.body).toMatchObject({ scope: everything })
    expect(messageOf(ann, again)?.header).toMatchObject({ seq: 3, prev: id })
  })

  test.for<[string, unknown, unknown, HubErrorCode]>([
    ['nothing', undefined, undefined, 'invalid-argument'],
    ['a short key', 'ab', undefined, 'invalid-argument'],
    ['a key in upper case', 'AB'.repeat(32), undefined, 'invalid-argument'],
    ['a key of small order', '00'.repeat(32), undefined, 'invalid-argument'],
    ['a scope that is a text', otherKey, 'post', 'invalid-argument'],
    ['a scope without kinds', otherKey, { collections: [] }, 'invalid-argument'],
    ['a scope without collections', otherKey, { kinds: [] }, 'invalid-argument'],
    ['kinds that are no list', otherKey, { kinds: 'post', collections: [] }, 'invalid-argument'],
    ['an unknown kind', otherKey, { kinds: ['poll'], collections: [] }, 'invalid-argument'],
    ['a kind that only the root key signs', otherKey, { kinds: ['signer-add'], collections: [] }, 'invalid-argument'],
    ['a collection that is no text', otherKey, { kinds: [], collections: [7] }, 'invalid-argument'],
    ['an empty collection', otherKey, { kinds: [], collections: [''] }, 'message-invalid'],
    ['too many collections', otherKey, { kinds: [], collections: Array.from({ length: 17 }, (_, index) => `${index}`) }, 'message-invalid']
  ])('%s is refused, and nothing stored', async ([, key, scope, code]) => {
    const ann = await createWriter('ann')
    await expect(ann.api.addDevice(key as string, scope as never)).rejects.toSatisfy(failsWith(code))
    expect(ann.runtime.messages.size).toBe(1)
  })

  test('the root key is no device', async () => {
    const ann = await createWriter('ann')
    await expect(ann.api.addDevice(ann.identity.author)).rejects.toSatisfy(failsWith('invalid-argument'))
  })

  test('a revoked device cannot be added again', async () => {
    const ann = await createWriter('ann')
    await ann.api.addDevice(otherKey)
    await ann.api.revokeDevice(otherKey)
    await expect(ann.api.addDevice(otherKey)).rejects.toSatisfy(failsWith('device-revoked'))
  })
})

describe('revokeDevice', () => {
  test('[R9] another hub\'s device keeps what it wrote up to keepHead, and can write nothing more', async () => {
    const mesh = createMesh()
    const [ann, bob] = [await createWriter('ann', { mesh }), await createWriter('bob', { mesh })]
    mesh.link(ann, bob)
    await mesh.settled()
    const { device } = await bob.api.import(await ann.api.export())
    const [first, second] = [await say(bob, 'mine'), await say(bob, 'the thief\'s')]
    await mesh.settled()
    await ann.api.revokeDevice(device, first.id)
    await mesh.settled()
    for (const { runtime } of [ann, bob]) expect([runtime.set.standing(first.id), runtime.set.standing(second.id)]).toEqual(['live', 'barred'])
    const stored = bob.runtime.messages.size
    await expect(say(bob, 'more')).rejects.toSatisfy(failsWith('device-revoked'))
    expect(bob.runtime.messages.size).toBe(stored)
    expect(await say(ann, 'still here')).toMatchObject({ seq: 1 })
  })

  test('one\'s own device: publishing is refused, after a restart too, until an import makes a new device', async () => {
    const disk = createMemoryDisk()
    const ann = await createWriter('ann', { disk })
    const { id } = await say(ann, 'before')
    await ann.api.revokeDevice(ann.identity.device, id)
    await expect(say(ann, 'after')).rejects.toSatisfy(failsWith('device-revoked'))
    const again = await createWriter('ann', { disk })
    await expect(say(again, 'after')).rejects.toSatisfy(failsWith('device-revoked'))
    expect(again.runtime.messages.size).toBe(3)
    await again.api.import(await again.api.export())
    expect(await say(again, 'as a new device')).toMatchObject({ seq: 1, author: ann.identity.author })
    expect(again.runtime.set.standing(id)).toBe('live')
  })

  test('what is not a device of this author, or not its message, is refused, and nothing stored', async () => {
    const ann = await createWriter('ann')
    const [own, { device }] = [await say(ann, 'hello'), ann.identity]
    await ann.api.addDevice(otherKey)
    const cases: Array<[unknown, unknown]> = [
      [undefined, undefined], ['ab', undefined], [ann.identity.author, undefined], ['66'.repeat(32), undefined],
      [device, 'ab'], [device, 7], [device, 'ab'.repeat(32)], [otherKey, own.id]
    ]
    for (const [key, keepHead] of cases) await expect(ann.api.revokeDevice(key as string, keepHead as string)).rejects.toSatisfy(failsWith('invalid-argument'))
    expect(ann.runtime.messages.size).toBe(3)
  })
})

test('a message that the same key signed for another author is no keepHead', async () => {
  const stranger = await createAuthor(3)
  const theirs = await stranger.write(post('hello'))
  const ann = await createWriter('ann', { holds: async () => [stranger.introduction, theirs] })
  await ann.api.addDevice(stranger.device)
  await expect(ann.api.revokeDevice(stranger.device, theirs.id)).rejects.toSatisfy(failsWith('invalid-argument'))
})

describe('numbers and scope', () => {
  test('root messages asked for at once follow one another', async () => {
    const ann = await createWriter('ann')
    const { author, device } = ann.identity
    await Promise.all([ann.api.addDevice(otherKey), say(ann, 'between'), ann.api.revokeDevice(otherKey), ann.api.revokeDevice(device)])
    expect(rootFeed(ann, author)).toEqual([[1, 'signer-add', device], [2, 'signer-add', otherKey], [3, 'signer-remove', otherKey], [4, 'signer-remove', device]])
  })

  test('one\'s own messages that come back from others are counted on from: a lost tail gets no second message of one number', async () => {
    const mesh = createMesh()
    const [ann, bob] = [await createWriter('ann', { mesh }), await createWriter('bob', { mesh })]
    mesh.link(ann, bob)
    await mesh.settled()
    for (const text of ['one', 'two', 'three']) await say(ann, text)
    await mesh.settled()
    const disk = createMemoryDisk()
    const emptied = await createWriter('ann', { mesh, disk, keyStore: () => ann.store })
    mesh.link(emptied, bob)
    await mesh.settled()
    expect(await say(emptied, 'four')).toMatchObject({ seq: 4, author: ann.identity.author })
  })

  test('[R3] a draft outside this device\'s scope is refused before it is stored, and uses up no number', async () => {
    const ann = await createWriter('ann', {
      holds: async ({ author, device, openRoot }) => {
        const scope = { kinds: ['record' as const], collections: ['notes'] }
        const body = { kind: 'signer-add' as const, signer: device, scope, name: 'narrow', work: new Uint8Array(0) }
        const unsigned = composeMessage({ author, signer: author, seq: 1, prev: undefined, timestamp: startMs, body }, testRules)
        return [{ ...unsigned, bytes: await signMessage(unsigned, await openRoot()) }]
      }
    })
    await expect(say(ann, 'hello')).rejects.toSatisfy(failsWith('message-invalid'))
    await expect(ann.publisher.publish({ kind: 'record', collection: 'other', key: 'a', value: null })).rejects.toSatisfy(failsWith('message-invalid'))
    expect(ann.runtime.messages.size).toBe(1)
    expect(await ann.publisher.publish({ kind: 'record', collection: 'notes', key: 'a', value: null })).toMatchObject({ seq: 1 })
  })
})

test('a stranger\'s messages change nothing about this author', async () => {
  const stranger = await createAuthor(3)
  const ann = await createWriter('ann', { holds: async () => [stranger.introduction, await stranger.write(post('hello'))] })
  expect(await say(ann, 'mine')).toMatchObject({ seq: 1, author: ann.identity.author })
})

describe('devices', () => {
  test('are this hub\'s own and those that were added, the newest first, with what each wrote and whether it still may', async () => {
    const ann = await createWriter('ann')
    const { id } = await ann.publisher.publish({ kind: 'post', text: 'hello' })
    await ann.api.addDevice(otherKey, { kinds: ['post'], collections: [] })
    const [other, own] = await ann.api.devices()
    expect(other).toMatchObject({ publicKey: otherKey, own: false, revoked: false, scope: { kinds: ['post'], collections: [] }, head: null, messages: 0 })
    expect(own).toMatchObject({ publicKey: ann.identity.device, own: true, revoked: false, scope: everything, head: id, messages: 1 })
    await ann.api.revokeDevice(otherKey)
    expect((await ann.api.devices())[0]).toMatchObject({ publicKey: otherKey, revoked: true })
    expect(ann.publisher.revoked).toBe(false)
    await ann.api.revokeDevice(ann.identity.device, id)
    expect(ann.publisher.revoked).toBe(true)
  })
})
