/** What diff sync tells of itself: sessions, the tree, feeds. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { bucketAt } from '../../sync/buckets.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, type Mesh, type MeshHub } from '../fixtures/mesh.ts'
import { createPen, type Pen } from '../messages/fixtures/shelf.ts'
import type { SyncSession } from './api.ts'
import { createRate } from './rate.ts'
import { createTally } from './tally.ts'

const hourMs = 3_600_000
const nowMs = startMs + 24 * hourMs
let seeds = 0

async function addTwo (mesh: Mesh): Promise<[MeshHub, MeshHub]> {
  const add = async (name: string): Promise<MeshHub> =>
    mesh.add(name, { now: () => nowMs, verify: async () => true, random: createRandom(seeds += 1).bytes })
  const two: [MeshHub, MeshHub] = [await add('ann'), await add('ben')]
  mesh.join(...two)
  return two
}

async function publish (hub: MeshHub, pen: Pen, count: number, timestamp: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await hub.runtime.publish(pen.write(post(`${number}`), { timestamp: timestamp + number }))
}

const prefixAt = (namespace: 0 | 1, timestamp: number): string => bucketAt(namespace, timestamp).toString(16).padStart(8, '0')

describe('a session', () => {
  test('is told of while it runs, with what is done, and afterwards, with where the sets differed and whose messages moved', async () => {
    const seen: SyncSession[] = []
    let look = (): void => undefined
    const mesh = createMesh({ onSyncFrame: ({ bytes }) => { look(); return bytes } })
    const [ann, ben] = await addTwo(mesh)
    const [ida, jan] = [createPen('ida'), createPen('jan')]
    await ann.runtime.publish(ida.introduce())
    await publish(ann, ida, 300, startMs + hourMs)
    await ben.runtime.publish(jan.introduce())
    await publish(ben, jan, 250, startMs + 3 * hourMs)
    look = () => { seen.push(...ann.runtime.sync.sessions.all()) }
    const report = await ann.runtime.sync.sessions.sync(ben.peer)
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['comparing', 'finding', 'moving'])
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set([report.id]))
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((one, other) => one - other))
    expect(seen.at(-1)).toMatchObject({ peer: 'ben', initiated: true, outcome: null, at: null, done: 552, total: 552, fetched: 251, sent: 301 })
    const [last] = ann.runtime.sync.sessions.all()
    expect(last).toMatchObject({ ...report, phase: 'ended', outcome: 'equal', done: 552, total: 552, etaMs: 0 })
    expect(report.differing).toEqual([prefixAt(0, startMs), prefixAt(1, startMs + hourMs), prefixAt(1, startMs + 3 * hourMs)])
    expect(report.feeds.slice(0, 2)).toEqual([
      { author: ida.author, signer: ida.device, fetched: 0, sent: 300 }, { author: jan.author, signer: jan.device, fetched: 250, sent: 0 }
    ])
    expect(report.alternatives.map(({ by, computed }) => [by, computed])).toEqual([['sketch', true], ['list', true], ['negentropy', true], ['merkle-walk', true]])
    const again = await ann.runtime.sync.sessions.sync(ben.peer)
    expect(again).toMatchObject({ id: report.id + 1, differing: [], feeds: [], alternatives: [] })
    expect(ann.runtime.sync.sessions.all().map(({ id }) => id)).toEqual([again.id, report.id])
  })

  test('the side that answers knows the whole difference too, once it knows what the other wants', async () => {
    const totals: number[] = []
    let look = (): void => undefined
    const mesh = createMesh({ onSyncFrame: ({ bytes }) => { look(); return bytes } })
    const [ann, ben] = await addTwo(mesh)
    const [ida, jan] = [createPen('ida'), createPen('jan')]
    for (const [hub, pen] of [[ann, ida], [ben, jan]] as const) {
      await hub.runtime.publish(pen.introduce())
      await publish(hub, pen, 200, startMs + hourMs)
    }
    look = () => { for (const { phase, total } of ben.runtime.sync.sessions.all()) if (phase === 'moving') totals.push(total) }
    await ann.runtime.sync.sessions.sync(ben.peer)
    expect(new Set(totals)).toEqual(new Set([402]))
  })
})

describe('the tree', () => {
  test('of equal hubs is the same at every prefix, and its parts add up', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const ida = createPen('ida')
    await ann.runtime.publish(ida.introduce())
    for (const hour of [1, 2, 9]) await publish(ann, ida, 30, startMs + hour * hourMs)
    await ann.runtime.sync.sessions.sync(ben.peer)
    const epoch = prefixAt(1, startMs + 9 * hourMs)
    for (const prefix of ['', '0', '1', epoch.slice(0, 5), epoch]) {
      const view = await ann.runtime.sync.tree(prefix)
      expect(await ben.runtime.sync.tree(prefix)).toEqual(view)
      if (prefix !== epoch) expect(view.children.reduce((sum, { count }) => sum + count, 0)).toBe(view.count)
      else expect(view).toMatchObject({ count: 30, children: [] })
    }
    expect(await ann.runtime.sync.tree('')).toMatchObject({ count: 91, digest: ann.runtime.sync.status().root })
    await publish(ann, ida, 1, startMs + 9 * hourMs + 500)
    expect((await ann.runtime.sync.tree('0')).digest).toBe((await ben.runtime.sync.tree('0')).digest)
    expect((await ann.runtime.sync.tree('1')).digest).not.toBe((await ben.runtime.sync.tree('1')).digest)
    expect(await ann.runtime.sync.tree('f')).toMatchObject({ count: 0, digest: '0'.repeat(64), children: [] })
  })
})

describe('the frontier', () => {
  test('says what is here of each feed, what is missing, and what others lacked', async () => {
    const mesh = createMesh()
    const [ann, ben] = await addTwo(mesh)
    const [ida, jan] = [createPen('ida'), createPen('jan')]
    const posts = Array.from({ length: 9 }, (_, number) => ida.write(post(`${number}`)))
    const fork = ida.write(post('a fork'), { seq: 6, prev: posts[4]!.id })
    const present = posts.filter((_, number) => number !== 0 && number !== 4)
    for (const message of [ida.introduce(), ...present, fork]) await ann.runtime.publish(message)
    await ann.runtime.publish(jan.introduce())
    await ann.runtime.sync.sessions.sync(ben.peer)
    const frontier = await ann.runtime.sync.frontier(2)
    expect(frontier.count).toBe(3)
    expect(frontier.feeds[0]).toEqual({ author: ida.author, signer: ida.device, count: 7, firstSeq: 2, lastSeq: 9, missing: 2 })
    expect(frontier.feeds).toHaveLength(2)
    expect(frontier.hubs).toMatchObject([{ peerId: 'ben', outcome: 'equal', feeds: [{ author: ida.author, signer: ida.device, fetched: 0, sent: 8 }, {}, {}] }])
    expect((await ben.runtime.sync.frontier(2)).hubs).toMatchObject([{ peerId: 'ann', outcome: 'equal', feeds: [{ fetched: 8, sent: 0 }, {}, {}] }])
  })
})

describe('what is counted is bounded', () => {
  test('places of a long time are told of as fewer, longer ones', () => {
    const tally = createTally()
    const { header } = createPen('ida').write(post('one'))
    for (let hour = 0; hour < 10_000; hour += 1) tally.fetched({ ...header, timestamp: startMs + hour * hourMs })
    expect(tally.places.length).toBeLessThanOrEqual(256)
    expect(tally.places.length).toBeGreaterThan(16)
    expect(tally.places.reduce((sum, { differing }) => sum + differing, 0)).toBe(10_000)
    for (const { prefix, range: { from, end } } of tally.places) {
      expect([from.toString(16), (end - 1).toString(16)]).toEqual([prefix.padEnd(8, '0'), prefix.padEnd(8, 'f')])
    }
  })

  test('a rate is that of the last seconds', () => {
    const rate = createRate()
    for (let second = 0; second <= 20; second += 1) rate.note(second * 100, second * 1_000)
    for (let second = 21; second <= 30; second += 1) rate.note(2_000 + (second - 20) * 10, second * 1_000)
    expect(rate.perSecond(30_000)).toBeCloseTo(10)
    expect(createRate().perSecond(5)).toBe(0)
  })
})
