import { expect, test } from 'vitest'
import type { MessageId } from '../message/types.ts'
import { createAuthor, post, startMs } from './fixtures/author.ts'
import { toMessageDetail, toMessageView } from './message-view.ts'
import type { Standing } from '../message/replicated-set.ts'
import type { MessageDetail } from './api.ts'
import type { Entry } from './messages/entry.ts'

async function entryOf (parent?: MessageId): Promise<Entry> {
  return { message: await (await createAuthor(1)).write(post('hello', parent)), event: 7, storedAt: startMs + 9, from: 'ann' }
}

const here = { state: 'here', reach: { held: 0, of: 2 } } as const
const nothing = { held: null, heldBy: [], trace: null }
const detailOf = (entry: Entry, standing: Standing): MessageDetail => toMessageDetail(toMessageView(entry, here, standing), entry, standing, nothing)

test('a message is shown with all there is to know of it, absent parts as null', async () => {
  const entry = await entryOf()
  const { id, header } = entry.message
  expect(toMessageView(entry, here, 'live')).toEqual({
    id, author: header.author, signer: header.signer, seq: 1, timestamp: header.timestamp, kind: 'post', body: { text: 'hello', parent: null },
    state: 'here', reach: { held: 0, of: 2 }, storedAt: startMs + 9, from: 'ann', event: 7
  })
  expect(toMessageView(entry, { ...here, state: 'sent' }, 'live').state).toBe('sent')
})

test('a removed message has no body, though its bytes may still be there; a barred one keeps it', async () => {
  const entry = await entryOf()
  expect(toMessageView(entry, here, 'removed').body).toBeNull()
  expect(detailOf(entry, 'removed')).toMatchObject({ body: null, standing: 'removed', raw: { body: null } })
  expect(toMessageView(entry, here, 'barred').body).toEqual({ text: 'hello', parent: null })
  const erased = { ...entry, message: { ...entry.message, body: undefined, bytes: { ...entry.message.bytes, body: undefined } } }
  expect(detailOf(erased, 'live')).toMatchObject({ body: null, raw: { body: null } })
})

test('the details have the bytes as they travel', async () => {
  const entry = await entryOf('ab'.repeat(32) as MessageId)
  const { raw, body } = detailOf(entry, 'live')
  const { bytes } = entry.message
  expect(body).toEqual({ text: 'hello', parent: 'ab'.repeat(32) })
  expect([raw.header, raw.body, raw.signature]).toEqual([bytes.header, bytes.body!, bytes.signature].map(part => Buffer.from(part).toString('hex')))
})

test('what is shown crosses a worker boundary', async () => {
  const entry = await entryOf()
  const withBytes = { ...entry, message: { ...entry.message, body: { kind: 'record', collection: 'notes', key: 'a', value: Uint8Array.of(1, 2) } as const } }
  for (const shown of [toMessageView(withBytes, here, 'live'), detailOf(withBytes, 'live')]) expect(structuredClone(shown)).toEqual(shown)
  expect(toMessageView(withBytes, here, 'live').body?.value).toEqual(Uint8Array.of(1, 2))
})
