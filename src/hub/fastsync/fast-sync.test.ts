import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { HubError } from '../../base/errors.ts'
import type { PeerId } from '../../base/peer.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { decodeAsk } from '../../fastsync/exchange.ts'
import { createMemoryDisk, openMemoryStore } from '../../store/memory.ts'
import { farBehindMin, holdsBackMs } from '../../fastsync/limits.ts'
import { epochOf, epochStartMs } from '../../message/epoch.ts'
import type { Message } from '../../message/types.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, type MeshHub, type MeshHubOptions } from '../fixtures/mesh.ts'
import { createStreamPair, type CarriedFrame } from '../fixtures/sync-streams.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import './snapshots.ts' // what a hub loads when it is needed takes a while on a busy machine

const epochMs = epochStartMs(1)
/** Two authors over some days, in eighty epochs, and one post that is too new for a snapshot. */
const [ida, jan] = [createPen('ida'), createPen('jan')]
const old = [ida, jan].flatMap(pen => [
  pen.introduce(),
  ...Array.from({ length: farBehindMin / 2 + 300 }, (_, number) => pen.write(post(`${number}`), { timestamp: startMs + Math.floor(number / 17) * epochMs }))
])
const nowMs = startMs + 100 * epochMs
const fresh = ida.write(post('just now'), { timestamp: nowMs - 60_000 })
const history = [...old, fresh]

/** Sees each frame of fast sync, and may put another in its place. */
let onFrame: (carried: CarriedFrame) => Uint8Array | undefined
const mesh = createMesh({ linksSync: true, linksJoin: true, onFastFrame: carried => onFrame(carried) })
let seeds = 0
let full: MeshHub[] = []

async function addHub (name: string, messages: readonly Message[] = [], options: MeshHubOptions = {}): Promise<MeshHub> {
  const hub = await mesh.add(name, { now: () => nowMs, verify: async () => true, random: createRandom(seeds += 1).bytes, ...options })
  await Promise.all(messages.map(async message => hub.runtime.publish(message)))
  return hub
}

beforeAll(async () => { full = await Promise.all(['ann', 'ben', 'cat'].map(async name => addHub(name, history))) }, 60_000)
beforeEach(() => { onFrame = ({ bytes }) => bytes })

/** Links a new hub with those that have everything, until it has joined and compared; and ends these links when the test has ended. */
async function meet (dan: MeshHub, others: readonly MeshHub[] = full): Promise<void> {
  for (const other of others) link(dan, other)
  await joined(dan)
  await mesh.settled()
}

function link (dan: MeshHub, other: MeshHub): void {
  mesh.link(dan, other)
  onTestFinished(() => { mesh.unlink(dan, other) })
}

const joined = async (dan: MeshHub): Promise<void> => expect.poll(() => dan.runtime.fastSync.running, { timeout: 15_000, interval: 5 }).toBe(false)

test('[F12] [F15] [F19] [F21] a hub that is new has all that is old from three hubs, and the rest by comparing', async () => {
  const dan = await addHub('dan')
  await meet(dan)
  expect(dan.runtime.fastSync.view).toMatchObject({
    phase: 'ended', outcome: 'taken', certified: false, messages: old.length, messagesKept: old.length, reason: 'Every chunk was verified and taken.'
  })
  const { hubs = [], chunks, chunksKept } = dan.runtime.fastSync.view ?? {}
  expect(chunksKept).toBe(chunks)
  expect(hubs.filter(({ kept }) => kept > 0).length, 'several hubs sent chunks').toBeGreaterThan(1)
  expect(hubs.reduce((sum, { kept }) => sum + kept, 0), 'but for what gossip brought before').toBeGreaterThan((chunks ?? 0) / 2)
  expect(dan.runtime.messages.size).toBe(history.length)
  const fetched = dan.runtime.sync.sessions.reports.reduce((sum, report) => sum + report.fetched, 0)
  expect(fetched, 'what comparisons brought').toBeLessThanOrEqual(1)
  expect(dan.runtime.sync.sessions.reports.at(-1)).toMatchObject({ outcome: 'equal' })
  expect(dan.runtime.life.state).toMatchObject({ lifecycle: 'babbling' })
  expect(dan.log.read({ type: 'lifecycle' }).map(({ sentence }) => sentence)[1]).toMatch(/^From catching-up \(unsynced\) to catching-up \(sync\)/)
  expect(dan.log.read({ type: 'message-stored' }).length, '[F21] lines for single messages').toBeLessThan(old.length / 10)
  expect(dan.log.read({ type: 'messages-stored' }).length).toBeGreaterThan(0)
  expect(dan.rejections).toEqual([])
  expect(dan.sent.some(({ frame }) => frame.type === 'ihave' && frame.ids.length > 1), '[G38] what came is noted to nobody').toBe(false)
})

test('[F11] a hub whose chunks are none is rejected, and all comes from the others', async () => {
  let spoilt = 0
  onFrame = ({ from, bytes }) => {
    if (from !== 'ben' || bytes.length < 300) return bytes
    spoilt += 1
    return bytes.map((byte, index) => index < 20 ? byte : 0xff)
  }
  const dan = await addHub('dan')
  await meet(dan)
  expect(spoilt).toBeGreaterThan(0)
  expect(dan.rejections).toMatchObject([{ peer: 'ben', code: 'chunk-malformed' }])
  expect(dan.runtime.messages.size).toBe(history.length)
  expect(dan.runtime.fastSync.view?.hubs.find(({ peerId }) => peerId === 'ben')).toMatchObject({ kept: 0 })
})

test('[F11] [F15] nothing of a chunk with a bad signature counts, and its hub is rejected', async () => {
  const bad = old[500]
  const dan = await addHub('dan', [], { verify: async message => message.id !== bad?.id })
  for (const other of full) {
    link(dan, other)
    mesh.part(dan, other) // what comparisons would bring is not in question
  }
  await joined(dan)
  expect(dan.rejections.map(({ code }) => code)).toContain('bad-signature')
  const { runtime: { set, fastSync, messages } } = dan
  expect(bad !== undefined && set.has(bad.id)).toBe(false)
  expect(fastSync.view).toMatchObject({ outcome: 'taken', messagesKept: 0 })
  expect(messages.size).toBeGreaterThan(0)
  expect(messages.size).toBeLessThan(old.length)
})

test('[F12] a hub that goes while it is asked costs nothing', async () => {
  let frames = 0
  const dan = await addHub('dan')
  const [ann, ben, cat] = full
  if (ann === undefined || ben === undefined || cat === undefined) throw new Error('there are three')
  onFrame = ({ from, bytes }) => {
    if (from === 'ben' && bytes.length > 300 && (frames += 1) === 3) setImmediate(() => { mesh.unlink(dan, ben) })
    return bytes
  }
  await meet(dan, [ben, ann, cat])
  expect(frames).toBeGreaterThanOrEqual(3)
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', messagesKept: old.length })
  expect(dan.runtime.messages.size).toBe(history.length)
})

test('[F19] whoever lacks little, or meets nobody that serves, compares as always', async () => {
  const [ann, ben] = full
  if (ann === undefined || ben === undefined) throw new Error('there are three')
  const dan = await addHub('dan', history.slice(0, history.length / 2 + 60))
  await meet(dan, [ann])
  expect([dan.runtime.fastSync.view, dan.runtime.messages.size]).toEqual([null, history.length])
  ben.runtime.life.serve(false)
  onTestFinished(() => { ben.runtime.life.serve(true) })
  const eve = await addHub('eve')
  await meet(eve, [ben])
  expect([eve.runtime.fastSync.view, eve.runtime.messages.size]).toEqual([null, history.length])
})

test('[F16] a hub that dies in the middle of a join goes on with what is missing', async () => {
  let answers = 0
  const disk = createMemoryDisk()
  const dan = await addHub('dan', [], { disk })
  const [ann] = full
  if (ann === undefined) throw new Error('there are three')
  const died = new Promise<void>((resolve) => {
    onFrame = ({ from, bytes }) => {
      // The certificate, the manifest, the chunk of the signer messages, and little more.
      if (from !== 'ann' || (answers += 1) <= 3) return bytes
      resolve()
      return undefined // from here on nothing comes any more
    }
  })
  mesh.link(dan, ann)
  mesh.part(dan, ann)
  await died
  await dan.runtime.settled()
  dan.runtime.stop()
  mesh.unlink(dan, ann)
  const before = dan.runtime.messages.size
  expect(before).toBeGreaterThan(0)
  expect(before, 'some chunks, and what gossip offers').toBeLessThan(600)

  onFrame = ({ bytes }) => bytes
  const again = await addHub('dan', [], { disk })
  expect(again.runtime.messages.size).toBe(before)
  await meet(again, [ann])
  const { chunksKept, chunks: all, hubs } = again.runtime.fastSync.view ?? {}
  expect(chunksKept).toBe(all)
  expect(hubs?.[0]?.kept, 'what was here was not fetched again').toBeLessThan(all ?? 0)
  expect(again.runtime.messages.size).toBe(history.length)
})

test.each([['optimistic', 2, 6], ['asynchronous', 1, 3], ['in-order', 1, 1]] as const)('[F28] %s: %i chunks are asked of one hub at most, and %i of three', async (catchUp, ofOneMax, ofAllMax) => {
  const open = new Map<string, number>()
  let [ofOne, ofAll] = [0, 0]
  const order: Array<readonly number[]> = []
  onFrame = ({ from, to, bytes }) => {
    const ask = from === 'dan' ? decodeAsk(bytes) : undefined
    if (ask?.type === 'chunk') {
      open.set(to, (open.get(to) ?? 0) + 1)
      order.push([...ask.entry.prefix])
    } else if (from !== 'dan' && open.has(from) && bytes[0] !== 0 && bytes[0] !== 1) open.set(from, (open.get(from) ?? 0) - 1)
    ofOne = Math.max(ofOne, ...open.values())
    ofAll = Math.max(ofAll, [...open.values()].reduce((sum, one) => sum + one, 0))
    return bytes
  }
  const dan = await addHub('dan', [], { catchUp: () => catchUp })
  await meet(dan)
  expect(dan.runtime.fastSync.view).toMatchObject({ catchUp, outcome: 'taken', messagesKept: old.length })
  expect(dan.runtime.messages.size).toBe(history.length)
  expect(ofOne).toBe(ofOneMax)
  expect(ofAll).toBeLessThanOrEqual(ofAllMax)
  expect(ofAll).toBeGreaterThan(catchUp === 'in-order' ? 0 : 1)
  if (catchUp === 'in-order') expect(order).toEqual([...order].sort((one, other) => compareBytes(Uint8Array.from(one), Uint8Array.from(other))))
})

test('[F28] comparing: a hub that is far behind joins by no snapshot, and has everything', async () => {
  const dan = await addHub('dan', [], { catchUp: () => 'comparing' })
  await meet(dan)
  expect([dan.runtime.fastSync.view, dan.runtime.messages.size]).toEqual([null, history.length])
})

test('[F7] [F24] a hub that gave up old epochs serves the chunks that it has, and is not asked for those that it has not, which come from others', async () => {
  let refused = 0
  const light = await addHub('light', history)
  await light.runtime.settled()
  expect(await light.runtime.retention.keepFrom(epochOf(startMs + 40 * epochMs))).toBeGreaterThan(500)
  const [ann] = full
  if (ann === undefined) throw new Error('there are three')
  const dan = await addHub('dan')
  onFrame = ({ from, bytes }) => {
    if (from === light.peer && bytes.length === 1 && bytes[0] === 3) refused += 1
    return bytes
  }
  await meet(dan, [light, ann])
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', messagesKept: old.length })
  expect(dan.runtime.fastSync.view?.hubs.find(({ peerId }) => peerId === light.peer)?.kept).toBeGreaterThan(0)
  expect([dan.runtime.messages.size, refused]).toEqual([history.length, 0])
  expect(dan.rejections).toEqual([])
})

test('[F19] [F24] a hub that keeps only what is newer has the chunks of that from others, the rest by comparing, and nothing older', async () => {
  const [ann, ben] = full
  if (ann === undefined || ben === undefined) throw new Error('there are three')
  const gil = await addHub('gil')
  const fromEpoch = epochOf(startMs) + 30
  await gil.runtime.retention.keepFrom(fromEpoch)
  await meet(gil, [ann, ben])
  const kept = history.filter(({ header }) => header.author === header.signer || epochOf(header.timestamp) >= fromEpoch)
  expect(kept.length).toBeLessThan(history.length * 0.8)
  const { view } = gil.runtime.fastSync
  expect(view).toMatchObject({ outcome: 'taken', reason: 'Every chunk was verified and taken.' })
  expect([view?.chunksKept, view?.messagesKept]).toEqual([view?.chunks, view?.messages])
  expect(view?.messages, 'in chunks that reach so far back').toBeLessThan(old.length)
  expect(gil.runtime.messages.size).toBe(kept.length)
  expect(gil.log.read({ type: 'not-kept' })).toEqual([])
  gil.runtime.fastSync.look()
  expect(gil.runtime.fastSync.running, 'once').toBe(false)
  const jil = await addHub('jil')
  await jil.runtime.retention.keepFrom(epochOf(nowMs) - 1)
  await meet(jil, [ann])
  expect(jil.runtime.messages.size, 'one that keeps the newest only').toBe(3)
})

test('[F14] [F19] [F20] hubs that answer nothing hold comparisons up for a while only, and are not asked again at once', async () => {
  let clockMs = nowMs
  onFrame = () => undefined
  const [ann] = full
  if (ann === undefined) throw new Error('there are three')
  const dan = await addHub('dan', [], { now: () => clockMs })
  mesh.link(dan, ann)
  mesh.part(dan, ann)
  await expect.poll(() => dan.runtime.fastSync.view?.phase, { interval: 1 }).toBe('offers')
  expect(dan.runtime.fastSync.holdsBack).toBe(true)
  clockMs += holdsBackMs
  expect(dan.runtime.fastSync.holdsBack).toBe(false)
  mesh.unlink(dan, ann)
  await expect.poll(() => dan.runtime.fastSync.running, { interval: 1 }).toBe(false)
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'refused' })
  link(dan, ann)
  expect(dan.runtime.fastSync.running).toBe(false)
})

test('[F17] [F18] what is no ask is rejected; what this hub does not have it says it has not', async () => {
  const ann = await addHub('fay', old.slice(0, 3))
  const [near, far] = createStreamPair()
  ann.runtime.fastSync.accept('eve' as PeerId, far)
  near.send(Uint8Array.of(2, ...new Uint8Array(32)))
  expect(await near.read()).toEqual({ type: 'frame', bytes: Uint8Array.of(3) })
  near.send(Uint8Array.of(77))
  expect(await near.read()).toEqual({ type: 'end', code: undefined })
  expect(ann.rejections).toEqual([{ peer: 'eve', code: 'frame-malformed' }])
})

test('[F32] what could not be loaded is loaded when it is wanted again', async () => {
  const store = await openMemoryStore(createMemoryDisk())
  let isOut = false
  const read = store.getValue.bind(store)
  store.getValue = async name => isOut ? Promise.reject(new HubError('storage-failed', 'The disk is away.')) : read(name)
  const { runtime: { fastSync } } = await addHub('gil', [], { store })
  isOut = true
  await expect(fastSync.states()).rejects.toMatchObject({ code: 'storage-failed' })
  isOut = false
  expect(await (await fastSync.states()).show({ name: 'texts', version: 1 })).toEqual([])
})
