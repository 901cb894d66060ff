import { expect, test } from 'vitest'
import { followLinks } from '../../data/link-samples.ts'
import { samplePeer, sampleStatus, sampleTime } from '../../data/samples.ts'
import { layoutNetwork } from './layout.ts'
import { networkFacts } from './model.ts'
import { buildScene, hasSameGround, hasSameHubs } from './scene.ts'

test('the chart is drawn again for what it shows and nothing else, its ground when a line or its way changed', () => {
  const scene = (changes: Parameters<typeof samplePeer>[0], width = 960) => {
    const peers = [samplePeer({ peerId: 'far', rttMs: 90 }), samplePeer({ peerId: 'near', rttMs: 5, ...changes })]
    const facts = networkFacts(sampleStatus(), followLinks(null, peers, sampleTime), [], [], sampleTime)
    const { places, relays } = layoutNetwork(facts)
    return buildScene(facts, places, relays, { width, height: 480 }, null)
  }
  const same = [{ bytesIn: 9 }, { mode: 'synced' }, { messagesIn: 2, score: 3 }] as const
  for (const changes of same) expect([hasSameGround, hasSameHubs].map(is => is(scene({}), scene(changes))), JSON.stringify(changes)).toEqual([true, true])
  expect(hasSameHubs(scene({}), scene({ rttMs: 6 })), 'a round trip is written beside the hub').toBe(false)
  expect(hasSameHubs(scene({}), scene({ mode: 'sync' })), 'a hub that catches up has a ring').toBe(false)
  for (const changes of [{ rttMs: 50 }, { link: 'lazy' }, { path: 'server' }, { oneWay: true }, { peerId: 'other' }] as const) {
    expect(hasSameGround(scene({}), scene(changes)), JSON.stringify(changes)).toBe(false)
  }
  expect(hasSameGround(scene({}), scene({}, 700))).toBe(false)
})
