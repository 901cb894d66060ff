import { describe, expect, test } from 'vitest'
import { areSameLinks, followLinks, type LinksSeen, lostShownMs, rateOf, ratesOf, samplesKeptMs } from './link-samples.ts'
import { samplePeer, sampleTime } from './samples.ts'

const { peerId } = samplePeer()

function seen (counts: ReadonlyArray<readonly [seconds: number, bytesIn: number]>): LinksSeen {
  let links: LinksSeen | null = null
  for (const [seconds, bytesIn] of counts) links = followLinks(links, [samplePeer({ bytesIn })], sampleTime + seconds * 1000)
  return links!
}

describe('what was seen of links', () => {
  test('rates are over the last seconds, and unknown before there are two samples', () => {
    expect(rateOf(seen([[0, 100]]).samples.get(peerId)!, 'bytesIn')).toBeNull()
    expect(rateOf(seen([[0, 0], [10, 90_000], [12, 92_000], [14, 94_000]]).samples.get(peerId)!, 'bytesIn')).toBe(1000)
  })

  test('a gap and a counter that began anew have no rate', () => {
    expect(ratesOf(seen([[0, 0], [1, 500], [60, 600], [61, 700], [62, 0]]).samples.get(peerId)!, 'bytesIn')).toEqual([500, null, 100, null])
  })

  test('samples of an earlier connection, and of ten minutes ago, are forgotten', () => {
    const first = seen([[0, 1], [1, 2]])
    expect(followLinks(first, [samplePeer({ since: sampleTime + 1_500 })], sampleTime + 2_000).samples.get(peerId)).toHaveLength(1)
    expect(followLinks(first, [samplePeer()], sampleTime + samplesKeptMs).samples.get(peerId)).toHaveLength(2)
    expect(followLinks(first, [], sampleTime + 2_000).samples.size).toBe(0)
  })

  test('links on which nothing happened say the same, though samples go on', () => {
    const peers = [samplePeer({ peerId: 'a', messagesIn: 1 })]
    const before = followLinks(null, peers, sampleTime)
    const after = followLinks(before, structuredClone(peers), sampleTime + 1_000)
    expect(areSameLinks(before, after)).toBe(true)
    expect(after.samples.get('a')).toHaveLength(2)
    expect(areSameLinks(after, followLinks(after, [samplePeer({ peerId: 'a', messagesIn: 2 })], sampleTime + 2_000))).toBe(false)
    const ended = followLinks(after, [], sampleTime + 2_000)
    expect(areSameLinks(after, ended)).toBe(false)
    expect(areSameLinks(ended, followLinks(ended, [], sampleTime + 60_000)), 'no longer shown dying').toBe(false)
  })

  test('a link that ended is shown dying for a while, and no longer once it is back', () => {
    const ended = followLinks(seen([[0, 1]]), [], sampleTime + 1_000)
    expect(ended.lost).toMatchObject([{ peer: { peerId }, at: sampleTime + 1_000 }])
    expect(followLinks(ended, [], sampleTime + 5_000).lost).toHaveLength(1)
    expect(followLinks(ended, [], sampleTime + 1_000 + lostShownMs).lost).toEqual([])
    expect(followLinks(ended, [samplePeer()], sampleTime + 2_000).lost).toEqual([])
  })
})
