import '../node/compat.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { genesisToJson, networkOf } from '../message/genesis.ts'
import { parseNetworkDocument, readNetworkDocument } from './network-document.ts'

const rules = networkOf({ name: 'test', genesisTime: 1_000, admissionBits: 0, attesters: [] })
const document = { genesis: genesisToJson(rules.genesis), network: rules.network, relays: ['/ip4/127.0.0.1/tcp/1/ws'] }

/** The address of a server that answers everything with this. */
async function serve (text: string, status = 200): Promise<string> {
  const server = createServer((_, response) => { response.writeHead(status).end(text) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => { server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('/network.json', () => {
  test('says the network and its relays', async () => {
    expect(await readNetworkDocument(await serve(JSON.stringify(document)))).toEqual({ served: rules, relays: document.relays, iceServers: [] })
    const iceServers = [{ urls: 'stun:a' }, { urls: ['turn:a', 'turns:a'], username: 'ada', credential: 'secret' }]
    expect(parseNetworkDocument({ ...document, iceServers }).iceServers).toEqual(iceServers)
  })

  test.for<[string, unknown, string]>([
    ['nothing', null, 'invalid-argument'],
    ['a text', 'hello', 'invalid-argument'],
    ['no genesis', { ...document, genesis: undefined }, 'genesis-invalid'],
    ['a genesis with a misspelt field', { ...document, genesis: { ...document.genesis, admissionbits: 0 } }, 'genesis-invalid'],
    ['an id that is not its genesis\'s', { ...document, network: '00'.repeat(32) }, 'genesis-invalid'],
    ['no id', { ...document, network: undefined }, 'genesis-invalid'],
    ['no relays', { ...document, relays: undefined }, 'invalid-argument'],
    ['relays that are no texts', { ...document, relays: [7] }, 'invalid-argument'],
    ['too many relays', { ...document, relays: Array.from({ length: 17 }, () => '/ws') }, 'invalid-argument'],
    ['ICE servers that are no list', { ...document, iceServers: 'stun:example.org' }, 'invalid-argument'],
    ['an ICE server without address', { ...document, iceServers: [{ url: 'stun:a' }] }, 'invalid-argument'],
    ['an ICE server that is nothing', { ...document, iceServers: [null] }, 'invalid-argument'],
    ['an ICE server of another kind', { ...document, iceServers: [{ urls: ['stun:a', 'https://a'] }] }, 'invalid-argument'],
    ['a TURN server that nobody may use', { ...document, iceServers: [{ urls: ['turn:a'], username: 'ada' }] }, 'invalid-argument'],
    ['too many ICE servers', { ...document, iceServers: Array.from({ length: 9 }, () => ({ urls: 'stun:a' })) }, 'invalid-argument']
  ])('that is or has %s is refused', async ([, wrong, code]) => {
    expect(() => parseNetworkDocument(wrong)).toThrow(expect.objectContaining({ name: 'HubError', code }))
    await expect(readNetworkDocument(await serve(JSON.stringify(wrong)))).rejects.toMatchObject({ code: 'address-invalid', message: expect.stringMatching(/network\.json/) as string })
  })

  test('that is missing, no JSON or endless cannot be used either', async () => {
    for (const origin of [await serve('', 404), await serve('<html>'), await serve(' '.repeat(100_000))]) {
      await expect(readNetworkDocument(origin)).rejects.toMatchObject({ code: 'address-invalid' })
    }
  })

  test('that nobody answers for says so in a sentence', async () => {
    for (const origin of ['http://127.0.0.1:1', 'http://localhost:1', 'http://no-such-host.invalid']) {
      await expect(readNetworkDocument(origin)).rejects.toMatchObject({ code: 'not-connected', message: expect.stringMatching(/^Nothing answers at [^\n]+\.$/) as string })
    }
  })
})
