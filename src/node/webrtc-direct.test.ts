import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { WebRTCDirect } from '@multiformats/multiaddr-matcher'
import { expect, onTestFinished, test } from 'vitest'
import { ask, startTestOrigin, temporaryFolder } from './fixtures/origin.ts'
import { boundedUpgrader, loadDirectCertificate } from './webrtc-direct.ts'

async function udpPort (): Promise<{ readonly port: number, readonly free: () => Promise<void> }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, free: async () => new Promise<void>((resolve) => { socket.close(() => { resolve() }) }) }
}

test('the certificate is made once, for its owner only, and stays; a damaged one is told', async () => {
  const folder = join(await temporaryFolder(onTestFinished), 'data')
  const made = await loadDirectCertificate(folder)
  expect(made.pem).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect(made.certhash).toMatch(/^uEi[\w-]{44}$/)
  expect(await loadDirectCertificate(folder)).toEqual(made)
  expect(await readdir(folder)).toEqual(['webrtc-direct.pem'])
  expect((await stat(join(folder, 'webrtc-direct.pem'))).mode & 0o777).toBe(0o600)

  const other = await loadDirectCertificate(join(folder, 'other'))
  const oneLetter = made.pem.replace(/(?<=CERTIFICATE-----\n.{70})./s, letter => letter === 'A' ? 'B' : 'A')
  for (const damaged of ['', 'junk', made.pem, made.privateKey, `${made.privateKey}${other.pem}`, `${made.privateKey}${oneLetter}`]) {
    await writeFile(join(folder, 'webrtc-direct.pem'), damaged)
    await expect(loadDirectCertificate(folder)).rejects.toMatchObject({ code: 'data-folder-unusable' })
  }
})

test('/network.json names the address with the certificate\'s hash, the same after a restart, and other relays after it', async () => {
  const dataFolder = await temporaryFolder(onTestFinished)
  const other = '/dns4/relay.example.org/tcp/443/tls/ws/p2p/12D3KooWD82ptriLjhKVqbWYJemGsciSBkXYsKA1MYwEbxg5d1Vq'
  // Each time another port: the native module gives one back when its process ends.
  const relaysNamed = async (): Promise<string[]> => {
    const { port, free } = await udpPort()
    await free()
    const origin = await startTestOrigin(onTestFinished, { dataFolder, webrtcDirect: { host: '127.0.0.1', port }, otherRelays: [other] })
    const { relays } = JSON.parse((await ask(origin.port, '/network.json')).text) as { relays: string[] }
    expect(origin.libp2p.getMultiaddrs().map(String)).toContain(relays[1])
    expect(relays[1]).toContain(`/udp/${port}/`)
    await origin.stop()
    return relays
  }
  const [webSocket, direct, ...others] = await relaysNamed()
  expect(webSocket).toContain('/ws/p2p/')
  expect(WebRTCDirect.exactMatch(multiaddr(direct))).toBe(true)
  expect(direct).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/udp/\\d+/webrtc-direct/certhash/${(await loadDirectCertificate(dataFolder)).certhash}/p2p/`))
  expect(others).toEqual([other])
  expect((await relaysNamed())[1]?.split('/certhash/')[1]).toBe(direct?.split('/certhash/')[1])
})

test('a UDP port that is in use is said so', async () => {
  const { port, free } = await udpPort()
  onTestFinished(free)
  await expect(startTestOrigin(onTestFinished, { webrtcDirect: { host: '127.0.0.1', port } })).rejects.toMatchObject({ code: 'port-in-use', message: expect.stringContaining(String(port)) as string })
})

test('handshakes past the limit are over before they begin, unless one has waited for long, and room comes back as they end', () => {
  let nowMs = 0
  let cleared = 0
  const shutdown = new AbortController()
  const deadlines = { createInboundAbortSignal: (ended: AbortSignal) => Object.assign(AbortSignal.any([ended]), { clear: () => { cleared += 1 } }) }
  const upgrader = boundedUpgrader(deadlines as unknown as Parameters<typeof boundedUpgrader>[0], 2, () => nowMs)
  const begin = (): ReturnType<typeof upgrader.createInboundAbortSignal> => upgrader.createInboundAbortSignal(shutdown.signal)
  const [first, second, third] = [begin(), begin(), begin()]
  expect([first, second, third].map(signal => signal.aborted)).toEqual([false, false, true])
  third.clear()
  first.clear()
  first.clear()
  expect(cleared).toBe(2)
  expect([begin(), begin()].map(signal => signal.aborted)).toEqual([false, true])
  nowMs = 2_000
  const late = begin()
  expect([second.aborted, late.aborted], 'the oldest made room').toEqual([true, false])
  shutdown.abort()
  expect(late.aborted).toBe(true)
})
