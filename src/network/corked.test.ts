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
    const taken = data.subarray()
    const wantsMore = send(data)
    sent.push(taken)
    return wantsMore
  }
  return sent
}

async function corkedPair (): Promise<{ near: MessageStream, far: MessageStream, sent: Uint8Array[] }> {
  const [near, far] = await streamPair()
  const sent = sentBy(near)
  cork(near, near)
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

  test('sends what waits before it is closed or aborted, and nothing after', async () => {
    for (const isAborted of [false, true]) {
      const { near, sent } = await corkedPair()
      near.send(bytes(1))
      if (isAborted) near.abort(new Error('enough'))
      else await near.close()
      expect(() => near.send(bytes(2))).toThrow()
      await stepsOfPromises(30)
      expect(sent).toEqual([bytes(1)])
    }
  })

  test('is aborted, and ends, where the stream below takes no more', async () => {
    for (const end of [async () => stepsOfPromises(30), async (near: MessageStream) => near.close()]) {
      const [near] = await streamPair()
      near.send = () => { throw new Error('no more') }
      cork(near, near)
      near.send(bytes(1))
      await end(near)
      expect(near.status).toBe('aborted')
    }
  })
})

interface NoisePair { readonly near: MessageStream, readonly sent: Uint8Array[], readonly connection: MessageStream, readonly other: MessageStream }

async function noisePair (): Promise<NoisePair> {
  const [near, far] = await streamPair()
  const sent = sentBy(near)
  const [key, otherKey] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const encrypterOf = (privateKey: typeof key): ReturnType<ReturnType<typeof corked>> =>
    corked(noise())({ privateKey, peerId: peerIdFromPrivateKey(privateKey), logger: defaultLogger(), upgrader: { getStreamMuxers: () => new Map() } } as never)
  const [{ connection }, { connection: other }] = await Promise.all([encrypterOf(key).secureOutbound(near), encrypterOf(otherKey).secureInbound(far)])
  return { near, sent, connection, other }
}

async function arrivedAt (other: MessageStream, byteLength: number): Promise<void> {
  let arrived = 0
  return new Promise((resolve) => {
    other.addEventListener('message', ({ data }) => {
      arrived += data.byteLength
      if (arrived === byteLength) resolve()
    })
  })
}

test('[N8] noise over it is one message for what is written together, length and all, and arrives whole', async () => {
  const { sent, connection, other } = await noisePair()
  const handshake = sent.length
  const whole = arrivedAt(other, 400)
  for (let count = 0; count < 20; count += 1) connection.send(new Uint8Array(20))
  await whole
  expect(sent.slice(handshake).map(({ byteLength }) => byteLength)).toEqual([2 + 400 + 16])
})

test('[N8] last words arrive, though libp2p closes the connection below the encrypted one as soon as they are written', async () => {
  const { near, connection, other } = await noisePair()
  const whole = arrivedAt(other, 20)
  connection.send(new Uint8Array(20))
  await near.close()
  await whole
})
