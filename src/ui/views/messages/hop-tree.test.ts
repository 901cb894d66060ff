import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hopTree, hopWords } from './hop-tree.ts'

type Trace = NonNullable<Parameters<typeof hopTree>[0]['trace']>

const wroteHere: Trace = { hops: 0, arrival: 100, duplicates: 0, verdict: 'live', from: null, by: 'here', traced: true, reports: [] }
const names = (hops: ReturnType<typeof hopTree>): string[] => hops.map(({ peerId, depth }) => `${' '.repeat(depth)}${peerId ?? '?'}`)

describe('the way of a message', () => {
  test('is a tree from the hub that wrote it, the earlier ones first', () => {
    const trace = { ...wroteHere, reports: [
      { peerId: 'c', from: 'b', hops: 2, at: 150 }, { peerId: 'd', from: 'me', hops: 1, at: 105 }, { peerId: 'b', from: 'me', hops: 1, at: 120 }
    ] }
    const hops = hopTree({ timestamp: 100, trace, heldBy: [{ peerId: 'd', how: 'reported' }, { peerId: 'e', how: 'noted' }] }, 'me')
    expect(names(hops)).toEqual(['me', ' d', ' b', '  c', 'e'])
    expect(hops.map(({ afterMs }) => afterMs)).toEqual([0, 5, 20, 50, null])
    expect(hops.map(hopWords)).toEqual(['wrote it', '1 link from the author', '1 link from the author', '2 links from the author', 'holds it; its way there is not known'])
  })

  test('names who passed it on without a report, and nobody that nothing is known of', () => {
    const trace: Trace = { ...wroteHere, by: 'gossip', from: 'b', hops: 3, arrival: 160, duplicates: 2 }
    const hops = hopTree({ timestamp: 100, trace, heldBy: [] }, 'me')
    expect(names(hops)).toEqual(['?', 'b', ' me'])
    expect(hops.at(-1)).toMatchObject({ how: 'here', afterMs: 60, duplicates: 2 })
    expect(hops.at(1)).toMatchObject({ how: 'named', afterMs: null, hops: null })
  })

  test('holds each hub once and ends, whatever strangers report', () => {
    const peer = fc.constantFrom('a', 'b', 'c', 'd', 'me')
    const report = fc.record({ peerId: peer, from: peer, hops: fc.nat(4), at: fc.integer() })
    fc.assert(fc.property(fc.array(report, { maxLength: 12 }), fc.constantFrom('here', 'gossip', 'comparison'), (reports, by) => {
      const trace: Trace = { ...wroteHere, by, from: by === 'here' ? null : 'a', reports }
      const hops = hopTree({ timestamp: 0, trace, heldBy: [{ peerId: 'd', how: 'sent' }] }, 'me')
      const peers = hops.map(({ peerId }) => peerId)
      expect(new Set(peers).size).toBe(peers.length)
      expect(peers).toEqual(expect.arrayContaining(['d', ...reports.map(({ peerId }) => peerId)]))
      for (const [index, { parent }] of hops.entries()) expect(parent ?? -1).toBeLessThan(index)
    }))
  })
})
