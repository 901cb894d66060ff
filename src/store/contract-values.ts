/** The values' part of the contract of a message store (S14 and what the port says of them). */
import { expect, test } from 'vitest'
import type { MessageStore, StoreOptions } from './message-store.ts'
import { pageBytesMax, valueKeyLengthMax, valuesPerCallMax } from './message-store.ts'

/** Registers its tests. `open` opens the same data each time. */
export function valuesContract (open: (options?: StoreOptions) => Promise<MessageStore>): void {
  test('values survive a reopen; undefined removes one; the last write wins', async () => {
    const store = await open()
    const value = { list: [1, 'two', null], bytes: new Uint8Array([1, 2, 3]) }
    await Promise.all([store.putValue('a', value), store.putValue('b', 1), store.putValue('b', 2), store.putValue('c', 'gone')])
    await store.putValue('c', undefined)
    await store.close()
    const again = await open()
    expect(await again.getValue('a')).toEqual(value)
    expect(await again.getValue('b')).toBe(2)
    expect(await again.getValue('c')).toBeUndefined()
    expect(await again.getValue('never')).toBeUndefined()
  })

  test('a value is copied when it is put', async () => {
    const store = await open()
    const value = { count: 1 }
    const put = store.putValue('a', value)
    value.count = 2
    await put
    expect(await store.getValue('a')).toEqual({ count: 1 })
  })

  test('pages of bytes survive a reopen, up to their largest size, and have a buffer of their own', async () => {
    const store = await open()
    const pages = [0, 1, 1_000, 65_536, pageBytesMax].map(size => new Uint8Array(size).map((_, index) => index * size + 1))
    await Promise.all(pages.map((page, index) => store.putValue(`page/${index}`, page)))
    await expect(store.putValue('page/9', new Uint8Array(pageBytesMax + 1))).rejects.toMatchObject({ code: 'invalid-argument' })
    await store.close()
    const again = await open()
    const found = await again.getValues('page/', { limit: 10 })
    expect(found.map(([key]) => key)).toEqual(pages.map((_, index) => `page/${index}`))
    for (const [index, page] of pages.entries()) {
      for (const bytes of [found[index]?.[1], await again.getValue(`page/${index}`)]) {
        expect(bytes).toBeInstanceOf(Uint8Array)
        // Comparing a million numbers one by one would take seconds.
        expect(Buffer.compare(bytes as Uint8Array, page)).toBe(0)
        expect((bytes as Uint8Array).buffer.byteLength).toBe(page.length)
      }
    }
  })

  test('of bytes that are a view, nothing but the view is kept', async () => {
    const store = await open()
    const whole = new Uint8Array(10_000).fill(7)
    await store.putValue('view', whole.subarray(10, 13))
    const found = await store.getValue('view') as Uint8Array
    expect(found).toEqual(Uint8Array.of(7, 7, 7))
    expect(found.buffer.byteLength).toBe(3)
  })

  test('[S14] values come in the order of their keys, and of one prefix only', async () => {
    const store = await open()
    const keys = ['a', 'a-', 'a/', 'a/1', 'a/10', 'a/2', 'a/A', 'a/~~', 'a0', 'aa/1', 'b/1', '~']
    await Promise.all(keys.toReversed().map(key => store.putValue(key, `value of ${key}`)))
    await store.putValue('a/3', 'removed')
    await store.putValue('a/3', undefined)
    const keysOf = async (prefix: string, after?: string, limit = 100): Promise<string[]> => (
      (await store.getValues(prefix, { after, limit })).map(([key]) => key))
    expect(await store.getValues('a/', { limit: 100 })).toEqual(['a/', 'a/1', 'a/10', 'a/2', 'a/A', 'a/~~'].map(key => [key, `value of ${key}`]))
    expect(await keysOf('a')).toEqual(keys.slice(0, 10))
    expect(await keysOf('~')).toEqual(['~'])
    expect(await keysOf('a/', undefined, 2)).toEqual(['a/', 'a/1'])
    expect(await keysOf('a/', 'a/1', 2)).toEqual(['a/10', 'a/2'])
    expect(await keysOf('a/', 'a/5')).toEqual(['a/A', 'a/~~'])
    expect(await keysOf('a/', 'a')).toEqual(['a/', 'a/1', 'a/10', 'a/2', 'a/A', 'a/~~'])
    expect(await keysOf('a/', 'a/~~')).toEqual([])
    expect(await keysOf('a/', 'z')).toEqual([])
    expect(await keysOf('none/')).toEqual([])
  })

  test('wrong arguments about values are refused, and change nothing', async () => {
    const store = await open()
    const invalid = { code: 'invalid-argument' }
    for (const key of ['', 'x'.repeat(valueKeyLengthMax + 1), 'é', 'a\n', 'a\u007f']) {
      await expect(store.putValue(key, 1)).rejects.toMatchObject(invalid)
      await expect(store.getValue(key)).rejects.toMatchObject(invalid)
      await expect(store.getValues(key, { limit: 1 })).rejects.toMatchObject(invalid)
      await expect(store.getValues('a', { after: key, limit: 1 })).rejects.toMatchObject(invalid)
    }
    for (const limit of [0, 1.5, valuesPerCallMax + 1]) await expect(store.getValues('a', { limit })).rejects.toMatchObject(invalid)
    await expect(store.putValue('a', () => 1)).rejects.toMatchObject(invalid)
    expect(await store.getValues('a', { limit: 10 })).toEqual([])
  })
}
