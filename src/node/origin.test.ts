import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { HubError } from '../base/errors.ts'
import { ask, askUpgrade, startTestOrigin, temporaryFolder, testGenesis, testNetwork } from './fixtures/origin.ts'
import { contentSecurityPolicy } from './page.ts'
import { socketsPerAddressMax } from './upgrades.ts'
import { frameBytesMax } from './websocket-door.ts'

describe('routes', () => {
  test('the page comes with its policy; hashed files are kept for ever, others are asked for again', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    const index = await ask(port, '/')
    expect(index).toMatchObject({ status: 200, headers: { 'content-security-policy': contentSecurityPolicy, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' } })
    expect(index.text).toContain('<title>Hubbub</title>')
    const asset = await ask(port, '/assets/index-0123.js')
    expect(asset).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable', 'content-security-policy': contentSecurityPolicy } })
    expect(await ask(port, '/', { 'If-None-Match': index.headers.etag ?? '' })).toMatchObject({ status: 304 })
  })

  test('what is not there is 404, also outside of the page\'s folder', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    for (const path of ['/nothing', '/../data/relay.key', '/..%2fdata/relay.key', '/%2e%2e/data/relay.key', '/assets/../../data/relay.key', '/%', '//', '*']) {
      expect((await ask(port, path)).status, path).toBe(404)
    }
  })

  test('only GET and HEAD are answered', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    expect(await ask(port, '/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
    expect(await ask(port, '/network.json', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  })

  test('/healthz answers under any name', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    const answer = await ask(port, '/healthz', { Host: 'anything' })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({ ok: true })
  })

  test('/metrics counts the relay, upgrades, the hub and the process', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished, {}, { attachHub: async () => ({ status: () => ({ messages: 7 }), stop: async () => undefined }) })
    await askUpgrade(port)
    await askUpgrade(port, { Origin: 'https://evil.example' })
    const { text, headers } = await ask(port, '/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain/)
    for (const line of [
      'hubbub_relay_reservations 0', 'hubbub_relay_circuits 0', 'hubbub_hub_messages 7', 'hubbub_websocket_upgrades_total{outcome="accepted"} 1',
      'hubbub_websocket_upgrades_total{outcome="refused-origin"} 1'
    ]) expect(text).toContain(line)
    expect(text).toMatch(/^hubbub_relay_connections \d/m)
    expect(text).toMatch(/^process_cpu_seconds_total /m)
  })
})

describe('/network.json', () => {
  test('says the network, and the relay under the name that was asked for', async ({ onTestFinished }) => {
    const { port, peerId } = await startTestOrigin(onTestFinished, { iceServers: [{ urls: 'stun:a.example' }] })
    const relaysOf = async (Host: string): Promise<unknown> => (JSON.parse((await ask(port, '/network.json', { Host })).text) as { relays: unknown }).relays
    expect(JSON.parse((await ask(port, '/network.json')).text)).toEqual({
      genesis: testGenesis, network: testNetwork, relays: [`/ip4/127.0.0.1/tcp/${port}/ws/p2p/${peerId}`], iceServers: [{ urls: 'stun:a.example' }]
    })
    expect(await relaysOf('localhost:9999')).toEqual([`/dns4/localhost/tcp/9999/ws/p2p/${peerId}`])
    expect(await relaysOf('[::1]:9999')).toEqual([`/ip6/::1/tcp/9999/ws/p2p/${peerId}`])
    expect(await relaysOf('localhost')).toEqual([`/dns4/localhost/tcp/80/ws/p2p/${peerId}`])
  })

  test('X-Forwarded-Proto counts only when the proxy is trusted; the public address always', async ({ onTestFinished }) => {
    const headers = { Host: 'localhost', 'X-Forwarded-Proto': 'https' }
    const relayOf = async (port: number, asked: Record<string, string>): Promise<string | undefined> =>
      (JSON.parse((await ask(port, '/network.json', asked)).text) as { relays: string[] }).relays[0]
    const plain = await startTestOrigin(onTestFinished)
    expect(await relayOf(plain.port, headers)).toBe(`/dns4/localhost/tcp/80/ws/p2p/${plain.peerId}`)
    const trusting = await startTestOrigin(onTestFinished, { trustProxy: true })
    expect(await relayOf(trusting.port, headers)).toBe(`/dns4/localhost/tcp/443/tls/ws/p2p/${trusting.peerId}`)
    const named = await startTestOrigin(onTestFinished, { url: new URL('https://hub.example.org') })
    expect(await relayOf(named.port, { Host: 'hub.example.org' })).toBe(`/dns4/hub.example.org/tcp/443/tls/ws/p2p/${named.peerId}`)
    expect(named.libp2p.getMultiaddrs()[0]?.toString()).toBe(`/dns4/hub.example.org/tcp/443/tls/ws/p2p/${named.peerId}`)
  })

  test('pages of listed origins may read it, others may not', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished, { allowedOrigins: ['https://pages.example'] })
    expect((await ask(port, '/network.json', { Origin: 'https://pages.example' })).headers['access-control-allow-origin']).toBe('https://pages.example')
    expect((await ask(port, '/network.json', { Origin: 'https://evil.example' })).headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('refusals', () => {
  test('a name that is not ours is refused, on every route and for WebSockets', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    for (const path of ['/', '/network.json', '/metrics', '/assets/index-0123.js']) {
      expect((await ask(port, path, { Host: `evil.example:${port}` })).status, path).toBe(403)
    }
    expect(await askUpgrade(port, { Host: `evil.example:${port}` })).toBe(403)
  })

  test('WebSockets: our pages and programs get in, pages of others and other paths do not', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    expect(await askUpgrade(port)).toBe(101)
    expect(await askUpgrade(port, { Origin: `http://localhost:${port}` })).toBe(101)
    expect(await askUpgrade(port, { Origin: 'https://evil.example' })).toBe(403)
    expect(await askUpgrade(port, { Origin: 'null' })).toBe(403)
    expect(await askUpgrade(port, {}, '/other')).toBe(404)
    const open = await startTestOrigin(onTestFinished, { allowedOrigins: '*' })
    expect(await askUpgrade(open.port, { Origin: 'https://pages.example' })).toBe(101)
  })

  test('one address gets only so many WebSockets, and its place back when it leaves', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished, { trustProxy: true })
    const open = async (address: string): Promise<WebSocket> => new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { 'X-Forwarded-For': `1.1.1.1, ${address}` } })
      socket.on('open', () => resolve(socket))
      socket.on('error', reject)
    })
    // One /64 is one address.
    const sockets = await Promise.all(Array.from({ length: socketsPerAddressMax }, async (_, index) => open(`2001:db8:0:1::${index.toString(16)}`)))
    await expect(open('2001:db8:0:1:ffff::1')).rejects.toThrow('429')
    for (const other of ['2001:db8:0:2::1', '203.0.113.9']) (await open(other)).terminate()
    await expect.poll(async () => open('203.0.113.9').then(() => 'open', String)).toBe('open')
    const first = sockets[0]
    if (first == null) throw new Error('there are none')
    await new Promise(resolve => first.on('close', resolve).close())
    await expect.poll(async () => open('2001:db8:0:1:ffff::1').then(() => 'open', String)).toBe('open')
  })

  test('a frame above the limit and a text frame end the connection', async ({ onTestFinished }) => {
    const { port } = await startTestOrigin(onTestFinished)
    const closedAfter = async (data: string | Uint8Array): Promise<number> => new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      socket.on('open', () => socket.send(data))
      socket.on('close', resolve)
      socket.on('error', reject)
    })
    expect(await closedAfter(new Uint8Array(frameBytesMax + 1))).toBe(1009)
    expect(await closedAfter('hello')).toBe(1006)
  })
})

describe('starting and stopping', () => {
  test('a port in use, an address that is not ours and an unusable folder are told by code', async ({ onTestFinished }) => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(async () => new Promise(resolve => taken.close(() => resolve())))
    const { port } = taken.address() as AddressInfo
    await expect(startTestOrigin(onTestFinished, { port })).rejects.toMatchObject({ code: 'port-in-use' })
    await expect(startTestOrigin(onTestFinished, { host: '203.0.113.1' })).rejects.toMatchObject({ code: 'address-invalid' })
    const file = join(await temporaryFolder(onTestFinished), 'file')
    await writeFile(file, '')
    await expect(startTestOrigin(onTestFinished, { dataFolder: file })).rejects.toMatchObject({ code: 'data-folder-unusable' })
  })

  test('what fails to start leaves nothing running: the port is free again', async ({ onTestFinished }) => {
    const { port, stop } = await startTestOrigin(onTestFinished)
    await stop()
    const failing = { openPage: async () => Promise.reject(new HubError('build-failed', 'no page')) }
    await expect(startTestOrigin(onTestFinished, { port }, failing)).rejects.toMatchObject({ code: 'build-failed' })
    expect((await startTestOrigin(onTestFinished, { port })).port).toBe(port)
  })

  test('the hub is stopped before the relay, and its failure keeps nothing else running', async ({ onTestFinished }) => {
    let statusAtStop: string | undefined
    const { port, stop, libp2p } = await startTestOrigin(onTestFinished, {}, {
      attachHub: async node => ({
        status: () => ({ messages: 0 }),
        stop: async () => {
          statusAtStop = node.status
          throw new Error('broken hub')
        }
      })
    })
    await stop()
    expect(statusAtStop).toBe('started')
    expect(libp2p.status).toBe('stopped')
    await expect(ask(port, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('the peer id survives a restart', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished)
    const first = await startTestOrigin(onTestFinished, { dataFolder })
    await first.stop()
    const second = await startTestOrigin(onTestFinished, { dataFolder })
    expect(second.peerId).toBe(first.peerId)
  })

  test('until everything has started it answers 503', async ({ onTestFinished }) => {
    let answered: number[] = []
    const { port } = await startTestOrigin(onTestFinished, {}, {
      openPage: async (server) => {
        const { port } = server.address() as AddressInfo
        answered = [(await ask(port, '/healthz')).status, (await ask(port, '/network.json')).status, await askUpgrade(port)]
        return { handle: (_request, _response, next) => next(), ownsUpgrade: () => false, stop: async () => undefined }
      }
    })
    expect(answered).toEqual([503, 503, 503])
    expect((await ask(port, '/healthz')).status).toBe(200)
  })
})
