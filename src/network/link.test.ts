import '../node/compat.ts'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { streamPair } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { decodeFrame, encodeFrame, frameBytesMax, gossipVersion, type Frame } from '../gossip/frames.ts'
import type { PeerId } from '../base/peer.ts'
import type { MessageId, NetworkId } from '../message/types.ts'
import { createFrameStream, queuedBytesMax, type FrameStream } from './frame-stream.ts'
import { openLink, pathOf, oneWayAfterMs, pingIntervalMs, transportOf, type Link, type LinkEnd, type LinkFrame, type LinkOptions } from './link.ts'

const network = 'ab'.repeat(32) as NetworkId
const hello = { type: 'hello', version: gossipVersion, network, agent: 'the other', links: 2 } as const
const ihave: Frame = { type: 'ihave', ids: ['cd'.repeat(32) as MessageId] }
const peer = peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(7)))

function connectionBy (address: string, limited = false): Connection {
  return { remotePeer: peer, remoteAddr: multiaddr(address), limits: limited ? { bytes: 1n } : undefined } as unknown as Connection
}

interface Setting {
  /** The neighbour's end of the stream, by hand. */
  readonly neighbour: FrameStream
  readonly opening: ReturnType<typeof openLink>
  readonly received: LinkFrame[]
  nowMs: number
}

async function start (options: Partial<LinkOptions> = {}): Promise<Setting> {
  const [ours, theirs] = await streamPair()
  onTestFinished(() => { ours.abort(new Error('test over')) })
  const received: LinkFrame[] = []
  const setting: Setting = {
    neighbour: createFrameStream(theirs),
    received,
    nowMs: 1_000,
    opening: openLink({
      stream: ours, connection: connectionBy('/ip4/127.0.0.1/tcp/1/ws'), network, agent: 'this one', isOpener: true, links: () => 3, admit: () => ({ ok: true }),
      now: () => setting.nowMs,
      onFrame: async (frame) => { received.push(frame) },
      ...options
    })
  }
  return setting
}

async function up (options: Partial<LinkOptions> = {}): Promise<Setting & { readonly link: Link }> {
  const setting = await start(options)
  setting.neighbour.send(encodeFrame(hello))
  const opened = await setting.opening
  if ('end' in opened) throw new Error(opened.end.sentence)
  opened.run()
  onTestFinished(async () => opened.link.close())
  return Object.assign(setting, { link: opened.link })
}

/** The next frame of a type that the neighbour gets. */
async function nextOf (neighbour: FrameStream, type: Frame['type']): Promise<Frame> {
  for (;;) {
    const read = await neighbour.read()
    if (read.type !== 'frame') throw new Error(`the link ended while waiting for a ${type}`)
    const decoded = decodeFrame(read.bytes)
    if (!decoded.ok) throw new Error(decoded.code)
    if (decoded.value.type === type) return decoded.value
  }
}

async function endOf ({ opening }: Setting): Promise<LinkEnd> {
  const opened = await opening
  if (!('end' in opened)) throw new Error('a link came of it')
  return opened.end
}

describe('the greeting', () => {
  test('[G1][G5] both greet first; then the link is up, knows the other\'s agent, and hands frames on', async () => {
    const { neighbour, link, received } = await up()
    expect(await nextOf(neighbour, 'hello')).toEqual({ type: 'hello', version: gossipVersion, network, agent: 'this one', links: 3 })
    expect(link).toMatchObject({ peer: peer.toString(), agent: 'the other', path: 'server', transport: 'ws', since: 1_000, rttMs: null })
    neighbour.send(encodeFrame(ihave))
    await expect.poll(() => received, { interval: 1 }).toEqual([ihave])
  })

  test('[G1] a stream on which none comes ends as silent', async () => {
    const setting = await start({ helloWithinMs: 20 })
    expect(await endOf(setting)).toMatchObject({ code: 'stream-silent' })
  })

  test('[G1] [V3] who answers reads the other\'s greeting first, and lets it in or says that there is no place', async () => {
    const asked: unknown[] = []
    const admitted = await start({ isOpener: false, admit: (who, links) => { asked.push(who, links); return { ok: true } } })
    admitted.neighbour.send(encodeFrame(hello))
    expect(await nextOf(admitted.neighbour, 'hello')).toMatchObject({ agent: 'this one', links: 3 })
    expect(await admitted.opening).toHaveProperty('link')
    expect(asked).toEqual([peer.toString(), hello.links])

    const others = [`12D3KooW${'a'.repeat(44)}`, `12D3KooW${'b'.repeat(44)}`] as PeerId[]
    const full = await start({ isOpener: false, admit: () => ({ ok: false, others }) })
    full.neighbour.send(encodeFrame(hello))
    expect(await nextOf(full.neighbour, 'full')).toEqual({ type: 'full', others })
    void full.neighbour.close()
    expect(await endOf(full)).toMatchObject({ code: 'full' })
  })

  test('[V3] who asked and hears `full` learns who may have a place', async () => {
    const others = [`12D3KooW${'a'.repeat(44)}`] as PeerId[]
    const setting = await start()
    setting.neighbour.send(encodeFrame({ type: 'full', others }))
    void setting.neighbour.close()
    expect(await endOf(setting)).toMatchObject({ code: 'full', others })
  })

  test('[G2] who answers a hub of another network greets all the same, so that it knows why', async () => {
    const setting = await start({ isOpener: false })
    setting.neighbour.send(encodeFrame({ ...hello, network: 'cd'.repeat(32) as NetworkId }))
    expect(await nextOf(setting.neighbour, 'hello')).toMatchObject({ network })
    void setting.neighbour.close()
    expect(await endOf(setting)).toMatchObject({ code: 'wrong-network' })
  })

  test('[G1] half a greeting does not count', async () => {
    const [ours, theirs] = await streamPair()
    const opening = openLink({
      stream: ours, connection: connectionBy('/ip4/127.0.0.1/tcp/1/ws'), network, agent: '', isOpener: true, links: () => 0, admit: () => ({ ok: true }), now: () => 0, onFrame: async () => undefined, helloWithinMs: 20
    })
    theirs.send(Uint8Array.of(50, 1, 2, 3))
    expect(await opening).toMatchObject({ end: { code: 'stream-silent' } })
  })

  test.for<[string, Uint8Array, LinkEnd['code']]>([
    ['[G1] another frame first', encodeFrame(ihave), 'unexpected-frame'],
    ['[G1] a ping first', encodeFrame({ type: 'ping', nonce: 1 }), 'unexpected-frame'],
    ['[G2] a later version', encodeFrame({ ...hello, version: gossipVersion + 1 }), 'unsupported-version'],
    ['[G2] no version', encodeFrame({ ...hello, version: 0 }), 'unsupported-version'],
    ['[G2] another network', encodeFrame({ ...hello, network: 'cd'.repeat(32) as NetworkId }), 'wrong-network'],
    ['[G4] junk', Uint8Array.of(255, 1), 'frame-malformed']
  ])('%s ends the stream', async ([, bytes, code]) => {
    const setting = await start()
    setting.neighbour.send(bytes)
    expect(await endOf(setting)).toMatchObject({ code })
    await expect(nextOf(setting.neighbour, 'ping')).rejects.toThrow()
    expect(setting.received).toEqual([])
  })

  test('[G3] a greeting that is too large is refused as it is announced', async () => {
    const setting = await start()
    setting.neighbour.send(new Uint8Array(frameBytesMax + 1))
    expect(await endOf(setting)).toMatchObject({ code: 'frame-too-large' })
  })

  test('a neighbour that goes before it greets is nobody\'s offence', async () => {
    const setting = await start()
    setting.neighbour.abort(new Error('gone'))
    expect((await endOf(setting)).code).toBeUndefined()
  })
})

describe('the link', () => {
  test('[V4] given up here says who may have a place, and is nobody\'s offence', async () => {
    const others = [`12D3KooW${'a'.repeat(44)}`] as PeerId[]
    const { neighbour, link } = await up()
    const parted = link.part(others)
    expect(await nextOf(neighbour, 'full')).toEqual({ type: 'full', others })
    await Promise.all([parted, neighbour.close()])
    expect((await link.ended).code).toBeUndefined()
  })

  test('[V4] given up there ends with the names', async () => {
    const others = [`12D3KooW${'a'.repeat(44)}`] as PeerId[]
    const { neighbour, link } = await up()
    neighbour.send(encodeFrame({ type: 'full', others }))
    expect(await link.ended).toMatchObject({ code: 'full', others })
  })

  test('[G4] ends by a second hello', async () => {
    const { neighbour, link } = await up()
    neighbour.send(encodeFrame(hello))
    expect(await link.ended).toMatchObject({ code: 'unexpected-frame' })
  })

  test('[G4] ends by bytes that are no frame, after those before it were handed on', async () => {
    const { neighbour, link, received } = await up()
    neighbour.send(encodeFrame(ihave))
    neighbour.send(Uint8Array.of(255, 1))
    neighbour.send(encodeFrame(ihave))
    expect(await link.ended).toMatchObject({ code: 'frame-malformed' })
    expect(received).toEqual([ihave])
    expect(link.send(ihave)).toBe('closed')
  })

  test('[G3] ends by a frame that is too large', async () => {
    const { neighbour, link } = await up()
    neighbour.send(new Uint8Array(frameBytesMax + 1))
    expect(await link.ended).toMatchObject({ code: 'frame-too-large' })
  })

  test('hands on the next frame when the handler is done with this one', async () => {
    const waiting: Array<() => void> = []
    const handled: LinkFrame[] = []
    const { neighbour } = await up({
      onFrame: async (frame) => {
        handled.push(frame)
        await new Promise<void>((resolve) => { waiting.push(resolve) })
      }
    })
    const frames = ['11', '22', '33'].map((byte): Frame => ({ type: 'graft', ids: [byte.repeat(32) as MessageId] }))
    for (const frame of frames) neighbour.send(encodeFrame(frame))
    for (let count = 1; count <= 3; count += 1) {
      await expect.poll(() => waiting.length, { interval: 1 }).toBe(1)
      expect(handled).toEqual(frames.slice(0, count))
      waiting.shift()?.()
    }
  })

  test('[G16] ends by a neighbour that sends more than can be handled', async () => {
    const stuck = Promise.withResolvers<undefined>()
    const { neighbour, link } = await up({ onFrame: async () => stuck.promise })
    const large = encodeFrame({ type: 'gossip', message: new Uint8Array(16_000), hops: 0 })
    for (let sent = 0; sent < 5_000_000;) {
      if (neighbour.send(large) === 'queued') sent += large.byteLength
      else await new Promise((resolve) => { setImmediate(resolve) })
      if (neighbour.send(large) === 'closed') break
    }
    stuck.resolve(undefined)
    expect(await link.ended).toMatchObject({ code: 'inbound-overflow' })
  })

  test('[G15] says what it does not take', async () => {
    const { link } = await up()
    const large: Frame = { type: 'gossip', message: new Uint8Array(16_000), hops: 0 }
    let taken = 0
    while (taken < 100 && link.send(large) === 'queued') taken += 1
    expect(link.send(large)).toBe('congested')
    expect(taken * 16_000).toBeLessThanOrEqual(queuedBytesMax)
  })

  test('ends with the code for which it was rejected, once', async () => {
    const { neighbour, link } = await up()
    link.reject('bad-signature', 'A bad signature.')
    link.reject('malformed', 'Something else.')
    expect(await link.ended).toEqual({ code: 'bad-signature', sentence: 'A bad signature.' })
    await expect(nextOf(neighbour, 'gossip')).rejects.toThrow()
  })

  test('[G5] ends without a code when either side closes it', async () => {
    const closedHere = await up()
    await Promise.all([closedHere.link.close(), closedHere.neighbour.close()])
    expect((await closedHere.link.ended).code).toBeUndefined()
    const closedThere = await up()
    void closedThere.neighbour.close()
    expect((await closedThere.link.ended).code).toBeUndefined()
  })

  test('a handler that fails ends the link, and is nobody\'s offence', async () => {
    const { neighbour, link } = await up({ onFrame: async () => Promise.reject(new Error('broken here')) })
    neighbour.send(encodeFrame(ihave))
    expect((await link.ended).code).toBeUndefined()
  })
})

describe('[G20] pings', () => {
  test('a ping is answered with its number', async () => {
    const { neighbour } = await up()
    neighbour.send(encodeFrame({ type: 'ping', nonce: 4_294_967_295 }))
    expect(await nextOf(neighbour, 'pong')).toEqual({ type: 'pong', nonce: 4_294_967_295 })
  })

  test('the round trip is smoothed over pongs; one counts a ping, and only with its number', async () => {
    const beat = fakeHeartbeat()
    const setting = await up()
    const { neighbour, link, received } = setting
    const pong = (nonce: number): void => { neighbour.send(encodeFrame({ type: 'pong', nonce })) }
    const first = await nextOf(neighbour, 'ping') as Extract<Frame, { type: 'ping' | 'pong' }>
    setting.nowMs += 100
    pong(first.nonce + 7)
    neighbour.send(encodeFrame(ihave))
    await expect.poll(() => received.length, { interval: 1 }).toBe(1)
    expect(link.rttMs).toBeNull()
    pong(first.nonce)
    await expect.poll(() => link.rttMs, { interval: 1 }).toBe(100)
    setting.nowMs += 50
    pong(first.nonce)
    neighbour.send(encodeFrame(ihave))
    await expect.poll(() => received.length, { interval: 1 }).toBe(2)
    expect(link.rttMs).toBe(100)
    beat()
    const second = await nextOf(neighbour, 'ping') as Extract<Frame, { type: 'ping' | 'pong' }>
    expect(second.nonce).not.toBe(first.nonce)
    setting.nowMs += 200
    pong(second.nonce)
    await expect.poll(() => link.rttMs, { interval: 1 }).toBe(125)
  })

  test('a link is one-way while frames come and pings of 12 s are unanswered, and any late pong ends that', async () => {
    const beat = fakeHeartbeat()
    const setting = await up()
    const { neighbour, link, received } = setting
    const first = await nextOf(neighbour, 'ping') as Extract<Frame, { type: 'ping' | 'pong' }>
    setting.nowMs += 5_000
    beat()
    setting.nowMs += oneWayAfterMs - 5_000
    expect(link.oneWay).toBe(false)
    neighbour.send(encodeFrame(ihave))
    await expect.poll(() => received.length, { interval: 1 }).toBe(1)
    expect(link.oneWay).toBe(true)
    neighbour.send(encodeFrame({ type: 'pong', nonce: first.nonce }))
    await expect.poll(() => link.oneWay, { interval: 1 }).toBe(false)
    expect(link.rttMs).toBe(oneWayAfterMs)
  })

  test('a link on which nothing comes for 20 s ends as silent; anything that comes keeps it', async () => {
    const beat = fakeHeartbeat()
    const setting = await up()
    const { neighbour, link, received } = setting
    setting.nowMs += 15_000
    neighbour.send(encodeFrame(ihave))
    await expect.poll(() => received.length, { interval: 1 }).toBe(1)
    setting.nowMs += 20_000
    beat()
    expect(link.send(ihave)).toBe('queued')
    setting.nowMs += 1
    beat()
    expect(link.send(ihave)).toBe('closed')
    expect(await link.ended).toMatchObject({ code: 'link-silent' })
  })
})

/** Hearts beat when the test says so. Only their timers are taken over: streams go on by real ones. */
function fakeHeartbeat (): () => void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => { vi.useRealTimers() })
  return () => { vi.advanceTimersByTime(pingIntervalMs) }
}

test('a path is told from the connection', () => {
  const relay = `/ip4/127.0.0.1/tcp/1/ws/p2p/${peer.toString()}`
  const tell = (connection: Connection): string[] => [pathOf(connection), transportOf(connection)]
  expect(tell(connectionBy(`${relay}/p2p-circuit`, true))).toEqual(['relayed', 'p2p-circuit'])
  expect(tell(connectionBy(`${relay}/p2p-circuit/webrtc`))).toEqual(['direct', 'webrtc'])
  expect(tell(connectionBy('/webrtc'))).toEqual(['direct', 'webrtc'])
  expect(tell(connectionBy(relay))).toEqual(['server', 'ws'])
})
