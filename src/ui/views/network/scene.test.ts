import { expect, test } from 'vitest'
import { followLinks } from '../../data/link-samples.ts'
import { samplePeer, sampleStatus, sampleTime } from '../../data/samples.ts'
import { layoutNetwork } from './layout.ts'
import { networkFacts } from './model.ts'
import { buildScene, hasSameGround } from './scene.ts'

test('the ground is drawn again when a line or its way changed, and for nothing else', () => {
  const scene = (changes: Parameters<typeof samplePeer>[0], width = 960) => {
    const peers = [samplePeer({ peerId: 'far', rttMs: 90 }), samplePeer({ peerId: 'near', rttMs: 5, ...changes })]
    const facts = networkFacts(sampleStatus(), followLinks(null, peers, sampleTime), [], [], sampleTime)
    const { places, relays } = layoutNetwork(facts)
    return buildScene(facts, places, relays, { width, height: 480 }, null)
  }
  expect(hasSameGround(scene({}), scene({ mode: 'synced', bytesIn: 9 }))).toBe(true)
  for (const changes of [{ rttMs: 50 }, { link: 'lazy' }, { path: 'server' }, { oneWay: true }, { peerId: 'other' }] as const) {
    expect(hasSameGround(scene({}), scene(changes)), JSON.stringify(changes)).toBe(false)
  }
  expect(hasSameGround(scene({}), scene({}, 700))).toBe(false)
})
