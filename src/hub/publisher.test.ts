import { describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import { networkOf } from '../message/genesis.ts'
import { aheadMsMax } from '../message/set/limits.ts'
import type { MessageId, NetworkGenesis } from '../message/types.ts'
import { openMemoryStore } from '../store/memory.ts'
import type { Draft } from './api.ts'
import { startMs, testRules } from './fixtures/author.ts'
import { createMesh, entriesOf, entryOf, type MeshHub, type MeshHubOptions } from './fixtures/mesh.ts'
import { openIdentity, type Identity } from './identity.ts'
import { createPublisher, type Publisher } from './publisher.ts'

const id = 'ab'.repeat(32)
const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code

interface Writer { readonly hub: MeshHub, readonly identity: Identity, readonly publisher: Publisher }

async function createWriter (options: MeshHubOptions = {}, rules: NetworkGenesis = testRules, identity?: Identity): Promise<Writer> {
  const hub = await createMesh().add('writer', { ...options, rules })
  const own = identity ?? await openIdentity({ store: await openMemoryStore(), deviceName: 'here', keysAsObjects: false })
  const { now = () => startMs } = options
  return { hub, identity: own, publisher: await createPublisher({ runtime: hub.runtime, identity: own, rules, now }) }
}

const headersOf = ({ hub, identity }: Writer): Array<{ seq: number, prev: string | undefined, timestamp: number, id: string }> =>
  entriesOf(hub)
    .filter(({ message }) => message.header.signer === identity.device)
    .map(({ message: { id, header: { seq, prev, timestamp } } }) => ({ seq, prev, timestamp, id }))

test('a clock that ran ahead and was set back is told of before anything is stored, and forgiven when it has caught up', async () => {
  let nowMs = startMs + 3_600_000
  const { hub, publisher } = await createWriter({ now: () => nowMs })
  await publisher.publish({ kind: 'post', text: 'from the future' })
  nowMs = startMs
  const size = hub.runtime.messages.size
  await expect(publisher.publish({ kind: 'post', text: 'now' })).rejects.toSatisfy(failsWith('clock-behind'))
  expect(hub.runtime.messages.size).toBe(size)
  nowMs = startMs + 3_600_000 - aheadMsMax + 1
  const { id: later } = await publisher.publish({ kind: 'post', text: 'later' })
  expect(hub.runtime.set.standing(later as MessageId)).toBe('live')
})

describe('the device', () => {
  test('is introduced by the root key before anything else, once', async () => {
    const { hub, identity } = await createWriter()
    const [entry, ...others] = entriesOf(hub)
    expect(others).toEqual([])
    expect(entry?.message.header).toMatchObject({ author: identity.author, signer: identity.author, seq: 1, kind: 'signer-add' })
    expect(entry?.message.body).toMatchObject({ kind: 'signer-add', signer: identity.device, name: 'here', scope: { kinds: [], collections: [] } })
    const again = await createWriter({ disk: hub.disk }, testRules, identity)
    expect(again.hub.runtime.messages.size).toBe(1)
  })

  test('[M41] brings the work that its network wants', async () => {
    const rules = networkOf({ ...testRules.genesis, admissionBits: 6 })
    const { hub, identity } = await createWriter({}, rules)
    expect(hub.runtime.set.signerMessages(identity.author, identity.device)).toHaveLength(1)
    const { message } = entriesOf(hub)[0]!
    expect(message.body?.kind === 'signer-add' && message.body.work.byteLength).toBe(8)
  })
})

describe('numbers', () => {
  test('[M12][M13] published at once, messages still get the numbers 1 to n, each naming the one before', async () => {
    const writer = await createWriter()
    const published = await Promise.all(Array.from({ length: 50 }, async (_, index) => writer.publisher.publish({ kind: 'post', text: `post ${index}` })))
    expect(published.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    const headers = headersOf(writer)
    expect(headers.map(header => header.id)).toEqual(published.map(message => message.id))
    expect(headers.map(({ prev }) => prev)).toEqual([undefined, ...headers.slice(0, -1).map(header => header.id)])
    expect(published.every(({ author }) => author === writer.identity.author)).toBe(true)
  })

  test('[G11] a number is not used up by a message that could not be stored', async () => {
    const writer = await createWriter({ limits: { appendBytesMax: 700 } })
    const results = await Promise.allSettled(['small', 'x'.repeat(2_000), 'small again'].map(async text => writer.publisher.publish({ kind: 'post', text })))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((results[1] as PromiseRejectedResult).reason).toSatisfy(failsWith('invalid-argument'))
    const [first, second] = headersOf(writer)
    expect([first?.seq, second?.seq]).toEqual([1, 2])
    expect(second?.prev).toBe(first?.id)
  })

  test('go on after a restart where they ended', async () => {
    const writer = await createWriter()
    const { id: last } = await writer.publisher.publish({ kind: 'post', text: 'before' })
    const again = await createWriter({ disk: writer.hub.disk }, testRules, writer.identity)
    expect(await again.publisher.publish({ kind: 'post', text: 'after' })).toMatchObject({ seq: 2 })
    expect(headersOf(again)[1]).toMatchObject({ seq: 2, prev: last })
  })

  test('[M14] times grow, also when the clock stands still or goes back', async () => {
    let nowMs = startMs
    const writer = await createWriter({ now: () => nowMs })
    for (const ms of [startMs, startMs, startMs - 5_000, startMs + 9_000]) {
      nowMs = ms
      await writer.publisher.publish({ kind: 'post', text: 'hello' })
    }
    expect(headersOf(writer).map(({ timestamp }) => timestamp)).toEqual([startMs, startMs + 1, startMs + 2, startMs + 9_000])
  })

  test('at most 1,000 drafts wait; what is over is refused, and the others are stored', async () => {
    const writer = await createWriter()
    const results = await Promise.allSettled(Array.from({ length: 1_001 }, async () => writer.publisher.publish({ kind: 'post', text: 'hello' })))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1_000)
    expect((results.at(-1) as PromiseRejectedResult).reason).toSatisfy(failsWith('too-many'))
    expect(await writer.publisher.publish({ kind: 'post', text: 'hello' })).toMatchObject({ seq: 1_001 })
  })
})

describe('drafts', () => {
  test.for<[string, Draft, object]>([
    ['a post', { kind: 'post', text: 'hello' }, { kind: 'post', text: 'hello', parent: undefined }],
    ['an answer', { kind: 'post', text: 'hello', parent: id }, { kind: 'post', text: 'hello', parent: id }],
    ['a reaction', { kind: 'reaction', target: id, type: 'like', set: true }, { kind: 'reaction', target: id, type: 'like', set: true }],
    ['a link', { kind: 'link', target: id, type: 'follow', set: false }, { kind: 'link', target: id, type: 'follow', set: false }],
    ['a profile field', { kind: 'profile', field: 'name', value: '' }, { kind: 'profile', field: 'name', value: '' }],
    ['a record', { kind: 'record', collection: 'notes', key: 'a', value: Uint8Array.of(1) }, { kind: 'record', collection: 'notes', key: 'a', value: Uint8Array.of(1) }],
    ['an empty record', { kind: 'record', collection: 'notes', key: 'a', value: new Uint8Array(0) }, { kind: 'record', collection: 'notes', key: 'a', value: new Uint8Array(0) }],
    ['a deleted record', { kind: 'record', collection: 'notes', key: 'a', value: null }, { kind: 'record', collection: 'notes', key: 'a', value: undefined }],
    ['a remove', { kind: 'remove', target: id }, { kind: 'remove', target: id }]
  ])('%s becomes a message', async ([, draft, body]) => {
    const writer = await createWriter()
    const { id: published } = await writer.publisher.publish(draft)
    expect(entryOf(writer.hub, published)?.message.body).toEqual(body)
  })

  test.for<[string, unknown, HubErrorCode]>([
    ['nothing', undefined, 'invalid-argument'],
    ['null', null, 'invalid-argument'],
    ['a text', 'post', 'invalid-argument'],
    ['no kind', {}, 'invalid-argument'],
    ['an unknown kind', { kind: 'poll' }, 'invalid-argument'],
    ['a kind that only the root key signs', { kind: 'signer-add', signer: id }, 'invalid-argument'],
    ['a post without text', { kind: 'post' }, 'invalid-argument'],
    ['a post whose text is a number', { kind: 'post', text: 7 }, 'invalid-argument'],
    ['a post with an empty text', { kind: 'post', text: '' }, 'message-invalid'],
    ['a post that is too long', { kind: 'post', text: 'x'.repeat(8_001) }, 'message-invalid'],
    ['a post with half a character', { kind: 'post', text: '\ud800' }, 'message-invalid'],
    ['a parent that is no id', { kind: 'post', text: 'hello', parent: 'above' }, 'invalid-argument'],
    ['a parent in upper case', { kind: 'post', text: 'hello', parent: id.toUpperCase() }, 'invalid-argument'],
    ['an empty parent', { kind: 'post', text: 'hello', parent: '' }, 'invalid-argument'],
    ['a reaction without target', { kind: 'reaction', type: 'like', set: true }, 'invalid-argument'],
    ['a reaction without type', { kind: 'reaction', target: id, set: true }, 'invalid-argument'],
    ['a reaction whose set is a text', { kind: 'reaction', target: id, type: 'like', set: 'yes' }, 'invalid-argument'],
    ['a reaction of an empty type', { kind: 'reaction', target: id, type: '', set: true }, 'message-invalid'],
    ['a link to a short key', { kind: 'link', target: 'ab', type: 'follow', set: true }, 'invalid-argument'],
    ['a link without set', { kind: 'link', target: id, type: 'follow' }, 'invalid-argument'],
    ['a profile without value', { kind: 'profile', field: 'name' }, 'invalid-argument'],
    ['a profile without field', { kind: 'profile', value: 'Ida' }, 'invalid-argument'],
    ['a profile value that is too long', { kind: 'profile', field: 'name', value: 'x'.repeat(4_097) }, 'message-invalid'],
    ['a record whose value is a text', { kind: 'record', collection: 'notes', key: 'a', value: 'text' }, 'invalid-argument'],
    ['a record without key', { kind: 'record', collection: 'notes', value: null }, 'invalid-argument'],
    ['a record without collection', { kind: 'record', key: 'a', value: null }, 'invalid-argument'],
    ['a record that is too large', { kind: 'record', collection: 'notes', key: 'a', value: new Uint8Array(7_681) }, 'message-invalid'],
    ['a remove without target', { kind: 'remove' }, 'invalid-argument']
  ])('%s is refused, stores nothing and uses up no number', async ([, draft, code]) => {
    const writer = await createWriter()
    await expect(writer.publisher.publish(draft as Draft)).rejects.toSatisfy(failsWith(code))
    expect(writer.hub.disk.events).toHaveLength(1)
    expect(await writer.publisher.publish({ kind: 'post', text: 'next' })).toMatchObject({ seq: 1 })
  })
})
