/** That the check after a crash tells what it is for: each promise broken once. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createAuthor, post, testRules, type Author } from '../hub/fixtures/author.ts'
import type { Message } from '../message/types.ts'
import { checkHistory, type Promised, type ReadMessage } from './crash-history.ts'

let author: Author
let history: readonly ReadMessage[]
let promised: Promised
const rules = { rules: testRules, isWhole: () => true }
const read = ({ id, bytes }: Message, index: number): ReadMessage => ({ id, bytes, event: index + 1 })

beforeAll(async () => {
  author = await createAuthor(1)
  const written = [author.introduction]
  for (const text of ['one', 'two', 'three', 'four']) written.push(await author.write(post(text)))
  history = written.map(read)
  promised = {
    acknowledged: new Map(written.map(({ id, header }) => [id, { seq: header.seq }])),
    events: new Map(history.map(({ id, event }) => [id, event]))
  }
})

const nothing: Promised = { acknowledged: new Map(), events: new Map() }

describe('the check of a history', () => {
  test('a history that is whole passes, and more than was promised is no fault', async () => {
    await checkHistory(history, promised, rules)
    await checkHistory(history, nothing, rules)
  })

  test('an acknowledged message that is gone is a fault', async () => {
    await expect(checkHistory(history.slice(0, -1), { ...promised, events: new Map() }, rules)).rejects.toThrow('was acknowledged and is gone')
  })

  test('[S1] an event number that changed, went back or is gone is a fault', async () => {
    await expect(checkHistory(history.map(row => ({ ...row, event: row.event + 1 })), promised, rules)).rejects.toThrow('is 2 now')
    await expect(checkHistory([...history].reverse(), nothing, rules)).rejects.toThrow('comes after event')
    await expect(checkHistory(history.slice(0, -1), { ...promised, acknowledged: new Map() }, rules)).rejects.toThrow('is gone')
  })

  test('[M12] a missing number is a fault of a whole feed, and of no other', async () => {
    const holed = history.filter((_, index) => index !== 2)
    await expect(checkHistory(holed, nothing, rules)).rejects.toThrow('comes after number')
    await checkHistory(holed, nothing, { ...rules, isWhole: () => false })
  })

  test('[M12 M13] a number that was given twice, or does not follow the last one, is a fault', async () => {
    const last = history.at(-1)!
    const forked = await author.write(post('again'), { seq: 4 })
    await expect(checkHistory([...history, read(forked, 5)], nothing, rules)).rejects.toThrow('is there twice')
    await expect(checkHistory([...history.slice(0, -1), read(forked, 4)], nothing, rules)).rejects.toThrow('does not name the message before it')
    expect(forked.id).not.toBe(last.id)
  })

  test('[M16 M30] damaged bytes are a fault', async () => {
    const last = history.at(-1)!
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => index === 9 ? byte ^ 1 : byte)
    const withBytes = (bytes: Partial<ReadMessage['bytes']>): ReadMessage[] => [...history.slice(0, -1), { ...last, bytes: { ...last.bytes, ...bytes } }]
    await expect(checkHistory(withBytes({ signature: flipped(last.bytes.signature) }), nothing, rules)).rejects.toThrow('has a wrong signature')
    await expect(checkHistory(withBytes({ body: new Uint8Array(3) }), nothing, rules)).rejects.toThrow('is not readable')
    await expect(checkHistory(withBytes({ ...history[2]!.bytes }), nothing, rules)).rejects.toThrow('has another id')
  })
})
