import { describe, expect, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { createRandom } from '../base/seeded-random.ts'
import { createFaults } from './faults.ts'

const [ann, bob] = ['ann', 'bob'] as [PeerId, PeerId]

describe('injected faults', () => {
  test('are told of whenever they change, in words', () => {
    const reports: Report[] = []
    const faults = createFaults({ report: (report) => { reports.push(report) } })
    expect(faults.settings).toBeNull()
    faults.set({ drop: 0.125, delayMs: 40, partition: [ann] })
    expect(faults.settings).toEqual({ drop: 0.125, delayMs: 40, partition: [ann] })
    faults.set(null)
    expect(reports.map(({ type, sentence }) => [type, sentence])).toEqual([
      ['faults', 'Faults are injected at this hub: 12.5 % of the frames are lost, frames are 40 ms late each way, 1 hub is out of reach.'],
      ['faults', 'No faults are injected any more.']
    ])
  })

  test('lose the share of frames they say, all to and from who is out of reach, and none once they are taken back', () => {
    const random = createRandom(1)
    const faults = createFaults({ report: () => undefined, random: () => random.next() / 2 ** 32 })
    const lostOf = (peer: PeerId): number => Array.from({ length: 1_000 }, () => faults.loses(peer)).filter(Boolean).length
    expect([lostOf(ann), faults.delayMs]).toEqual([0, 0])
    faults.set({ drop: 0.25, delayMs: 0, partition: [bob] })
    expect(Math.abs(lostOf(ann) - 250)).toBeLessThan(50)
    expect(lostOf(bob)).toBe(1_000)
    expect([faults.isParted(ann), faults.isParted(bob)]).toEqual([false, true])
    faults.set(null)
    expect([lostOf(ann), lostOf(bob), faults.isParted(bob)]).toEqual([0, 0, false])
  })
})
