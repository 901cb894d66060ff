import { describe, expect, test, vi } from 'vitest'
import { HubError } from '../base/errors.ts'
import type { Lose } from './block-log.ts'
import { openBlockLog } from './block-log.ts'
import type { BlockStorage, Commit } from './block-storage.ts'
import { packedBytes } from './blocks.ts'
import { collect, numbered, present, sampleMessages, withoutBody } from './fixtures/sample-messages.ts'
import type { MessageStore, StoreOptions } from './message-store.ts'

/** A storage that says what it is asked to commit and waits until it may, or fails when it should. */
interface TestStorage {
  readonly blocks: Map<number, Uint8Array<ArrayBuffer>>
  readonly commits: Commit[]
  /** The keys of each read. */
  readonly reads: (readonly number[])[]
  /** Called before each commit is applied; throws to make it fail. */
  before: (commit: Commit) => Promise<void>
  /** Called after each commit was applied, and before anybody knows. */
  after: () => Promise<void>
  /** Called after each read has looked, and before anybody knows. */
  afterRead: () => Promise<void>
  lose: Lose
  open (options?: StoreOptions): Promise<MessageStore>
}

function createTestStorage (): TestStorage {
  const blocks: TestStorage['blocks'] = new Map()
  const values = new Map<string, unknown>()
  let lastEvent = 0
  const storage = (): BlockStorage => ({
    lastEvent,
    blockKeys: [...blocks.keys()].sort((left, right) => left - right),
    async commit (commit) {
      await handle.before(commit)
      handle.commits.push(commit)
      for (const key of commit.removed) blocks.delete(key)
      for (const block of commit.blocks) blocks.set(block.firstEvent, block.bytes)
      for (const [key, value] of commit.values) values.set(key, value)
      lastEvent = commit.lastEvent.after
      await handle.after()
    },
    async readBlocks (keys) {
      handle.reads.push(keys)
      const found = keys.map(key => blocks.get(key))
      await handle.afterRead()
      return found
    },
    prepareValue: value => value,
    getValue: key => Promise.resolve(values.get(key)),
    getValues: () => Promise.resolve([]),
    close: () => Promise.resolve(),
    destroy: () => Promise.resolve()
  })
  const handle: TestStorage = {
    blocks,
    commits: [],
    reads: [],
    before: () => Promise.resolve(),
    after: () => Promise.resolve(),
    afterRead: () => Promise.resolve(),
    lose: () => new HubError('internal', 'The storage is not open.'),
    open: options => openBlockLog((lose) => {
      handle.lose = lose
      return Promise.resolve(storage())
    }, options)
  }
  return handle
}

/** Holds commits back: `entered` resolves when the first one waits, `open` lets all go on. */
function createGate (): { readonly hold: () => Promise<void>, readonly entered: Promise<void>, readonly open: () => void } {
  let enter = (): void => undefined
  let open = (): void => undefined
  const entered = new Promise<void>((resolve) => { enter = resolve })
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { hold: () => { enter(); return opened }, entered, open: () => open() }
}

const sizeOf = (count: number, start = 0): number => sampleMessages(count, start).reduce((sum, message) => sum + packedBytes(message), 0)

describe('the block log', () => {
  test('[S5] what waits while a transaction runs goes into the next one, in order', async () => {
    const storage = createTestStorage()
    const store = await storage.open()
    const gate = createGate()
    storage.before = gate.hold
    const first = store.append(sampleMessages(1))
    await gate.entered
    const rest = [store.append(sampleMessages(2, 1)), store.putValue('watermark', 3), store.append(sampleMessages(1, 3))]
    gate.open()
    await Promise.all([first, ...rest])
    expect(storage.commits.map(({ lastEvent, values }) => ({ lastEvent, values }))).toEqual([
      { lastEvent: { before: 0, after: 1 }, values: [] },
      { lastEvent: { before: 1, after: 4 }, values: [['watermark', 3]] }
    ])
  })

  test('a transaction ends at its limit, and a large append has one of its own', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { transactionBytesMax: sizeOf(30) } })
    await Promise.all([10, 10, 100, 10].map(count => store.append(sampleMessages(count))))
    expect(storage.commits.map(({ lastEvent: { before, after } }) => after - before)).toEqual([20, 100, 10])
  })

  test('over the limit of the queue appends are refused, and accepted again when it has emptied', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { queueBytesMax: sizeOf(100) } })
    const gate = createGate()
    storage.before = gate.hold
    const accepted = store.append(sampleMessages(90))
    await expect(store.append(sampleMessages(30, 90))).rejects.toMatchObject({ code: 'storage-busy' })
    gate.open()
    expect(await accepted).toBe(1)
    expect(await store.append(sampleMessages(30, 90))).toBe(91)
    expect(await store.read(1, 1_000)).toEqual(numbered(sampleMessages(120)))
  })

  test('[S3] a failed transaction rejects its appends alone and uses no numbers', async () => {
    const storage = createTestStorage()
    const store = await storage.open()
    storage.before = () => Promise.reject(new HubError('storage-full', 'full'))
    const failing = [store.append(sampleMessages(2)), store.append(sampleMessages(2))]
    for (const append of failing) await expect(append).rejects.toMatchObject({ code: 'storage-full' })
    storage.before = () => Promise.resolve()
    expect(store.lastEvent).toBe(0)
    expect(await store.append(sampleMessages(2))).toBe(1)
  })

  test('[S7] a merge that fails leaves the small blocks as they are', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 2_000 } })
    let refused = 0
    storage.before = ({ removed }) => {
      if (removed.length === 0) return Promise.resolve()
      refused += 1
      return Promise.reject(new HubError('storage-full', 'full'))
    }
    for (const message of sampleMessages(30)) await store.append([message])
    expect(refused).toBeGreaterThan(0)
    expect(storage.blocks.size).toBe(30)
    expect(await store.read(1, 100)).toEqual(numbered(sampleMessages(30)))
  })

  test('[S6] [S7] a run with a damaged block is not merged', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 2_000 } })
    for (const message of sampleMessages(5)) await store.append([message])
    storage.blocks.set(3, new Uint8Array(50))
    for (const message of sampleMessages(6, 5)) await store.append([message])
    await store.close()
    expect(storage.blocks.has(3)).toBe(true)
    expect((await (await storage.open()).read(1, 100)).map(({ event }) => event)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  test('[S7] a scan that a merge overtakes still visits everything once', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 4_000 } })
    const messages = sampleMessages(60)
    for (const message of messages.slice(0, 15)) await store.append([message])
    const blocksBefore = storage.blocks.size
    const events = []
    for await (const step of store.scan(1, 60)) {
      events.push(...step)
      // The first step has passed the first small blocks; appending more makes them, and those ahead of the scan, one block.
      if (events.length === 1) for (const message of messages.slice(15)) await store.append([message])
    }
    expect(blocksBefore).toBe(15)
    expect(storage.commits.some(({ removed }) => removed.includes(1) && removed.includes(15))).toBe(true)
    expect(events).toEqual(numbered(messages))
  })

  test('[S8] a loss rejects what is queued, is told once, and ends the writing', async () => {
    const storage = createTestStorage()
    const onLost = vi.fn()
    const store = await storage.open({ onLost })
    const gate = createGate()
    storage.before = gate.hold
    const running = store.append(sampleMessages(1))
    await gate.entered
    const queued = store.append(sampleMessages(1))
    storage.lose('terminated', 'It is gone.')
    storage.lose('superseded', 'Told already.')
    await expect(queued).rejects.toMatchObject({ code: 'storage-lost' })
    gate.open()
    expect(await running).toBe(1)
    expect(onLost.mock.calls).toEqual([['terminated', 'It is gone.']])
    await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'storage-lost' })
    await expect(collect(store.scan(1))).rejects.toMatchObject({ code: 'storage-lost' })
    expect(storage.commits).toHaveLength(1)
  })

  test('a bug in the writer is a loss, not a caller who waits for ever', async () => {
    const storage = createTestStorage()
    const onLost = vi.fn()
    const store = await storage.open({ onLost, limits: { blockBytes: 2_000 } })
    storage.before = ({ removed }) => removed.length === 0 ? Promise.resolve() : Promise.reject(new TypeError('a bug'))
    const results = await Promise.allSettled(Array.from({ length: 4 }, async (_, index) => {
      for (const message of sampleMessages(30, index * 30)) await store.append([message])
    }))
    expect(results.map(({ status }) => status)).toContain('rejected')
    await expect(store.append(sampleMessages(1))).rejects.toMatchObject({ code: 'storage-lost' })
    expect(onLost.mock.calls).toMatchObject([['write-failed', expect.any(String)]])
  })

  test('reading one message of a large log reads few blocks', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 1_000 } })
    await store.append(sampleMessages(2_000))
    expect(storage.blocks.size).toBeGreaterThan(300)
    storage.reads.length = 0
    expect(await store.read(1_234, 1)).toEqual(numbered(sampleMessages(2_000)).slice(1_233, 1_234))
    expect(storage.reads.map(keys => keys.length)).toEqual([1])
  })

  test('messages by number are one read of each block that has any, and none when they were read before', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 1_000 } })
    await store.append(sampleMessages(500))
    const asked = [400, 3, 250, 3, 251, 2, 99]
    const expected = asked.map(event => numbered(sampleMessages(500))[event - 1])
    storage.reads.length = 0
    expect(await store.get(asked)).toEqual(expected)
    expect(storage.reads).toHaveLength(1)
    expect(storage.reads[0]).toEqual([...new Set(storage.reads[0])])
    expect(await store.get(asked)).toEqual(expected)
    expect(storage.reads).toHaveLength(1)
  })

  test('blocks read by number are kept up to a number of bytes', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 1_000, cacheBytesMax: 5_000 } })
    await store.append(sampleMessages(500))
    await store.get(Array.from({ length: 500 }, (_, index) => index + 1))
    storage.reads.length = 0
    await store.get(Array.from({ length: 500 }, (_, index) => index + 1))
    const readAgain = storage.reads.flat().length
    expect(readAgain).toBeGreaterThan(storage.blocks.size - 8)
    expect(readAgain).toBeLessThan(storage.blocks.size)
  })

  test('[S9] [S10] [S11] what a reader has in its hands when it is erased or dropped is not given', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 1_000 } })
    await store.append(sampleMessages(60))
    const gate = createGate()
    storage.afterRead = gate.hold
    const reads = [store.get([2, 3, 40]), store.read(1, 1)] as const
    await gate.entered
    storage.afterRead = () => Promise.resolve()
    await Promise.all([store.eraseBodies([2]), store.drop([1, 3])])
    gate.open()
    const [, second, , fourth] = numbered(sampleMessages(60))
    expect(second?.bytes.body).toBeDefined()
    expect(await reads[0]).toEqual([withoutBody(present(second)), undefined, numbered(sampleMessages(60))[39]])
    expect(await reads[1]).toEqual([withoutBody(present(second))])
    // Nor did it get into the cache that way.
    expect(await store.get([2, 3, 4])).toEqual([withoutBody(present(second)), undefined, fourth])
  })

  test('[S7] [S9] a reader that meets a merge which is on the disk, and not yet known, finds everything', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 2_000 } })
    const gate = createGate()
    let merging = false
    storage.before = (commit) => {
      if (commit.removed.length > 0 && !merging) {
        merging = true
        storage.after = gate.hold
      }
      return Promise.resolve()
    }
    const appends = (async () => { for (const message of sampleMessages(30)) await store.append([message]) })()
    await gate.entered
    const events = numbered(sampleMessages(30)).slice(0, store.lastEvent)
    const reads = [store.get(events.map(({ event }) => event)), store.read(1, 100)]
    await new Promise(resolve => setImmediate(resolve))
    storage.after = () => Promise.resolve()
    gate.open()
    expect(await reads[0]).toEqual(events)
    const read = await reads[1]
    expect(read).toEqual(numbered(sampleMessages(30)).slice(0, read?.length))
    expect(read?.length).toBeGreaterThanOrEqual(events.length)
    await appends
    expect(events.length).toBeGreaterThan(5)
  })

  test('[S12] an erasure or a drop that fails in between has done some blocks whole and left the others', async () => {
    const messages = sampleMessages(300).map(message => ({ ...message, bytes: { ...message.bytes, body: new Uint8Array(20) } }))
    for (const change of ['eraseBodies', 'drop'] as const) {
      const storage = createTestStorage()
      const store = await storage.open({ limits: { blockBytes: 500 } })
      await store.append(messages)
      const before = new Map(storage.blocks)
      let commits = 0
      storage.before = () => (commits += 1) > 2 ? Promise.reject(new HubError('storage-failed', 'crash')) : Promise.resolve()
      const events = Array.from({ length: 300 }, (_, index) => index + 1).filter(event => event % 3 !== 0)
      await expect(store[change](events)).rejects.toMatchObject({ code: 'storage-failed' })
      storage.before = () => Promise.resolve()
      const untouched = [...storage.blocks].filter(([key, bytes]) => before.get(key) === bytes)
      expect(untouched.length).toBe(before.size - 64)
      const again = await storage.open()
      const whole = numbered(messages)
      const isGone = new Set(events)
      const done = whole.flatMap(event => !isGone.has(event.event) ? event : change === 'drop' ? [] : withoutBody(event))
      const firstUntouched = Math.min(...untouched.map(([key]) => key))
      expect(await again.read(1, 1_000)).toEqual([...done.filter(({ event }) => event < firstUntouched), ...whole.slice(firstUntouched - 1)])
      await again[change](events)
      expect(await again.read(1, 1_000)).toEqual(done)
    }
  })

  test('[S13] a disk with little room: what goes whole goes first, and the rest a block at a time', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 1_000 } })
    await store.append(sampleMessages(40))
    const [, second, third] = [...storage.blocks.keys()]
    const written = (commit: Commit): number => commit.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    storage.before = commit => written(commit) > 1_000 ? Promise.reject(new HubError('storage-full', 'full')) : Promise.resolve()
    const events = Array.from({ length: 40 }, (_, index) => index + 1).filter(event => event % 2 === 0 || (event >= present(second) && event < present(third)))
    storage.commits.length = 0
    await store.drop(events)
    expect(storage.commits[0]).toMatchObject({ removed: [second], blocks: [] })
    expect(await store.read(1, 100)).toEqual(numbered(sampleMessages(40)).filter(({ event }) => !events.includes(event)))
  })

  test('[S8] a loss in the middle of a drop ends it, and nothing is written any more', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 500 } })
    await store.append(sampleMessages(300))
    storage.commits.length = 0
    storage.after = () => {
      storage.lose('terminated', 'It is gone.')
      return Promise.resolve()
    }
    await expect(store.drop(Array.from({ length: 300 }, (_, index) => index + 1))).rejects.toMatchObject({ code: 'storage-lost' })
    expect(storage.commits).toHaveLength(1)
  })

  test('[S7] [S11] blocks that are due to be merged and lose messages before are read as what is left', async () => {
    const storage = createTestStorage()
    const store = await storage.open({ limits: { blockBytes: 2_000 } })
    for (const message of sampleMessages(5)) await store.append([message])
    await store.drop([1, 3])
    for (const message of sampleMessages(25, 5)) await store.append([message])
    expect(await store.read(1, 100)).toEqual(numbered(sampleMessages(30)).filter(({ event }) => event !== 1 && event !== 3))
  })
})
