/** Sessions that ended before the two hubs were equal. */
import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { decodeSyncFrame } from '../../sync/frames.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, type MeshHub } from '../fixtures/mesh.ts'
import { createPen } from '../messages/fixtures/shelf.ts'

const nowMs = startMs + 24 * 3_600_000
const posts = 1_500

async function addTwo (onMessages: () => void): Promise<{ ann: MeshHub, ben: MeshHub, cut: () => void, settled: () => Promise<void> }> {
  const mesh = createMesh({
    onSyncFrame: ({ from, bytes }) => {
      const decoded = decodeSyncFrame(bytes)
      if (from === 'ben' && decoded.ok && decoded.value.type === 'messages') onMessages()
      return bytes
    }
  })
  const add = async (name: string, seed: number): Promise<MeshHub> =>
    mesh.add(name, { now: () => nowMs, verify: async () => true, random: createRandom(seed).bytes })
  const [ann, ben] = [await add('ann', 1), await add('ben', 2)]
  mesh.join(ann, ben)
  const pen = createPen('ida')
  await ben.runtime.publish(pen.introduce())
  for (let number = 0; number < posts; number += 1) await ben.runtime.publish(pen.write(post(`${number}`)))
  return { ann, ben, cut: () => { mesh.part(ann, ben); mesh.join(ann, ben) }, settled: mesh.settled }
}

test('[S19] one that was cut short is continued with the next tick, and what came before it was cut is not sent again', async () => {
  let frames = 0
  const { ann, ben, cut, settled } = await addTwo(() => {
    frames += 1
    if (frames === 24) cut()
  })
  const first = await ann.runtime.sync.sessions.sync(ben.peer)
  await settled()
  expect(first).toMatchObject({ outcome: 'closed' })
  expect(first.fetched).toBeGreaterThan(0)
  expect(ann.runtime.messages.size).toBeLessThan(posts)
  ann.runtime.tick()
  await settled()
  expect(ann.runtime.sync.sessions.reports.map(({ outcome }) => outcome)).toEqual(['closed', 'equal'])
  expect(ann.runtime.sync.sessions.reports.at(-1)?.fetched).toBeLessThanOrEqual(posts + 1 - first.fetched)
  expect(ann.runtime.messages.size).toBe(posts + 1)
})

test('[S19] one that moved nothing waits for its turn', async () => {
  const { ann, ben, cut, settled } = await addTwo(() => { cut() })
  expect(await ann.runtime.sync.sessions.sync(ben.peer)).toMatchObject({ outcome: 'closed', fetched: 0 })
  ann.runtime.tick()
  await settled()
  expect(ann.runtime.sync.sessions.reports).toHaveLength(1)
})
