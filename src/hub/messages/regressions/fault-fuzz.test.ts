/**
 * Writes that fail at random (append, putValue, drop, eraseBodies), ticks, restarts: in the end every message that was offered is
 * stored, shown once and the same after a restart with pages and without them. No forks here, so that what is found is about failing writes.
 */
import { expect, test } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import { createEventLog } from '../../../base/event-log.ts'
import type { PeerId } from '../../../base/peer.ts'
import { createRandom } from '../../../base/seeded-random.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Message } from '../../../message/types.ts'
import { createMemoryDisk, openMemoryStore } from '../../../store/memory.ts'
import { startMs, testRules } from '../../fixtures/author.ts'
import { createPen } from '../../messages/fixtures/shelf.ts'
import { createRuntime, type Runtime } from '../../runtime.ts'

const codes = process.env['HUBBUB_FULL'] == null ? ['storage-busy', 'storage-failed', 'storage-failed'] : ['storage-busy', 'storage-full', 'storage-failed']

test.each(Array.from({ length: Number(process.env['HUBBUB_RUNS'] ?? 12) }, (_, n) => n))('failing writes, seed %i', async (seed) => {
  const random = createRandom(seed + Number(process.env['HUBBUB_SEED'] ?? 0))
  const disk = createMemoryDisk()
  let nowMs = startMs + 9_000_000
  let failing = true
  const untyped: unknown[] = []
  async function open (): Promise<Runtime> {
    const store = await openMemoryStore(disk)
    for (const name of ['append', 'putValue', 'drop', 'eraseBodies'] as const) {
      const real = store[name].bind(store) as (...given: unknown[]) => Promise<never>
      ;(store as unknown as Record<string, unknown>)[name] = async (...given: unknown[]) => {
        if (failing && given[0] !== undefined && random.below(6) === 0 && !(name === 'putValue' && given[0] === 'catalog-key')) {
          throw new HubError((name === 'append' ? codes[random.below(3)] : codes[random.below(3)]) as never, 'injected')
        }
        return real(...given)
      }
    }
    return createRuntime({
      rules: testRules, random: length => new Uint8Array(length).fill(3), store, verify: async () => true, isOwn: () => false,
      transport: { send: () => true, reject: (_, code) => { untyped.push(code) } }, log: createEventLog(() => nowMs), now: () => nowMs
    })
  }
  let runtime = await open()
  const peer = 'b' as PeerId
  runtime.linkUp(peer)
  const pens = ['a', 'b', 'c'].map(name => createPen(`${name}${seed}`))
  const all: Message[] = pens.map(pen => pen.introduce())
  for (let n = 0; n < 1_300; n += 1) {
    const pen = pens[random.below(3)]!
    const target = all[random.below(all.length)]!
    if (random.below(12) === 0 && target.header.author === pen.author && target.header.kind !== 'signer-add' && target.header.kind !== 'remove') all.push(pen.write({ kind: 'remove', target: target.id }))
    else all.push(pen.write({ kind: 'post', text: `${n}`, parent: random.below(2) === 0 ? target.id : undefined }))
  }
  const send = async (message: Message): Promise<void> => runtime.frame(peer, { type: 'gossip', message: encodeSignedBytes(message.bytes), hops: 0 })
  for (const [n, message] of all.entries()) {
    await send(message)
    if (random.below(40) === 0) { nowMs += 5_000; runtime.tick() }
    if (n === 700) nowMs += 25 * 3_600_000
    if (random.below(250) === 0) {
      const was: boolean = failing
      failing = false
      await runtime.settled(); runtime.tick(); await runtime.settled()
      for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setTimeout(resolve))
      runtime = await open()
      runtime.linkUp(peer)
      failing = was
    }
  }
  failing = false
  for (let turn = 0; turn < 6; turn += 1) { nowMs += 5_000; runtime.tick(); await runtime.settled(); await new Promise(resolve => setTimeout(resolve)) }
  for (const message of all) await send(message) // a neighbour that has all
  await runtime.settled()
  const minEpoch = runtime.retention.minEpoch
  const state = (one: Runtime): unknown => {
    const rows: unknown[] = []
    one.messages.catalog.walk({}, 'ascending', (member) => {
      rows.push([one.set.idOf(member), one.set.standingOf(member), one.set.hasBody(member), one.messages.catalog.eventOf(member)])
      return false
    })
    return { size: one.messages.size, rows }
  }
  const live = state(runtime)
  const shown = new Set<string>()
  runtime.messages.catalog.walk({}, 'ascending', (member) => { const id = runtime.set.idOf(member); expect(shown.has(id)).toBe(false); shown.add(id); return false })
  const lost = all.filter(({ id, header }) => !shown.has(id) && runtime.retention.keeps(header)).map(({ id }) => id)
  expect(lost, `lost, minEpoch ${minEpoch}`).toEqual([])
  expect(untyped).toEqual([])
  const again = await open()
  again.tick() // what a page does not know to be erased is erased again
  await again.settled()
  await new Promise(resolve => setTimeout(resolve))
  expect(state(again)).toEqual(live)
  for (const key of [...disk.values.keys()]) if (key.startsWith('catalog/')) disk.values.delete(key)
  const rebuilt = await open()
  const withoutDropped = (value: unknown): unknown => (value as { rows: unknown }).rows
  expect(withoutDropped(state(rebuilt))).toEqual(withoutDropped(live))
  // A message is stored a second time only when its body came.
  const stored = disk.events.filter(event => event?.bytes.body != null).map(event => event!.id)
  expect(stored.length - new Set(stored).size, 'whole, twice').toBe(0)
})
