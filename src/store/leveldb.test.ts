import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { messageStoreContract } from './contract-suite.ts'
import { readDump, restoreLevelDb } from './fixtures/database-dump.ts'
import { expectDumpedContents } from './fixtures/dumped-contents.ts'
import { sampleMessages } from './fixtures/sample-messages.ts'
import { openLevelDbStore } from './leveldb.ts'
import { schemaVersion } from './message-store.ts'

const createFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'hubbub-store-'))

/** LevelDB's own view of a folder: this test knows the key format of leveldb.ts. */
async function inFolder<T> (folder: string, work: (database: ClassicLevel<Uint8Array, Uint8Array>) => Promise<T>): Promise<T> {
  const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
function blockKey (event: number): Uint8Array {
  const key = Buffer.alloc(9, 'b')
  key.writeBigUInt64BE(BigInt(event), 1)
  return key
}

messageStoreContract('leveldb', async () => {
  const folder = await createFolder()
  return {
    open: options => openLevelDbStore(folder, options),
    disk: {
      blockKeys: () => inFolder(folder, async (database) => {
        const keys = await database.keys({ gte: Buffer.from('b'), lt: Buffer.from('c') }).all()
        return keys.map(key => Number(Buffer.from(key).readBigUInt64BE(1)))
      }),
      readBlock: firstEvent => inFolder(folder, async database => (await database.get(blockKey(firstEvent)))!),
      writeBlock: (firstEvent, bytes) => inFolder(folder, database => database.put(blockKey(firstEvent), bytes))
    },
    cleanUp: () => rm(folder, { recursive: true, force: true })
  }
}, { hasDisk: true, canFill: false })

describe('leveldb', () => {
  let folder: string
  beforeEach(async () => { folder = await createFolder() })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('creates the folders on the way', async () => {
    const store = await openLevelDbStore(join(folder, 'a', 'b'))
    expect(await store.append(sampleMessages(1))).toBe(1)
    await store.close()
  })

  test('a folder that cannot be one is unusable', async () => {
    await writeFile(join(folder, 'file'), 'not a folder')
    await expect(openLevelDbStore(join(folder, 'file'))).rejects.toMatchObject({ code: 'data-folder-unusable' })
    await expect(openLevelDbStore(join(folder, 'file', 'below'))).rejects.toMatchObject({ code: 'data-folder-unusable' })
  })

  test('a folder that another hub has open is unusable until that one closes', async () => {
    const store = await openLevelDbStore(folder)
    await expect(openLevelDbStore(folder)).rejects.toMatchObject({ code: 'data-folder-unusable' })
    expect(await store.append(sampleMessages(1))).toBe(1)
    await store.close()
    await (await openLevelDbStore(folder)).close()
  })

  test('a folder of a newer schema is refused and left as it is', async () => {
    await (await openLevelDbStore(folder)).close()
    const version = new Uint8Array(8)
    new DataView(version.buffer).setFloat64(0, schemaVersion + 1)
    await inFolder(folder, database => database.put(Buffer.from('cschema'), version))
    await expect(openLevelDbStore(folder)).rejects.toMatchObject({ code: 'storage-newer' })
    expect(await inFolder(folder, database => database.get(Buffer.from('cschema')))).toEqual(Buffer.from(version))
  })

  test('[S15] a folder of schema 1 is upgraded, and everything in it is there', async () => {
    await restoreLevelDb(readDump(1), folder)
    await expectDumpedContents(onDamage => openLevelDbStore(folder, { onDamage }))
    const schema = await inFolder(folder, database => database.get(Buffer.from('cschema')))
    expect(Buffer.from(schema!).readDoubleBE()).toBe(schemaVersion)
  })

  test('[S15] an upgrade that is interrupted leaves the folder of schema 1 as it was, and the next one succeeds', async () => {
    const dump = readDump(1)
    await restoreLevelDb(dump, folder)
    vi.spyOn(ClassicLevel.prototype, 'batch').mockRejectedValueOnce(new Error('interrupted'))
    await expect(openLevelDbStore(folder)).rejects.toMatchObject({ code: 'storage-failed' })
    vi.restoreAllMocks()
    const records = await inFolder(folder, database => database.iterator().all())
    expect(records.map(record => record.map(bytes => Buffer.from(bytes).toString('base64')))).toEqual(dump.levelDb)
    await expectDumpedContents(onDamage => openLevelDbStore(folder, { onDamage }))
  })

  test('a counter that is no number is an error, not a new beginning', async () => {
    await (await openLevelDbStore(folder)).close()
    await inFolder(folder, database => database.put(Buffer.from('clast-event'), new Uint8Array(3)))
    await expect(openLevelDbStore(folder)).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test('a CryptoKey is refused', async () => {
    const store = await openLevelDbStore(folder)
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
    await expect(store.putValue('key', key)).rejects.toMatchObject({ code: 'invalid-argument' })
    await store.close()
  })

  test('[S4] what was acknowledged survives a killed process', async () => {
    const script = `
      import { openLevelDbStore } from ${JSON.stringify(new URL('leveldb.ts', import.meta.url).href)}
      const store = await openLevelDbStore(${JSON.stringify(folder)})
      for (let number = 0; ; number += 1) {
        const id = number.toString(16).padStart(64, '0')
        const bytes = { header: new Uint8Array(100), body: new Uint8Array(100), signature: new Uint8Array(64) }
        process.stdout.write(await store.append([{ id, bytes, storedAt: number, from: null }]) + '\\n')
      }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      // Past several merges: 64 KiB are about 200 of these.
      if (output.includes('\n1000\n')) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const acknowledged = Number(output.trimEnd().split('\n').at(output.endsWith('\n') ? -1 : -2))
    expect(acknowledged).toBeGreaterThanOrEqual(1_000)
    const store = await openLevelDbStore(folder)
    expect(store.lastEvent).toBeGreaterThanOrEqual(acknowledged)
    const events = await store.read(1, 10_000)
    expect(events.map(({ event, storedAt }) => event === storedAt + 1)).toEqual(Array.from({ length: store.lastEvent }, () => true))
    await store.close()
  })
})
