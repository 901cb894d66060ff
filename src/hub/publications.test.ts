import { describe, expect, test } from 'vitest'
import type { Draft } from './api.ts'
import { createWriter } from './fixtures/writer.ts'
import { entriesOf } from './fixtures/mesh.ts'
import { keysMax, openPublications, type Publications } from './publications.ts'

const key = (time: number, random = 1): string => `${time.toString(16).padStart(12, '0')}-${random.toString(16).padStart(16, '0')}`
const draft: Draft = { kind: 'post', text: 'once' }

async function setting (disk?: Parameters<typeof createWriter>[1]) {
  const writer = await createWriter('writer', disk)
  const open = async (): Promise<Publications> => openPublications({ store: writer.store, publisher: writer.publisher, messages: writer.runtime.messages })
  const posts = (): number => entriesOf(writer).filter(({ message }) => message.header.kind === 'post').length
  return { writer, open, posts, publications: await open() }
}

describe('publishing under a key', () => {
  test('[T8] asked twice, at once or later, makes one message', async () => {
    const { publications, posts } = await setting()
    const [one, two] = await Promise.all([publications.publish(draft, { key: key(1) }), publications.publish(draft, { key: key(1) })])
    expect(two).toEqual(one)
    expect(await publications.publish(draft, { key: key(1) })).toEqual(one)
    expect(posts()).toBe(1)
    expect((await publications.publish(draft, { key: key(2) })).id).not.toBe(one.id)
    expect(posts()).toBe(2)
  })

  test('[T8] is remembered by what opens the same store later', async () => {
    const { publications, open, posts } = await setting()
    const published = await publications.publish(draft, { key: key(1) })
    expect(await (await open()).publish(draft, { key: key(1) })).toEqual(published)
    expect(posts()).toBe(1)
  })

  test('[T8] a key whose message did not get to the store is published anew', async () => {
    const { writer, open, posts } = await setting()
    await writer.store.putValue(`publication/${key(1)}`, { id: 'ab'.repeat(32), seq: 9, author: writer.identity.author })
    expect((await (await open()).publish(draft, { key: key(1) })).id).not.toBe('ab'.repeat(32))
    expect(posts()).toBe(1)
  })

  test('a refused draft leaves its key free', async () => {
    const { publications, posts } = await setting()
    await expect(publications.publish({ kind: 'post', text: 'x'.repeat(9_000) }, { key: key(1) })).rejects.toMatchObject({ code: 'message-invalid' })
    await publications.publish(draft, { key: key(1) })
    expect(posts()).toBe(1)
  })

  test('a key older than those remembered is refused, not published again', async () => {
    const { writer, open, posts } = await setting()
    for (let time = 10; time < 10 + keysMax; time += 1) await writer.store.putValue(`publication/${key(time)}`, { id: 'ab'.repeat(32), seq: 9, author: '' })
    const publications = await open()
    await expect(publications.publish(draft, { key: key(9) })).rejects.toMatchObject({ code: 'outcome-unknown' })
    await publications.publish(draft, { key: key(10 + keysMax) })
    await expect(publications.publish(draft, { key: key(10) })).rejects.toMatchObject({ code: 'outcome-unknown' })
    expect(posts()).toBe(1)
    expect(await writer.store.getValue(`publication/${key(10)}`)).toBeUndefined()
  })

  test.for(['', 'abc', `${key(1)}0`, key(1).toUpperCase().replace('0', 'A'), 7, {}])('what is no key is refused: %o', async (given) => {
    const { publications, posts } = await setting()
    await expect(publications.publish(draft, { key: given as string })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(posts()).toBe(0)
  })
})
