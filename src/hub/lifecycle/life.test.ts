import { expect, test } from 'vitest'
import { createEventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { MessageId } from '../../message/types.ts'
import type { SyncReport } from '../api.ts'
import { post, startMs } from '../fixtures/author.ts'
import { createMesh, entryOf, type Mesh, type MeshHub } from '../fixtures/mesh.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import { handOverMs } from './leaving.ts'
import { createLife } from './life.ts'

const nowMs = startMs + 3_600_000

async function addHub (mesh: Mesh, name: string): Promise<MeshHub> {
  return mesh.add(name, { now: () => nowMs, verify: async () => true })
}

const linesOf = ({ log }: MeshHub): string[] => log.read({ type: 'lifecycle' }).map(({ sentence }) => sentence.split(':')[0] ?? '')

test('[L3] [L8] a hub that is linked and found equal is babbling; without links it is joining again; the log says all of it', async () => {
  const mesh = createMesh({ linksSync: true })
  const [ann, ben] = [await addHub(mesh, 'ann'), await addHub(mesh, 'ben')]
  expect(ann.runtime.life.state).toEqual({ lifecycle: 'joining', mode: 'unsynced', serving: true })
  mesh.link(ann, ben)
  expect(ann.runtime.life.state).toMatchObject({ lifecycle: 'catching-up', mode: 'unsynced' })
  await mesh.settled()
  expect(ann.runtime.life.state).toMatchObject({ lifecycle: 'babbling', mode: 'synced' })
  mesh.unlink(ann, ben)
  expect(ann.runtime.life.state).toMatchObject({ lifecycle: 'joining' })
  expect(linesOf(ann)).toEqual([
    'From joining to catching-up (unsynced)', 'From catching-up (unsynced) to catching-up (sync)', 'From catching-up (sync) to babbling (synced)',
    'From babbling (synced) to joining'
  ])
})

test('[L6] what gossip could not send is handed over before the links are closed', async () => {
  const mesh = createMesh({ linksSync: true })
  const [ann, ben] = [await addHub(mesh, 'ann'), await addHub(mesh, 'ben')]
  mesh.link(ann, ben)
  await mesh.settled()
  mesh.congest(ann, ben)
  const pen = createPen('ida')
  const [introduction, last] = [pen.introduce(), pen.write(post('the last words'))]
  for (const message of [introduction, last]) await ann.runtime.publish(message)
  expect(entryOf(ben, last.id)).toBeUndefined()
  let heldAtGoodbye = false
  await ann.runtime.life.leave(async () => {
    await mesh.settled()
    heldAtGoodbye = entryOf(ben, last.id) !== undefined
    mesh.unlink(ann, ben)
  })
  expect(heldAtGoodbye).toBe(true)
  expect(ann.runtime.life.state).toMatchObject({ lifecycle: 'shutdown', mode: 'unsynced' })
  expect(ann.log.read({ type: 'handed-over' })).toMatchObject([{ sentence: 'A neighbour has all that this hub holds.' }])
})

test('[L6] a neighbour that answers nothing keeps nobody from leaving', async () => {
  const log = createEventLog(() => nowMs)
  const waits: Array<{ readonly ms: number, readonly action: () => void }> = []
  const life = createLife({
    isAttester: () => false, serving: true, log,
    facts: () => ({ links: 1, synced: null, comparing: false }),
    leaving: {
      newest: () => ['ab' as MessageId], wayOf: () => undefined, seenOf: () => undefined, wasSent: () => false, reports: () => [],
      neighbours: () => ['ben' as PeerId],
      compare: async () => new Promise<SyncReport>(() => { /* never answers */ }),
      timer: (ms, action) => {
        waits.push({ ms, action })
        return () => { /* nothing to call off */ }
      }
    }
  })
  life.look()
  let goodbyes = 0
  const left = life.leave(async () => { goodbyes += 1 })
  await expect.poll(() => waits.map(({ ms }) => ms), { interval: 1 }).toEqual([handOverMs])
  expect(goodbyes).toBe(0)
  waits[0]?.action()
  await Promise.all([left, life.leave(async () => { goodbyes += 1 })])
  expect(goodbyes).toBe(1)
  expect(life.state).toEqual({ lifecycle: 'shutdown', mode: 'unsynced', serving: true })
})
