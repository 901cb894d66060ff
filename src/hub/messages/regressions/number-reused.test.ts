/** A number that is given again within one offer: the displaced message stays in the order of time, under another's id. */
import { expect, test } from 'vitest'
import type { PeerId } from '../../../base/peer.ts'
import { encodeSignedBytes } from '../../../message/codec.ts'
import type { Body, Message } from '../../../message/types.ts'
import { createAuthor, everything, post, startMs } from '../../fixtures/author.ts'
import { createMesh } from '../../fixtures/mesh.ts'

const profile = (value: string): Body => ({ kind: 'profile', field: 'f', value })

test.each([['one millisecond', 0], ['times of their own', 1]])('a displaced message leaves the order of time, whoever has its number by then: %s', async (_, apart) => {
  const mesh = createMesh()
  const { runtime: { frame, settled, messages, set } } = await mesh.add('a')
  let written = 0
  const take = async ({ bytes }: Message): Promise<void> => {
    await frame('b' as PeerId, { type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
    await settled()
  }
  const at = (): { timestamp: number } => ({ timestamp: startMs + apart * written++ })
  const [ida, other] = [await createAuthor(1), await createAuthor(2)]
  await take(await ida.introduce({ kinds: ['post'], collections: [] }))
  await take(other.introduction)
  for (let count = 0; count < 20; count += 1) await take(await other.write(post(`innocent ${count}`), at()))
  // Four forks of one number; then, held for their scope, some that displace them and some that get their numbers.
  for (let count = 0; count < 4; count += 1) await take(await ida.write(post(`fork ${count}`), { seq: 1, prev: undefined, ...at() }))
  for (let count = 0; count < 4; count += 1) await take(await ida.write(profile(`${count}`), { seq: 1, prev: undefined, ...at() }))
  for (let seq = 2; seq < 6; seq += 1) await take(await ida.write(profile(`${seq}`), { seq, prev: ida.introduction.id, ...at() }))
  await take(await ida.introduce(everything))
  const shown = (await messages.query({ limit: 1_000, order: 'ascending' })).map(({ message }) => message.id)
  expect({ shown: shown.length, distinct: new Set(shown).size, size: messages.size }).toEqual({ shown: set.size(), distinct: set.size(), size: set.size() })
})
