/**
 * A hub that is killed at every single write of a join, and one whose disk refuses some of them: whatever was written, it opens, goes on, and ends with what
 * a hub has that nothing ever happened to.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { decodeAsk } from '../../fastsync/exchange.ts'
import { askedMax, chunkMessagesMax } from '../../fastsync/limits.ts'
import { membersOf } from '../../fastsync/making.ts'
import { epochStartMs } from '../../message/epoch.ts'
import { createReplicatedSet } from '../../message/replicated-set.ts'
import type { MessageStore } from '../../store/message-store.ts'
import { post, startMs, testRules } from '../fixtures/author.ts'
import { createMesh, type MeshHub } from '../fixtures/mesh.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import { createMessages, type Messages } from '../messages/messages.ts'
import { pagePrefix } from '../messages/page-keeper.ts'
import { createMortalDisk, watchDisks, type MortalDisk } from './fixtures/mortal-disk.ts'
import './snapshots.ts' // what a hub loads when it is needed takes a while on a busy machine

const epochMs = epochStartMs(1)
const nowMs = startMs + 100 * epochMs
const [ida, jan] = [createPen('ida'), createPen('jan')]
/** Just too many for one chunk; removals among them, and a device that was revoked. */
const history = [ida, jan].flatMap((pen) => {
  const written = Array.from({ length: chunkMessagesMax / 2 + 20 }, (_, number) => pen.write(post(`${number}`), { timestamp: startMs + Math.floor(number / 8) * epochMs }))
  const [first, , third] = written
  if (first === undefined || third === undefined) throw new Error('there are many')
  return [
    pen.introduce(), ...written, pen.write({ kind: 'remove', target: third.id }, { timestamp: startMs + 70 * epochMs }),
    ...pen === jan ? [pen.root({ kind: 'signer-remove', signer: pen.device, keepHead: written.at(-3)?.id }, { timestamp: startMs + 71 * epochMs })] : []
  ]
})

/** The ids of each chunk that was asked for. */
let asked: Array<readonly string[]> = []
const mesh = createMesh({
  linksSync: true, linksJoin: true,
  onFastFrame ({ from, bytes }) {
    const ask = from === 'ann' ? undefined : decodeAsk(bytes)
    const { set, sync } = ann.runtime
    if (ask?.type === 'chunk') asked.push((membersOf(sync.members.holdings, ask.entry, ask.height) ?? []).map(member => set.idOf(member)))
    return bytes
  }
})
/** She has everything, and serves. */
let ann: MeshHub
/** What a hub has that got every message one by one. */
let whole: readonly string[]
let unwatch: () => void

beforeAll(async () => {
  unwatch = watchDisks()
  ann = await addHub('ann')
  await Promise.all(history.map(async message => ann.runtime.publish(message)))
  whole = rowsOf(ann.runtime)
  expect(whole).toHaveLength(history.length)
}, 60_000)
afterAll(() => { unwatch() })

/** What a hub lacks before it joins: it goes on with a join as long as a chunk is missing. */
const farBehind = 16
const refusedInARow = 3
let clockMs = nowMs
async function addHub (name: string, options: { readonly store?: MessageStore } = {}): Promise<MeshHub> {
  return mesh.add(name, { now: () => clockMs, verify: async () => true, random: createRandom(1).bytes, farBehind, ...options })
}

/** What counts here and how, whatever the order in which it came. */
function rowsOf ({ set, messages: { catalog } }: Opened): string[] {
  const rows: string[] = []
  catalog.walk({}, 'ascending', (member) => {
    rows.push(JSON.stringify([set.idOf(member), set.standingOf(member), set.hasBody(member), catalog.timestampOf(member)]))
    return false
  })
  return rows
}

interface Opened {
  readonly set: Pick<MeshHub['runtime']['set'], 'idOf' | 'standingOf' | 'hasBody'>
  readonly messages: Messages
}

/** The same, and where it is and what it refers to, by this hub's own key. */
function placesOf (of: Opened): string[] {
  const places: string[] = []
  of.messages.catalog.walk({}, 'ascending', (member) => {
    places.push(JSON.stringify([of.messages.catalog.eventOf(member), of.messages.catalog.referencesOf(member)]))
    return false
  })
  return [...rowsOf(of), ...places]
}

/** What a store gives when it is opened. */
async function opened (store: MessageStore): Promise<readonly string[]> {
  const set = createReplicatedSet(testRules)
  const messages = await createMessages({
    store, set, rules: testRules, random: length => new Uint8Array(length).fill(7), report: ({ sentence }) => { throw new Error(sentence) }
  })
  await messages.settled()
  return placesOf({ set, messages })
}

async function idsIn (store: MessageStore): Promise<string[]> {
  const ids: string[] = []
  for await (const block of store.scan(1)) ids.push(...block.map(({ id }) => id))
  return ids
}

const over = async (dan: MeshHub, disk: MortalDisk): Promise<void> =>
  expect.poll(() => disk.met || (dan.runtime.fastSync.view !== null && !dan.runtime.fastSync.running), { timeout: 15_000, interval: 2 }).toBe(true)

/** One hub from nothing to everything, killed at this write; whether it came to that, and how many of how many chunks the next life fetched. */
async function killedAt (write: number, disk: MortalDisk): Promise<{ readonly died: boolean, readonly fetched: number, readonly chunks: number }> {
  asked = []
  const first = await disk.open()
  disk.dieAt(write)
  const dan = await addHub('dan', { store: first }).catch(() => undefined) // it may die while it opens
  if (dan !== undefined) {
    mesh.link(dan, ann)
    await over(dan, disk)
    if (!disk.met) await mesh.settled().catch((thrown: unknown) => { if (!disk.met) throw thrown })
    dan.runtime.stop()
    mesh.unlink(dan, ann)
  }
  const died = disk.met
  await first.close()
  disk.revive()

  const second = await disk.open()
  const onDisk = new Set(await idsIn(second))
  const pages = await second.getValues(pagePrefix, { limit: 100 })
  if (pages.length > 0) {
    const shown = await opened(second)
    for (const [key] of pages) await second.putValue(key, undefined)
    expect(await opened(second), `killed at write ${write}: pages and log`).toEqual(shown)
  }
  expect(history.filter(({ id }) => onDisk.has(id)), `killed at write ${write}: nothing else, and nothing twice`).toHaveLength((await idsIn(second)).length)

  const before = asked.length
  const again = await addHub('dan', { store: second })
  mesh.link(again, ann)
  await expect.poll(() => again.runtime.fastSync.running, { timeout: 15_000, interval: 2 }).toBe(false)
  await mesh.settled()
  expect(rowsOf(again.runtime), `killed at write ${write}`).toEqual(whole)
  expect(again.runtime.sync.status().root).toBe(ann.runtime.sync.status().root)
  expect((await idsIn(second)).length, 'nothing is stored twice').toBe(history.length)
  for (const ids of asked.slice(before)) expect(ids.every(id => onDisk.has(id)), `killed at write ${write}: a chunk that was here is not asked for again`).toBe(false)
  const different = new Set(asked.map(([id]) => id)).size
  expect(asked.length - different, 'chunks that were fetched again: those that were on their way').toBeLessThanOrEqual(askedMax)
  expect([...dan?.rejections ?? [], ...again.rejections, ...ann.rejections]).toEqual([])
  await end(again)
  const { hubs = [], chunks = 0 } = again.runtime.fastSync.view ?? {}
  return { died, fetched: hubs[0]?.kept ?? 0, chunks }
}

async function writesOfAJoin (kind: 'indexeddb' | 'leveldb'): Promise<number> {
  const disk = await createMortalDisk(kind)
  const dan = await addHub('dan', { store: await disk.open() })
  mesh.link(dan, ann)
  await over(dan, disk)
  await mesh.settled()
  expect(rowsOf(dan.runtime)).toEqual(whole)
  await end(dan)
  await disk.remove()
  return disk.writes
}

async function end (dan: MeshHub): Promise<void> {
  dan.runtime.stop()
  mesh.unlink(dan, ann)
  await dan.runtime.settled()
  await dan.store.close()
}

test.each(['indexeddb', 'leveldb'] as const)('[F16] %s: killed at any write of a join, a hub goes on and ends with everything, and keeps whole chunks', async (kind) => {
  const writes = await writesOfAJoin(kind)
  expect(writes).toBeGreaterThan(5)
  let [deaths, resumed] = [0, 0]
  for (let write = 1; write <= writes; write += 1) {
    const disk = await createMortalDisk(kind)
    const { died, fetched, chunks } = await killedAt(write, disk)
    if (died) deaths += 1
    if (died && fetched > 0 && fetched < chunks) resumed += 1
    await disk.remove()
  }
  // How appends fall into transactions differs by some from run to run.
  expect(deaths).toBeGreaterThan(writes / 2)
  expect(resumed, 'lives that fetched only what was missing').toBeGreaterThan(1)
})

test('[F14] [F16] a hub whose disk refuses any of the writes of a join ends it, says so, and has everything once the disk takes it', async () => {
  const writes = await writesOfAJoin('indexeddb')
  let refused = 0
  // Three in a row, wherever they begin: every write is among them.
  for (let write = 1; write <= writes; write += refusedInARow) {
    const disk = await createMortalDisk('indexeddb')
    const store = await disk.open()
    disk.failAt(write, refusedInARow)
    const dan = await addHub('dan', { store }).catch(() => undefined) // it could not even open
    if (dan === undefined) continue
    mesh.link(dan, ann)
    await expect.poll(() => dan.runtime.fastSync.view !== null && !dan.runtime.fastSync.running, { timeout: 15_000, interval: 2 }).toBe(true)
    if (dan.runtime.fastSync.view?.outcome === 'refused') refused += 1
    for (let turn = 0; turn < 4; turn += 1) {
      await mesh.settled()
      clockMs += 60_000
      dan.runtime.tick()
    }
    await mesh.settled()
    expect(rowsOf(dan.runtime), `refused at write ${write}`).toEqual(whole)
    expect(dan.runtime.messages.lost.size).toBe(0)
    expect((await idsIn(store)).length).toBe(history.length)
    expect([...dan.rejections, ...ann.rejections]).toEqual([])
    await end(dan)
    await disk.remove()
  }
  expect(refused).toBeGreaterThan(0)
})
