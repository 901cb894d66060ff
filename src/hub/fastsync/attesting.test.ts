import { beforeEach, expect, test } from 'vitest'
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
import { createMesh, type MeshHub } from '../fixtures/mesh.ts'
import { createStreamPair, type CarriedFrame } from '../fixtures/sync-streams.ts'
import { createPen } from '../messages/fixtures/shelf.ts'
import { deflate } from './compression.ts'
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
  async function add (name: string, messages: readonly Message[] = history, signer?: Signer): Promise<MeshHub> {
    const options = signer && { signer: async () => signer }
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
  await expect.poll(() => dan.runtime.fastSync.running, { interval: 5 }).toBe(false)
  expect(dan.runtime.fastSync.view).toMatchObject({ outcome: 'taken', certified: true, height, messagesKept: history.length })
  expect([ann, ben, cat, dan].flatMap(({ rejections }) => rejections)).toEqual([])
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
  await attest(mesh, [ben])
  // What ben would answer, with a signature of ann's key that ann never made.
  ben.runtime.fastSync.accept('eve' as PeerId, far)
  probe.send(Uint8Array.of(1))
  const answer = await probe.read()
  if (answer.type !== 'frame') throw new Error('ben serves')
  const inflated = new Uint8Array(await new Response(new Blob([answer.bytes.slice(1)]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer())
  const forged = await deflate(new Uint8Array([...inflated.subarray(0, checkpointBytes), ...annKey, ...new Uint8Array(64).fill(3)]))
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
