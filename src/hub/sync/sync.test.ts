import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { encodeSignedBytes } from '../../message/codec.ts'
import { composeMessage } from '../../message/compose.ts'
import { epochOf } from '../../message/epoch.ts'
import { history } from '../../message/set/fixtures/histories.ts'
import { eraseAfterMs } from '../../message/set/limits.ts'
import type { Message, MessageId } from '../../message/types.ts'
import { decodeSyncFrame, encodeSyncFrame, type SyncFrame } from '../../sync/frames.ts'
import { createMemoryDisk } from '../../store/memory.ts'
import type { SyncReport } from '../api.ts'
import { tickMs } from '../core/hub-core.ts'
import { createAuthor, post, startMs, testRules, type Author } from '../fixtures/author.ts'
import { createMesh, entriesOf, type Mesh, type MeshHub, type MeshHubOptions } from '../fixtures/mesh.ts'
import { createStreamPair } from '../fixtures/sync-streams.ts'
import { createPen, type Pen } from '../messages/fixtures/shelf.ts'

const hourMs = 3_600_000
/** Long after what the pens write, so that nothing is gossip's. */
const nowMs = startMs + 24 * hourMs
let seeds = 0

/** A hub that believes signatures: what the pens write has none. */
async function addHub (mesh: Mesh, name: string, options: MeshHubOptions = {}): Promise<MeshHub> {
  const random = createRandom(seeds += 1)
  return mesh.add(name, { now: () => nowMs, verify: async () => true, random: random.bytes, ...options })
}

async function addTwo (mesh: Mesh, options: MeshHubOptions = {}): Promise<[MeshHub, MeshHub]> {
  const two: [MeshHub, MeshHub] = [await addHub(mesh, 'ann', options), await addHub(mesh, 'ben', options)]
  mesh.join(...two)
  return two
}

async function take (hub: MeshHub, messages: readonly Message[]): Promise<void> {
  for (const message of messages) await hub.runtime.publish(message)
}

const sync = async (one: MeshHub, other: MeshHub): Promise<SyncReport> => one.runtime.sync.sessions.sync(other.peer)
/** What a hub holds: ids, how each counts, and whether its body is there. */
const stateOf = ({ runtime: { set }, ...hub }: MeshHub): unknown[] =>
  entriesOf({ ...hub }).filter(({ message: { id } }) => set.has(id)).map(({ message: { id } }) => `${id} ${set.standing(id)} ${set.hasBody(set.memberOf(id))}`).sort()
const rootOf = (hub: MeshHub): string | null => hub.runtime.sync.status().root
const writePosts = (pen: Pen, count: number): Message[] => Array.from({ length: count }, (_, number) => pen.write(post(`${pen.author.slice(0, 4)} ${number}`)))
const expectNothingLeft = async (one: MeshHub, other: MeshHub): Promise<void> => {
  const again = await sync(one, other)
  expect(again).toMatchObject({ outcome: 'equal', strategy: 'none', fetched: 0, sent: 0, rounds: 1, messageBytes: 0 })
  expect(again.bytesSent + again.bytesReceived).toBeLessThanOrEqual(98) // and a byte each for the length of the two frames
}

describe('two hubs', () => {
  test('[S15] with different histories become equal: forks, revocations, removes, bodies and all; then nothing moves any more', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const [ida, jan] = [createPen('ida'), createPen('jan')]
    const [introduction, other] = [ida.introduce(), jan.introduce()]
    const posts = writePosts(ida, 100)
    const fork = Array.from({ length: 6 }, (_, number) => ida.write(post(`fork ${number}`), { seq: 50, prev: posts[48]!.id }))
    const remove = ida.write({ kind: 'remove', target: posts[3]!.id })
    const revoke = jan.root({ kind: 'signer-remove', signer: jan.device, keepHead: undefined })
    const theirs = writePosts(jan, 40)
    await take(ann, [introduction, ...posts.slice(0, 60), ...fork.slice(0, 3), other, ...theirs.slice(0, 20)])
    await take(ben, [introduction, ...posts.slice(0, 30), ...posts.slice(50), ...fork.slice(3), remove, other, revoke, ...theirs.slice(20)])
    const report = await sync(ann, ben)
    expect(report).toMatchObject({ outcome: 'equal', peer: 'ben', initiated: true })
    expect(stateOf(ann)).toEqual(stateOf(ben))
    expect(ann.runtime.set.standing(theirs[0]!.id)).toBe('barred')
    expect(ben.runtime.set.standing(posts[3]!.id)).toBe('removed')
    expect([rootOf(ann), rootOf(ben)]).toEqual([rootOf(ben), expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect([ann.rejections, ben.rejections]).toEqual([[], []])
    await expectNothingLeft(ann, ben)
    await expectNothingLeft(ben, ann)
    expect(ann.runtime.sync.sessions.reports.map(({ initiated }) => initiated)).toEqual([true, true, false])
    expect(ann.log.read({ type: 'sync-ended' }).map(({ sentence }) => sentence)[1]).toMatch(/^The hub has the same messages \(\d\d bytes/)
  })

  test('[S12] signers go first: nothing has to wait for one', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    let pendingMost = 0
    for (const name of ['ida', 'jan', 'kai']) {
      const pen = createPen(name)
      await take(ann, [pen.introduce(), ...writePosts(pen, 30)])
    }
    ben.runtime.onStored(() => { pendingMost = Math.max(pendingMost, ben.runtime.set.pending()) })
    expect(await sync(ben, ann)).toMatchObject({ outcome: 'equal', fetched: 93, sent: 0 })
    expect([ben.runtime.messages.size, pendingMost]).toEqual([93, 0])
  })

  test('a message that waits for its signer here is let in by the comparison that brings it', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const pen = createPen('ida')
    const [introduction, [written]] = [pen.introduce(), writePosts(pen, 1)]
    await take(ann, [introduction, written!])
    await ben.runtime.frame(ann.peer, { type: 'gossip', message: encodeSignedBytes(written!.bytes), hops: 0 })
    await mesh.settled()
    expect(ben.runtime.set.pending()).toBe(1)
    expect((await sync(ann, ben)).outcome).toBe('equal')
    expect([ben.runtime.set.pending(), stateOf(ben)]).toEqual([0, stateOf(ann)])
    await expectNothingLeft(ann, ben)
  })

  test('[R12] a body that was erased here is not sent, and the header alone is enough where the remove is known', async () => {
    let clockMs = startMs + hourMs
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh, { now: () => clockMs })
    const pen = createPen('ida')
    const [introduction, posts] = [pen.introduce(), writePosts(pen, 10)]
    await take(ann, [introduction, ...posts, pen.write({ kind: 'remove', target: posts[4]!.id })])
    clockMs += eraseAfterMs + hourMs
    ann.runtime.tick()
    await mesh.settled()
    expect(ann.runtime.set.hasBody(ann.runtime.set.memberOf(posts[4]!.id))).toBe(false)
    expect((await sync(ben, ann)).outcome).toBe('equal')
    expect(stateOf(ben)).toEqual(stateOf(ann))
    expect(ben.runtime.set.bodiesWanted(clockMs)).toEqual([])
    await expectNothingLeft(ben, ann)
  })

  test.for([['light first'], ['full first']])('[S7] one that keeps only what is new compares that, and gets nothing older: %s', async ([way]) => {
    const mesh = createMesh()
    const [light, full] = await addTwo(mesh)
    const pen = createPen('ida')
    const introduction = pen.introduce()
    const posts = Array.from({ length: 1_200 }, (_, number) => pen.write(post(`${number}`), { timestamp: startMs + number * 60_000 }))
    const epoch = epochOf(startMs + 600 * 60_000)
    const isKept = ({ header: { timestamp } }: Message): boolean => epochOf(timestamp) >= epoch
    await take(light, [introduction, ...posts.filter((_, number) => number % 3 > 0)])
    expect(await light.runtime.retention.keepFrom(epoch)).toBeGreaterThan(100)
    await take(full, [introduction, ...posts.filter((_, number) => number % 2 > 0)])
    const report = await (way === 'light first' ? sync(light, full) : sync(full, light))
    expect(report).toMatchObject({ outcome: 'equal' })
    const written = posts.filter((message, number) => isKept(message) && number % 6 > 0)
    for (const hub of [light, full]) expect(written.filter(({ id }) => !hub.runtime.set.has(id))).toEqual([])
    const stored = new Set(entriesOf(light).map(({ message: { id } }) => id))
    expect(posts.filter((message, number) => !isKept(message) && number % 3 === 0 && stored.has(message.id))).toEqual([])
    expect(posts.filter((message, number) => !isKept(message) && number % 2 === 0 && full.runtime.set.has(message.id))).toEqual([])
    const again = await sync(light, full)
    expect(again).toMatchObject({ outcome: 'equal', fetched: 0, sent: 0 })
  })

  test('one that came back after missing a thousand messages has all of them, and they stay', async () => {
    const disk = createMemoryDisk()
    const mesh = createMesh()
    const ann = await addHub(mesh, 'ann')
    const ben = await addHub(mesh, 'ben', { disk })
    const pen = createPen('ida')
    const [introduction, posts] = [pen.introduce(), writePosts(pen, 1_300)]
    for (const hub of [ann, ben]) await take(hub, [introduction, ...posts.slice(0, 300)])
    await take(ann, posts.slice(300))
    await ben.store.close()
    const back = await addHub(mesh, 'ben', { disk })
    mesh.join(ann, back)
    expect(await sync(back, ann)).toMatchObject({ outcome: 'equal', fetched: 1_000, sent: 0 })
    expect(stateOf(back)).toEqual(stateOf(ann))
    await mesh.settled()
    await back.store.close()
    const third = await addHub(mesh, 'ben', { disk })
    expect(stateOf(third)).toEqual(stateOf(ann))
    await expect.poll(() => rootOf(third), { interval: 1 }).toBe(rootOf(ann))
  }, 60_000)

  test('[S19] linked ones are compared without being asked, and once for both', async () => {
    const mesh = createMesh({ linksSync: true })
    const [ann, ben] = [await addHub(mesh, 'ann'), await addHub(mesh, 'ben')]
    const pen = createPen('ida')
    await take(ben, [pen.introduce(), ...writePosts(pen, 400)])
    mesh.link(ben, ann)
    await mesh.settled()
    expect(stateOf(ann)).toEqual(stateOf(ben))
    expect(ann.runtime.sync.sessions.reports).toMatchObject([{ outcome: 'equal', initiated: true, fetched: expect.any(Number) as number }])
    expect(ben.runtime.sync.sessions.reports).toMatchObject([{ outcome: 'equal', initiated: false }])
    expect([ann, ben].map(hub => hub.runtime.sync.status())).toMatchObject([{ synced: true }, { synced: true }])
    expect([ann, ben].map(hub => hub.runtime.life.state)).toMatchObject([{ lifecycle: 'babbling', mode: 'synced' }, { lifecycle: 'babbling', mode: 'synced' }])
  })

  test('[S4] that were just linked are compared up to that moment; later what is new is left to gossip', async () => {
    let clockMs = nowMs
    const mesh = createMesh({ linksSync: true })
    const [ann, ben] = [await addHub(mesh, 'ann', { now: () => clockMs }), await addHub(mesh, 'ben', { now: () => clockMs })]
    const pen = createPen('ida')
    const posts = Array.from({ length: 600 }, () => pen.write(post('just now'), { timestamp: nowMs - 1 }))
    await take(ben, [pen.introduce(), ...posts])
    mesh.link(ann, ben)
    await mesh.settled()
    expect(stateOf(ann)).toEqual(stateOf(ben))
    clockMs += hourMs
    mesh.congest(ben, ann)
    await take(ben, [pen.write(post('and now'), { timestamp: clockMs - 1_000 })])
    expect(await sync(ann, ben)).toMatchObject({ outcome: 'equal', fetched: 0 })
    clockMs += 10_000
    expect(await sync(ann, ben)).toMatchObject({ outcome: 'equal', fetched: 1 })
  })

  test('[S20] push nothing on that a comparison brought: the next one finds it', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const cem = await addHub(mesh, 'cem')
    mesh.link(ben, cem)
    const pen = createPen('ida')
    await take(ann, [pen.introduce(), ...writePosts(pen, 50)])
    await sync(ben, ann)
    await mesh.settled()
    expect(ben.sent.filter(({ frame }) => frame.type === 'gossip')).toEqual([])
    mesh.join(ben, cem)
    expect(await sync(cem, ben)).toMatchObject({ outcome: 'equal', fetched: 51 })
  })

  test('[S18] that begin with each other at the same moment have one session, which both callers hear of', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const pen = createPen('ida')
    await take(ann, [pen.introduce(), ...writePosts(pen, 20)])
    const [one, other] = await Promise.all([sync(ben, ann), sync(ann, ben)])
    await mesh.settled()
    expect([one, other]).toMatchObject([{ peer: 'ann', initiated: false, fetched: 21 }, { peer: 'ben', initiated: true, sent: 21, outcome: 'equal' }])
    expect([ann, ben].map(hub => hub.runtime.sync.sessions.reports.length)).toEqual([1, 1])
  })
})

/** The same history, in messages with bytes; without what no hub would take. */
function composed (drafts: readonly Message[]): Message[] {
  const ids = new Map<string, MessageId>()
  return drafts.flatMap(({ id, header: { author, signer, seq, prev, timestamp }, body }) => {
    if (body !== undefined && 'signer' in body && body.signer === author) return []
    const made = composeMessage({
      author, signer, seq, timestamp: timestamp + hourMs, body: body!, prev: prev === undefined ? undefined : ids.get(prev) ?? prev
    }, testRules)
    ids.set(id, made.id)
    return [{ id: made.id, header: made.header, body: made.body, bytes: { header: made.headerBytes, body: made.bodyBytes, signature: new Uint8Array(64) } }]
  })
}

describe('three hubs', () => {
  test('[S15] between which any history was divided in any way become equal, two by two', async () => {
    await fc.assert(fc.asyncProperty(history, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 50, maxLength: 50 }), async (drafts, holders) => {
      const messages = composed(drafts)
      const mesh = createMesh()
      const hubs = [await addHub(mesh, 'ann'), await addHub(mesh, 'ben'), await addHub(mesh, 'cem')] as const
      for (const [index, hub] of hubs.entries()) {
        for (const { bytes } of messages.filter((_, number) => ((holders[number % holders.length] ?? 7) >> index & 1) === 1)) {
          await hub.runtime.frame('elsewhere' as MeshHub['peer'], { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
        }
      }
      await mesh.settled()
      mesh.join(hubs[0], hubs[1])
      mesh.join(hubs[1], hubs[2])
      const outcomes: string[] = []
      for (const [one, other] of [[0, 1], [2, 1], [1, 0], [1, 2]] as const) outcomes.push((await sync(hubs[one], hubs[other])).outcome)
      expect(outcomes).toEqual(['equal', 'equal', 'equal', 'equal'])
      expect(stateOf(hubs[1])).toEqual(stateOf(hubs[0]))
      expect(stateOf(hubs[2])).toEqual(stateOf(hubs[0]))
      await expectNothingLeft(hubs[0], hubs[1])
    }), { numRuns: 60 })
  }, 60_000)
})

describe('a peer that breaks the rules', () => {
  let ida: Author
  let posts: Message[]
  beforeAll(async () => {
    ida = await createAuthor(1)
    posts = []
    for (let count = 0; count < 30; count += 1) posts.push(await ida.write(post(`post ${count}`)))
  })

  /** What ben says is put together anew on its way. */
  async function lyingBen (lie: (frame: SyncFrame) => Uint8Array): Promise<{ mesh: Mesh, ann: MeshHub, report: SyncReport }> {
    const mesh = createMesh({
      onSyncFrame: ({ from, bytes }) => {
        const decoded = decodeSyncFrame(bytes)
        return from === 'ben' && decoded.ok ? lie(decoded.value) : bytes
      }
    })
    const [ann, ben] = [await mesh.add('ann', { now: () => nowMs }), await mesh.add('ben', { now: () => nowMs })]
    mesh.join(ann, ben)
    await take(ben, [ida.introduction, ...posts])
    const report = await sync(ann, ben)
    await mesh.settled()
    return { mesh, ann, report }
  }

  test.for<[string, string, (frame: SyncFrame) => Uint8Array]>([
    ['[S8] junk', 'frame-malformed', () => Uint8Array.of(255, 1)],
    ['[S8] a frame that may not come now', 'unexpected-frame', () => encodeSyncFrame({ type: 'list-want' })],
    ['[S14] a message that is none', 'malformed', frame => encodeSyncFrame(frame.type === 'messages' ? { ...frame, messages: [Uint8Array.of(1, 2, 3)] } : frame)],
    ['[S14] a signature of somebody else', 'bad-signature', frame => encodeSyncFrame(frame.type !== 'messages' ? frame : { ...frame, messages: frame.messages.map(bytes => bytes.map((byte, index) => index === bytes.length - 1 ? byte ^ 1 : byte)) })]
  ])('%s ends the session with %s, and the peer is told on', async ([, code, lie]) => {
    const { ann, report } = await lyingBen(lie)
    expect(report.outcome).toBe(code)
    expect(ann.rejections).toEqual([{ peer: 'ben', code }])
    expect(ann.runtime.messages.size).toBe(0)
    expect(ann.log.read({ type: 'sync-ended' })).toHaveLength(1)
  })

  test('[S16] one that falls silent is let go of at the next tick after its time, and is not to blame', async () => {
    let clockMs = nowMs
    const mesh = createMesh({ onSyncFrame: ({ from, bytes }) => from === 'ben' ? undefined : bytes })
    const [ann, ben] = await addTwo(mesh, { now: () => clockMs })
    await take(ben, [createPen('ida').introduce()])
    const asked = sync(ann, ben)
    await expect.poll(() => ann.log.read({ type: 'sync-started' }).length, { interval: 1 }).toBe(1)
    for (let ticks = 0; ticks < 15_000 / tickMs; ticks += 1) {
      expect(ann.log.read({ type: 'sync-ended' })).toEqual([])
      clockMs += tickMs
      ann.runtime.tick()
    }
    expect(await asked).toMatchObject({ outcome: 'stalled', fetched: 0 })
    expect(ann.rejections).toEqual([])
  })
})

describe('sessions', () => {
  test('[S18] are four at most, of which nobody waits for the fifth', async () => {
    const mesh = createMesh({ onSyncFrame: () => undefined })
    const ann = await addHub(mesh, 'ann')
    const others = []
    for (let number = 0; number < 6; number += 1) {
      others.push(await addHub(mesh, `other ${number}`))
      mesh.join(ann, others.at(-1)!)
    }
    const asked = others.slice(0, 4).map(other => sync(ann, other))
    await expect(sync(ann, others[4]!)).rejects.toMatchObject({ code: 'too-many' })
    const [near, far] = createStreamPair()
    ann.runtime.sync.sessions.accept(others[5]!.peer, far)
    expect(await near.read()).toEqual({ type: 'end', code: undefined })
    ann.runtime.sync.sessions.stop()
    await mesh.settled()
    expect((await Promise.all(asked.map(async report => report.catch(() => ({ outcome: 'closed' }))))).map(({ outcome }) => outcome)).toEqual(Array(4).fill('closed'))
    await expect(sync(ann, others[0]!)).rejects.toMatchObject({ code: 'stopped' })
  })

  test('[S19, S21] come about twice a minute, with two hubs in turn, and at once after sleep', async () => {
    let clockMs = nowMs
    const mesh = createMesh()
    const hubs = []
    for (const name of ['ann', 'ben', 'cem', 'dot']) hubs.push(await addHub(mesh, name, { now: () => clockMs }))
    const [ann, ...others] = hubs as [MeshHub, ...MeshHub[]]
    for (const other of others) mesh.join(ann, other)
    const tickOn = async (ms: number): Promise<void> => {
      clockMs += ms
      ann.runtime.tick()
      await mesh.settled()
    }
    expect(ann.runtime.sync.status()).toMatchObject({ synced: false })
    for (let ticks = 0; ticks < 120; ticks += 1) await tickOn(tickMs)
    const peers = ann.runtime.sync.sessions.reports.map(({ peer }) => peer)
    expect(peers.length).toBeGreaterThanOrEqual(20)
    expect(peers.length).toBeLessThanOrEqual(24)
    expect(peers.every((peer, index) => peer !== peers[index + 1])).toBe(true)
    expect(ann.runtime.sync.status()).toMatchObject({ synced: true, sync: { active: false, total: 0 } })
    const before = ann.runtime.sync.sessions.reports.length
    await tickOn(tickMs + 15_001)
    expect(new Set(ann.runtime.sync.sessions.reports.slice(before).map(({ peer }) => peer)).size).toBe(3)
    await mesh.settled()
    clockMs += 61_000
    expect(ann.runtime.sync.status()).toMatchObject({ synced: false })
  })

  test('[S18] that the other side has no room for are tried again with the next tick', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    ben.runtime.sync.sessions.stop()
    expect(await sync(ann, ben)).toMatchObject({ outcome: 'closed', rounds: 0 })
    ann.runtime.tick()
    await mesh.settled()
    expect(ann.runtime.sync.sessions.reports.map(({ outcome }) => outcome)).toEqual(['closed', 'closed'])
    expect(ann.rejections).toEqual([])
  })

  test('[S21] with nobody there is nothing to know, and asking for one says so', async () => {
    const mesh = createMesh()
    const ann = await addHub(mesh, 'ann')
    expect(ann.runtime.sync.status()).toMatchObject({ synced: null, maxEpoch: null })
    const { sessions } = ann.runtime.sync
    await expect(sessions.sync()).rejects.toMatchObject({ code: 'not-connected' })
    await expect(sessions.sync('ben' as MeshHub['peer'])).rejects.toMatchObject({ code: 'not-connected' })
    await expect(sessions.whenSynced(1)).rejects.toMatchObject({ code: 'timed-out' })
  })

  test('[S21] whenSynced compares with all, and resolves once two are equal', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const cem = await addHub(mesh, 'cem')
    mesh.join(ann, cem)
    const pen = createPen('ida')
    await take(ben, [pen.introduce(), ...writePosts(pen, 50)])
    expect(await ann.runtime.sync.sessions.whenSynced(10_000)).toMatchObject({ outcome: 'equal' })
    expect(ann.runtime.messages.size).toBe(51)
    expect(ann.runtime.sync.status()).toMatchObject({ synced: true, maxEpoch: epochOf(startMs) })
  })
})
