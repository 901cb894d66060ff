import './compat.ts'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { MultiaddrConnection, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createComponentLogger } from '../network/component-logger.ts'
import { webSocketDoor } from './websocket-door.ts'

const remoteAddress = multiaddr('/ip4/192.0.2.1/tcp/1/ws')
/** More than the kernel's buffers and ours hold together. */
const floodBytes = 32 << 20
const chunk = new Uint8Array(64 << 10).fill(7)

interface Ends {
  readonly client: WebSocket
  /** The server's side, and what the door made of it. */
  readonly socket: WebSocket
  readonly connection: MultiaddrConnection
}

/** A WebSocket that went through the door, to an upgrader that does as told: nothing, unless told otherwise. */
async function open (upgradeInbound: Upgrader['upgradeInbound'] = async () => new Promise(() => undefined)): Promise<Ends> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const ends = new Promise<Omit<Ends, 'client'>>((resolve) => {
    server.on('connection', (socket) => {
      const upgrader = {
        upgradeInbound: async (connection: MultiaddrConnection, options: Parameters<Upgrader['upgradeInbound']>[1]) => {
          resolve({ socket, connection })
          await upgradeInbound(connection, options)
        }
      } as Upgrader
      webSocketDoor()({ upgrader, logger: createComponentLogger(() => undefined) }).accept(socket, remoteAddress)
    })
  })
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(client, 'open')
  return { client, ...await ends }
}

test('the upgrader gets an inbound connection from the peer\'s own address, and bytes go both ways', async () => {
  const { client, connection } = await open()
  expect(connection.direction).toBe('inbound')
  expect(connection.remoteAddr.equals(remoteAddress)).toBe(true)
  const heard = once(client, 'message')
  connection.send(new Uint8Array([1, 2]))
  expect(await heard).toEqual([Buffer.from([1, 2]), true])
  const received = new Promise(resolve => connection.addEventListener('message', ({ data }) => resolve([...data.subarray()])))
  client.send(new Uint8Array([3, 4]))
  expect(await received).toEqual([3, 4])
})

test('a peer that reads nothing makes the sender wait, and gets everything once it reads', async () => {
  const { client, connection } = await open()
  let received = 0
  client.on('message', (data: Buffer) => { received += data.length })
  client.pause()
  let sent = 0
  let full = false
  while (!full && sent < floodBytes) {
    full = !connection.send(chunk)
    sent += chunk.length
  }
  expect(full).toBe(true)
  client.resume()
  await connection.onDrain()
  await expect.poll(() => received).toBe(sent)
})

test('a paused connection holds its peer back, and loses nothing', async () => {
  const { client, connection, socket } = await open()
  let received = 0
  connection.addEventListener('message', ({ data }) => { received += data.byteLength })
  connection.pause()
  for (let sent = 0; sent < floodBytes; sent += chunk.length) client.send(chunk)
  // Were it read on, the connection would be aborted: 4 MiB are all that it stores.
  expect(socket.isPaused).toBe(true)
  expect(received).toBe(0)
  connection.resume()
  await expect.poll(() => received).toBe(floodBytes)
})

test('closing tells the peer, an abort cuts it off, and both notice an end from the other side', async () => {
  const closing = await open()
  const closed = once(closing.client, 'close')
  await closing.connection.close()
  expect((await closed)[0]).toBe(1005)

  const aborting = await open()
  const cut = once(aborting.client, 'close')
  aborting.connection.abort(new Error('test'))
  expect((await cut)[0]).toBe(1006)

  const left = await open()
  left.client.close()
  await expect.poll(() => left.connection.status).toBe('closed')
  const lost = await open()
  lost.client.terminate()
  await expect.poll(() => lost.connection.status).toBe('reset')
})

test('a peer that fails the handshake is hung up on', async () => {
  let fail = (_reason: Error): void => undefined
  const { client } = await open(async () => new Promise((_resolve, reject) => { fail = reject }))
  const closed = once(client, 'close')
  fail(new Error('not libp2p'))
  expect((await closed)[0]).toBe(1006)
})
