import 'fake-indexeddb/auto'
import { forceCloseDatabase } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { messageStoreContract, numbered, sampleMessages } from './contract-suite.ts'
import { openIndexedDbStore } from './indexeddb.ts'
import { schemaVersion } from './message-store.ts'

let names = 0
const newName = (): string => `hub-${names += 1}`

messageStoreContract('indexeddb', () => {
  const name = newName()
  return Promise.resolve({
    open: options => openIndexedDbStore(name, options),
    disk: {
      async blockKeys () {
        const database = await openDB(name)
        const keys = await database.getAllKeys('blocks')
        database.close()
        return keys as number[]
      },
      async readBlock (firstEvent) {
        const database = await openDB(name)
        const block = await database.get('blocks', firstEvent) as Uint8Array
        database.close()
        return block
      },
      async writeBlock (firstEvent, bytes) {
        const database = await openDB(name)
        await database.put('blocks', bytes, firstEvent)
        database.close()
      }
    }
  })
}, { hasDisk: true })

describe('indexeddb', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  test('holds a key that cannot be exported', async () => {
    const store = await openIndexedDbStore(newName())
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
    await store.putValue('key', key)
    const found = await store.getValue('key') as CryptoKey
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, found, new Uint8Array(3))
    await store.close()
  })

  test('a database of a newer schema is refused', async () => {
    const name = newName();
    (await openDB(name, schemaVersion + 1)).close()
    await expect(openIndexedDbStore(name)).rejects.toMatchObject({ code: 'storage-newer' })
  })

  test('[S8] gives way to another tab that upgrades or erases, and says so once', async () => {
    const name = newName()
    const onLost = vi.fn()
    const store = await openIndexedDbStore(name, { onLost })
    await store.append(sampleMessages(1));
    (await openDB(name, schemaVersion + 1)).close()
    expect(onLost.mock.calls).toMatchObject([['superseded', expect.any(String)]])
    await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'storage-lost' })
    await expect(store.read(1, 1)).rejects.toMatchObject({ code: 'storage-lost' })
    await store.close()
  })

  test('[S1] of two writers the second to write is lost, and overwrites nothing', async () => {
    const name = newName()
    const onLost = vi.fn()
    const first = await openIndexedDbStore(name)
    const second = await openIndexedDbStore(name, { onLost })
    await first.append(sampleMessages(3))
    await expect(second.append(sampleMessages(2, 50))).rejects.toMatchObject({ code: 'storage-lost' })
    expect(onLost.mock.calls).toMatchObject([['superseded', expect.any(String)]])
    expect(await first.append(sampleMessages(1, 3))).toBe(4)
    expect(await first.read(1, 10)).toEqual(numbered(sampleMessages(4)))
    await first.close()
  })

  test('[S8] a database that the browser closes is lost', async () => {
    const opening = vi.spyOn(IDBFactory.prototype, 'open')
    const onLost = vi.fn()
    const store = await openIndexedDbStore(newName(), { onLost })
    const request = opening.mock.results[0]!.value as IDBOpenDBRequest
    forceCloseDatabase(request.result as unknown as Parameters<typeof forceCloseDatabase>[0])
    expect(onLost.mock.calls).toMatchObject([['terminated', expect.any(String)]])
    await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'storage-lost' })
  })

  test('[S8] a database that was closed without an event is lost at the next use', async () => {
    const opening = vi.spyOn(IDBFactory.prototype, 'open')
    const onLost = vi.fn()
    const store = await openIndexedDbStore(newName(), { onLost })
    const request = opening.mock.results[0]!.value as IDBOpenDBRequest
    request.result.close()
    await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'storage-lost' })
    expect(onLost.mock.calls).toMatchObject([['terminated', expect.any(String)]])
  })

  test('[S3] without space the whole append is refused; the store goes on when there is space again', async () => {
    const store = await openIndexedDbStore(newName(), { limits: { blockBytes: 1_000 } })
    await store.append(sampleMessages(3))
    const full = vi.spyOn(IDBObjectStore.prototype, 'add')
    full.mockImplementationOnce(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) { return this.put(value, key) })
    full.mockImplementation(() => { throw new DOMException('no space', 'QuotaExceededError') })
    await expect(store.append(sampleMessages(30, 3))).rejects.toMatchObject({ code: 'storage-full' })
    expect(full.mock.calls.length).toBeGreaterThan(1)
    full.mockRestore()
    expect(await store.append(sampleMessages(2, 3))).toBe(4)
    expect(await store.read(1, 100)).toEqual(numbered(sampleMessages(5)))
    await store.close()
  })

  test('an erase that another tab blocks ends in an error instead of waiting for ever', async () => {
    const name = newName()
    const store = await openIndexedDbStore(name)
    const frozenTab = await openDB(name)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const destroyed = expect(store.destroy()).rejects.toMatchObject({ code: 'storage-blocked' })
    while (vi.getTimerCount() === 0) await new Promise(resolve => setImmediate(resolve))
    vi.advanceTimersByTime(5_000)
    await destroyed
    frozenTab.close()
  })
})
