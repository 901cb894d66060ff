import { beforeAll, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import { createVerifier } from '../message/signing.ts'
import type { Message, MessageId } from '../message/types.ts'
import { createAuthor, post, testRules } from './fixtures/author.ts'
import { createIntake, type Intake } from './intake.ts'

const [ann, ben] = ['ann', 'ben'] as [PeerId, PeerId]
let posts: Message[]

beforeAll(async () => {
  const ida = await createAuthor(1)
  posts = []
  for (let count = 0; count < 600; count += 1) posts.push(await ida.write(post(`${count}`)))
})

const wire = (message: Message): Uint8Array => encodeSignedBytes(message.bytes)

interface Told { readonly told: unknown[], readonly intake: Intake, readonly held: Set<MessageId> }

function intakeWith (verify: (message: Message) => Promise<boolean>): Told {
  const told: unknown[] = []
  const held = new Set<MessageId>()
  const intake = createIntake({
    rules: testRules,
    has: ({ id }) => held.has(id),
    verifyAll: async messages => Promise.all(messages.map(verify)),
    together: (handOver) => { handOver() },
    onMessage: (peer, { id }) => { held.add(id); told.push(['message', peer, id]) },
    onDuplicate: (peer, id) => { told.push(['duplicate', peer, id]) },
    onRejected: (peer, code) => { told.push(['rejected', peer, code]) },
    onFailure: () => { told.push(['failure']) }
  })
  return { told, intake, held }
}

/** Checks that end when they are told to, in any order. */
interface GatedChecks {
  readonly verify: (message: Message) => Promise<boolean>
  readonly open: (id: MessageId, isSigned?: boolean) => void
  readonly asked: MessageId[]
}

function gatedChecks (): GatedChecks {
  const gates = new Map<MessageId, (isSigned: boolean) => void>()
  const asked: MessageId[] = []
  return {
    asked,
    verify: async ({ id }) => new Promise((resolve) => {
      asked.push(id)
      gates.set(id, resolve)
    }),
    open: (id, isSigned = true) => { gates.get(id)?.(isSigned) }
  }
}

const carried = { hops: 0, traced: false }
const turns = async (): Promise<void> => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve() }

test('[G6] messages of one neighbour are handed over in their order, whatever check ends first', async () => {
  const { verify, open } = gatedChecks()
  const { told, intake } = intakeWith(verify)
  for (const message of posts.slice(0, 3)) await intake.take(ann, wire(message), carried)
  for (const { id } of posts.slice(0, 3).reverse()) {
    expect(told).toEqual([])
    open(id)
    await turns()
  }
  expect(told).toEqual(posts.slice(0, 3).map(({ id }) => ['message', ann, id]))
})

test('[G8] a message that two neighbours send at one time is checked once, and the second is a duplicate', async () => {
  const { verify, open, asked } = gatedChecks()
  const { told, intake } = intakeWith(verify)
  const { id } = posts[0]!
  for (const peer of [ann, ben]) await intake.take(peer, wire(posts[0]!), carried)
  open(id)
  await turns()
  expect(asked).toEqual([id])
  expect(told).toEqual([['message', ann, id], ['duplicate', ben, id]])
  await intake.take(ann, wire(posts[0]!), carried)
  expect(told.at(-1)).toEqual(['duplicate', ann, id])
})

test('[G7] another signature under the same id is checked by itself: a liar keeps nobody\'s message away, and is told apart', async () => {
  const verifier = createVerifier()
  const { told, intake } = intakeWith(async message => verifier.verify(message))
  const genuine = posts[0]!
  const forged = { ...genuine, bytes: { ...genuine.bytes, signature: posts[1]!.bytes.signature } }
  await Promise.all([intake.take(ann, wire(forged), carried), intake.take(ben, wire(genuine), carried)])
  await expect.poll(() => told, { interval: 1 }).toHaveLength(2)
  expect(told).toContainEqual(['rejected', ann, 'bad-signature'])
  expect(told).toContainEqual(['message', ben, genuine.id])
})

test('[G16] reading from a neighbour pauses while many of its messages are being checked, and goes on when the oldest are through', async () => {
  const { verify, open, asked } = gatedChecks()
  const { told, intake } = intakeWith(verify)
  let read = 0
  const reading = (async () => {
    for (const message of posts) {
      await intake.take(ann, wire(message), carried)
      read += 1
    }
  })()
  await expect.poll(() => read, { interval: 1 }).toBe(511)
  await turns()
  expect(read).toBe(511)
  open(posts[0]!.id)
  await expect.poll(() => read, { interval: 1 }).toBe(512)
  for (;;) {
    for (const id of asked) open(id)
    if (asked.length === posts.length) break
    await new Promise((resolve) => { setTimeout(resolve) })
  }
  await reading
  await expect.poll(() => told.length, { interval: 1 }).toBe(posts.length)
  expect(told).toEqual(posts.map(({ id }) => ['message', ann, id]))
})

test('[G6] what comes one by one is checked one by one; what streams in gathers into batches', async () => {
  const sizes: number[] = []
  const told: unknown[] = []
  const intake = createIntake({
    rules: testRules,
    has: () => false,
    verifyAll: async (messages) => {
      sizes.push(messages.length)
      await new Promise((resolve) => { setImmediate(resolve) })
      return messages.map(() => true)
    },
    together: (handOver) => { handOver(); told.push('together') },
    onMessage: (_, { id }) => { told.push(id) },
    onDuplicate: () => undefined,
    onRejected: () => undefined,
    onFailure: () => undefined
  })
  for (const message of posts.slice(0, 2)) {
    await intake.take(ann, wire(message), carried)
    await intake.settled()
  }
  expect(sizes).toEqual([1, 1])
  expect(told).toEqual([posts[0]!.id, 'together', posts[1]!.id, 'together'])
  for (const message of posts.slice(2, 302)) await intake.take(ann, wire(message), carried)
  await intake.settled()
  expect(sizes.length).toBeLessThan(10)
  expect(sizes.reduce((sum, size) => sum + size)).toBe(302)
  expect(told.filter(one => one !== 'together')).toEqual(posts.slice(0, 302).map(({ id }) => id))
})

test('what the platform cannot check is told of, and may come again', async () => {
  let fails = true
  const { told, intake } = intakeWith(async () => {
    if (fails) throw new Error('no platform')
    return true
  })
  await intake.take(ann, wire(posts[0]!), carried)
  await turns()
  fails = false
  await intake.take(ann, wire(posts[0]!), carried)
  await turns()
  expect(told).toEqual([['failure'], ['message', ann, posts[0]!.id]])
})

test('what a neighbour sent and is not checked when it goes is dropped', async () => {
  const { verify, open } = gatedChecks()
  const { told, intake } = intakeWith(verify)
  await intake.take(ann, wire(posts[0]!), carried)
  intake.drop(ann)
  open(posts[0]!.id)
  await turns()
  expect(told).toEqual([])
})

test('[G6] where taking in one message throws, that is told of, and all that come after it are handed over', async () => {
  const told: unknown[] = []
  const intake = createIntake({
    rules: testRules,
    has: () => false,
    verifyAll: async messages => messages.map(() => true),
    together: (handOver) => { handOver() },
    onMessage: (_, { id }) => {
      if (id === posts[0]!.id) throw new Error('a broken invariant')
      told.push(id)
    },
    onDuplicate: () => undefined,
    onRejected: () => undefined,
    onFailure: (sentence) => { told.push(sentence) }
  })
  for (const message of posts.slice(0, 2)) await intake.take(ann, wire(message), carried)
  await intake.settled()
  await intake.take(ann, wire(posts[2]!), carried)
  await intake.settled()
  expect(told).toEqual([expect.stringContaining('a broken invariant'), posts[1]!.id, posts[2]!.id])
})
