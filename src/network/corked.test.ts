import '../node/compat.ts'
import { noise } from '@libp2p/noise'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { MessageStream } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { streamPair } from '@libp2p/utils'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, test } from 'vitest'
import { cork, corked } from './corked.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** What goes over the stream below, message by message. */
function sentBy (stream: MessageStream): Uint8Array[] {
  const sent: Uint8Array[] = []
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    sent.push(data.subarray())
    return send(data)
  }
  return sent
}

async function corkedPair (): Promise<{ near: MessageStream, far: MessageStream, sent: Uint8Array[] }> {
  const [near, far] = await streamPair()
  const sent = sentBy(near)
  cork(near)
  return { near, far, sent }
}

const stepsOfPromises = async (count: number): Promise<void> => { for (let step = 0; step < count; step += 1) await Promise.resolve() }

describe('[N8] a corked connection', () => {
  test('sends together, and in order, what is written within some steps of promises', async () => {
    const { near, sent } = await corkedPair()
    near.send(bytes(1, 2))
    near.send(new Uint8ArrayList(bytes(3), bytes(4)))
    await stepsOfPromises(5)
    near.send(bytes(5))
    expect(sent).toEqual([])
    await stepsOfPromises(30)
    near.send(bytes(6))
    await stepsOfPromises(30)
    expect(sent).toEqual([bytes(1, 2, 3, 4, 5), bytes(6)])
  })

  test('holds back no more than one message of noise', async () => {
    const { near, sent } = await corkedPair()
    near.send(new Uint8Array(60_000))
    expect(sent).toEqual([])
    near.send(new Uint8Array(6_000))
    expect(sent.map(({ byteLength }) => byteLength)).toEqual([66_000])
  })

  test('says when the stream below wants no more', async () => {
    const { near } = await corkedPair()
    expect(near.send(bytes(1))).toBe(true)
    Object.defineProperty(near, 'writableNeedsDrain', { value: true })
    expect(near.send(bytes(2))).toBe(false)
  })

  test('sends what waits before it closes, and nothing once it is aborted', async () => {
    const closing = await corkedPair()
    closing.near.send(bytes(1))
    await closing.near.close()
    expect(closing.sent).toEqual([bytes(1)])
    expect(() => closing.near.send(bytes(2))).toThrow()

    const aborted = await corkedPair()
    aborted.near.send(bytes(1))
    aborted.near.abort(new Error('enough'))
    await stepsOfPromises(30)
    expect(aborted.sent).toEqual([])
  })
})

test('[N8] noise over it is one message for what is written together, length and all, and arrives whole', async () => {
  const [near, far] = await streamPair()
  const sent = sentBy(near)
  const [key, otherKey] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const encrypterOf = (privateKey: typeof key): ReturnType<ReturnType<typeof corked>> =>
    corked(noise())({ privateKey, peerId: peerIdFromPrivateKey(privateKey), logger: defaultLogger(), upgrader: { getStreamMuxers: () => new Map() } } as never)
  const [{ connection }, { connection: other }] = await Promise.all([encrypterOf(key).secureOutbound(near), encrypterOf(otherKey).secureInbound(far)])
  const handshake = sent.length
  let arrived = 0
  const whole = new Promise<void>((resolve) => {
    other.addEventListener('message', ({ data }) => {
      arrived += data.byteLength
      if (arrived === 400) resolve()
    })
  })
  for (let count = 0; count < 20; count += 1) connection.send(new Uint8Array(20))
  await whole
  expect(sent.slice(handshake).map(({ byteLength }) => byteLength)).toEqual([2 + 400 + 16])
})
