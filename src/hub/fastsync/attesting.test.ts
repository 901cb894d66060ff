import { beforeEach, describe, expect, test } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import type { PeerId } from '../../base/peer.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { farBehindMin, attestEveryMs } from '../../fastsync/limits.ts'
import { keyOfPeer } from '../../fastsync/attesters.ts'
import { checkpointBytes } from '../../fastsync/checkpoint.ts'
import { epochOf, epochStartMs } from '../../message/epoch.ts'
import { rootSigner, type Signer } from '../../message/signing.ts'
import type { Message, NetworkGenesis } from '../../message/types.ts'
import { post, startMs, testRules } from '../fixtures/author.ts'
import { createMemoryDisk, type MemoryDisk } from '../../store/memory.ts'
import { createMesh, type MeshHub } from '../fixtures/mesh.ts'
import { createStreamPair, type CarriedFrame } from '../fixtures/sync-streams.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import { packed, unpacked } from './compression.ts'
import './snapshots.ts'

const epochMs = epochStartMs(1)
const nowMs = startMs + 100 * epochMs
const pen = createPen('ida')
const history = [pen.introduce(), ...Array.from({ length: farBehindMin + 100 }, (_, number) => pen.write(post(`${number}`), { timestamp: startMs + Math.floor(number / 40) * epochMs }))]

const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** As libp2p writes an Ed25519 peer id. */
function peerIdOf ({ publicKey }: Signer): PeerId {
  const bytes = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...fromHex(publicKey) ?? []]
  let text = ''
  for (let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`); number > 0n; number /= 58n) text = `${digits[Number(number % 58n)]}${text}`
  return `1${text}` as PeerId
}

const signers = await Promise.all([1, 2, 3, 4].map(async number => rootSigner(new Uint8Array(32).fill(number))))
const attested: NetworkGenesis = { ...testRules, genesis: { ...testRules.genesis, attesters: signers.map(peerIdOf).sort() } }

let clockMs: number
let onFrame: (carried: CarriedFrame) => Uint8Array | undefined
let seeds = 0
beforeEach(() => {
  clockMs = nowMs
  onFrame = ({ bytes }) => bytes
})

async function network (attesters: number): Promise<{ mesh: ReturnType<typeof createMesh>, hubs: MeshHub[], add: typeof add }> {
  const mesh = createMesh({ linksSync: true, linksJoin: true, onFastFrame: carried => onFrame(carried) })
  async function add (name: string, messages: readonly Message[] = history, signer?: Signer, disk = createMemoryDisk()): Promise<MeshHub> {
    const options = { disk, ...signer && { signer: async () => signer } }
    const hub = await mesh.add(name, { rules: attested, now: () => clockMs, verify: async () => true, random: createRandom(seeds += 1).bytes, ...options })
    await Promise.all(messages.map(async message => hub.runtime.publish(message)))
    return hub
  }
  const hubs = await Promise.all(signers.slice(0, attesters).map(async signer => add(peerIdOf(signer), history, signer)))
  return { mesh, hubs, add }
}

/** Compares, then lets every hub look for attestations some times. */
async function attest (mesh: ReturnType<typeof createMesh>, hubs: readonly MeshHub[]): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    for (const hub of hubs) hub.runtime.sync.sessions.tick()
    await mesh.settled()
    for (const { runtime } of hubs) {
      runtime.life.look()
      runtime.fastSync.look()
      await runtime.fastSync.settled()
    }
    clockMs += attestEveryMs
  }
}

test('[F6] a peer id as it is made here has its key', () => {
  expect(signers.map(signer => keyOfPeer(peerIdOf(signer)))).toEqual(signers.map(({ publicKey }) => publicKey))
})

test('[F5] [F6] [F22] attesters that are equal sign, others hear of it, and a hub that joins takes what is certified', async () => {
  const { mesh, hubs: [ann, ben], add } = await network(2)
  if (ann === undefined || ben === undefined) throw new Error('there are two')
  mesh.link(ann, ben)
  expect(ann.runtime.fastSync.checkpoint, 'nobody has compared').toBeNull()
  await attest(mesh, [ann, ben])
  expect(ann.runtime.life.state.mode).toBe('pacemaker')
  const height = epochOf(nowMs) - 8
  expect([ann.runtime.fastSync.checkpoint, ben.runtime.fastSync.checkpoint]).toEqual([height, height])
  expect(ann.log.read({ type: 'checkpoint-certified' })).toMatchObject([{ sentence: `2 of 4 attesters signed the checkpoint at height ${height}, ${history.length} messages.` }])

  const cat = await add('cat')
  mesh.link(cat, ann)
  await attest(mesh, [cat])
  expect(cat.runtime.fastSync.checkpoint, 'one that attests nothing hears of it').toBe(height)

  const dan = await add('dan', [])
  mesh.link(dan, cat)
  await joined(dan)
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', certified: true, height, messagesKept: history.length })
  expect([ann, ben, cat, dan].flatMap(({ rejections }) => rejections)).toEqual([])
})

test('[F22] what was certified is served again after a restart, without a neighbour; what lies damaged on the disk is not', async () => {
  const { mesh, hubs: [ann, ben], add } = await network(2)
  if (ann === undefined || ben === undefined) throw new Error('there are two')
  mesh.link(ann, ben)
  await attest(mesh, [ann, ben])
  const height = epochOf(nowMs) - 8
  expect(ann.runtime.fastSync.checkpoint).toBe(height)
  const kept = ann.disk.values.get('certified') as Uint8Array
  for (const [at, checkpoint] of [[undefined, height], [10, null], [checkpointBytes + 40, null], [kept.length - 1, null]] as const) {
    const disk: MemoryDisk = { events: [...ann.disk.events], values: new Map(ann.disk.values), holder: null }
    disk.values.set('certified', kept.map((byte, index) => index === at ? byte ^ 1 : byte))
    const again = await add(`again ${at ?? 'whole'}`, [], undefined, disk)
    again.runtime.fastSync.look()
    await again.runtime.fastSync.settled()
    expect(again.runtime.fastSync.checkpoint, `byte ${at ?? 'none'}`).toBe(checkpoint)
    if (checkpoint === null) continue
    const dan = await add('dan', [])
    mesh.link(dan, again)
    await joined(dan)
    expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', certified: true, height, messagesKept: history.length })
  }
})

test('[F6] fewer than needed, and attesters that hold something else, certify nothing', async () => {
  const alone = await network(1)
  const plain = await alone.add('plain')
  const [ann] = alone.hubs
  if (ann === undefined) throw new Error('there is one')
  alone.mesh.link(ann, plain)
  await attest(alone.mesh, [ann, plain])
  expect(ann.runtime.life.state.mode).toBe('pacemaker')
  expect([ann, plain].map(({ runtime }) => runtime.fastSync.checkpoint)).toEqual([null, null])
})

test('[F11] [F22] an attestation that its attester did not make is an offence', async () => {
  const { mesh, hubs: [ann, ben] } = await network(2)
  if (ann === undefined || ben === undefined) throw new Error('there are two')
  const annKey = fromHex(signers[0]?.publicKey ?? '') ?? new Uint8Array()
  let changed = 0
  const [probe, far] = createStreamPair()
  mesh.link(ann, ben)
  await attest(mesh, [ann])
  // What ann would answer, with a signature of her key that she never made.
  ann.runtime.fastSync.accept('eve' as PeerId, far)
  probe.send(Uint8Array.of(1))
  const answer = await probe.read()
  if (answer.type !== 'frame') throw new Error('ann serves')
  const told = await unpacked(answer.bytes.subarray(1), 1_000) as Uint8Array
  const forged = await packed(new Uint8Array([...told.subarray(0, checkpointBytes), ...annKey, ...new Uint8Array(64).fill(3)]), true)
  onFrame = ({ from, bytes }) => {
    if (from !== ann.peer || bytes.length < 20) return bytes
    changed += 1
    return Uint8Array.of(2, ...forged)
  }
  await attest(mesh, [ben])
  expect(changed).toBeGreaterThan(0)
  expect(ben.rejections).toContainEqual({ peer: ann.peer, code: 'bad-certificate' })
  expect(ben.runtime.fastSync.checkpoint).toBeNull()
})

describe('attesters to whom messages came in another order', () => {
  let asks: number[]

  /** Ann has signed with a message that ben has after one of his own; then they are linked, and equal. */
  async function meet (spoils: boolean): Promise<{ mesh: ReturnType<typeof createMesh>, ann: MeshHub, ben: MeshHub, add: Awaited<ReturnType<typeof network>>['add'] }> {
    const { mesh, hubs: [ann, ben], add } = await network(2)
    if (ann === undefined || ben === undefined) throw new Error('there are two')
    asks = []
    onFrame = ({ from, bytes }) => {
      if (from === ben.peer) asks.push(bytes[0] ?? 0)
      return spoils && from === ann.peer && asks.at(-1) === 5 ? bytes.map((byte, index) => index === 200 ? byte ^ 1 : byte) : bytes
    }
    for (const [number, { runtime }] of [ann, ben].entries()) {
      await runtime.publish(pen.write(post(`of hub ${number}`), { timestamp: startMs + 3 * epochMs + number }))
    }
    mesh.link(ann, await add('pat'))
    await attest(mesh, [ann])
    mesh.link(ann, ben)
    await attest(mesh, [ben])
    expect(ben.runtime.messages.size).toBe(history.length + 2)
    expect(asks.includes(5), 'ids were asked for').toBe(true)
    return { mesh, ann, ben, add }
  }

  test('[F5] [F23] sign what the other has, and serve it, though they hold more', async () => {
    const { mesh, ann, ben, add } = await meet(false)
    const height = epochOf(nowMs) - 8
    expect(ben.runtime.fastSync.checkpoint).toBe(height)
    const dan = await add('dan', [])
    mesh.link(dan, ben)
    await joined(dan)
    expect(dan.runtime.fastSync.view).toMatchObject({ certified: true, height, messagesKept: history.length + 1, reason: 'Every chunk was verified and taken.' })
    expect([ann, ben, dan].flatMap(({ rejections }) => rejections)).toEqual([])
  })

  test('[F11] [F23] do not sign by ids that are not the chunk\'s, which are an offence', async () => {
    const { ben } = await meet(true)
    expect(['chunk-wrong', 'chunk-malformed']).toContain(ben.rejections[0]?.code)
    expect(ben.runtime.fastSync.checkpoint).toBeNull()
  })
})

test('[F5] [F22] [F23] while a hub dates a message back every second, each height is certified, and who joins has all of it', async () => {
  const { mesh, hubs, add } = await network(4)
  const [ann] = hubs
  const eve = await add('eve')
  if (ann === undefined) throw new Error('there are four')
  for (const { runtime } of [...hubs, eve]) {
    runtime.fastSync.look()
    clockMs += 6_000 // no two look at the same moment, with the same set, from here on
  }
  hubs.forEach((hub, number) => { mesh.link(hub, hubs[(number + 1) % hubs.length] ?? eve) })
  mesh.link(ann, eve)
  const flood = createPen('eve')
  await eve.runtime.publish(flood.introduce())
  await mesh.settled()
  let seconds = 0

  async function second (): Promise<void> {
    clockMs += 1_000
    // To each hub another one, each into another old epoch: whoever looks has what no other has.
    for (const [number, { runtime }] of hubs.entries()) {
      await runtime.publish(flood.write(post(`back ${seconds}`), { timestamp: startMs + (seconds * 7 + number * 11) % 50 * epochMs + seconds }))
      runtime.life.look()
      runtime.fastSync.look()
    }
    seconds += 1
    if (seconds % 5 !== 0) return
    await mesh.settled()
    for (const { runtime } of [...hubs, eve]) runtime.sync.sessions.tick()
    await mesh.settled()
  }

  for (let epoch = 0; epoch < 3; epoch += 1) {
    const height = epochOf(clockMs) - 8
    for (let spent = 0; spent < 120 && hubs.some(({ runtime }) => runtime.fastSync.checkpoint !== height); spent += 1) await second()
    expect(hubs.map(({ runtime }) => runtime.fastSync.checkpoint), `in epoch ${epoch}`).toEqual(hubs.map(() => height))
    clockMs += epochMs
  }
  clockMs -= epochMs
  for (let more = 0; more < 20; more += 1) await second()

  const dan = await add('dan', [])
  for (const hub of hubs) mesh.link(dan, hub)
  do {
    await second()
    await mesh.settled()
  } while (dan.runtime.fastSync.running)
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', certified: true, height: epochOf(clockMs) - 8, reason: 'Every chunk was verified and taken.' })
  expect(dan.runtime.fastSync.view?.chunksKept).toBe(dan.runtime.fastSync.view?.chunks)
  expect([...hubs, eve, dan].flatMap(({ rejections }) => rejections)).toEqual([])
})

test('[F25] [F26] [F27] a hub that joins the attesters by the signatures of three of four attests from that height on, and whoever joins then counts it', async () => {
  const { mesh, hubs: [ann, ben, cat, dan], add } = await network(4)
  if (ann === undefined || ben === undefined || cat === undefined || dan === undefined) throw new Error('there are four')
  const fifth = await rootSigner(new Uint8Array(32).fill(5))
  const eve = await add(peerIdOf(fifth), history, fifth)
  for (const hub of [ben, cat, dan, eve]) mesh.link(ann, hub)
  const registers = await Promise.all([ann, ben, cat, eve].map(async ({ runtime }) => runtime.fastSync.attesters()))
  const [byAnn, byBen, byCat, byEve] = registers
  if (byAnn === undefined || byBen === undefined || byCat === undefined || byEve === undefined) throw new Error('there are four')

  const proposed = await byAnn.propose({ kind: 'joins', peerId: eve.peer })
  expect(proposed).toMatchObject({ signed: 1, needed: 3, height: epochOf(nowMs), holds: false })
  const second = await byBen.sign(proposed.text)
  expect(second).toMatchObject({ signed: 2, holds: false })
  expect(await byEve.sign(second.text), 'who is no attester adds nothing').toMatchObject({ signed: 2, holds: false })
  expect(await byCat.sign(second.text)).toMatchObject({ signed: 3, holds: true })
  expect((await byCat.show()).attesters, 'not yet').not.toContain(eve.peer)

  await attest(mesh, [ann, cat, dan])
  await attest(mesh, [ann, dan, eve])
  expect((await byEve.show()).changes, 'she has heard of it').toMatchObject([{ number: 1, kind: 'joins', peerId: eve.peer, signed: 3 }])
  expect(eve.runtime.life.state.mode).toBe('synced')

  clockMs = nowMs + 8 * epochMs
  const height = epochOf(nowMs)
  expect(await byEve.show()).toMatchObject({ height, needed: 2, majority: 4, own: true })
  for (const hub of [ben, cat, dan]) mesh.unlink(ann, hub)
  await attest(mesh, [ann, eve])
  expect([ann, eve].map(({ runtime }) => [runtime.life.state.mode, runtime.fastSync.checkpoint])).toEqual([['pacemaker', height], ['pacemaker', height]])

  const fay = await add('fay', [])
  mesh.link(fay, eve)
  await joined(fay)
  expect(fay.runtime.fastSync.view).toMatchObject({ outcome: 'taken', certified: true, height })
  expect([ann, ben, cat, dan, eve, fay].flatMap(({ rejections }) => rejections)).toEqual([])
})

const joined = async (hub: MeshHub): Promise<void> => expect.poll(() => hub.runtime.fastSync.running, { timeout: 30_000, interval: 5 }).toBe(false)
