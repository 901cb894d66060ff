/** Histories with forks, revocations, removes, drops and erasures in one life; then opened again. */
import { expect, test } from 'vitest'
import { createRandom } from '../../../base/seeded-random.ts'
import { keyOf } from '../../../message/set/fixtures/build.ts'
import type { Message, MessageId } from '../../../message/types.ts'
import { createPen, openShelf, type Shelf } from '../fixtures/shelf.ts'
import { isOrdinary } from '../page-keeper.ts'

function rowsOf ({ messages: { catalog }, set }: Shelf): string[] {
  const rows: string[] = []
  for (let member = 0; member < set.membersEnd(); member += 1) {
    if (set.seqOf(member) === 0) continue
    rows.push([set.idOf(member), set.standingOf(member), set.hasBody(member), catalog.has(member), catalog.eventOf(member), catalog.timestampOf(member)].join(' '))
  }
  return rows.sort()
}

async function check (shelf: Shelf): Promise<void> {
  const { messages: { catalog, getMembers }, set } = shelf
  const members: number[] = []
  catalog.walk({}, 'ascending', (member) => { members.push(member); return false })
  expect(new Set(members).size).toBe(members.length)
  const keys = members.map(member => `${String(catalog.timestampOf(member)).padStart(16, '0')} ${set.idOf(member)}`)
  expect(keys).toEqual(keys.toSorted())
  const entries = (await Promise.all(members.map(async member => getMembers([member])))).flat()
  expect(entries.map(({ message }) => message.id)).toEqual(members.map(member => set.idOf(member)))
  for (const [index, { message }] of entries.entries()) expect(message.body != null, message.id).toBe(set.hasBody(members[index]!))
}

test.each(Array.from({ length: Number(process.env['HUBBUB_RUNS'] ?? 20) }, (_, n) => n + Number(process.env['HUBBUB_SEED'] ?? 0)))('seed %i', async (seed) => {
  const { below } = createRandom(seed)
  const shelf = await openShelf()
  const { messages, set } = shelf
  const pens = ['ann', 'ben', 'cem'].map(name => createPen(`${name} ${seed}`))
  const second = pens.map(({ author }) => keyOf(`${author} second`))
  const written: Message[][] = [[], [], []]
  for (const [n, pen] of pens.entries()) { await shelf.take(pen.introduce()); await shelf.take(pen.introduce(second[n])) }
  let removes = 0
  while (shelf.store.lastEvent < 1_250) {
    const n = below(3)
    const [pen, own] = [pens[n]!, written[n]!]
    const target = own[below(Math.max(1, own.length))]
    const signer = below(3) === 0 ? second[n]! : pen.device
    const op = below(40)
    if (op < 3 && target != null) { removes += 1; await shelf.take(pen.write({ kind: 'remove', target: target.id }, { signer })) } else if (op < 8 && target != null) {
      const fork = pen.write({ kind: 'post', text: `fork ${below(1e9)}`, parent: undefined }, { signer: target.header.signer, seq: target.header.seq, prev: target.header.prev, timestamp: below(2) === 0 ? target.header.timestamp : target.header.timestamp + 1 })
      own.push(fork)
      await shelf.take(fork)
    } else if (op === 8 && below(30) === 0 && target != null) await shelf.take(pen.root({ kind: 'signer-remove', signer: second[n]!, keepHead: target.id }))
    else if (op === 9 && process.env['HUBBUB_DROPS'] != null) {
      const found: number[] = []
      messages.catalog.walk({}, 'ascending', (member) => { if (isOrdinary(set.kindOf(member)) && below(5) === 0) found.push(member); return found.length > 3 })
      await messages.drop(found)
    } else if (op === 10) {
      const found: MessageId[] = []
      messages.catalog.walk({}, 'ascending', (member) => { if (set.standingOf(member) === 'removed' && set.hasBody(member)) found.push(set.idOf(member)); return found.length > 3 })
      await messages.eraseBodies(found)
      for (const id of found) set.bodyErased(id, 0)
      await messages.bodiesErased(found)
    } else {
      const message = pen.write({ kind: 'post', text: `${below(1e9)}`, parent: below(2) === 0 ? target?.id : undefined }, { signer, timestamp: 1_700_000_060_000 + below(400) })
      own.push(message)
      await shelf.take(message)
    }
  }
  expect(removes).toBeGreaterThan(10)
  await check(shelf)
  const live = rowsOf(shelf)
  const again = await shelf.reopened()
  await check(again)
  expect(rowsOf(again)).toEqual(live)
})
