import { addressOf, startNode } from './fixtures/node.ts'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, onTestFinished, test } from 'vitest'
import { closeConnection } from './close-connection.ts'
import { pairIn, testRelay } from './probes.ts'

const here = { type: 'local-candidate', candidateType: 'host', address: '192.0.2.1', port: 50_000, protocol: 'udp' }
const there = { type: 'remote-candidate', candidateType: 'prflx', address: '2001:db8::1', port: 50_001 }
const pair = { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r' }
const answer = { protocol: 'udp', here: { kind: 'host', address: '192.0.2.1:50000' }, there: { kind: 'prflx', address: '[2001:db8::1]:50001' } }

test('the pair in use is found as Chromium and as Firefox tell it', () => {
  const chromium = new Map<string, object>([['t', { type: 'transport', selectedCandidatePairId: 'p' }], ['p', pair], ['l', here], ['r', there]])
  const firefox = new Map<string, object>([['other', pair], ['p', { ...pair, selected: true }], ['l', here], ['r', there]])
  expect(pairIn(chromium)).toEqual(answer)
  expect(pairIn(firefox)).toEqual(answer)
})

test('what the browser does not tell is not known', () => {
  expect(pairIn(new Map())).toBeNull()
  expect(pairIn(new Map<string, object>([['p', { ...pair, selected: true }], ['l', here]]))).toBeNull()
  const hidden = new Map<string, object>([['p', { ...pair, selected: true }], ['l', { ...here, address: undefined }], ['r', there]])
  expect(pairIn(hidden)?.here).toEqual({ kind: 'host', address: null })
})

test('a relay is told from a hub that is none, and from nobody; no connection is left', async () => {
  const [relay, hub, node] = await Promise.all([
    startNode(onTestFinished, { relays: true }), startNode(onTestFinished), startNode(onTestFinished, { listen: [] })
  ])
  expect(await testRelay(node, addressOf(relay), () => performance.now(), closeConnection)).toMatchObject({ peerId: relay.peerId.toString(), isRelay: true })
  expect(await testRelay(node, addressOf(hub), () => performance.now(), closeConnection)).toMatchObject({ isRelay: false })
  await expect(testRelay(node, multiaddr('/ip4/127.0.0.1/tcp/1/ws'), () => performance.now(), closeConnection)).rejects.toMatchObject({ code: 'dial-failed' })
  await expect.poll(() => node.getConnections().length, { interval: 5 }).toBe(0)
})
