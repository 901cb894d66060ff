import 'fake-indexeddb/auto'
import { forceCloseDatabase } from 'fake-indexeddb'
import { openDB } from 'idb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { messageStoreContract } from './contract-suite.ts'
import { dumpMessages, readDump, restoreIndexedDb } from './fixtures/database-dump.ts'
import { expectDumpedContents } from './fixtures/dumped-contents.ts'
import { numbered, sampleMessages } from './fixtures/sample-messages.ts'
import { openIndexedDbStore } from './indexeddb.ts'
import { schemaVersion } from './message-store.ts'

let names = 0
const newName = (): string => `hub-${names += 1}`

/** Makes the blocks of a database run out of space when they are `growthMax` bytes more than now. A transaction that fails takes nothing. */
async function limitBlocks (name: string, growthMax: number): Promise<void> {
  const database = await openDB(name)
  const blocks = await database.getAll('blocks') as Uint8Array[]
  let sizes = new Map((await database.getAllKeys('blocks')).map((key, index) => [key as number, blocks[index]?.length ?? 0]))
  database.close()
  const sizeOf = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const max = sizeOf() + growthMax
  // oxlint-disable-next-line typescript/unbound-method -- called with `this` below
  const { add, delete: remove } = IDBObjectStore.prototype
  const tracked = new WeakSet<IDBTransaction>()
  const track = (store: IDBObjectStore, change: () => void): void => {
    if (store.name !== 'blocks' || store.transaction.db.name !== name) return
    const before = new Map(sizes)
    if (!tracked.has(store.transaction)) store.transaction.addEventListener('abort', () => { sizes = before })
    tracked.add(store.transaction)
    change()
    if (sizeOf() > max) throw new DOMException('no space', 'QuotaExceededError')
  }
  vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key) {
    track(this, () => sizes.delete(key as number))
    return remove.call(this, key)
  })
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, value: unknown, key) {
    track(this, () => sizes.set(key as number, (value as Uint8Array).length))
    return add.call(this, value, key)
  })
}

messageStoreContract('indexeddb', () => {
  const name = newName()
  return Promise.resolve({
    async limitSpace (bytes: number | undefined) {
      vi.restoreAllMocks()
      if (bytes !== undefined) await limitBlocks(name, bytes)
    },
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
}, { hasDisk: true, canFill: true })

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

  test('[S15] a database of schema 1 is upgraded, and everything in it is there', async () => {
    const name = newName()
    await restoreIndexedDb(readDump(1), name)
    await expectDumpedContents(onDamage => openIndexedDbStore(name, { onDamage }))
    const database = await openDB(name)
    expect(database.version).toBe(schemaVersion)
    database.close()
  })

  test('[S15] an upgrade that is interrupted leaves the database of schema 1 as it was, and the next one succeeds', async () => {
    const name = newName()
    const dump = readDump(1)
    await restoreIndexedDb(dump, name)
    // oxlint-disable-next-line typescript/unbound-method -- called with `this` below
    const { open } = IDBFactory.prototype
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementationOnce(function (this: IDBFactory, ...of) {
      const request = open.apply(this, of)
      request.addEventListener('upgradeneeded', () => {
        const asked = request.transaction?.objectStore('blocks').count()
        asked?.addEventListener('success', () => request.transaction?.abort())
      })
      return request
    })
    await expect(openIndexedDbStore(name)).rejects.toMatchObject({ code: 'storage-failed' })
    const database = await openDB(name)
    expect(database.version).toBe(1)
    expect([...database.objectStoreNames].toSorted()).toEqual(Object.keys(dump.indexedDb).toSorted())
    expect(await database.getAllKeys('blocks')).toEqual(dump.indexedDb.blocks.map(([key]) => key))
    expect(await database.get('counters', 'last-event')).toBe(dumpMessages)
    database.close()
    await expectDumpedContents(onDamage => openIndexedDbStore(name, { onDamage }))
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

  test('[S1] of two that have it open the later one writes; the earlier one is lost when it wants to, and changes nothing', async () => {
    const name = newName()
    const onLost = vi.fn()
    const first = await openIndexedDbStore(name, { onLost })
    await first.append(sampleMessages(3))
    const second = await openIndexedDbStore(name)
    const [refused] = await Promise.allSettled([first.append(sampleMessages(2, 50)), second.append(sampleMessages(1, 3))])
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'storage-lost' } })
    expect(onLost.mock.calls).toMatchObject([['superseded', expect.any(String)]])
    const third = await openIndexedDbStore(name)
    await expect(second.putValue('late', 1)).rejects.toMatchObject({ code: 'storage-lost' })
    expect(await third.append(sampleMessages(1, 4))).toBe(5)
    expect(await third.read(1, 10)).toEqual(numbered(sampleMessages(5)))
    expect(await third.getValue('late')).toBeUndefined()
    await third.close()
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
