import { beforeAll, describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import type { Message } from '../message/types.ts'
import { createAuthor, post, startMs, type Author } from './fixtures/author.ts'
import { createMesh, type Mesh, type MeshHub } from './fixtures/mesh.ts'
import { createMessageStates, type MessageStates } from './message-states.ts'

let ida: Author
let hello: Message

beforeAll(async () => {
  ida = await createAuthor(1)
  hello = await ida.write(post('hello'))
})

const statesOf = ({ runtime }: MeshHub, reporting: readonly string[], now: () => number = () => startMs): MessageStates =>
  createMessageStates({ runtime, reporting: () => reporting, now })
const entryOf = async ({ runtime }: MeshHub, { id }: Message) => (await runtime.messages.get(id))!

/** Three hubs in a row, from which `hello` goes out at one end. */
async function publishInRow (traced: boolean): Promise<{ readonly mesh: Mesh, readonly hubs: readonly [MeshHub, MeshHub, MeshHub] }> {
  const mesh = createMesh()
  const hubs = [await mesh.add('a'), await mesh.add('b'), await mesh.add('c')] as const
  mesh.link(hubs[0], hubs[1])
  mesh.link(hubs[1], hubs[2])
  await hubs[0].runtime.publish(ida.introduction)
  await hubs[0].runtime.publish(hello, traced)
  await mesh.settled()
  return { mesh, hubs }
}

describe('[T1] a traced message', () => {
  test('[T2] is reported once by each hub that takes it in, with where it came from and over how many links', async () => {
    const { hubs: [a, b, c] } = await publishInRow(true)
    expect([a, b, c].map(({ traces }) => traces)).toEqual([
      [], [{ id: hello.id, from: 'a', hops: 1, atMs: startMs }], [{ id: hello.id, from: 'b', hops: 2, atMs: startMs }]
    ])
    const asked = [a, b].map(({ sent }) => sent.filter(({ frame }) => frame.type === 'gossip').map(({ frame }) => 'traced' in frame))
    expect(asked).toEqual([[false, true], [false, true]])
  })

  test('is none unless its publisher says so', async () => {
    const { hubs } = await publishInRow(false)
    expect(hubs.flatMap(({ traces }) => traces)).toEqual([])
  })
})

describe('a message\'s state', () => {
  test('is here, then sent, then held by who says so, then everywhere', async () => {
    const { hubs: [a] } = await publishInRow(true)
    const entry = await entryOf(a, hello)
    const states = statesOf(a, ['b', 'c'])
    expect([states.stateOf(entry), states.progressOf(entry, 'live').held]).toEqual(['sent', 0])
    a.runtime.traces.reported({ id: hello.id, from: 'a' as PeerId, hops: 1, atMs: 9 }, 'b' as PeerId)
    expect([states.stateOf(entry), states.progressOf(entry, 'live').held]).toEqual(['held', 1])
    a.runtime.traces.noted([hello.id], 'c' as PeerId)
    expect(states.stateOf(entry)).toBe('everywhere')
    expect(states.progressOf(entry, 'live')).toEqual({
      held: 2,
      heldBy: [{ peerId: 'b', how: 'reported' }, { peerId: 'c', how: 'noted' }],
      trace: {
        hops: 0, arrival: startMs, duplicates: 0, verdict: 'live', from: null, by: 'here', traced: true,
        reports: [{ peerId: 'b', from: 'a', hops: 1, at: 9 }]
      }
    })
    expect(statesOf(a, []).reachOf(entry)).toEqual({ state: 'held', reach: { held: 0, of: 0 } }) // nobody reports: it is not everywhere
    expect(statesOf(a, ['b', 'd']).reachOf(entry)).toEqual({ state: 'held', reach: { held: 1, of: 2 } })
    expect(statesOf(a, ['b', 'c']).reachOf(entry)).toEqual({ state: 'everywhere', reach: { held: 2, of: 2 } })
    const alone = await createMesh().add('alone')
    await alone.runtime.publish(ida.introduction)
    expect(statesOf(alone, []).stateOf(await entryOf(alone, ida.introduction))).toBe('here')
  })

  test('says where it came from, how far, and how often again', async () => {
    const { hubs: [, , c] } = await publishInRow(false)
    const { trace, heldBy } = statesOf(c, ['b']).progressOf(await entryOf(c, hello), 'live')
    expect(trace).toMatchObject({ hops: 2, from: 'b', by: 'gossip', duplicates: 0, traced: false })
    expect(heldBy).toEqual([{ peerId: 'b', how: 'sent' }])
    expect(c.runtime.trafficOf('b' as PeerId)).toMatchObject({ messagesIn: 2, duplicatesIn: 0, messagesOut: 0 })
  })

  test('[T6] knows from a comparison that ended equal, of what was there 5 s before it began', async () => {
    let nowMs = startMs + 60_000
    const now = (): number => nowMs
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a', { now }), await mesh.add('b', { now })]
    await a.runtime.publish(ida.introduction)
    await a.runtime.publish(hello)
    nowMs += 4_000
    mesh.join(a, b)
    expect((await a.runtime.sync.sessions.sync(b.peer)).outcome).toBe('equal')
    await mesh.settled()
    const stateOf = async (): Promise<unknown> => statesOf(a, ['b'], now).progressOf(await entryOf(a, hello), 'live').heldBy
    expect(JSON.stringify(await stateOf())).not.toContain('synced')
    const other = await mesh.add('c', { now })
    nowMs += 10_000
    mesh.join(a, other)
    expect((await a.runtime.sync.sessions.sync(other.peer)).outcome).toBe('equal')
    expect(await stateOf()).toContainEqual({ peerId: 'c', how: 'synced' })
    await mesh.settled()
    expect(statesOf(other, ['a'], now).progressOf(await entryOf(other, hello), 'live').trace).toMatchObject({ by: 'comparison', hops: null, from: 'a' })
  })

  test('is unknown for what came before this hub remembers', async () => {
    const before = await createMesh().add('a')
    await before.runtime.publish(ida.introduction)
    const after = await createMesh().add('a', { disk: { events: [...before.disk.events], values: new Map(before.disk.values), holder: null } })
    expect(statesOf(after, []).progressOf(await entryOf(after, ida.introduction), 'live')).toEqual({ held: null, heldBy: [], trace: null })
  })
})

test('what is refused or waits is in the log, with its id and why', async () => {
  const mesh = createMesh()
  const hub = await mesh.add('a')
  const forged = { ...hello.bytes, signature: ida.introduction.bytes.signature }
  await hub.runtime.frame('x' as PeerId, { type: 'gossip', message: encodeSignedBytes(forged), hops: 0 })
  await hub.runtime.frame('y' as PeerId, { type: 'gossip', message: encodeSignedBytes(hello.bytes), hops: 0 })
  await hub.runtime.settled()
  expect(hub.log.read({ type: 'message-rejected' })).toMatchObject([{ message: hello.id, peer: 'x', code: 'bad-signature' }])
  expect(hub.log.read({ type: 'message-pending' })).toMatchObject([{ message: hello.id, peer: 'y', code: 'pending' }])
})
