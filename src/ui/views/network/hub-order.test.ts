import { describe, expect, test } from 'vitest'
import { followLinks } from '../../data/link-samples.ts'
import { samplePeer, sampleStatus, sampleTime } from '../../data/samples.ts'
import { formatSorting, heldOrder, parseSorting, sortHubs } from './hub-order.ts'
import { networkFacts } from './model.ts'

const seen = followLinks(null, [samplePeer({ peerId: 'slow', rttMs: 90 }), samplePeer({ peerId: 'unknown', rttMs: null }), samplePeer({ peerId: 'fast', rttMs: 4 })], sampleTime)
const hubs = networkFacts(sampleStatus(), seen, [], [], sampleTime).hubs.slice(1)
const ids = (those: ReadonlyArray<{ peerId: string }>): string[] => those.map(({ peerId }) => peerId)

describe('the order of the table', () => {
  test('what is not known comes last, whichever way', () => {
    expect(ids(sortHubs(hubs, parseSorting('rtt'), seen))).toEqual(['fast', 'slow', 'unknown'])
    expect(ids(sortHubs(hubs, parseSorting('-rtt'), seen))).toEqual(['slow', 'fast', 'unknown'])
  })

  test('stands in the address, and nonsense there is the usual order', () => {
    for (const text of ['rtt', '-messages', 'hub']) expect(formatSorting(parseSorting(text))).toBe(text)
    for (const text of [undefined, '', '-', 'constructor']) expect(formatSorting(parseSorting(text))).toBe('rtt')
  })

  test('is held while somebody is at the table: what is new comes last, what is gone leaves', () => {
    expect(ids(heldOrder(hubs, ['unknown', 'gone', 'slow']))).toEqual(['unknown', 'slow', 'fast'])
    expect(ids(heldOrder(hubs, null))).toEqual(ids(hubs))
  })
})
