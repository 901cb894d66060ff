import { beforeAll, describe, expect, test } from 'vitest'
import { HubError } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import { idsMax } from '../gossip/frames.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import { networkOf } from '../message/genesis.ts'
import { messageBytesMax } from '../message/limits.ts'
import type { Message, MessageRejection } from '../message/types.ts'
import { createAuthor, post, startMs, testRules, type Author } from './fixtures/author.ts'
import { createMesh, entriesOf, entryOf, type MeshHub } from './fixtures/mesh.ts'

let ida: Author
let posts: Message[]

beforeAll(async () => {
  ida = await createAuthor(1)
  posts = []
  for (let count = 0; count < 300; count += 1) posts.push(await ida.write(post(`post ${count}`)))
})

const idsOf = (hub: MeshHub): string[] => entriesOf(hub).map(({ message }) => message.id)
const textOf = (message: Message): string => message.body?.kind === 'post' ? message.body.text : message.header.kind
const wire = (message: Message): Uint8Array => encodeSignedBytes(message.bytes)
const gossipSent = (hub: MeshHub): number => hub.sent.filter(({ frame }) => frame.type === 'gossip').length

async function publishAll (hub: MeshHub, messages: readonly Message[]): Promise<void> {
  for (const message of messages) await hub.runtime.publish(message)
}

describe('a neighbour that does not keep up', () => {
  test('[G15] is offered what it missed when it has caught up, and takes it', async () => {
    const mesh = createMesh()
    const now = (): number => Date.now()
    const [ann, ben] = [await mesh.add('ann', { now }), await mesh.add('ben', { now })]
    mesh.link(ann, ben)
    await publishAll(ann, [ida.introduction])
    await mesh.settled()
    mesh.congest(ann, ben)
    await publishAll(ann, posts.slice(0, 20))
    await mesh.settled()
    expect(idsOf(ben)).toEqual([ida.introduction.id])
    mesh.relieve(ann, ben)
    await expect.poll(() => idsOf(ben).sort(), { interval: 5 }).toEqual(idsOf(ann).sort())
    expect(ann.log.read({ type: 'not-sent' })).toMatchObject([{ code: 'congested' }])
  })
})

describe('several hubs', () => {
  test('[G12] what one writes reaches all, is stored once at each, and crosses each link at most once each way', async () => {
    const mesh = createMesh()
    const [a, b, c, d] = [await mesh.add('a'), await mesh.add('b'), await mesh.add('c'), await mesh.add('d')]
    for (const [one, other] of [[a, b], [b, c], [c, d], [d, a], [a, c]] as const) mesh.link(one, other)
    await publishAll(a, [ida.introduction, ...posts.slice(0, 5)])
    const other = await createAuthor(2)
    await publishAll(c, [other.introduction, await other.write(post('from c'))])
    await mesh.settled()
    const everything = idsOf(a).sort()
    expect(everything).toHaveLength(8)
    for (const hub of [b, c, d]) {
      expect(idsOf(hub).sort()).toEqual(everything)
      expect(hub.disk.events).toHaveLength(8)
      expect(hub.rejections).toEqual([])
    }
    for (const hub of [a, b, c, d]) {
      const sends = hub.sent.filter(({ frame }) => frame.type === 'gossip').map(({ peer, frame }) => `${peer} ${Buffer.from((frame as { message: Uint8Array }).message).toString('hex')}`)
      expect(new Set(sends).size).toBe(sends.length)
    }
  })

  test('[G14] a message says whom it came from, nobody at its author\'s, and over how many hops', async () => {
    const mesh = createMesh()
    const [a, b, c] = [await mesh.add('a'), await mesh.add('b'), await mesh.add('c')]
    mesh.link(a, b)
    mesh.link(b, c)
    await publishAll(a, [ida.introduction])
    await mesh.settled()
    expect([a, b, c].map(hub => entryOf(hub, ida.introduction.id)?.from)).toEqual([null, 'a', 'b'])
    const hops = [...a.sent, ...b.sent].flatMap(({ frame }) => frame.type === 'gossip' ? [frame.hops] : [])
    expect(hops).toEqual([0, 1])
  })

  test('[G9] a message that comes before its signer is stored, shown and forwarded after it', async () => {
    const mesh = createMesh()
    const [a, b, c] = [await mesh.add('a'), await mesh.add('b'), await mesh.add('c')]
    mesh.link(b, c)
    mesh.link(a, b)
    mesh.congest(a, b) // what a has of the signer does not come by itself
    await publishAll(a, [ida.introduction])
    await b.runtime.frame(a.peer, { type: 'gossip', message: wire(posts[0]!), hops: 0 })
    await b.runtime.settled()
    expect(b.runtime.set.pending()).toBe(1)
    expect(b.sent).toContainEqual({ peer: a.peer, frame: { type: 'signer-want', author: ida.key, signer: ida.device } })
    mesh.relieve(a, b)
    await mesh.settled()
    expect(b.runtime.set.pending()).toBe(0)
    for (const hub of [b, c]) expect(idsOf(hub)).toEqual([ida.introduction.id, posts[0]!.id])
  })

  test('[G17][G18] a hub that joins later gets the newest older messages, in the order in which they were stored', async () => {
    const mesh = createMesh()
    const [a, late] = [await mesh.add('a'), await mesh.add('late')]
    await publishAll(a, [ida.introduction, ...posts])
    mesh.link(a, late)
    await mesh.settled()
    // The signer is older than the newest 256: it is asked for by name.
    expect(idsOf(late)).toEqual([ida.introduction.id, ...posts.slice(-idsMax).map(({ id }) => id)])
    expect(late.runtime.set.pending()).toBe(0)
    expect(late.rejections).toEqual([])
    mesh.unlink(a, late)
    const before = gossipSent(a)
    mesh.link(a, late)
    await mesh.settled()
    expect(gossipSent(a)).toBe(before)
  })

  test('[G15] what a neighbour does not take is reported, and the message counts as not sent', async () => {
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a'), await mesh.add('b')]
    mesh.link(a, b)
    mesh.congest(a, b)
    await publishAll(a, [ida.introduction])
    expect(a.log.read({ type: 'not-sent' })).toMatchObject([{ peer: 'b', code: 'congested' }])
    expect(a.runtime.wasSent(ida.introduction.id)).toBe(false)
    expect(a.runtime.messages.size).toBe(1)
  })

  test('a message counts as sent once a neighbour took it', async () => {
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a'), await mesh.add('b')]
    await publishAll(a, [ida.introduction])
    expect(a.runtime.wasSent(ida.introduction.id)).toBe(false)
    mesh.link(a, b)
    await publishAll(a, [posts[0]!])
    expect(a.runtime.wasSent(posts[0]!.id)).toBe(true)
  })
})

describe('bytes that are no message of this network', () => {
  const elsewhere = networkOf({ ...testRules.genesis, name: 'elsewhere' })

  async function refused (bytes: Uint8Array): Promise<readonly string[]> {
    const mesh = createMesh()
    const [a, b, c] = [await mesh.add('a'), await mesh.add('b'), await mesh.add('c')]
    await publishAll(b, [ida.introduction])
    mesh.link(a, b)
    mesh.link(b, c)
    await mesh.settled()
    const before = [b.disk.events.length, b.sent.length, b.runtime.set.pending()]
    await b.runtime.frame(a.peer, { type: 'gossip', message: bytes, hops: 0 })
    await mesh.settled()
    expect([b.disk.events.length, b.sent.length, b.runtime.set.pending()]).toEqual(before)
    expect(b.rejections.every(({ peer }) => peer === a.peer)).toBe(true)
    return b.rejections.map(({ code }) => code)
  }

  test('[G6] what is refused below is taken when nobody changed it', async () => {
    const mesh = createMesh()
    const hub = await mesh.add('a')
    for (const message of [ida.introduction, posts[0]!]) await hub.runtime.frame('b' as PeerId, { type: 'gossip', message: wire(message), hops: 0 })
    await mesh.settled()
    expect(hub.rejections).toEqual([])
    expect(hub.runtime.messages.size).toBe(2)
  })

  test.for<[string, MessageRejection, () => Promise<Uint8Array> | Uint8Array]>([
    ['junk', 'malformed', () => Uint8Array.of(1, 2, 3)],
    ['a signature with one bit changed', 'bad-signature', () => encodeSignedBytes({ ...posts[0]!.bytes, signature: flipped(posts[0]!.bytes.signature) })],
    ['another author\'s signature', 'bad-signature', async () => {
      const other = await (await createAuthor(2)).write(post('post 0'))
      return encodeSignedBytes({ ...posts[0]!.bytes, signature: other.bytes.signature })
    }],
    ['another body', 'body-mismatch', () => encodeSignedBytes({ ...posts[0]!.bytes, body: posts[1]!.bytes.body })],
    ['another network\'s message', 'wrong-network', async () => wire(await (await createAuthor(1, elsewhere)).write(post('hello')))],
    ['more bytes than a message has', 'too-large', () => new Uint8Array(messageBytesMax + 1)]
  ])('[G6][G7] %s', async ([, code, bytes]) => {
    expect(await refused(await bytes())).toEqual([code])
  })

  test('[G8] a duplicate is not verified again', async () => {
    let verified = 0
    const mesh = createMesh()
    const hub = await mesh.add('a', { verify: async () => { verified += 1; return true } })
    const peer = 'b' as PeerId
    for (let count = 0; count < 3; count += 1) await hub.runtime.frame(peer, { type: 'gossip', message: wire(ida.introduction), hops: 0 })
    await mesh.settled()
    expect(verified).toBe(1)
    expect(hub.disk.events).toHaveLength(1)
  })

  test('the same message from two neighbours at once is stored once', async () => {
    const mesh = createMesh()
    const hub = await mesh.add('a')
    const frame = { type: 'gossip', message: wire(ida.introduction), hops: 0 } as const
    await Promise.all([hub.runtime.frame('b' as PeerId, frame), hub.runtime.frame('c' as PeerId, frame)])
    await mesh.settled()
    expect(hub.disk.events).toHaveLength(1)
    expect(hub.rejections).toEqual([])
  })
})

function flipped (bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[0]! ^= 1
  return copy
}

describe('storage', () => {
  test('a restart from the same disk gives the same messages, signers and standing', async () => {
    const mesh = createMesh()
    const before = await mesh.add('a')
    await publishAll(before, [ida.introduction, ...posts.slice(0, 3)])
    const remove = await (await createAuthor(1)).write({ kind: 'remove', target: posts[0]!.id }, { seq: 301, prev: posts[299]!.id })
    await publishAll(before, [remove])
    const after = await mesh.add('again', { disk: before.disk })
    expect(entriesOf(after).map(({ message: { id }, event, storedAt, from }) => ({ id, event, storedAt, from })))
      .toEqual(entriesOf(before).map(({ message: { id }, event, storedAt, from }) => ({ id, event, storedAt, from })))
    expect(after.runtime.set.signerMessages(ida.key, ida.device)).toHaveLength(1)
    expect(after.runtime.set.standing(posts[0]!.id)).toBe('removed')
    expect(after.runtime.set.standing(posts[1]!.id)).toBe('live')
    expect(after.disk.events).toHaveLength(5)
    expect(after.sent).toEqual([])
    expect(after.log.read()).toEqual([])
  })

  test('a stored message that is not valid is reported and left out', async () => {
    const mesh = createMesh()
    const before = await mesh.add('a')
    await publishAll(before, [ida.introduction])
    const { bytes, id } = posts[0]!
    await before.store.append([{ bytes: { ...bytes, body: new Uint8Array(3) }, id, storedAt: startMs, from: null }])
    const after = await mesh.add('again', { disk: before.disk })
    expect(idsOf(after)).toEqual([ida.introduction.id])
    expect(after.log.read()).toMatchObject([{ type: 'stored-message-refused', code: 'body-mismatch' }])
  })

  test('[G11] what cannot be stored is not sent, and whoever published it is told', async () => {
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a', { limits: { appendBytesMax: 600 } }), await mesh.add('b')]
    mesh.link(a, b)
    await publishAll(a, [ida.introduction])
    const large = await (await createAuthor(1)).write(post('x'.repeat(1_000)))
    await expect(a.runtime.publish(large)).rejects.toSatisfy(thrown => thrown instanceof HubError && thrown.code === 'invalid-argument')
    expect(gossipSent(a)).toBe(1)
    await publishAll(a, [posts[0]!])
    await mesh.settled()
    expect(idsOf(b).length).toBe(2)
  })

  test('a message from a neighbour that cannot be stored is reported, and the hub goes on', async () => {
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a'), await mesh.add('b', { limits: { appendBytesMax: 600 } })]
    mesh.link(a, b)
    await publishAll(a, [ida.introduction, await (await createAuthor(1)).write(post('x'.repeat(1_000)), { timestamp: startMs + 5 }), posts[1]!])
    await mesh.settled()
    expect(b.log.read({ type: 'storage-failed' })).toMatchObject([{ code: 'invalid-argument', times: 1 }])
    expect(idsOf(b)).toEqual([ida.introduction.id, posts[1]!.id])
    expect(b.rejections).toEqual([])
  })

  test('what could not be stored is tried again with each tick, and told of once it is there', async () => {
    const mesh = createMesh()
    const [a, b] = [await mesh.add('a'), await mesh.add('b')]
    mesh.link(a, b)
    const append = b.store.append.bind(b.store)
    b.store.append = async () => Promise.reject(new HubError('storage-failed', 'The disk is away.'))
    await publishAll(a, [ida.introduction, posts[0]!])
    await mesh.settled().catch(() => undefined)
    b.runtime.tick()
    await b.runtime.settled()
    expect([b.runtime.messages.size, b.runtime.storageTrouble]).toEqual([0, expect.stringContaining('The disk is away.')])
    b.store.append = append
    const heard: string[] = []
    b.runtime.onStored(({ message }) => { heard.push(message.id) })
    b.runtime.tick()
    await mesh.settled()
    expect(heard).toEqual([ida.introduction.id, posts[0]!.id])
    expect([b.runtime.messages.size, b.runtime.storageTrouble]).toEqual([2, null])
  })

  test('whoever listens hears of each message once it is stored, and no more after stopping', async () => {
    const mesh = createMesh()
    const hub = await mesh.add('a')
    const heard: Array<[string, number, number]> = []
    const stop = hub.runtime.onStored(({ message, event }) => { heard.push([textOf(message), event, hub.disk.events.length]) })
    await publishAll(hub, [ida.introduction, posts[0]!])
    stop()
    await publishAll(hub, [posts[1]!])
    expect(heard).toEqual([['signer-add', 1, 1], ['post 0', 2, 2]])
  })
})
