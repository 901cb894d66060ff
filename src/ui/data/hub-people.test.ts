import { expect, test } from 'vitest'
import type { HubApi, HubView } from '../../worker/api.ts'
import { hubPeopleTopic } from './hub-people.ts'
import { hubWords } from './person.ts'

const hubs = (said: ReadonlyArray<readonly [peerId: string, author: string | null, authorProven: boolean]>): HubView[] =>
  said.map(([peerId, author, authorProven]) => ({ peerId, author, authorProven }) as HubView)

function hubOf (said: HubView[], names: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const hub: Partial<HubApi> = {
    hubs: async () => said,
    profile: async (author = '') => {
      asked.push(author)
      return { author, fields: Object.fromEntries(Object.entries(names).filter(([key]) => key === author).map(([, name]) => ['name', name])) }
    }
  }
  return { hub: hub as HubApi, asked }
}

test('a hub is called by its author\'s name only where a device of theirs signed for it; the id always stands beside it', async () => {
  const { hub } = hubOf(hubs([['12D3KooWk3Qf', 'ines', true], ['12D3KooWu1Dg', 'ines', false], ['12D3KooWmute', null, false], ['12D3KooWanon', 'ada', true]]), { ines: 'Ines' })
  const { people } = await hubPeopleTopic.read(hub, null, () => 0)
  expect(['12D3KooWk3Qf', '12D3KooWu1Dg', '12D3KooWmute', '12D3KooWanon'].map(peerId => hubWords(peerId, people.get(peerId))))
    .toEqual(['Ines …k3Qf', '…u1Dg', '…mute', '…anon'])
  expect(people.get('12D3KooWu1Dg')).toEqual({ author: 'ines', proven: false, name: 'Ines' })
  expect(people.has('12D3KooWmute')).toBe(false)
})

test('names that are known are asked for once in half a minute, some of a crowd at a time, and what did not change stays the same', async () => {
  const crowd = hubs(Array.from({ length: 100 }, (_, index) => [`hub ${index}`, `author ${index}`, true] as const))
  const { hub, asked } = hubOf(crowd, Object.fromEntries(crowd.map(({ author }) => [author ?? '', 'Named'])))
  let read = await hubPeopleTopic.read(hub, null, () => 0)
  expect(asked).toHaveLength(40)
  read = await hubPeopleTopic.read(hub, read, () => 4_000)
  read = await hubPeopleTopic.read(hub, read, () => 8_000)
  expect(new Set(asked).size).toBe(100)
  const { people } = read
  expect((await hubPeopleTopic.read(hub, read, () => 12_000)).people).toBe(people)
  expect(asked).toHaveLength(100)
  await hubPeopleTopic.read(hub, read, () => 31_000)
  expect(asked).toHaveLength(140)
})

test('a name that comes after its hub is shown at the next turn', async () => {
  const names: Record<string, string> = {}
  const { hub } = hubOf(hubs([['12D3KooWk3Qf', 'ines', true]]), names)
  const before = await hubPeopleTopic.read(hub, null, () => 0)
  expect(before.people.get('12D3KooWk3Qf')?.name).toBeNull()
  names.ines = 'Ines'
  expect((await hubPeopleTopic.read(hub, before, () => 4_000)).people.get('12D3KooWk3Qf')?.name).toBe('Ines')
})
