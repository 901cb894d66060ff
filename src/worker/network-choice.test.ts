import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HubError } from '../base/errors.ts'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { chooseNetwork, fetchNetworkDocument, parseNetworkDocument } from './network-choice.ts'

const builtIn = networkOf(builtInGenesis)
const one = networkOf({ ...builtInGenesis, name: 'one' })
const two = networkOf({ ...builtInGenesis, name: 'two' })
const none = undefined

describe('the network of a hub', () => {
  type Given = NetworkGenesis | undefined
  test.for<[string, { remembered: Given, pinned: Given, served: Given }, { chosen: NetworkGenesis, trust: string, refused: boolean } | 'wrong-network']>([
    ['new, no relay', { remembered: none, pinned: none, served: none }, { chosen: builtIn, trust: 'built-in', refused: false }],
    ['new, the built-in one served', { remembered: none, pinned: none, served: builtIn }, { chosen: builtIn, trust: 'built-in', refused: false }],
    ['new, another one served', { remembered: none, pinned: none, served: one }, { chosen: one, trust: 'first-use', refused: false }],
    ['new, pinned and served', { remembered: none, pinned: one, served: one }, { chosen: one, trust: 'pinned', refused: false }],
    ['new, the built-in one pinned, no relay', { remembered: none, pinned: builtIn, served: none }, { chosen: builtIn, trust: 'pinned', refused: false }],
    ['new, the built-in one pinned, another one served', { remembered: none, pinned: builtIn, served: one }, { chosen: builtIn, trust: 'pinned', refused: true }],
    ['new, pinned, another one served', { remembered: none, pinned: one, served: two }, 'wrong-network'],
    ['new, pinned, no relay', { remembered: none, pinned: one, served: none }, 'wrong-network'],
    ['remembered, no relay', { remembered: one, pinned: none, served: none }, { chosen: one, trust: 'remembered', refused: false }],
    ['remembered and served', { remembered: one, pinned: none, served: one }, { chosen: one, trust: 'remembered', refused: false }],
    ['remembered, another one served', { remembered: one, pinned: none, served: two }, { chosen: one, trust: 'remembered', refused: true }],
    ['remembered and pinned, no relay', { remembered: one, pinned: one, served: none }, { chosen: one, trust: 'pinned', refused: false }],
    ['remembered and pinned, another one served', { remembered: one, pinned: one, served: two }, { chosen: one, trust: 'pinned', refused: true }],
    ['remembered, another one pinned and served', { remembered: one, pinned: two, served: two }, 'wrong-network'],
    ['remembered, another one pinned, no relay', { remembered: one, pinned: two, served: none }, 'wrong-network']
  ])('%s', ([, { remembered, pinned, served }, expected]) => {
    const choose = (): unknown => {
      const { chosen, trust, refused } = chooseNetwork({ remembered, pinned: pinned?.network, served })
      return { chosen, trust, refused: refused != null }
    }
    if (expected === 'wrong-network') expect(choose).toThrow(expect.objectContaining({ code: 'wrong-network' }))
    else expect(choose()).toEqual(expected)
  })
})

const json = { genesis: one.genesis, network: one.network, relays: ['/dns4/example.org/tcp/443/tls/ws'], iceServers: [{ urls: 'stun:example.org' }] }

describe('/network.json', () => {
  test('is taken as it is served', () => {
    expect(parseNetworkDocument(json)).toEqual({ served: one, relays: json.relays, iceServers: json.iceServers })
    expect(parseNetworkDocument({ ...json, iceServers: undefined }).iceServers).toEqual([])
  })

  test.for<[string, unknown, string]>([
    ['nothing', null, 'invalid-argument'],
    ['a text', 'hello', 'invalid-argument'],
    ['no genesis', { ...json, genesis: undefined }, 'genesis-invalid'],
    ['a genesis with a misspelt field', { ...json, genesis: { ...one.genesis, admissionbits: 0 } }, 'genesis-invalid'],
    ['an id that is not its genesis\'s', { ...json, network: two.network }, 'genesis-invalid'],
    ['no id', { ...json, network: undefined }, 'genesis-invalid'],
    ['no relays', { ...json, relays: undefined }, 'invalid-argument'],
    ['relays that are no texts', { ...json, relays: [7] }, 'invalid-argument'],
    ['too many relays', { ...json, relays: Array.from({ length: 17 }, () => '/ws') }, 'invalid-argument'],
    ['ICE servers that are no list', { ...json, iceServers: 'stun:example.org' }, 'invalid-argument'],
    ['too many ICE servers', { ...json, iceServers: Array.from({ length: 9 }, () => ({})) }, 'invalid-argument']
  ])('%s is refused', ([, given, code]) => {
    expect(() => parseNetworkDocument(given)).toThrow(expect.objectContaining({ code }))
    expect(() => parseNetworkDocument(given)).toThrow(HubError)
  })

  test.for<[string, () => Promise<Response>]>([
    ['no answer', async () => Promise.reject(new TypeError('fetch failed'))],
    ['an error', async () => new Response('busy', { status: 503 })],
    ['no JSON', async () => new Response('<!doctype html>')],
    ['too much', async () => new Response(JSON.stringify({ ...json, relays: ['x'.repeat(70_000)] }))],
    ['another genesis', async () => new Response(JSON.stringify({ ...json, network: two.network }))]
  ])('%s is told, and the hub starts without', async ([, answer]) => {
    answering(answer)
    const told: string[] = []
    expect(await fetchNetworkDocument('https://example.org', sentence => told.push(sentence))).toBeUndefined()
    expect(told).toHaveLength(1)
  })

  test('is fetched from its origin', async () => {
    const asked = answering(async () => new Response(JSON.stringify(json)))
    expect((await fetchNetworkDocument('https://example.org', () => undefined))?.served).toEqual(one)
    expect(asked).toEqual(['https://example.org/network.json'])
  })
})

function answering (answer: () => Promise<Response>): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => { asked.push(address); return answer() })
  onTestFinished(() => { vi.unstubAllGlobals() })
  return asked
}
