import { expect, test } from 'vitest'
import { createRandom } from '../../base/seeded-random.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, entriesOf, type MeshHub } from '../fixtures/mesh.ts'
import { createMemoryDisk, type MemoryDisk } from '../../store/memory.ts'
import { createPen } from '../messages/fixtures/shelf.ts'

/** A day after what the pens write, so that nothing is gossip's. */
const nowMs = startMs + 24 * 3_600_000
const range = (end: number): number[] => Array.from({ length: end }, (_, index) => index)

test('[S22] hubs that were equal find what came since by its feeds; one that began anew is compared as a stranger', async () => {
  const mesh = createMesh()
  const add = async (name: string): Promise<MeshHub> =>
    mesh.add(name, { now: () => nowMs, verify: async () => true, random: createRandom(name.length).bytes })
  const [ann, benno, carla] = [await add('ann'), await add('benno'), await add('carla--')]
  mesh.join(ann, benno)
  mesh.join(ann, carla)
  // So many feeds that listing all of them costs more than the ids of what differs.
  const pens = range(400).map(number => createPen(`pen ${number}`))
  const common = pens.flatMap(pen => [pen.introduce(), pen.write(post('first'))])
  for (const hub of [ann, benno, carla]) for (const message of common) await hub.runtime.publish(message)
  expect(await ann.runtime.sync.sessions.sync(benno.peer)).toMatchObject({ outcome: 'equal', strategy: 'none' })

  const [busy] = pens
  for (const number of range(200)) await benno.runtime.publish(busy!.write(post(`later ${number}`)))
  const met = await ann.runtime.sync.sessions.sync(benno.peer)
  expect(met).toMatchObject({ outcome: 'equal', strategy: 'feeds', fetched: 200 })
  expect(met.bytesSent + met.bytesReceived - met.messageBytes).toBeLessThan(400)

  const strangers = await ann.runtime.sync.sessions.sync(carla.peer)
  expect(strangers).toMatchObject({ outcome: 'equal', strategy: 'list', sent: 200 })
  expect(entriesOf(carla)).toHaveLength(common.length + 200)
})

test('[S22] meetings outlast a restart', async () => {
  const mesh = createMesh()
  const [annDisk, bennoDisk] = [createMemoryDisk(), createMemoryDisk()]
  const start = async (name: string, disk: MemoryDisk, seed: number): Promise<MeshHub> =>
    mesh.add(name, { disk, now: () => nowMs, verify: async () => true, random: createRandom(seed).bytes })
  let [ann, benno] = [await start('ann', annDisk, 1), await start('benno', bennoDisk, 2)]
  mesh.join(ann, benno)
  const pens = range(400).map(number => createPen(`pen ${number}`))
  for (const message of pens.flatMap(pen => [pen.introduce(), pen.write(post('first'))])) for (const hub of [ann, benno]) await hub.runtime.publish(message)
  expect(await ann.runtime.sync.sessions.sync(benno.peer)).toMatchObject({ outcome: 'equal', strategy: 'none' })
  for (const { runtime, store } of [ann, benno]) {
    runtime.stop()
    await runtime.settled()
    await store.close()
  }
  ann = await start('ann', annDisk, 3)
  benno = await start('benno', bennoDisk, 4)
  for (const number of range(200)) await benno.runtime.publish(pens[0]!.write(post(`later ${number}`)))
  expect(await ann.runtime.sync.sessions.sync(benno.peer)).toMatchObject({ outcome: 'equal', strategy: 'feeds', fetched: 200 })
})
