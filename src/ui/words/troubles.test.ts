import { describe, expect, test } from 'vitest'
import { samplePeer, sampleRelay, sampleStatus, sampleTime } from '../data/samples.ts'
import type { HubStatus, HubView } from '../../worker/api.ts'
import { troublesOf } from './troubles.ts'

const clockAhead = (aheadMs: number): Partial<HubStatus> => ({ clock: { aheadMs, by: 'hub.example', at: sampleTime } })
const found = (changes: Partial<HubStatus>, reports: HubView[] = []): string[] => troublesOf(sampleStatus(changes), [], reports).map(({ id, tone }) => `${id} ${tone}`)
const reportOf = (minEpoch: number | null): HubView =>
  ({ peerId: '12D3KooWOther', agent: '', serving: false, mode: null, messages: 1, minEpoch, maxEpoch: null, introducers: [], links: [], heardAt: sampleTime, linked: true, author: null, authorProven: false })

describe('what keeps a hub apart or different', () => {
  test('is nothing while nothing was seen', () => {
    expect(found({})).toEqual([])
    expect(found({ ...clockAhead(30_000), offered: 2 }, [reportOf(null)])).toEqual([])
  })

  test.for<[string, Partial<HubStatus>, string]>([
    ['a device that was revoked', { revoked: true }, 'revoked wrong'],
    ['a clock an hour ahead', clockAhead(3_600_000), 'clock wrong'],
    ['a clock an hour behind', clockAhead(-3_600_000), 'clock wrong'],
    ['a clock some minutes off', clockAhead(180_000), 'clock so'],
    ['a relay that is full', { relays: [sampleRelay({ state: 'connected', full: true })] }, 'relay-full wrong'],
    ['a browser that offers nothing', { offered: 0 }, 'ice wrong'],
    ['messages from the future', { deferred: 3 }, 'deferred wrong'],
    ['injected faults', { faults: { drop: 0.3, delayMs: 0, partition: [] } }, 'faults so'],
    ['a hub that was pruned', { minEpoch: 1_600_000 }, 'pruned so']
  ])('%s', ([, changes, expected]) => {
    expect(found(changes)).toEqual([expected])
    const [trouble] = troublesOf(sampleStatus(changes), [], [])
    for (const words of [trouble?.sentence, trouble?.follows, trouble?.remedy]) expect(words).toMatch(/^[A-Z0-9].*\.$/)
  })

  test('a full relay is borne while other hubs are linked', () => {
    const status = sampleStatus({ relays: [sampleRelay({ state: 'connected', full: true })] })
    expect(troublesOf(status, [samplePeer()], []).map(({ tone }) => tone)).toEqual(['so'])
  })

  test('another hub that keeps less than this one, but not one that keeps as much', () => {
    expect(found({}, [reportOf(1_600_000)])).toEqual(['pruned-there so'])
    expect(found({ minEpoch: 1_600_000 }, [reportOf(1_600_000)])).toEqual(['pruned so'])
  })

  test('whose clock is wrong is said only where it was measured', () => {
    expect(troublesOf(sampleStatus({ deferred: 1 }), [], [])[0]?.follows).toMatch(/or this computer’s is behind/)
    expect(troublesOf(sampleStatus({ deferred: 1, ...clockAhead(0) }), [], [])[0]?.follows).toMatch(/whoever wrote them is ahead\.$/)
  })
})
