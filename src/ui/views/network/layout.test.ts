import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { followLinks } from '../../data/link-samples.ts'
import { samplePeer, sampleStatus, sampleTime } from '../../data/samples.ts'
import { layoutNetwork, ringRadius, ringsMs } from './layout.ts'
import { networkFacts } from './model.ts'
import { buildScene } from './scene.ts'
import { overlaps } from './geometry.ts'
import { clusterOrder, hasSameMatrix } from './matrix-order.ts'

const roundTrips = fc.array(fc.option(fc.double({ min: 0, max: 5_000, noNaN: true })), { maxLength: 64 })

function chart (rtts: ReadonlyArray<number | null>) {
  const peers = rtts.map((rttMs, index) => samplePeer({ peerId: `12D3KooW${index}`, rttMs }))
  const facts = networkFacts(sampleStatus(), followLinks(null, peers, sampleTime), [], [], sampleTime)
  return { facts, layout: layoutNetwork(facts) }
}

describe('the chart', () => {
  test('every hub has one place, farther out the longer its round trip, and beyond the last ring when that is not known', () => {
    fc.assert(fc.property(roundTrips, (rtts) => {
      const { facts, layout } = chart(rtts)
      expect(layout.places.size).toBe(facts.hubs.length)
      const distance = (index: number): number => {
        const { x, y } = layout.places.get(`12D3KooW${index}`)!
        return Math.hypot(x, y)
      }
      for (const [index, rtt] of rtts.entries()) {
        expect(distance(index)).toBeGreaterThan(0.2)
        if (rtt == null) expect(distance(index)).toBeGreaterThan(ringRadius(ringsMs[3]))
        else if (rtt <= ringsMs[3]) expect(distance(index)).toBeCloseTo(ringRadius(rtt), 6)
      }
    }), { numRuns: 40 })
  })

  test('a hub keeps its order around you whatever its round trip does', () => {
    const angles = (rtts: readonly number[]): number[] => rtts.map((_, index) => {
      const { x, y } = chart(rtts).layout.places.get(`12D3KooW${index}`)!
      return Math.round(Math.atan2(y, x) * 1e6)
    })
    expect(angles([5, 50, 100, 7])).toEqual(angles([90, 3, 8, 200]))
  })

  test('labels cover neither hubs nor one another, and all is inside of the picture', () => {
    fc.assert(fc.property(roundTrips, (rtts) => {
      const { facts, layout } = chart(rtts)
      const { labels, nodes } = buildScene(facts, layout.places, layout.relays, { width: 960, height: 480 }, null)
      const boxes = labels.filter(({ words }) => words !== 'You').map(({ words, detail, at: { x, y }, align }) => {
        const width = Math.max(words.length, detail.length * 0.92) * 7.2
        const left = align === 'start' ? x : align === 'end' ? x - width : x - width / 2
        return { left, right: left + width, top: y - 11, bottom: y + (detail === '' ? 3 : 16) }
      })
      for (const [index, box] of boxes.entries()) for (const other of boxes.slice(index + 1)) expect(overlaps(box, other)).toBe(false)
      for (const { place } of nodes) expect(place.x >= 0 && place.x <= 960 && place.y >= 0 && place.y <= 480).toBe(true)
    }), { numRuns: 40 })
  })

  test('the matrix is drawn again when a hub or a link is another one, not when it is announced again', () => {
    const { facts } = chart([5, 50])
    const at = sampleTime + 1
    const again = { hubs: facts.hubs.map(hub => ({ ...hub, at })), links: facts.links.map(link => ({ ...link, at, rttMs: 7 })) }
    expect(hasSameMatrix(facts, again)).toBe(true)
    expect(hasSameMatrix(facts, { ...facts, links: facts.links.map(link => ({ ...link, link: 'lazy' })) })).toBe(false)
    expect(hasSameMatrix(facts, { ...facts, links: facts.links.slice(1) })).toBe(false)
    expect(hasSameMatrix(facts, { ...facts, hubs: facts.hubs.toReversed() })).toBe(false)
  })

  test('the matrix lists every hub once, those that are linked side by side', () => {
    const links = [['a', 'b'], ['c', 'd'], ['b', 'x']].map(([from, to]) => ({
      from: from!, to: to!, link: 'eager', path: 'direct', oneWay: false, rttMs: null, by: 'reported', at: 0
    } as const))
    const { facts } = chart([])
    const hubs = ['a', 'c', 'b', 'd', 'x'].map(peerId => ({ ...facts.hubs[0]!, peerId }))
    expect(clusterOrder({ hubs, links })).toEqual(['a', 'b', 'x', 'c', 'd'])
  })
})
