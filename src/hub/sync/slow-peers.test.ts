/** Peers that hold the places of sessions and move next to nothing. */
import { expect, test } from 'vitest'
import type { PeerId } from '../../base/peer.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { encodeSyncFrame, type SyncFrame } from '../../sync/frames.ts'
import { tickMs } from '../core/hub-core.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, type MeshHub } from '../fixtures/mesh.ts'
import { createStreamPair } from '../fixtures/sync-streams.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import { createPace, paceBytesMin, paceWindowMs } from './pace.ts'
import type { SyncStream } from './sync-stream.ts'

const nowMs = startMs + 24 * 3_600_000
const nothing = new Uint8Array()
const compare: SyncFrame = {
  type: 'compare', version: 2, salt: new Uint8Array(8), fromEpoch: 0, untilMs: nowMs, splitEpoch: 0, roots: new Uint8Array(24), counts: [0, 10_000, 0], met: nothing, turn: 0
}
/** Asks for one message after the other, and never says that this was the last one. */
const trickle: SyncFrame = { type: 'wants', ids: new Uint8Array(4), last: false }

test('[S26] a session is slow when it moved too little since a while ago, however much it moved before', () => {
  const pace = createPace(1_000)
  expect(pace.isSlow(0, 1_000 + paceWindowMs - 1)).toBe(false)
  expect(pace.isSlow(paceBytesMin, 1_000 + paceWindowMs)).toBe(false)
  expect(pace.isSlow(paceBytesMin, 1_000 + 2 * paceWindowMs - 1)).toBe(false)
  expect(pace.isSlow(2 * paceBytesMin - 1, 1_000 + 2 * paceWindowMs)).toBe(true)
})

/** `ann`, all of whose places are held by peers that say a little with every tick, and `ben`, who has what it lacks. */
async function besieged (): Promise<{ ann: MeshHub, ben: MeshHub, mesh: ReturnType<typeof createMesh>, tick: () => Promise<void> }> {
  let clockMs = nowMs
  const mesh = createMesh()
  const add = async (name: string, seed: number): Promise<MeshHub> =>
    mesh.add(name, { now: () => clockMs, verify: async () => true, random: createRandom(seed).bytes })
  const [ann, ben] = [await add('ann', 1), await add('ben', 2)]
  const [ida, jan] = [createPen('ida'), createPen('jan')]
  for (const message of [ida.introduce(), ida.write(post('hers'))]) await ann.runtime.publish(message)
  for (const message of [jan.introduce(), jan.write(post('his'))]) await ben.runtime.publish(message)
  const ends: SyncStream[] = []
  for (let number = 0; number < 4; number += 1) {
    const [near, far] = createStreamPair()
    ends.push(near)
    ann.runtime.sync.sessions.accept(`slow ${number}` as PeerId, far)
    near.send(encodeSyncFrame(compare))
  }
  await expect.poll(() => ann.runtime.sync.sessions.all().filter(({ phase }) => phase === 'finding').length, { interval: 1 }).toBe(4)
  return {
    ann, ben, mesh,
    async tick () {
      clockMs += tickMs
      for (const end of ends) end.send(encodeSyncFrame(trickle))
      // Until they have been read.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => { setImmediate(resolve) })
      ann.runtime.tick()
    }
  }
}

const outcomesOf = ({ runtime }: MeshHub): string[] => runtime.sync.sessions.reports.map(({ peer, outcome }) => `${peer.split(' ')[0]} ${outcome}`)

test('[S26] peers that trickle give way to one that waits, and nobody is blamed', async () => {
  const { ann, ben, mesh, tick } = await besieged()
  mesh.join(ann, ben)
  expect(await ben.runtime.sync.sessions.sync(ann.peer), 'there is no place').toMatchObject({ outcome: 'closed', rounds: 0 })
  for (let ticks = 0; ticks < paceWindowMs / tickMs - 1; ticks += 1) await tick()
  expect(outcomesOf(ann)).toEqual([])
  await tick()
  await mesh.settled()
  expect(outcomesOf(ann)).toEqual([...Array<string>(4).fill('slow gave-way'), 'ben equal'])
  expect([ann.runtime.messages.size, ben.runtime.messages.size]).toEqual([4, 4])
  expect(ann.rejections).toEqual([])
})

test('[S26] with nobody waiting a slow peer keeps its place', async () => {
  const { ann, tick } = await besieged()
  for (let ticks = 0; ticks < 3 * paceWindowMs / tickMs; ticks += 1) await tick()
  expect(outcomesOf(ann)).toEqual([])
  ann.runtime.sync.sessions.stop()
})
