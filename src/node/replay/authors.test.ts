import { expect, test } from 'vitest'
import { messageIdOf } from '../../message/codec.ts'
import { networkOf } from '../../message/genesis.ts'
import { createReplicatedSet } from '../../message/replicated-set.ts'
import { createVerifier } from '../../message/signing.ts'
import type { Message, MessageId } from '../../message/types.ts'
import { validateMessage } from '../../message/validate.ts'
import { createAuthors, type Authors, type Written } from './authors.ts'

const rules = networkOf({ name: 'test', genesisTime: 1_000, admissionBits: 4, attesters: [] })

/** Writes lines and reads what comes of them as a hub does: valid, signed, in order. */
async function publish (authors: Authors, lines: ReadonlyArray<readonly [author: string, at: number, text: string, parent?: MessageId]>): Promise<Message[]> {
  const written: Written[] = []
  for (const [author, at, text, parent] of lines) {
    written.push(...await authors.write({ author, at, text, id: undefined, parent: undefined }, parent) ?? [])
  }
  const verifier = createVerifier()
  return Promise.all(written.map(async ({ id, bytes }) => {
    const validated = validateMessage(await bytes, rules)
    if (!validated.ok) throw new Error(validated.code)
    expect(messageIdOf(validated.value.bytes.header)).toBe(id)
    expect(await verifier.verify(validated.value)).toBe(true)
    return validated.value
  }))
}

test('each name is an author with a device and a profile; times are kept, and numbers follow the lines', async () => {
  const authors = createAuthors({ rules })
  const messages = await publish(authors, [['Ada', 5_000, 'one'], ['Bob', 4_000, 'two'], ['Ada', 3_000, 'three']])
  expect(authors.size).toBe(2)
  expect(messages.map(({ header: { kind, seq, timestamp } }) => [kind, seq, timestamp])).toEqual([
    ['signer-add', 1, 5_000], ['profile', 1, 5_000], ['post', 2, 5_000],
    ['signer-add', 1, 4_000], ['profile', 1, 4_000], ['post', 2, 4_000],
    ['post', 3, 3_000]
  ])
  const [ada, , , bob] = messages
  expect(new Set(messages.map(({ header }) => header.author))).toEqual(new Set([ada?.header.author, bob?.header.author]))
  expect(messages[1]?.body).toEqual({ kind: 'profile', field: 'name', value: 'Ada' })
  expect(messages[6]?.header).toMatchObject({ author: ada?.header.author, prev: messages[2]?.id })
  const set = createReplicatedSet(rules)
  for (const message of messages) expect(set.offer(message, 10_000).outcome.type).toBe('admitted')
})

test('a line that answers another names it', async () => {
  const authors = createAuthors({ rules })
  const first = (await publish(authors, [['Ada', 5_000, 'one']])).at(-1)
  const [answer] = await publish(authors, [['Ada', 6_000, 'two', first?.id]])
  expect(answer?.body).toEqual({ kind: 'post', text: 'two', parent: first?.id })
})

test('when a device has no number left, the author goes on with another', async () => {
  const messages = await publish(createAuthors({ rules, messagesPerDevice: 3 }), [['Ada', 5_000, '1'], ['Ada', 5_001, '2'], ['Ada', 5_002, '3']])
  expect(messages.map(({ header: { kind, seq } }) => [kind, seq])).toEqual([['signer-add', 1], ['profile', 1], ['post', 2], ['post', 3], ['signer-add', 2], ['post', 1]])
  expect(new Set(messages.map(({ header }) => header.author)).size).toBe(1)
  const set = createReplicatedSet(rules)
  for (const message of messages) expect(set.offer(message, 10_000).outcome.type).toBe('admitted')
})

test('two replays share no keys', async () => {
  const line = [['Ada', 5_000, 'one']] as const
  const [one, other] = [await publish(createAuthors({ rules }), line), await publish(createAuthors({ rules }), line)]
  expect(one[0]?.header.author).not.toBe(other[0]?.header.author)
})
