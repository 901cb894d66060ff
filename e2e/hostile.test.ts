/**
 * A hub among peers that break the rules of gossip/SPEC.md and message/SPEC.md. Each offence ends in its typed rejection in the log
 * of the hub that met it, is passed on to nobody, and honest hubs go on hearing each other.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromHex } from '../src/base/bytes.ts'
import { type Frame, frameBytesMax, gossipProtocol, gossipVersion } from '../src/gossip/frames.ts'
import { Header, SignedMessage } from '../src/message/message.pb.ts'
import type { MessageId, NetworkId } from '../src/message/types.ts'
import type { MessageDetail } from '../src/worker/api.ts'
import { expectCrossing } from './harness/crossing.ts'
import { waitUntil } from './harness/deadline.ts'
import { type HostilePeer, type HostileStream, openHostilePeer, withLength } from './harness/hostile-peer.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

/** G1 gives a silent stream 10 s. */
const silenceTimeoutMs = 15_000
/** Offences of one peer after which a hub that still greets it never will refuse it. */
const offencesMax = 10
const hugeFrameBytes = 10 * 1024 * 1024

const scene = createScene()
let tab: HubPage
let witness: HubPage
let network: NetworkId
let sample: MessageDetail

/** A hub that is attacked: where it is dialled, and what its log says. */
interface Victim {
  readonly address: string
  /** The codes against this peer. */
  readonly rejections: (peerId: string) => Promise<ReadonlyArray<string | null>>
}
const victims = new Map<string, Victim>()

beforeAll(async () => {
  const server = await scene.server()
  const browser = await scene.chromium()
  tab = await scene.hub(browser, server, { name: 'tab' })
  witness = await scene.hub(browser, server, { name: 'witness' })
  await expectCrossing(tab, witness)
  const status = await tab.status()
  network = status.network as NetworkId
  const id = await tab.post('an honest message')
  sample = (await tab.call('message', id))!
  const relay = await tab.waitFor('a reservation at the relay', async () => (await tab.status()).relays.find(({ state }) => state === 'reserved'))
  victims.set('a tab', {
    address: `${relay.address}/p2p-circuit/p2p/${status.peerId}`,
    rejections: async peerId => (await tab.call('events', { type: 'rejected', limit: 5_000 })).filter(({ peer }) => peer === peerId).map(({ code }) => code)
  })
  victims.set('the server', {
    address: relay.address,
    rejections: async peerId => server.logged().filter(({ type, peer }) => type === 'rejected' && peer === peerId).map(({ code }) => code as string)
  })
})
afterAll(() => scene.end())

interface Offence {
  readonly what: string
  readonly code: string
  readonly commit: (stream: HostileStream) => Promise<void>
}

const greet = (stream: HostileStream, change: { readonly version?: number, readonly network?: NetworkId } = {}): Promise<void> =>
  stream.sendFrame({ type: 'hello', version: gossipVersion, network, agent: 'hostile', links: 0, ...change })

/** A greeting as it should be, then the offence once the hub has answered. */
const afterGreeting = (offend: (stream: HostileStream) => Promise<void>) => async (stream: HostileStream): Promise<void> => {
  await greet(stream)
  await stream.heard()
  await offend(stream)
}

const offences: readonly Offence[] = [
  {
    what: '[G7] a message whose header was changed after signing', code: 'bad-signature',
    commit: afterGreeting(stream => stream.sendFrame(tampered(sample, 'header')))
  },
  {
    what: '[G7] a message whose body was changed after signing', code: 'body-mismatch',
    commit: afterGreeting(stream => stream.sendFrame(tampered(sample, 'body')))
  },
  {
    what: '[G7] a message of another network', code: 'wrong-network',
    commit: afterGreeting(stream => stream.sendFrame(tampered(sample, 'network')))
  },
  {
    what: '[G7] bytes that are no message', code: 'malformed',
    commit: afterGreeting(stream => stream.sendFrame({ type: 'gossip', message: noise('no message', 300), hops: 0 }))
  },
  { what: '[G2] a greeting of an unknown version', code: 'unsupported-version', commit: stream => greet(stream, { version: gossipVersion + 98 }) },
  { what: '[G2] a greeting of another network', code: 'wrong-network', commit: stream => greet(stream, { network: '00'.repeat(32) as NetworkId }) },
  {
    what: '[G1] a frame before the greeting', code: 'unexpected-frame',
    commit: stream => stream.sendFrame({ type: 'graft', ids: [sample.id as MessageId] })
  },
  { what: '[G4] a second greeting', code: 'unexpected-frame', commit: afterGreeting(stream => greet(stream)) },
  { what: '[G3] a frame of 10 MB', code: 'frame-too-large', commit: afterGreeting(stream => stream.send(withLength(new Uint8Array(hugeFrameBytes)))) },
  { what: '[G3] a frame of 10 MB instead of a greeting', code: 'frame-too-large', commit: stream => stream.send(withLength(new Uint8Array(hugeFrameBytes))) },
  { what: '[G3] a length without end', code: 'frame-too-large', commit: afterGreeting(stream => stream.send(new Uint8Array(64).fill(0xff))) },
  {
    what: '[G4] bytes that are no frame', code: 'frame-malformed',
    commit: afterGreeting(stream => stream.send(withLength(noise('no frame', 200))))
  },
  {
    what: '[G4] a frame that is one byte too long', code: 'frame-too-large',
    commit: afterGreeting(stream => stream.send(withLength(new Uint8Array(frameBytesMax + 1))))
  }
]

describe.each(['a tab', 'the server'])('a hub in %s meets', (where) => {
  const victim = (): Victim => victims.get(where)!
  let silent: { readonly peer: HostilePeer, readonly streams: readonly HostileStream[] }

  // While all of the others happen: ten seconds are not waited for apart.
  beforeAll(async () => {
    const peer = await hostilePeer(victim())
    silent = { peer, streams: await Promise.all([peer.stream(), peer.stream()]) }
  })

  test.each(offences)('$what, and rejects it as $code', async ({ code, commit }) => {
    // What was said before has arrived everywhere.
    await tab.waitFor('both hubs to hold the same', async () => new Set(await heldBy(tab, witness)).size === 1)
    const before = await heldBy(tab, witness)
    const peer = await hostilePeer(victim())
    const stream = await peer.stream()
    await commit(stream)
    await stream.ended()
    await rejected(victim(), peer, code)
    expect(await heldBy(tab, witness), 'nothing of it was kept or passed on').toEqual(before)
    await expectCrossing(tab, witness)
    await peer.stop()
  })

  test('random bytes on every protocol that it offers, and goes on working', async () => {
    const scout = await hostilePeer(victim())
    const protocols = await scout.protocols()
    await scout.stop()
    for (const protocol of protocols) {
      const peer = await hostilePeer(victim())
      // Some protocols are not for relayed connections: that the stream is refused is as good an end as any.
      const stream = await peer.stream(protocol).catch(() => undefined)
      for (const size of [1, 100, 5_000]) await stream?.send(noise(`${protocol} ${size}`, size))
      await expectCrossing(tab, witness)
      if (protocol === gossipProtocol) {
        await stream!.ended()
        await waitUntil({ what: 'a typed rejection' }, async () =>
          (await victim().rejections(peer.peerId)).some(code => code === 'frame-too-large' || code === 'frame-malformed'))
      }
      await peer.stop()
    }
  })

  test('[G7] a peer that offends again and again, and refuses to speak with it', async () => {
    const peer = await hostilePeer(victim())
    let greeted = 0
    while (greeted < offencesMax) {
      const stream = await peer.stream()
      await greet(stream)
      const answered = await Promise.race([stream.heard().then(() => true), stream.ended().then(() => false)])
      if (!answered) break
      greeted += 1
      await stream.sendFrame(tampered(sample, 'header'))
      await stream.ended()
      // The hub may end the connection too, sooner or later: only a new one leaves no doubt about what it answers.
      await peer.redial()
    }
    expect(greeted, 'one offence is not yet a reason').toBeGreaterThan(1)
    expect(greeted, 'greetings answered').toBeLessThan(offencesMax)
    await expectCrossing(tab, witness)
    await peer.stop()
  })

  test('[G1] streams that were opened before all that and left silent, and has ended them as stream-silent', async () => {
    for (const stream of silent.streams) await stream.ended(silenceTimeoutMs)
    await rejected(victim(), silent.peer, 'stream-silent')
    await expectCrossing(tab, witness)
    await silent.peer.stop()
  })
})

async function hostilePeer (victim: Victim): Promise<HostilePeer> {
  const peer = await openHostilePeer(victim.address)
  return scene.owns(peer, () => peer.stop())
}

/** Waits until the victim's log has this code against this peer. */
async function rejected (victim: Victim, peer: HostilePeer, code: string): Promise<void> {
  await waitUntil({ what: `${code} in the log against ${peer.peerId}`, evidence: async () => `It has: ${(await victim.rejections(peer.peerId)).join(', ')}` },
    async () => (await victim.rejections(peer.peerId)).includes(code))
}

/** How many messages these hubs have. */
async function heldBy (...hubs: readonly HubPage[]): Promise<number[]> {
  return Promise.all(hubs.map(async hub => (await hub.status()).messages))
}

/** The sample as its author never signed it. The header keeps its form, so that nothing but the check it is aimed at can find it. */
function tampered ({ raw }: MessageDetail, part: 'header' | 'body' | 'network'): Frame {
  const header = Header.decode(fromHex(raw.header)!)
  const body = fromHex(raw.body!)!
  if (part === 'header') header.timestamp += 1
  if (part === 'network') header.network = new Uint8Array(32)
  if (part === 'body') {
    // Another id too: a message that the hub already has is a duplicate, and is not looked at again (G8).
    header.timestamp += 2
    body[body.length - 1] = body.at(-1)! ^ 1
  }
  const message = SignedMessage.encode({ header: Header.encode(header), body, signature: fromHex(raw.signature)! })
  return { type: 'gossip', message, hops: 0 }
}

/** The same bytes in every run, without any pattern. */
function noise (seed: string, size: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, block) => createHash('sha256').update(`${seed} ${block}`).digest())
  return new Uint8Array(Buffer.concat(blocks).subarray(0, size))
}
