import { expect, test } from 'vitest'
import { createMemoryDisk } from '../store/memory.ts'
import { startMs } from './fixtures/author.ts'
import { createMesh } from './fixtures/mesh.ts'
import { createWriter, say } from './fixtures/writer.ts'
import { untilCompared } from './own-head.ts'

test('the first message waits for a comparison, and not for ever', async () => {
  let comparisons = 0
  let waitedMs = 0
  const wait = async (ms: number): Promise<void> => {
    waitedMs += ms
    if (waitedMs === 200) comparisons = 1
    await Promise.resolve()
  }
  await untilCompared(() => comparisons, wait)
  expect(waitedMs).toBe(200)
  await untilCompared(() => 0, wait)
  expect(waitedMs).toBe(2_200)
})

test('a hub that lost its last messages writes on after them, once another hub gave them back', async () => {
  const mesh = createMesh()
  let nowMs = startMs
  const now = (): number => nowMs
  const before = await createWriter('ann', { mesh, now })
  const other = await mesh.add('ben', { now })
  mesh.link(before, other)
  const lost = [await say(before, 'one'), await say(before, 'two')]
  await mesh.settled()
  mesh.unlink(before, other)
  nowMs += 60_000
  // What is left is the disk as it was before them.
  const disk = createMemoryDisk()
  disk.events = before.disk.events.slice(0, 1)
  disk.values = new Map(before.disk.values)
  const after: Awaited<ReturnType<typeof createWriter>> = await createWriter('ann', {
    mesh,
    disk,
    now,
    beforeFirst: async () => {
      mesh.join(after, other)
      await after.runtime.sync.sessions.sync(other.peer)
      await after.runtime.settled()
    }
  })
  expect(after.runtime.messages.size).toBe(1)
  const { seq } = await say(after, 'three')
  expect(seq).toBe(lost[1]!.seq + 1)
  expect(after.runtime.set.idsAt(after.identity.author as never, after.identity.device, 1)).toHaveLength(1)
})
